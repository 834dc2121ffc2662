import { findFirm } from '#db/queries/people/firms.ts'
import { bumpUser, endRoles, findLastChange, findUser, grantRoles, listRoles } from '#db/queries/people/people.ts'
import type { ChangeRolesInput } from '#domain/people/input.ts'
import { type Actor, may } from '#domain/people/permissions.ts'
import { roleConflict } from '#domain/people/roles.ts'
import { ok, refuse } from '#domain/result.ts'
import { audit, type CommandAnswer, runCommand } from '#services/command.ts'
import type { Deps } from '#services/deps.ts'
import { leftUnanswered } from '#services/request/left-unanswered.ts'

/**
 * Give a person other roles from now on; a trigger then ends their sessions. People cannot change their own roles, and
 * no request under way may lose the last person who can answer it.
 */
export function changeRoles(input: ChangeRolesInput, actor: Actor, deps: Deps): CommandAnswer<{ userId: string }> {
  const { userId, reason } = input
  const about = { action: 'user.change-roles', objectKind: 'user', objectId: userId, reason }
  return runCommand(deps, actor, input, about, async (tx, now): CommandAnswer<{ userId: string }> => {
    const user = await findUser(tx, userId)
    const firm = user && (await findFirm(tx, user.firmId))
    if (user?.state !== 'active' || !firm || (!actor.isExchange && user.firmId !== actor.firmId))
      return refuse({ code: 'not-found' })
    // each firm looks after its own people: the exchange gives no roles in a firm
    if (!may(actor, 'people:write') || user.firmId !== actor.firmId)
      return refuse({
        code: 'not-allowed',
        needs: user.firmId === actor.firmId && actor.isExchange ? 'administrator' : 'firm-admin',
      })
    if (userId === actor.userId) return refuse({ code: 'own-account' })
    const sentence = roleConflict(input.roles, firm.isExchange)
    if (sentence) return refuse({ code: 'role-conflict', sentence })
    if (!(await bumpUser(tx, userId, input.version))) {
      const last = await findLastChange(tx, userId)
      return refuse({ code: 'stale', by: last?.by ?? 'Somebody', at: (last?.at ?? now).toISOString() })
    }
    const held = await listRoles(tx, userId, now)
    if (held.length === input.roles.length && held.every((role) => input.roles.includes(role)))
      return refuse({ code: 'role-conflict', sentence: `${user.name} holds exactly these roles already.` })
    const ending = held.filter((role) => !input.roles.includes(role))
    const left = await leftUnanswered(tx, user, ending, now)
    if (left) return refuse({ code: 'leaves-nobody', firm: firm.name, ...left })
    await endRoles(tx, userId, ending, now)
    await grantRoles(
      tx,
      user,
      input.roles.filter((role) => !held.includes(role)),
      actor.userId,
      now,
    )
    const done = { objectKind: 'user', objectId: userId, forFirm: user.firmId, reason }
    await audit(tx, actor, 'user.change-roles', now, {
      ...done,
      before: { roles: held },
      after: { roles: input.roles },
    })
    return ok({ userId })
  })
}
