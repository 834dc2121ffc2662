import { asSystem } from '#db/client.ts'
import { listHolders } from '#db/queries/people/firms.ts'
import { findUser, listRoles } from '#db/queries/people/people.ts'
import type { LinkInput } from '#domain/people/input.ts'
import { mayRenewLink } from '#domain/people/invite.ts'
import type { Actor } from '#domain/people/permissions.ts'
import { ok, refuse } from '#domain/result.ts'
import { audit, type CommandAnswer, runCommand } from '#services/command.ts'
import type { Deps } from '#services/deps.ts'
import { type Invited, makeLink } from './invite-user.ts'

/**
 * Make a new link for a known person whose link has expired or was lost, or whose password was lost. What they have now
 * works until they use the new link, which again takes a code from another person.
 */
export async function renewLink(input: LinkInput, actor: Actor, deps: Deps): CommandAnswer<Invited> {
  const { userId, reason } = input
  const about = { action: 'user.renew-link', objectKind: 'user', objectId: userId, reason }
  let made: string | null = null // not in the answer, which is kept: what opens an account must not be
  const answer = await runCommand(deps, actor, input, about, async (tx, now): CommandAnswer<Omit<Invited, 'token'>> => {
    const user = await findUser(tx, userId)
    if (user?.state !== 'active' || (!actor.isExchange && user.firmId !== actor.firmId))
      return refuse({ code: 'not-found' })
    if (userId === actor.userId) return refuse({ code: 'own-account' })
    return asSystem(tx, async () => {
      const roles = await listRoles(tx, userId, now)
      const administrators = await listHolders(tx, [user.firmId], 'firm-admin', now)
      const isSoleAdministrator = administrators.length === 1 && administrators[0]?.userId === userId
      if (!mayRenewLink(actor, { userId, firmId: user.firmId, roles, isSoleAdministrator }))
        return refuse({
          code: 'not-allowed',
          needs: user.firmId === actor.firmId && actor.isExchange ? 'administrator' : 'firm-admin',
        })
      const { token, expiresAt } = await makeLink(tx, userId, actor.userId, deps, now)
      await audit(tx, actor, 'user.renew-link', now, {
        objectKind: 'user',
        objectId: userId,
        forFirm: user.firmId,
        reason,
      })
      made = token
      return ok({ userId, email: user.email, expiresAt: expiresAt.toISOString() })
    })
  })
  return answer.ok ? ok({ ...answer.value, token: made }) : answer
}
