import { sql } from 'drizzle-orm'
import type { Tx } from '../../client.ts'

/** The one instant of this transaction, which its rows, the policies and the views all use. */
export async function transactionInstant(tx: Tx): Promise<Date> {
  const [row] = await tx.execute<{ now: string }>(sql`select current_setting('dc.now') as now`)
  if (!row) throw new Error('the transaction has no instant')
  return new Date(row.now)
}
