import { recordEvent } from '#db/audit.ts'
import { asSystem, type Command, type Tx } from '#db/client.ts'
import { findNewestCommand, insertCommand, lockCommand } from '#db/queries/command/commands.ts'
import { transactionInstant } from '#db/queries/command/instant.ts'
import { digestOf } from '#domain/digest.ts'
import type { Actor } from '#domain/people/permissions.ts'
import { ok, type Result, refuse } from '#domain/result.ts'
import { keepTouchedStandings } from '#services/standing/keep-standings.ts'
import { type Deps, sha256 } from './deps.ts'
import type { Refused } from './refused.ts'

export type CommandAnswer<T> = Promise<Result<T, Refused>>

/**
 * Run a command once. If the same person sends the `commandId` again with the content it was last sent with, they get
 * the same answer; another person gets 404. Other content makes it another command, even content that was sent earlier:
 * the person went back, changed the text and saved again, perhaps to the first version. The whole command is one
 * transaction, rolled back when refused; the refusal is audited under `about`.
 *
 * @param input all that was asked: what the work reads from the person must be in it
 * @param work gets the instant of the transaction, and answers plain values (numbers, texts). The answer is kept, so it
 * must never hold a secret
 */
export function runCommand<T>(
  deps: Deps,
  actor: Actor,
  input: { commandId: string },
  about: Command,
  work: (tx: Tx, now: Date) => CommandAnswer<T>,
): CommandAnswer<T> {
  const { commandId, ...content } = input
  const inputDigest = digestOf({ action: about.action, content }, sha256)
  return deps.withActor(
    actor,
    async (tx): CommandAnswer<T> => {
      await lockCommand(tx, commandId)
      const newest = await findNewestCommand(tx, commandId)
      // stored by this very command, so it is a T
      if (newest?.inputDigest === inputDigest) return ok(newest.answer as T)
      const now = await transactionInstant(tx)
      const answer = await work(tx, now)
      if (!answer.ok) return answer
      await asSystem(tx, () => keepTouchedStandings(tx, now))
      const isFirst = await insertCommand(tx, {
        id: commandId,
        run: (newest?.run ?? 0) + 1,
        inputDigest,
        actorId: actor.userId,
        name: about.action,
        answer: answer.value ?? null,
        at: now,
      })
      return isFirst ? answer : refuse({ code: 'not-found' })
    },
    about,
  )
}

/** What a command did, for the audit trail; besides the exchange, `forFirm` may read it. */
type Done = {
  objectKind: string
  objectId: string
  forFirm: string | null
  reason?: string | null
  before?: Record<string, unknown>
  after?: Record<string, unknown>
}

/** Write the event of a command that succeeded. `actor` null: the portal itself. */
export function audit(tx: Tx, actor: Actor | null, action: string, now: Date, done: Done): Promise<void> {
  return recordEvent(tx, {
    at: now,
    actorId: actor?.userId ?? null,
    action,
    origin: actor?.origin ?? null,
    ...done,
  })
}
