import { sql } from 'drizzle-orm'
import type { Tx } from '../../client.ts'

/** The reader of this transaction, as the policies see it; `firmId` null: the reader is of no firm. */
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
