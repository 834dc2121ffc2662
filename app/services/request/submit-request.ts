import { asSystem, type Tx } from '#db/client.ts'
import { insertGroup, renameGroup } from '#db/queries/group/groups.ts'
import { findGamOf, hasAgreement } from '#db/queries/people/firms.ts'
import { listStandingDecisions } from '#db/queries/request/decisions.ts'
import { insertParties, listParties } from '#db/queries/request/parties.ts'
import {
  type DraftRecord,
  findDraft,
  findOpenRequest,
  findRequest,
  insertRound,
  lockRequest,
  type RequestRecord,
  saveRequest,
} from '#db/queries/request/requests.ts'
import { findRoundFacts, type RoundFacts } from '#db/queries/request/round-facts.ts'
import type { Actor } from '#domain/people/permissions.ts'
import { endedSince, outlives, type Withdrawal } from '#domain/request/answers.ts'
import type { DraftCommandInput } from '#domain/request/command-input.ts'
import type { RequestDocument } from '#domain/request/document.ts'
import { maySubmit, nobodyToDecide, type Submitter, speaksFor } from '#domain/request/guards.ts'
import { checkComplete } from '#domain/request/input.ts'
import { itemsOf, violations } from '#domain/request/items.ts'
import { requestCan } from '#domain/request/lifecycle.ts'
import type { Paper } from '#domain/request/paper.ts'
import { afterSubmit, type FrozenRound, freeze, type RoundInput } from '#domain/request/round.ts'
import { sheetOf, sourceChanges } from '#domain/request/sheet.ts'
import { consentSentence } from '#domain/request/signing.ts'
import { ok, type Result, refuse } from '#domain/result.ts'
import { audit, type CommandAnswer, runCommand } from '#services/command.ts'
import { type Deps, expiresAfterMs, sha256 } from '#services/deps.ts'
import { endedContactsOf, withdrawalsOf } from '#services/group/withdrawals.ts'
import type { Refused } from '#services/refused.ts'
import { eligibleFor, guarantorsOf, requestFactsOf, submitterOf } from './request-people.ts'
import { documentRefusal } from './submit-checks.ts'

type Submitted = { number: number; state: 'with-firms' | 'with-gam' }

/** Freeze a round and send it to its parties, or straight to the GAM where none of them has to answer any more. */
export function submitRequest(input: DraftCommandInput, actor: Actor, deps: Deps): CommandAnswer<Submitted> {
  const about = { action: 'request.submit', objectKind: 'request', objectId: String(input.number) }
  return runCommand(deps, actor, input, about, async (tx, now): CommandAnswer<Submitted> => {
    const seen = await findRequest(tx, input.number)
    const draft = seen && (await findDraft(tx, seen.id))
    if (!seen || !draft) return refuse({ code: 'not-found' })
    return asSystem(tx, async () => {
      const request = await lockRequest(tx, seen.id)
      const ready = await readyToSubmit(tx, { request, draft, version: input.version }, actor, now)
      if (!ready.ok) return ready
      const { facts, document, person } = ready.value
      const round = await freezeRound(tx, { request, facts, document, person, paper: draft.paper })
      const eligible = await eligibleFor(tx, round.parties, now)
      const nobody = nobodyToDecide(eligible, actor.userId)
      if (nobody) return refuse(nobody)
      return ok(await store(tx, { ...ready.value, request, round, actor, deps }, now))
    })
  })
}

type Ready = { facts: RoundFacts; document: RequestDocument; person: Submitter }

/** Checks, before anything is written, everything that can prevent the submission. */
async function readyToSubmit(
  tx: Tx,
  what: { request: RequestRecord; draft: DraftRecord; version: number },
  actor: Actor,
  now: Date,
): Promise<Result<Ready, Refused>> {
  const { request, draft, version } = what
  if (!requestCan('submit', request.state)) return refuse({ code: 'wrong-state', state: request.state })
  const facts = await findRoundFacts(tx, request, draft.document, now)
  const person = await submitterOf(tx, actor, request.groupId, now)
  const barred = maySubmit(await requestFactsOf(tx, request, guarantorsOf(facts), now), person)
  if (barred) return refuse(barred)
  if (draft.version !== version)
    return refuse({ code: 'stale', by: draft.savedByName, at: draft.savedAt.toISOString() })
  const complete = checkComplete(draft.document)
  if (!complete.ok) return complete
  const document = complete.value
  if (actor.isExchange && !draft.paper) return refuse({ code: 'paper-needed' })
  if (!(await hasAgreement(tx, request.ownerId, now))) return refuse({ code: 'no-agreement', firm: facts.owner.name })
  const wrong = await documentRefusal(tx, request, document, facts)
  if (wrong) return refuse(wrong)
  const open = request.groupId ? await findOpenRequest(tx, request.groupId, request.id) : undefined
  if (open !== undefined) return refuse({ code: 'request-open', number: open })
  const moved = violations(itemsOf(document, facts.present), facts.present)
  if (moved.length > 0) return refuse({ code: 'moved', moved })
  return ok({ facts, document, person })
}

