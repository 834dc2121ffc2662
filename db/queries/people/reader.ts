import { sql } from 'drizzle-orm'
import type { Tx } from '../../client.ts'

/** The firm of this transaction's reader, as the policies see it; null: the reader is of no firm, or disabled. */
export async function findReadersFirm(tx: Tx): Promise<string | null> {
  const [reader] = await tx.execute<{ firm: string | null }>(sql`select dc.actor_firm() as firm`)
  return reader?.firm ?? null
}
