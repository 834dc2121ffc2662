import type { Tx } from '#db/client.ts'
import { listGuarantorsOfGroup } from '#db/queries/feed/sources.ts'
import { listContacts } from '#db/queries/group/contacts.ts'
import { findGroup } from '#db/queries/group/groups.ts'
import { findFirm, findGamOf, listFirmRefs, listHolders } from '#db/queries/people/firms.ts'
import { findUser, listUserNames } from '#db/queries/people/people.ts'
import { listSaidOf } from '#db/queries/publication/reports.ts'
import { type DecisionRecord, listDecisions } from '#db/queries/request/decisions.ts'
import { listAsked, listParties, type PartyRecord } from '#db/queries/request/parties.ts'
import {
  findDraft,
  findRequest,
  findRound,
  type RequestRecord,
  type RoundRecord,
} from '#db/queries/request/requests.ts'
import type { Actor } from '#domain/people/permissions.ts'
import { runsOf } from '#domain/publication/runs.ts'
import { mayNotDecide, roleOfCapacity } from '#domain/request/decide.ts'
import { type Capacity, isFinal, requestStateWord } from '#domain/request/lifecycle.ts'
import { signingSentence } from '#domain/request/signing.ts'
import { actionsFor, type RequestStanding } from '#domain/request/standing.ts'
import { undoBarred } from '#domain/request/undo.ts'
import { listAgreements } from './agreements.ts'
import { draftName, progressOf, submitterFrom } from './request-list.ts'
import { findStateBy, signerIn, withSessionIds } from './request-names.ts'
import type { DecisionView, PartyView, RequestView } from './request-view.ts'

/** One request by number, as this reader may see it. A draft that was never submitted is on its own page. */
export async function findRequestPage(
  tx: Tx,
  reader: Actor,
  number: number,
  now: Date,
): Promise<RequestView | undefined> {
  const request = await findRequest(tx, number)
  if (!request) return undefined
  const round = await findRound(tx, request.id, request.round)
  const parties = await listParties(tx, request.id, request.round)
  const decisions = await listDecisions(tx, request.id)
  const seesAll = reader.isExchange || reader.firmId === request.ownerId
  // a party's own row holds what it may know of the round: of this round or the last that asked it
  const asked = seesAll ? undefined : (await listAsked(tx, reader.firmId, [request.id])).get(request.id)?.[0]
  const owner = await findFirm(tx, request.ownerId)
  const group = request.groupId ? await findGroup(tx, request.groupId) : undefined
  const draft = group ? undefined : await findDraft(tx, request.id)
  const names = await listUserNames(tx, [request.draftedBy, round?.submittedBy ?? null])
  const parts = await partsOf(tx, request)
  const standing = await standingOf(tx, reader, { request, round, parties, parts }, now)
  const progress = { ...progressOf(parties, reader, request.ownerId), ...runningOf(parts) }
  const mine = mineOf(reader, request, parties)
  return {
    id: request.id,
    number,
    kind: request.kind,
    environment: request.environment,
    groupId: group?.id ?? null,
    groupName: group?.name ?? asked?.slice.group ?? draftName(draft?.document),
    ownerId: request.ownerId,
    ownerName: owner?.name ?? '',
    state: request.state,
    stateWord: requestStateWord(request.state, 'met' in progress ? { ...noProgress, ...progress } : undefined),
    stateAt: request.stateAt,
    stateBy: await findStateBy(tx, request),
    stateReason: seesAll || (await isTold(tx, reader, request)) ? request.stateReason : null,
    reasonIsTold: request.stateReason !== null,
    round: request.round,
    version: request.version,
    draftedBy: names.get(request.draftedBy) ?? '',
    submittedBy: round ? (names.get(round.submittedBy) ?? '') : (asked?.submitter ?? null),
    submittedAt: round?.submittedAt ?? asked?.submittedAt ?? null,
    expiresAt: request.expiresAt,
    publishedVersion: request.publishedVersion,
    appliedAt: request.appliedAt,
    document: round?.document ?? null,
    sheet: await withSessionIds(tx, request, round?.sheet ?? null),
    seesAll,
    parties: await partyViews(tx, reader, { request, parties, decisions, sentence: mine?.sentence ?? null }, now),
    decisions: await decisionViews(tx, decisions, now),
    agreed: await listAgreements(tx, reader.firmId, { requestId: request.id }),
    mine,
    actions: actionsFor(standing.request, standing.by),
    parts,
    gam: await gamOf(tx, request, now),
  }
}

const noProgress = { met: 0, firms: 0, running: 0, parts: 0 }

const runningOf = (parts: RequestView['parts']) => ({
  running: parts.filter((part) => part.state === 'running').length,
  parts: parts.length,
})

