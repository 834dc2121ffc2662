import { and, desc, eq } from 'drizzle-orm'
import type { Environment } from '#domain/reference/environment.ts'
import type { RecentCopy } from '#domain/status/observed.ts'
import type { Tx } from '../../client.ts'
import { observedTargets } from '../../schema/observed.ts'

/**
 * The newest copies of a target as its connector last reported them, newest first. Content of messages: a page
 * asks only for people of the target's owner.
 */
export async function listRecentCopies(tx: Tx, environment: Environment, sessionId: string): Promise<RecentCopy[]> {
  const [row] = await tx
    .select({ recent: observedTargets.recent })
    .from(observedTargets)
    .where(and(eq(observedTargets.environment, environment), eq(observedTargets.sessionId, sessionId)))
    .orderBy(desc(observedTargets.at))
    .limit(1)
  return row?.recent ?? []
}
