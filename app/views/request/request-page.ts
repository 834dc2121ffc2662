import type { Tx } from '#db/client.ts'
import { listGuarantorsOfGroup } from '#db/queries/feed/sources.ts'
import { listContacts } from '#db/queries/group/contacts.ts'
import { listSaidOf } from '#db/queries/publication/reports.ts'
import type { PartyRecord } from '#db/queries/request/parties.ts'
import {
  findShownRequest,
  listHoldersOfRoles,
  listShownDecisions,
  listShownParties,
  type ShownDecision,
  type ShownRequest,
} from '#db/queries/request/request-page.ts'
import type { RequestRecord } from '#db/queries/request/requests.ts'
import type { Actor } from '#domain/people/permissions.ts'
import { runsOf } from '#domain/publication/runs.ts'
import { mayNotDecide, roleOfCapacity } from '#domain/request/decide.ts'
import { type Capacity, isFinal, requestCan, requestStateWord } from '#domain/request/lifecycle.ts'
import { type ProgressStep, progressLine } from '#domain/request/progress.ts'
import { signingSentence } from '#domain/request/signing.ts'
import { actionsFor, type RequestStanding } from '#domain/request/standing.ts'
import { undoBarred } from '#domain/request/undo.ts'
import { agreementsAmong } from './agreements.ts'
import { draftName, progressOf, submitterFrom } from './request-list.ts'
import { signerIn, stateByOf, withSessionIds } from './request-names.ts'
import type { DecisionView, PartyView, RequestView } from './request-view.ts'

/** What the page is made of, as far as the reader sees it. */
type Read = ShownRequest & {
  /** of the last round: all for owner and exchange, their own for others */
  parties: PartyRecord[]
  /** what the reader's firm was asked in the newest round that asked anything of it */
  asked: PartyRecord | undefined
  decisions: ShownDecision[]
  parts: RequestView['parts']
  seesAll: boolean
}

/** One request by number, as this reader may see it. A draft that was never submitted is on its own page. */
export async function findRequestPage(
  tx: Tx,
  reader: Actor,
  number: number,
  now: Date,
): Promise<RequestView | undefined> {
  const shown = await findShownRequest(tx, number, now)
  if (!shown) return undefined
  const { request, round, group } = shown
  const rows = await listShownParties(tx, request, reader.firmId)
  const decisions = await listShownDecisions(tx, request.id)
  const seesAll = reader.isExchange || reader.firmId === request.ownerId
  const parties = rows.filter((party) => party.round === request.round)
  // a party's own row holds what it may know of the round: of this round or the last that asked it
  const asked = seesAll ? undefined : rows.find((party) => party.capacity !== 'exchange')
  const parts = await partsOf(tx, request)
  const read: Read = { ...shown, parties, asked, decisions, parts, seesAll }
  const standing = await standingOf(tx, reader, read, now)
  const figures = { ...progressOf(parties, reader, request.ownerId), ...runningOf(parts) }
  const mine = mineOf(reader, read)
  const stateBy = stateByOf(shown, decisions)
  const partyViews = await partyViewsOf(tx, reader, read, mine?.sentence ?? null, now)
  return {
    id: request.id,
    number,
    kind: request.kind,
    environment: request.environment,
    groupId: group?.id ?? null,
    groupName: group?.name ?? asked?.slice.group ?? draftName(shown.draft),
    ownerId: request.ownerId,
    ownerName: shown.ownerName ?? '',
    state: request.state,
    stateWord: requestStateWord(request.state, 'met' in figures ? { ...noProgress, ...figures } : undefined),
    stateAt: request.stateAt,
    stateBy,
    stateReason: seesAll || isTold(reader, read) ? request.stateReason : null,
    reasonIsTold: request.stateReason !== null,
    round: request.round,
    version: request.version,
    draftedBy: shown.drafter ?? '',
    submittedBy: round ? (shown.submitter ?? '') : (asked?.submitter ?? null),
    submittedAt: round?.submittedAt ?? asked?.submittedAt ?? null,
    expiresAt: request.expiresAt,
    publishedVersion: request.publishedVersion,
    appliedAt: request.appliedAt,
    document: round?.document ?? null,
    sheet: await withSessionIds(tx, request, round?.sheet ?? null),
    seesAll,
    progress: stepsOf(read, partyViews, stateBy),
    parties: partyViews,
    decisions: decisions.map(decisionView),
    agreed: agreementsAmong(reader.firmId, request, rows, decisions),
    mine,
    actions: actionsFor(standing.request, standing.by),
    parts,
    gam: shown.gam,
  }
}

const noProgress = { met: 0, firms: 0, running: 0, parts: 0 }

const runningOf = (parts: RequestView['parts']) => ({
  running: parts.filter((part) => part.state === 'running').length,
  parts: parts.length,
})

async function standingOf(tx: Tx, reader: Actor, { request, round, parties, parts }: Read, now: Date) {
  const { groupId, state, publishedAt } = request
  const contacts = groupId ? await listContacts(tx, groupId, now) : []
  const standing: RequestStanding = {
    ...request,
    submittedBy: round?.submittedBy ?? parties[0]?.submittedBy ?? null,
    groupHasContact: contacts.length > 0,
    // who may submit is the only rule that asks for them
    guarantors: groupId && requestCan('submit', state) ? await listGuarantorsOfGroup(tx, groupId, now) : [],
    parties,
    undoBarred: undoBarred({ publishedAt, parts }, now),
  }
  return { request: standing, by: submitterFrom(reader, contacts) }
}

