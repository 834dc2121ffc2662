import { and, eq, sql } from 'drizzle-orm'
import type { Tx } from '../client.ts'
import { commands } from '../schema/audit.ts'

/** Two sends of one form wait for each other: the second finds the answer of the first. */
export async function lockCommand(tx: Tx, id: string): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${id}, 0))`)
}

/** What this person was answered when they sent this form with this content; other people's answers are not seen. */
export async function findCommand(tx: Tx, id: string, inputDigest: string): Promise<{ answer: unknown } | undefined> {
  const [row] = await tx
    .select({ answer: commands.answer })
    .from(commands)
    .where(and(eq(commands.id, id), eq(commands.inputDigest, inputDigest)))
  return row
}

/** @returns false when somebody else used the id */
export async function insertCommand(tx: Tx, row: typeof commands.$inferInsert): Promise<boolean> {
  const { count } = await tx.insert(commands).values(row).onConflictDoNothing()
  return count === 1
}
