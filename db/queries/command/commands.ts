import { desc, eq, lt, sql } from 'drizzle-orm'
import type { Tx } from '../../client.ts'
import { commands } from '../../schema/audit.ts'

/** Makes two sends of one form wait for each other: the second finds the answer of the first. */
export async function lockCommand(tx: Tx, id: string): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${id}, 0))`)
}

/** This person's last answered command from this form; other people's commands are not seen. */
export async function findNewestCommand(
  tx: Tx,
  id: string,
): Promise<Pick<typeof commands.$inferSelect, 'run' | 'inputDigest' | 'answer'> | undefined> {
  const [row] = await tx
    .select({ run: commands.run, inputDigest: commands.inputDigest, answer: commands.answer })
    .from(commands)
    .where(eq(commands.id, id))
    .orderBy(desc(commands.run))
    .limit(1)
  return row
}

/** @returns false when somebody else used the id */
export async function insertCommand(tx: Tx, row: typeof commands.$inferInsert): Promise<boolean> {
  const { count } = await tx.insert(commands).values(row).onConflictDoNothing()
  return count === 1
}

/** @returns how many there were */
export async function removeCommandsBefore(tx: Tx, before: Date): Promise<number> {
  const { count } = await tx.delete(commands).where(lt(commands.at, before))
  return count
}