async function freezeRound(
  tx: Tx,
  what: {
    request: RequestRecord
    facts: RoundFacts
    document: RequestDocument
    person: Submitter
    paper: Paper | null
  },
): Promise<FrozenRound> {
  const { request, facts, document, person, paper } = what
  const items = itemsOf(document, facts.present)
  const withdrawals = await withdrawalsOf(tx, request.groupId)
  const { added, removed, kept } = sourceChanges(document, facts.members)
  const sources = [...added, ...removed, ...kept].flatMap((name) => facts.sources.get(name) ?? [])
  const input: RoundInput = {
    round: request.round + 1,
    document,
    items,
    sheet: { ...sheetOf(document, items, facts), ...(paper && { paper }) },
    baseRevision: facts.groupRow?.revision ?? 0,
    owner: facts.owner,
    exchange: facts.exchange,
    payer: facts.payer,
    sources,
    consents: facts.consents,
    revoked: withdrawals.filter((one) => one.revokes),
    submittedFor: speaksFor(person, guarantorsOf(facts)),
    before: await partiesBefore(tx, request, withdrawals),
  }
  return freeze(input, sha256)
}

/**
 * What the parties of the round before answered. An approval no longer counts when its firm has since withdrawn one of
 * its sources, or the authority of one of its people has ended.
 */
async function partiesBefore(
  tx: Tx,
  request: RequestRecord,
  withdrawals: readonly Withdrawal[],
): Promise<RoundInput['before']> {
  if (request.round === 0) return []
  const parties = await listParties(tx, request.id, request.round)
  const decisions = await listStandingDecisions(tx, request.id)
  const ended = await endedContactsOf(tx, request.groupId)
  return parties.map(({ firmId, capacity, slice, sliceDigest, metBy, round }) => {
    const own = decisions.find((one) => one.firmId === firmId && one.capacity === capacity)
    const isApproved = metBy === 'carried-over' || (own?.round === round && own.verdict === 'approve')
    const since = withdrawals.filter((one) => one.clearingFirmId === firmId && slice.sources.includes(one.source))
    const answeredAtMs = own?.decidedAt.getTime() ?? 0
    const isWhole = endedSince({ firmId, contacts: slice.contacts, answeredAtMs }, ended).length === 0
    const approved = isApproved && isWhole && since.every((one) => outlives(one, 'decision', answeredAtMs))
    return { firmId, capacity, sliceDigest, approved }
  })
}

async function store(
  tx: Tx,
  what: Ready & { request: RequestRecord; round: FrozenRound; actor: Actor; deps: Deps },
  now: Date,
): Promise<Submitted> {
  const { request, document, round, person, actor, deps } = what
  const groupId = await groupFor(tx, request, document, deps, now)
  const { parties, ...frozen } = round
  const { id: requestId, ownerId } = request
  const paperId = frozen.sheet.paper?.id ?? null
  await insertRound(tx, { ...frozen, requestId, ownerId, paperId, submittedBy: actor.userId, submittedAt: now })
  const signer = { name: actor.name, contactFor: person.contactFor }
  const asked = { round: round.round, submittedBy: actor.userId, submitter: actor.name, submittedAt: now }
  await insertParties(
    tx,
    request,
    asked,
    parties.map((party) => ({
      ...party,
      authority: party.metBy === 'submission' ? consentSentence(party.slice, signer) : null,
    })),
  )
  const state = afterSubmit(parties)
  const gam = await findGamOf(tx, ownerId, now)
  await saveRequest(tx, requestId, {
    groupId,
    state,
    round: round.round,
    gamId: gam?.id ?? null,
    expiresAt: new Date(now.getTime() + expiresAfterMs),
    stateAt: now,
    stateBy: actor.userId,
    stateReason: null,
  })
  await audit(tx, actor, 'request.submit', now, {
    objectKind: 'request',
    objectId: requestId,
    forFirm: ownerId,
    before: { state: request.state },
    after: { state, round: round.round, digests: parties.map((party) => party.sliceDigest) },
  })
  return { number: request.number, state }
}

/** The request's group; the first submission of a new group inserts it. */
async function groupFor(
  tx: Tx,
  request: RequestRecord,
  document: RequestDocument,
  deps: Deps,
  now: Date,
): Promise<string | null> {
  if (document.kind !== 'new-group') return request.groupId
  const { groupName: name, purpose } = document
  if (request.groupId) {
    await renameGroup(tx, request.groupId, name, purpose)
    return request.groupId
  }
  const id = deps.newId()
  await insertGroup(tx, { id, environment: request.environment, ownerId: request.ownerId, name, purpose }, now)
  return id
}
