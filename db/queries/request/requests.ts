import { and, asc, desc, eq, inArray, isNull, lte, ne, sql } from 'drizzle-orm'
import type { DraftDocument, RequestDocument } from '#domain/request/document.ts'
import { storedDraft } from '#domain/request/input.ts'
import { type Capacity, openStates, type RequestState } from '#domain/request/lifecycle.ts'
import type { Paper } from '#domain/request/paper.ts'
import type { MetBy, Party, Sheet, Slice } from '#domain/request/round.ts'
import type { Tx } from '../../client.ts'
import {
  decisions,
  requestDrafts,
  requestPapers,
  requestParties,
  requestRounds,
  requests,
} from '../../schema/requests.ts'
import { users } from '../../schema/users.ts'
import { paperColumns } from './papers.ts'

export type RequestRecord = typeof requests.$inferSelect
export type DecisionRecord = typeof decisions.$inferSelect
export type RoundRecord = {
  round: number
  submittedBy: string
  submittedAt: Date
  document: RequestDocument
  sheet: Sheet
  baseRevision: number
}
/** `authority`: the sentence signed for it by submitting, where that is its agreement. */
export type PartyRecord = Party & AskedAs & { authority: string | null }
/** When a round was submitted, and by whom: by id and by name. */
type AskedAs = { round: number; submittedAt: Date; submittedBy: string; submitter: string }

/** By the number in its address, as far as the transaction's person sees it. */
export async function findRequest(tx: Tx, number: number): Promise<RequestRecord | undefined> {
  const [row] = await tx.select().from(requests).where(eq(requests.number, number))
  return row
}

/** The row, locked: decisions of several parties come one after the other. */
export async function lockRequest(tx: Tx, id: string): Promise<RequestRecord> {
  const [row] = await tx.select().from(requests).where(eq(requests.id, id)).for('update')
  if (!row) throw new Error(`request ${id} is gone`)
  return row
}

export async function insertRequest(tx: Tx, row: typeof requests.$inferInsert): Promise<{ number: number }> {
  await tx.insert(requests).values(row)
  const [made] = await tx
    .select({ number: requests.number })
    .from(requests)
    .where(eq(requests.id, row.id ?? ''))
  if (!made) throw new Error('the request just made is not to be seen')
  return made
}

/** Any change counts the version up. */
export async function saveRequest(tx: Tx, id: string, patch: Partial<typeof requests.$inferInsert>): Promise<void> {
  await tx
    .update(requests)
    .set({ ...patch, version: sql`${requests.version} + 1` })
    .where(eq(requests.id, id))
}

export async function deleteRequest(tx: Tx, id: string): Promise<void> {
  await tx.delete(requests).where(eq(requests.id, id))
}

/** A request of the group that is on its way, other than this one. */
export async function findOpenRequest(tx: Tx, groupId: string, exceptId: string): Promise<number | undefined> {
  const [row] = await tx
    .select({ number: requests.number })
    .from(requests)
    .where(and(eq(requests.groupId, groupId), ne(requests.id, exceptId), inArray(requests.state, [...openStates])))
  return row?.number
}

/** Numbers of requests by id, as far as they are seen. */
export async function listRequestNumbers(tx: Tx, ids: readonly string[]): Promise<Map<string, number>> {
  if (ids.length === 0) return new Map()
  const rows = await tx
    .select({ id: requests.id, number: requests.number })
    .from(requests)
    .where(inArray(requests.id, [...new Set(ids)]))
  return new Map(rows.map((row) => [row.id, row.number]))
}

export async function listByState(tx: Tx, state: RequestState): Promise<RequestRecord[]> {
  return tx.select().from(requests).where(eq(requests.state, state)).orderBy(requests.number)
}

export async function listExpired(tx: Tx, states: readonly RequestState[], now: Date): Promise<RequestRecord[]> {
  return tx
    .select()
    .from(requests)
    .where(and(inArray(requests.state, [...states]), lte(requests.expiresAt, now)))
    .orderBy(requests.number)
}

export type DraftRecord = {
  document: DraftDocument
  savedBy: string
  savedByName: string
  savedAt: Date
  version: number
  /** what the firm signed, where the exchange enters the request on its behalf */
  paper: Paper | null
}

export async function findDraft(tx: Tx, requestId: string): Promise<DraftRecord | undefined> {
  const [row] = await tx
    .select({ draft: requestDrafts, savedByName: users.name, paper: paperColumns })
    .from(requestDrafts)
    .leftJoin(users, eq(users.id, requestDrafts.savedBy))
    .leftJoin(requestPapers, eq(requestPapers.id, requestDrafts.paperId))
    .where(eq(requestDrafts.requestId, requestId))
  if (!row) return undefined
  const { document, savedBy, savedAt, version } = row.draft
  const { savedByName, paper } = row
  return { document: storedDraft.parse(document), savedBy, savedByName: savedByName ?? '', savedAt, version, paper }
}