/** The party that this reader answers for now, with the sentence that they would sign. */
function mineOf(reader: Actor, { request, parties }: Read): RequestView['mine'] {
  const deciding = {
    submittedBy: parties[0]?.submittedBy ?? '',
    draftedOnBehalfBy: request.onBehalf ? request.draftedBy : null,
  }
  const signer = { userId: reader.userId, firmId: reader.firmId, roles: reader.standings }
  const state = reader.isExchange ? 'with-gam' : 'with-firms'
  const party = parties.find((one) => one.metBy === null && !mayNotDecide(deciding, one, signer))
  if (!party || request.state !== state) return null
  const { capacity, slice, sliceDigest: digest } = party
  return { capacity, round: request.round, digest, slice, sentence: signingSentence(slice, reader.name) }
}

/** @param sentence that the reader would sign for their own firm */
async function partyViewsOf(
  tx: Tx,
  reader: Actor,
  { request, parties, decisions }: Read,
  sentence: string | null,
  now: Date,
): Promise<PartyView[]> {
  const open = isFinal(request.state) ? [] : parties.filter((party) => party.metBy === null)
  const holders = await listHoldersOfRoles(
    tx,
    open.map((party) => party.firmId),
    open.map((party) => roleOfCapacity(party.capacity)),
    now,
  )
  const mayAnswer = ({ firmId, capacity, submittedBy }: PartyRecord) =>
    holders.filter(
      (one) => one.firmId === firmId && one.role === roleOfCapacity(capacity) && one.userId !== submittedBy,
    )
  return parties.map((party) => {
    const { firmId, capacity, slice, sliceDigest, metBy } = party
    return {
      firmId,
      firmName: slice.firm.name,
      capacity,
      standing: standingWord(party, decisions),
      isMet: metBy !== null,
      since: sinceOf(party, decisions),
      couldAnswer: open.includes(party) ? mayAnswer(party).map((one) => one.name) : [],
      slice,
      sliceDigest,
      sentence: firmId === reader.firmId ? sentence : null,
    }
  })
}

function stepsOf(read: Read, parties: readonly PartyView[], stateBy: string | null): ProgressStep[] {
  const { request, round, asked, ownerName, submitter, parts, seesAll } = read
  return progressLine({
    ...request,
    stateBy,
    ownerName: ownerName ?? '',
    submittedBy: round ? submitter : (asked?.submitter ?? null),
    submittedAt: round?.submittedAt ?? asked?.submittedAt ?? null,
    parties,
    seesAll,
    ...(seesAll ? runningOf(parts) : { running: 0, parts: 0 }),
  })
}

/**
 * Whether a party is told why the request came to its state. It is told if the owner withdrew the request, if a GAM
 * undid it, or if the party's own firm acted. What another firm or the portal said may name sessions of others, so only
 * owner and exchange read it.
 */
const isTold = (reader: Actor, { request: { state }, mover }: Read): boolean =>
  state === 'withdrawn' || state === 'failed' || mover?.firmId === reader.firmId

type Standing = Pick<PartyRecord, 'firmId' | 'capacity' | 'metBy' | 'round' | 'submittedAt'>

/** The last decision for a party in its round that was not taken back. */
function lastDecision(party: Standing, decisions: readonly ShownDecision[]) {
  return decisions.findLast(({ decision }) => isFor(party, decision) && decision.takenBackAt === null)?.decision
}

const isFor = (
  party: Pick<Standing, 'round' | 'firmId' | 'capacity'>,
  decision: { round: number; firmId: string; capacity: Capacity },
) => decision.round === party.round && decision.firmId === party.firmId && decision.capacity === party.capacity

function standingWord(party: Standing, decisions: readonly ShownDecision[]): string {
  if (party.metBy === 'decision') return 'approved'
  if (party.metBy === 'submission') return 'agreed by submission'
  if (party.metBy === 'carried-over') return `carried over from round ${party.round - 1}`
  const verdict = lastDecision(party, decisions)?.verdict
  if (verdict === 'return') return 'returned'
  if (verdict === 'reject') return 'rejected'
  return 'waiting'
}

/** Since when a party stands as it does: its decision; or else the submission, or when it took its approval back. */
function sinceOf(party: Standing, decisions: readonly ShownDecision[]): Date {
  const last = lastDecision(party, decisions)
  if (last && party.metBy !== 'submission') return last.decidedAt
  const back = decisions.flatMap(({ decision }) => (isFor(party, decision) ? (decision.takenBackAt ?? []) : []))
  return back.at(-1) ?? party.submittedAt
}

function decisionView({ decision, firmName, decider, taker }: ShownDecision): DecisionView {
  const { takenBackAt: at, takenBackBy: by, takenBackReason: reason } = decision
  return {
    round: decision.round,
    firmName: firmName ?? '',
    capacity: decision.capacity,
    verdict: decision.verdict,
    decidedBy: decider ?? signerIn(decision.authority),
    decidedAt: decision.decidedAt,
    reason: decision.reason,
    authority: decision.authority,
    takenBack: at && by ? { by: taker ?? 'the same firm', at, reason: reason ?? '' } : null,
  }
}

/** While a publication is being applied: its parts, and what connectors said of them. */
async function partsOf(tx: Tx, { environment, publishedVersion, state }: RequestRecord): Promise<RequestView['parts']> {
  if (publishedVersion === null || state !== 'applying') return []
  const { parts, reports, gone } = await listSaidOf(tx, environment, publishedVersion)
  return runsOf(parts, reports, gone)
}
