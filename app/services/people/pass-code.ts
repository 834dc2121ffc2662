import { asSystem, type Tx } from '#db/client.ts'
import { listWaitingInvitations, saveCode, type WaitingInvitation } from '#db/queries/people/invitations.ts'
import { findUser } from '#db/queries/people/people.ts'
import { codeBytes, codeFrom, codeText } from '#domain/people/code.ts'
import type { CodeInput } from '#domain/people/input.ts'
import { mayPassCode } from '#domain/people/invite.ts'
import { type Actor, may } from '#domain/people/permissions.ts'
import { ok, refuse } from '#domain/result.ts'
import { audit, type CommandAnswer, runCommand } from '#services/command.ts'
import { type Deps, sha256 } from '#services/deps.ts'

type PassedCode = {
  userId: string
  email: string
  /** only in this answer */
  code: string | null
}

/**
 * Take the code of somebody's link, to pass it on to them: the code is made now, shown once, and replaces one taken
 * before. The person who made the link may never take it.
 */
export async function passCode(input: CodeInput, actor: Actor, deps: Deps): CommandAnswer<PassedCode> {
  const { userId } = input
  const about = { action: 'user.pass-code', objectKind: 'user', objectId: userId }
  let made: string | null = null // not in the answer, which is kept: what opens an account must not be
  const answer = await runCommand(
    deps,
    actor,
    input,
    about,
    async (tx, now): CommandAnswer<Omit<PassedCode, 'code'>> => {
      const user = await findUser(tx, userId)
      if (user?.state !== 'active' || (!actor.isExchange && user.firmId !== actor.firmId))
        return refuse({ code: 'not-found' })
      if (!may(actor, 'people:write'))
        return refuse({ code: 'not-allowed', needs: actor.isExchange ? 'administrator' : 'firm-admin' })
      const [link] = await listWaitingInvitations(tx, now, [userId])
      if (!link) return refuse({ code: 'no-link' })
      if (!mayPassCode(actor, link)) return refuse({ code: 'own-link' })
      made = await asSystem(tx, () => giveCode(tx, link, actor.userId, deps, now))
      await audit(tx, actor, 'user.pass-code', now, { objectKind: 'user', objectId: userId, forFirm: user.firmId })
      return ok({ userId, email: user.email })
    },
  )
  return answer.ok ? ok({ ...answer.value, code: made }) : answer
}

/** `by` null: the installation's command line. */
export async function giveCode(
  tx: Tx,
  link: Pick<WaitingInvitation, 'id'>,
  by: string | null,
  { randomBytes }: Pick<Deps, 'randomBytes'>,
  now: Date,
): Promise<string> {
  const code = codeFrom(randomBytes(codeBytes))
  await saveCode(tx, link.id, sha256(codeText(link.id, code)), by, now)
  return code
}
