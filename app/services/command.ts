import { recordEvent } from '#db/audit.ts'
import type { Command, Tx } from '#db/client.ts'
import { findNewestCommand, insertCommand, lockCommand } from '#db/queries/command/commands.ts'
import { transactionInstant } from '#db/queries/command/instant.ts'
import { digestOf } from '#domain/digest.ts'
import type { Actor } from '#domain/people/permissions.ts'
import { ok, type Result, refuse } from '#domain/result.ts'
import { type Deps, sha256 } from './deps.ts'
import type { Refused } from './refused.ts'

export type CommandAnswer<T> = Promise<Result<T, Refused>>

/**
 * Run a command once: the same `commandId` with the content it was sent with last, sent again by the same person, gets
 * that answer, by another person 404. With other content it is another command, also where that content was sent
 * before: somebody went back, changed the text and saved again, perhaps to what it first was. All of it is one
 * transaction, rolled back when refused; the refusal is audited under `about`.
 *
 * @param input all that was asked: what the work reads from the person must be in it
 * @param work is given the instant of the transaction, and answers plain values (numbers,
 * texts): the answer is kept, so never a secret
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
      // stored by this very command, whose work answers T
      if (newest?.inputDigest === inputDigest) return ok(newest.answer as T)
      const now = await transactionInstant(tx)
      const answer = await work(tx, now)
      if (!answer.ok) return answer
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

/** What a command did, for the audit trail; `forFirm` may read it beside the exchange. */
type Done = {
  objectKind: string
  objectId: string
  forFirm: string | null
  reason?: string | null
  before?: Record<string, unknown>
  after?: Record<string, unknown>
}

/** Write the event of a command that was carried out. `actor` null: the portal itself. */
export function audit(tx: Tx, actor: Actor | null, action: string, now: Date, done: Done): Promise<void> {
  return recordEvent(tx, {
    at: now,
    actorId: actor?.userId ?? null,
    action,
    origin: actor?.origin ?? null,
    ...done,
  })
}