async function gamOf(tx: Tx, request: RequestRecord, now: Date): Promise<RequestView['gam']> {
  const gam = await findGamOf(tx, request.ownerId, now)
  return gam ? { name: gam.name, phone: gam.phone, hours: gam.hours } : null
}

async function standingOf(
  tx: Tx,
  reader: Actor,
  what: { request: RequestRecord; round: RoundRecord | undefined; parties: PartyRecord[]; parts: RequestView['parts'] },
  now: Date,
) {
  const { request, round, parties, parts } = what
  const contacts = request.groupId ? await listContacts(tx, request.groupId, now) : []
  const standing: RequestStanding = {
    ...request,
    submittedBy: round?.submittedBy ?? parties[0]?.submittedBy ?? null,
    groupHasContact: contacts.length > 0,
    guarantors: request.groupId ? await listGuarantorsOfGroup(tx, request.groupId, now) : [],
    parties,
    undoBarred: undoBarred({ publishedAt: request.publishedAt, parts }, now),
  }
  return { request: standing, by: submitterFrom(reader, contacts) }
}

/** The party that this reader answers for now, with the sentence that they would sign. */
function mineOf(reader: Actor, request: RequestRecord, parties: readonly PartyRecord[]): RequestView['mine'] {
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

async function partyViews(
  tx: Tx,
  reader: Actor,
  known: {
    request: RequestRecord
    parties: readonly PartyRecord[]
    decisions: readonly DecisionRecord[]
    /** that the reader would sign for their own firm */
    sentence: string | null
  },
  now: Date,
): Promise<PartyView[]> {
  const { request, parties, decisions, sentence } = known
  const views: PartyView[] = []
  for (const { firmId, capacity, slice, sliceDigest, metBy, submittedBy } of parties) {
    const holders =
      metBy === null && !isFinal(request.state) ? await listHolders(tx, [firmId], roleOfCapacity(capacity), now) : []
    const couldAnswer = holders.filter((one) => one.userId !== submittedBy).map((one) => one.name)
    const isOwn = firmId === reader.firmId
    views.push({
      firmId,
      firmName: slice.firm.name,
      capacity,
      standing: standingWord({ firmId, capacity, metBy, round: request.round }, decisions),
      isMet: metBy !== null,
      couldAnswer,
      slice,
      sliceDigest,
      sentence: isOwn ? sentence : null,
    })
  }
  return views
}

/**
 * Whether a party is told why the request came to its state. It is told if the owner withdrew the request, if a GAM
 * undid it, or if the party's own firm acted. What another firm or the portal said may name sessions of others, so only
 * owner and exchange read it.
 */
async function isTold(tx: Tx, reader: Actor, { state, stateBy }: RequestRecord): Promise<boolean> {
  if (state === 'withdrawn' || state === 'failed') return true
  return stateBy !== null && (await findUser(tx, stateBy))?.firmId === reader.firmId
}

function standingWord(
  party: { firmId: string; capacity: Capacity; metBy: string | null; round: number },
  decisions: readonly DecisionRecord[],
): string {
  if (party.metBy === 'decision') return 'approved'
  if (party.metBy === 'submission') return 'agreed by submission'
  if (party.metBy === 'carried-over') return `carried over from round ${party.round - 1}`
  const last = decisions.find(
    (one) =>
      one.round === party.round &&
      one.firmId === party.firmId &&
      one.capacity === party.capacity &&
      one.takenBackAt === null,
  )
  if (last?.verdict === 'return') return 'returned'
  if (last?.verdict === 'reject') return 'rejected'
  return 'waiting'
}

async function decisionViews(tx: Tx, rows: readonly DecisionRecord[], now: Date): Promise<DecisionView[]> {
  const firms = await listFirmRefs(tx, [...new Set(rows.map((row) => row.firmId))], now)
  const names = await listUserNames(
    tx,
    rows.flatMap((row) => [row.decidedBy, row.takenBackBy]),
  )
  return rows.map((row) => {
    const { takenBackAt: at, takenBackBy: by, takenBackReason: reason } = row
    return {
      round: row.round,
      firmName: firms.get(row.firmId)?.name ?? '',
      capacity: row.capacity,
      verdict: row.verdict,
      decidedBy: names.get(row.decidedBy) ?? signerIn(row.authority),
      decidedAt: row.decidedAt,
      reason: row.reason,
      authority: row.authority,
      takenBack: at && by ? { by: names.get(by) ?? 'the same firm', at, reason: reason ?? '' } : null,
    }
  })
}

async function partsOf(tx: Tx, request: RequestRecord): Promise<RequestView['parts']> {
  const { environment, publishedVersion } = request
  if (publishedVersion === null) return []
  const { parts, reports, gone } = await listSaidOf(tx, environment, publishedVersion)
  return runsOf(parts, reports, gone)
}
