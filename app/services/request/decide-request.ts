import { asSystem, type Tx } from '#db/client.ts'
import { changeGroup } from '#db/queries/group/groups.ts'
import { insertDecision } from '#db/queries/request/decisions.ts'
import { listParties, type PartyRecord, setPartyMet } from '#db/queries/request/parties.ts'
import { findRequest, findRound, lockRequest, type RequestRecord, saveRequest } from '#db/queries/request/requests.ts'
import type { Actor } from '#domain/people/permissions.ts'
import type { DecideInput } from '#domain/request/command-input.ts'
import { type Decision, decide } from '#domain/request/decide.ts'
import type { RequestState } from '#domain/request/lifecycle.ts'
import { allFirmsMet } from '#domain/request/round.ts'
import { signingSentence } from '#domain/request/signing.ts'
import { ok, type Result, refuse } from '#domain/result.ts'
import { audit, type CommandAnswer, runCommand } from '#services/command.ts'
import type { Deps } from '#services/deps.ts'
import { publishRequest } from '#services/publication/publish.ts'
import type { Refused } from '#services/refused.ts'

type Decided = { number: number; state: RequestState }

/**
 * Answer for a party of the round: approve, return or reject what was shown. The last firm's approval passes the
 * request to the GAM. The exchange's approval publishes it at once, or returns it if something has changed meanwhile.
 */
export function decideRequest(input: DecideInput, actor: Actor, deps: Deps): CommandAnswer<Decided> {
  const about = { action: `request.${input.verdict}`, objectKind: 'request', objectId: String(input.number) }
  return runCommand(deps, actor, input, about, async (tx, now): CommandAnswer<Decided> => {
    const seen = await findRequest(tx, input.number)
    if (!seen) return refuse({ code: 'not-found' })
    return asSystem(tx, async () => {
      const request = await lockRequest(tx, seen.id) // independent decisions commute; the lock orders them
      const round = await findRound(tx, request.id, request.round)
      const parties = await listParties(tx, request.id, request.round)
      const party = parties.find((one) => one.firmId === actor.firmId && one.capacity === input.capacity)
      if (!round) return refuse({ code: 'wrong-state', state: request.state })
      const deciding = {
        state: request.state,
        submittedBy: round.submittedBy,
        draftedOnBehalfBy: request.onBehalf ? request.draftedBy : null,
      }
      const signer = { userId: actor.userId, firmId: actor.firmId, roles: actor.standings }
      const decided = decide(deciding, party, signer, { ...input, shownDigest: input.digest })
      if (!decided.ok) return decided
      if (!party || input.round !== request.round) return refuse({ code: 'not-what-was-shown' })
      await record(tx, { request, party, submittedBy: round.submittedBy, decision: decided.value, actor, deps }, now)
      const state = await follow(tx, { request, parties, party, decision: decided.value, actor, deps }, now)
      return state.ok ? ok({ number: request.number, state: state.value }) : state
    })
  })
}

async function record(
  tx: Tx,
  what: {
    request: RequestRecord
    party: PartyRecord
    submittedBy: string
    decision: Decision
    actor: Actor
    deps: Deps
  },
  now: Date,
): Promise<void> {
  const { request, party, submittedBy, decision, actor, deps } = what
  const { id: requestId, ownerId, round } = request
  const { firmId, capacity, sliceDigest } = party
  const { verdict, reason } = decision
  await insertDecision(tx, {
    id: deps.newId(),
    requestId,
    round,
    ownerId,
    firmId,
    capacity,
    sliceDigest,
    submittedBy,
    decidedBy: actor.userId,
    verdict,
    reason,
    authority:
      verdict === 'approve' ? signingSentence(party.slice, actor.name) : `${actor.name}, ${decision.authority}`,
    decidedAt: now,
  })
  if (verdict === 'approve') await setPartyMet(tx, { requestId, round, firmId, capacity }, 'decision')
  for (const forFirm of new Set([firmId, ownerId]))
    await audit(tx, actor, `request.${verdict}`, now, {
      objectKind: 'request',
      objectId: requestId,
      forFirm,
      reason,
      after: { round, capacity, digest: sliceDigest, by: actor.name, firm: actor.firmName },
    })
}

/** What follows from the decision. @returns the state that the request is in now */
async function follow(
  tx: Tx,
  what: {
    request: RequestRecord
    parties: PartyRecord[]
    party: PartyRecord
    decision: Decision
    actor: Actor
    deps: Deps
  },
  now: Date,
): Promise<Result<RequestState, Refused>> {
  const { request, parties, party, decision, actor, deps } = what
  if (decision.verdict !== 'approve') {
    const state = decision.verdict === 'return' ? 'returned' : 'rejected'
    await saveRequest(tx, request.id, { state, stateAt: now, stateBy: actor.userId, stateReason: decision.reason })
    if (state === 'rejected') await abandonGroup(tx, request, now)
    return ok(state)
  }
  if (party.capacity === 'exchange') {
    const published = await publishRequest(tx, request, actor, deps, now)
    return published.ok ? ok(published.value.state) : published
  }
  const met = parties.map((one) => (one === party ? { ...one, metBy: 'decision' as const } : one))
  if (!allFirmsMet(met)) return ok('with-firms')
  await saveRequest(tx, request.id, { state: 'with-gam', stateAt: now, stateBy: actor.userId, stateReason: null })
  return ok('with-gam')
}

/** A group that exists only as a request ends with that request. */
export async function abandonGroup(tx: Tx, request: RequestRecord, now: Date): Promise<void> {
  if (request.kind === 'new-group' && request.groupId) await changeGroup(tx, request.groupId, 'abandon', now)
}
