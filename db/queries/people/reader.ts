import { sql } from 'drizzle-orm'
import type { Tx } from '../../client.ts'

/** Who reads in this transaction, as the policies judge it; `firmId` null: nobody of a firm. */
export async function findReader(tx: Tx): Promise<{ firmId: string | null; seesAll: boolean }> {
  const [reader] = await tx.execute<{ firm: string | null; all: boolean }>(
    sql`select dc.actor_firm() as firm, dc.sees_all() as all`,
  )
  return { firmId: reader?.firm ?? null, seesAll: reader?.all ?? false }
}

/** The name of the reader's firm. */
export async function findReadersFirmName(tx: Tx): Promise<string | undefined> {
  const [row] = await tx.execute<{ name: string }>(sql`select name from dc.firms where id = dc.actor_firm()`)
  return row?.name
}
