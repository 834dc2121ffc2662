import { and, eq, sql } from 'drizzle-orm'
import type { Paper } from '#domain/request/paper.ts'
import type { Tx } from '../../client.ts'
import { requestDrafts, requestPapers, requestRounds } from '../../schema/requests.ts'

/** All columns but the content. */
export const paperColumns = {
  id: requestPapers.id,
  name: requestPapers.name,
  type: requestPapers.type,
  bytes: requestPapers.bytes,
  digest: requestPapers.digest,
}

/** A paper of this request with its content, as far as the reader may read it. */
export async function findPaperOf(
  tx: Tx,
  requestId: string,
  paperId: string,
): Promise<(Paper & { content: Buffer }) | undefined> {
  const [row] = await tx
    .select({ ...paperColumns, content: requestPapers.content })
    .from(requestPapers)
    .where(and(eq(requestPapers.id, paperId), eq(requestPapers.requestId, requestId)))
  return row
}

export async function insertPaper(tx: Tx, row: typeof requestPapers.$inferInsert): Promise<void> {
  await tx.insert(requestPapers).values(row)
}

/** Give the draft this paper, or none. @returns false when somebody has saved the draft since this version was read */
export async function saveDraftPaper(
  tx: Tx,
  requestId: string,
  version: number,
  row: { paperId: string | null; savedBy: string; savedAt: Date },
): Promise<boolean> {
  const rows = await tx
    .update(requestDrafts)
    .set({ ...row, version: sql`${requestDrafts.version} + 1` })
    .where(and(eq(requestDrafts.requestId, requestId), eq(requestDrafts.version, version)))
    .returning({ id: requestDrafts.requestId })
  return rows.length > 0
}

/** Delete a paper that no round was submitted with; a submitted paper stays for good. */
export async function deletePaper(tx: Tx, id: string): Promise<void> {
  const submitted = tx.select({ id: requestRounds.paperId }).from(requestRounds).where(eq(requestRounds.paperId, id))
  await tx.delete(requestPapers).where(and(eq(requestPapers.id, id), sql`not exists ${submitted}`))
}
