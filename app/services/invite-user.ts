import { asSystem } from '#db/client.ts'
import { findFirm } from '#db/queries/firms.ts'
import { findUserByEmail, grantRoles, insertInvitation, insertUser } from '#db/queries/people.ts'
import { hex } from '#domain/credential/secret.ts'
import type { InviteUserInput } from '#domain/people/input.ts'
import { type Actor, may } from '#domain/people/permissions.ts'
import { roleConflict } from '#domain/people/roles.ts'
import { ok, refuse } from '#domain/result.ts'
import { audit, type CommandAnswer, runCommand } from './command.ts'
import { type Deps, sha256 } from './deps.ts'

/** How long the link may be used. */
export const invitationMs = 3 * 86_400_000

export type Invited = { userId: string; email: string /** for the link; in this answer alone */; token: string | null }

/** Name a new person of a firm, give them roles, and make the single-use link with which they choose a password. */
export async function inviteUser(input: InviteUserInput, actor: Actor, deps: Deps): CommandAnswer<Invited> {
  const { firmId, email, name, roles } = input
  const about = { action: 'user.invite', objectKind: 'firm', objectId: firmId }
  let made: string | null = null // beside the answer, which is kept: what opens an account must not be
  const answer = await runCommand(deps, actor, input, about, async (tx, now): CommandAnswer<Omit<Invited, 'token'>> => {
    const firm = await findFirm(tx, firmId)
    if (!firm || (!actor.isExchange && firmId !== actor.firmId)) return refuse({ code: 'not-found' })
    if (!may(actor, 'people:write')) return refuse({ code: 'not-allowed', needs: 'firm-admin' })
    const sentence = roleConflict(roles, firm.isExchange)
    if (sentence) return refuse({ code: 'role-conflict', sentence })
    return asSystem(tx, async () => {
      if (await findUserByEmail(tx, email)) return refuse({ code: 'email-taken' })
      const userId = deps.newId()
      await insertUser(tx, { id: userId, firmId, email, name })
      await grantRoles(tx, { id: userId, firmId }, roles, actor.userId, now)
      const token = hex(deps.randomBytes(32))
      const expiresAt = new Date(now.getTime() + invitationMs)
      const row = { tokenHash: sha256(token), userId, invitedBy: actor.userId, createdAt: now, expiresAt }
      await insertInvitation(tx, row)
      const done = { objectKind: 'user', objectId: userId, forFirm: firmId, after: { email, roles } }
      await audit(tx, actor, 'user.invite', now, done)
      made = token
      return ok({ userId, email })
    })
  })
  return answer.ok ? ok({ ...answer.value, token: made }) : answer
}
