import { disableUserRow, findUser, listRoles } from '#db/queries/people/people.ts'
import type { DisableUserInput } from '#domain/people/input.ts'
import { type Actor, may } from '#domain/people/permissions.ts'
import { ok, refuse } from '#domain/result.ts'
import { audit, type CommandAnswer, runCommand } from '#services/command.ts'
import type { Deps } from '#services/deps.ts'
import { leftUnanswered } from '#services/request/left-unanswered.ts'

/**
 * Lock a person out at once; their decisions remain valid, but from the next request on they are nobody. Locking out
 * never waits: requests that nobody is left to answer are written down with it (ADR 22).
 */
export function disableUser(input: DisableUserInput, actor: Actor, deps: Deps): CommandAnswer<{ userId: string }> {
  const { userId, reason } = input
  const about = { action: 'user.disable', objectKind: 'user', objectId: userId, reason }
  return runCommand(deps, actor, input, about, async (tx, now): CommandAnswer<{ userId: string }> => {
    const user = await findUser(tx, userId)
    if (!user || (!actor.isExchange && user.firmId !== actor.firmId)) return refuse({ code: 'not-found' })
    if (!may(actor, 'people:write')) return refuse({ code: 'not-allowed', needs: 'firm-admin' })
    if (userId === actor.userId) return refuse({ code: 'own-account' })
    const left = await leftUnanswered(tx, user, await listRoles(tx, userId, now), now)
    if (!(await disableUserRow(tx, userId))) return refuse({ code: 'already-disabled' })
    const done = { objectKind: 'user', objectId: userId, forFirm: user.firmId, reason, before: { state: user.state } }
    const after = { state: 'disabled', ...(left && { leavesNobodyFor: left.numbers }) }
    await audit(tx, actor, 'user.disable', now, { ...done, after })
    return ok({ userId })
  })
}