export async function insertDraft(tx: Tx, row: typeof requestDrafts.$inferInsert): Promise<void> {
  await tx.insert(requestDrafts).values(row)
}

/** @returns false when somebody saved it since `version` was read */
export async function saveDraftDocument(
  tx: Tx,
  requestId: string,
  version: number,
  row: { document: DraftDocument; savedBy: string; savedAt: Date },
): Promise<boolean> {
  const { count } = await tx
    .update(requestDrafts)
    .set({ ...row, version: version + 1 })
    .where(and(eq(requestDrafts.requestId, requestId), eq(requestDrafts.version, version)))
  return count === 1
}

export async function insertRound(tx: Tx, row: typeof requestRounds.$inferInsert): Promise<void> {
  await tx.insert(requestRounds).values(row)
}

/** A frozen round; for readers other than owner and exchange there is none, only their slices. */
export async function findRound(tx: Tx, requestId: string, round: number): Promise<RoundRecord | undefined> {
  const [row] = await tx
    .select()
    .from(requestRounds)
    .where(and(eq(requestRounds.requestId, requestId), eq(requestRounds.round, round)))
  if (!row) return undefined
  // Both columns are written by `insertRound` alone, from these types, and never changed.
  return { ...row, document: row.document as RequestDocument, sheet: row.sheet as Sheet }
}

export async function insertParties(
  tx: Tx,
  request: { id: string; ownerId: string },
  asked: AskedAs,
  parties: readonly (Party & Pick<PartyRecord, 'authority'>)[],
): Promise<void> {
  if (parties.length === 0) return
  await tx
    .insert(requestParties)
    .values(parties.map((party) => ({ ...party, ...asked, requestId: request.id, ownerId: request.ownerId })))
}

export async function listParties(tx: Tx, requestId: string, round: number): Promise<PartyRecord[]> {
  const rows = await tx
    .select()
    .from(requestParties)
    .where(and(eq(requestParties.requestId, requestId), eq(requestParties.round, round)))
    .orderBy(requestParties.capacity, requestParties.firmId)
  // The slice is written by `insertParties` alone, from this type, and never changed.
  return rows.map((row) => ({ ...row, slice: row.slice as Slice }))
}

export async function setPartyMet(
  tx: Tx,
  key: { requestId: string; round: number; firmId: string; capacity: Capacity },
  metBy: MetBy | null,
): Promise<void> {
  await tx
    .update(requestParties)
    .set({ metBy })
    .where(
      and(
        eq(requestParties.requestId, key.requestId),
        eq(requestParties.round, key.round),
        eq(requestParties.firmId, key.firmId),
        eq(requestParties.capacity, key.capacity),
      ),
    )
}

export async function insertDecision(tx: Tx, row: typeof decisions.$inferInsert): Promise<void> {
  await tx.insert(decisions).values(row)
}

/** Decisions of all rounds that stand, newest first. */
export async function listStandingDecisions(tx: Tx, requestId: string): Promise<DecisionRecord[]> {
  return tx
    .select()
    .from(decisions)
    .where(and(eq(decisions.requestId, requestId), isNull(decisions.takenBackAt)))
    .orderBy(desc(decisions.decidedAt))
}

export async function takeDecisionBack(
  tx: Tx,
  decisionId: string,
  row: { takenBackAt: Date; takenBackBy: string; takenBackReason: string },
): Promise<void> {
  await tx.update(decisions).set(row).where(eq(decisions.id, decisionId))
}

/** A party that has still to answer, with what bars a person from answering. */
type OpenParty = {
  number: number
  firmId: string
  capacity: Capacity
  submittedBy: string
  draftedOnBehalfBy: string | null
}

/** Parties of this firm that have still to answer in requests that are under way. With the system's sight: rounds are their owner's. */
export async function listOpenParties(tx: Tx, firmId: string): Promise<OpenParty[]> {
  const rows = await tx
    .select({
      number: requests.number,
      firmId: requestParties.firmId,
      capacity: requestParties.capacity,
      submittedBy: requestRounds.submittedBy,
      draftedBy: requests.draftedBy,
      onBehalf: requests.onBehalf,
    })
    .from(requestParties)
    .innerJoin(requests, and(eq(requests.id, requestParties.requestId), eq(requests.round, requestParties.round)))
    .innerJoin(requestRounds, and(eq(requestRounds.requestId, requests.id), eq(requestRounds.round, requests.round)))
    .where(
      and(
        eq(requestParties.firmId, firmId),
        isNull(requestParties.metBy),
        inArray(requests.state, ['with-firms', 'with-gam']),
      ),
    )
    .orderBy(asc(requests.number))
  return rows.map(({ draftedBy, onBehalf, ...row }) => ({ ...row, draftedOnBehalfBy: onBehalf ? draftedBy : null }))
}
