import { and, eq, inArray, lte, ne, sql } from 'drizzle-orm'
import type { DraftDocument, RequestDocument } from '#domain/request/document.ts'
import { storedDraft } from '#domain/request/input.ts'
import { openStates, type RequestState } from '#domain/request/lifecycle.ts'
import type { Paper } from '#domain/request/paper.ts'
import type { Sheet } from '#domain/request/round.ts'
import type { Tx } from '../../client.ts'
import { requestDrafts, requestPapers, requestRounds, requests } from '../../schema/requests.ts'
import { users } from '../../schema/users.ts'
import { paperColumns } from './papers.ts'

export type RequestRecord = typeof requests.$inferSelect
export type RoundRecord = {
  round: number
  submittedBy: string
  submittedAt: Date
  document: RequestDocument
  sheet: Sheet
  baseRevision: number
}

/** The request with this number, as far as the transaction's person sees it. */
export async function findRequest(tx: Tx, number: number): Promise<RequestRecord | undefined> {
  const [row] = await tx.select().from(requests).where(eq(requests.number, number))
  return row
}

/** The locked row: decisions of several parties wait for each other. */
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

/** Every change raises the version by one. */
export async function saveRequest(tx: Tx, id: string, patch: Partial<typeof requests.$inferInsert>): Promise<void> {
  await tx
    .update(requests)
    .set({ ...patch, version: sql`${requests.version} + 1` })
    .where(eq(requests.id, id))
}

export async function deleteRequest(tx: Tx, id: string): Promise<void> {
  await tx.delete(requests).where(eq(requests.id, id))
}

/** Another request of the group that is under way. */
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

/** @returns false when somebody has saved it since `version` was read */
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
  // Only `insertRound` writes the two columns, from these types, and they never change.
  return { ...row, document: row.document as RequestDocument, sheet: row.sheet as Sheet }
}
