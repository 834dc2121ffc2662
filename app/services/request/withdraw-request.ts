import { asSystem } from '#db/client.ts'
import { findRequest, lockRequest, saveRequest } from '#db/queries/request/requests.ts'
import type { Actor } from '#domain/people/permissions.ts'
import type { WithReasonInput } from '#domain/request/command-input.ts'
import { mayWithdraw } from '#domain/request/guards.ts'
import { requestCan } from '#domain/request/lifecycle.ts'
import { ok, refuse } from '#domain/result.ts'
import { audit, type CommandAnswer, runCommand } from '#services/command.ts'
import type { Deps } from '#services/deps.ts'
import { abandonGroup } from './decide-request.ts'
import { requestFactsOf, submitterOf } from './request-people.ts'

/** The owner withdraws the request. */
export function withdrawRequest(input: WithReasonInput, actor: Actor, deps: Deps): CommandAnswer<{ number: number }> {
  const about = { action: 'request.withdraw', objectKind: 'request', objectId: String(input.number) }
  return runCommand(deps, actor, input, about, async (tx, now): CommandAnswer<{ number: number }> => {
    const seen = await findRequest(tx, input.number)
    if (!seen) return refuse({ code: 'not-found' })
    return asSystem(tx, async () => {
      const request = await lockRequest(tx, seen.id)
      const facts = await requestFactsOf(tx, request, [], now)
      const barred = mayWithdraw(facts, await submitterOf(tx, actor, request.groupId, now))
      if (barred) return refuse(barred)
      if (!requestCan('withdraw', request.state)) return refuse({ code: 'wrong-state', state: request.state })
      const { id: objectId, ownerId: forFirm, number, state } = request
      const { reason } = input
      await saveRequest(tx, objectId, { state: 'withdrawn', stateAt: now, stateBy: actor.userId, stateReason: reason })
      await abandonGroup(tx, request, now)
      const before = { state }
      await audit(tx, actor, 'request.withdraw', now, { objectKind: 'request', objectId, forFirm, reason, before })
      return ok({ number })
    })
  })
}
