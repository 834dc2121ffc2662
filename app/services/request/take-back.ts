import { asSystem } from '#db/client.ts'
import { listStandingDecisions, takeDecisionBack } from '#db/queries/request/decisions.ts'
import { listParties, setPartyMet } from '#db/queries/request/parties.ts'
import { findRequest, findRound, lockRequest, saveRequest } from '#db/queries/request/requests.ts'
import type { Actor } from '#domain/people/permissions.ts'
import type { WithReasonInput } from '#domain/request/command-input.ts'
import { takeBack } from '#domain/request/decide.ts'
import { ok, refuse } from '#domain/result.ts'
import { audit, type CommandAnswer, runCommand } from '#services/command.ts'
import type { Deps } from '#services/deps.ts'

/** Take an approval back before anything was published: the request is with the firms again. */
export function takeBackApproval(input: WithReasonInput, actor: Actor, deps: Deps): CommandAnswer<{ number: number }> {
  const about = { action: 'request.take-back', objectKind: 'request', objectId: String(input.number) }
  return runCommand(deps, actor, input, about, async (tx, now): CommandAnswer<{ number: number }> => {
    const seen = await findRequest(tx, input.number)
    if (!seen) return refuse({ code: 'not-found' })
    return asSystem(tx, async () => {
      const request = await lockRequest(tx, seen.id)
      const { id: requestId, number, ownerId: forFirm, state, round } = request
      const frozen = await findRound(tx, requestId, round)
      const parties = await listParties(tx, requestId, round)
      const party = parties.find((one) => one.firmId === actor.firmId && one.capacity === 'guarantor')
      if (!frozen) return refuse({ code: 'wrong-state', state })
      const deciding = { state, submittedBy: frozen.submittedBy, draftedOnBehalfBy: null }
      const signer = { userId: actor.userId, firmId: actor.firmId, roles: actor.standings }
      const taken = takeBack(deciding, party, signer, input.reason)
      if (!taken.ok) return taken
      const { reason } = taken.value
      const decisions = await listStandingDecisions(tx, requestId)
      // of any round: an approval that was carried over was given in an earlier one
      const own = decisions.filter(
        (one) => one.verdict === 'approve' && one.firmId === actor.firmId && one.capacity === 'guarantor',
      )
      for (const { id } of own)
        await takeDecisionBack(tx, id, { takenBackAt: now, takenBackBy: actor.userId, takenBackReason: reason })
      await setPartyMet(tx, { requestId, round, firmId: actor.firmId, capacity: 'guarantor' }, null)
      await saveRequest(tx, requestId, {
        state: 'with-firms',
        stateAt: now,
        stateBy: actor.userId,
        stateReason: reason,
      })
      const before = { state }
      await audit(tx, actor, 'request.take-back', now, {
        objectKind: 'request',
        objectId: requestId,
        forFirm,
        reason,
        before,
      })
      return ok({ number })
    })
  })
}
