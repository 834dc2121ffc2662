import { and, asc, eq, inArray, sql } from 'drizzle-orm'
import type { Tx } from '../../client.ts'
import { covers } from '../../schema/columns.ts'
import { groupSources } from '../../schema/groups.ts'
import { sourceSessions } from '../../schema/sources.ts'

/** In how many groups each of these sources is today, by its id; as far as the reader sees them. */
export async function countGroupsOfSources(
  tx: Tx,
  sourceIds: readonly string[],
  now: Date,
): Promise<Map<string, number>> {
  if (sourceIds.length === 0) return new Map()
  const rows = await tx
    .select({ sourceId: groupSources.sourceId, groups: sql<number>`count(*)::int` })
    .from(groupSources)
    .where(and(inArray(groupSources.sourceId, [...sourceIds]), covers(groupSources.during, now)))
    .groupBy(groupSources.sourceId)
  return new Map(rows.map((row) => [row.sourceId, row.groups]))
}

/** Sources that left a group, and when. One that came back and left again is listed twice, the last time last. */
export async function listEndedMembers(tx: Tx, groupId: string): Promise<{ name: string; until: Date }[]> {
  const rows = await tx
    .select({
      name: sql<string>`${sourceSessions.sessionCode} || ${sourceSessions.executionCode}`,
      during: groupSources.during,
    })
    .from(groupSources)
    .innerJoin(sourceSessions, eq(sourceSessions.id, groupSources.sourceId))
    .where(and(eq(groupSources.groupId, groupId), sql`not upper_inf(${groupSources.during})`))
    .orderBy(asc(sql`upper(${groupSources.during})`))
  return rows.flatMap(({ name, during }) => (during.until ? [{ name, until: during.until }] : []))
}
