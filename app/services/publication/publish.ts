import type { Tx } from '#db/client.ts'
import { listUncovered } from '#db/queries/group/consents.ts'
import { insertStops } from '#db/queries/group/stops.ts'
import { type DecisionRecord, listStandingDecisions } from '#db/queries/request/decisions.ts'
import { listParties, type PartyRecord } from '#db/queries/request/parties.ts'
import { findRound, type RequestRecord, type RoundRecord, saveRequest } from '#db/queries/request/requests.ts'
import { findRoundFacts } from '#db/queries/request/round-facts.ts'
import type { Actor } from '#domain/people/permissions.ts'
import { type Answer, lapsedAnswers } from '#domain/request/answers.ts'
import { violations } from '#domain/request/items.ts'
import type { RequestState } from '#domain/request/lifecycle.ts'
import { allFirmsMet } from '#domain/request/round.ts'
import { ok, type Result, refuse } from '#domain/result.ts'
import { audit } from '#services/command.ts'
import type { Deps } from '#services/deps.ts'
import { stopUncovered } from '#services/group/stop-uncovered.ts'
import { endedContactsOf, withdrawalsOf } from '#services/group/withdrawals.ts'
import type { Refused } from '#services/refused.ts'
import { applyItems, type Publishing } from '#services/request/apply-items.ts'
import { tellGuarantors } from '#services/request/tell-guarantors.ts'
import { publishGroup } from './publish-group.ts'
import { readSettings } from './publish-parts.ts'

type Published = { state: Extract<RequestState, 'applying' | 'returned' | 'with-firms'> }

/**
 * Publish an approved request now, in the transaction of its approval: wanted tables, consents, placements, version and
 * parts. If something that it builds on has changed, the system returns the request, saying what changed; if a party's
 * agreement is gone, the request goes back to the firms. Nothing is half applied.
 */
export async function publishRequest(
  tx: Tx,
  request: RequestRecord,
  actor: Actor,
  deps: Pick<Deps, 'newId' | 'randomBytes'>,
  now: Date,
): Promise<Result<Published, Refused>> {
  const { groupId } = request
  const round = await findRound(tx, request.id, request.round)
  if (!groupId || !round) throw new Error(`request ${request.number} is approved without a round or a group`)
  const parties = await listParties(tx, request.id, request.round)
  await stopUncovered(tx, now, request.environment) // so that the request is judged by what may flow
  if (!allFirmsMet(parties)) return ok(await moveTo(tx, request, 'with-firms', 'an approval was taken back', now))
  const facts = await findRoundFacts(tx, request, round.document, now)
  const decisions = await listStandingDecisions(tx, request.id)
  const present = {
    ownerId: request.ownerId,
    sources: facts.sources,
    withdrawals: await withdrawalsOf(tx, groupId),
    ended: await endedContactsOf(tx, groupId),
  }
  const moved = [
    ...violations(round.sheet.items, facts.present).map((one) => one.sentence),
    ...lapsedAnswers(answersOf(round, parties, decisions), present),
  ]
  if (moved.length > 0) return ok(await moveTo(tx, request, 'returned', moved.join(' '), now))
  const settings = await readSettings(tx, request.environment)
  const publishing: Publishing = { request: { ...request, groupId }, round, parties, decisions, facts, settings }
  const revoked = await applyItems(tx, publishing, deps, now)
  const gaps = await listUncovered(tx)
  if (gaps.length > 0) return refuse({ code: 'uncovered', sources: [...new Set(gaps.map((gap) => gap.source))] })
  const version = await publishGroup(
    tx,
    {
      environment: request.environment,
      groupId,
      settings,
      cause: 'request',
      causeId: request.id,
      ownerId: request.ownerId,
      madeBy: actor.userId,
      revoked,
    },
    now,
  )
  if (!version.ok) return version
  await recordRevoked(tx, publishing, { sources: revoked, version: version.value.number }, now)
  await saveRequest(tx, request.id, {
    state: 'applying',
    publishedVersion: version.value.changed > 0 ? version.value.number : null,
    publishedAt: now,
    expiresAt: null,
    stateAt: now,
    stateBy: actor.userId,
    stateReason: null,
  })
  await audit(tx, actor, 'request.publish', now, {
    objectKind: 'request',
    objectId: request.id,
    forFirm: request.ownerId,
    after: { version: version.value.number, parts: version.value.changed },
  })
  await tellGuarantors(tx, publishing, version.value.number, actor, now)
  return ok({ state: 'applying' })
}

/**
 * Sources that the owner removed "and nothing again": later versions of the group must repeat that they are revoked.
 */
async function recordRevoked(
  tx: Tx,
  { request, round, facts }: Publishing,
  { sources, version }: { sources: readonly string[]; version: number },
  now: Date,
): Promise<void> {
  const { groupId, ownerId } = request
  const reason = round.document.kind === 'change' ? round.document.reason : ''
  const stop = { groupId, ownerId, firmId: ownerId, cause: 'removed' as const, revokes: true, at: now, version, reason }
  const ids = sources.flatMap((name) => facts.sourceRows.get(name)?.id ?? [])
  await insertStops(
    tx,
    ids.map((sourceId) => ({ ...stop, sourceId, by: round.submittedBy })),
  )
}

/**
 * What each guarantor answered to the round, and when: an approval that was carried over has the age of its decision.
 */
function answersOf(
  { submittedAt }: RoundRecord,
  parties: readonly PartyRecord[],
  decisions: readonly DecisionRecord[],
): Answer[] {
  return parties
    .filter((party) => party.capacity === 'guarantor')
    .map(({ firmId, slice, metBy }) => {
      const own = decisions.find((one) => one.firmId === firmId && one.capacity === 'guarantor')
      const at = metBy === 'submission' ? submittedAt : own?.decidedAt
      const { firm, sources, contacts } = slice
      return { firm, sources, contacts, metBy, answeredAtMs: at?.getTime() ?? 0 }
    })
}

async function moveTo(
  tx: Tx,
  request: RequestRecord,
  state: 'returned' | 'with-firms',
  stateReason: string,
  now: Date,
): Promise<Published> {
  await saveRequest(tx, request.id, { state, stateAt: now, stateBy: null, stateReason })
  await audit(tx, null, `request.${state}`, now, {
    objectKind: 'request',
    objectId: request.id,
    forFirm: request.ownerId,
    reason: stateReason,
    before: { state: request.state },
    after: { state },
  })
  return { state }
}
