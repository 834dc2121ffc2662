import { and, asc, eq, sql } from 'drizzle-orm'
import type { Level } from '#domain/group/states.ts'
import type { Environment } from '#domain/reference/environment.ts'
import type { Tx } from '../../client.ts'
import { covers } from '../../schema/columns.ts'
import { firms } from '../../schema/firms.ts'
import { groupSources, groups, groupTerms } from '../../schema/groups.ts'
import { sourceSessions } from '../../schema/sources.ts'
import type { GroupRecord } from './groups.ts'

/** A group with its owner and the level of its terms today; null: it has none in force. */
type ListedGroup = { group: GroupRecord; ownerName: string; level: Level | null }

/** Every group of an environment that the reader sees, by name. */
export async function listGroups(tx: Tx, environment: Environment, now: Date): Promise<ListedGroup[]> {
  return tx
    .select({ group: groups, ownerName: firms.name, level: groupTerms.level })
    .from(groups)
    .innerJoin(firms, eq(firms.id, groups.ownerId))
    .leftJoin(groupTerms, and(eq(groupTerms.groupId, groups.id), covers(groupTerms.during, now)))
    .where(eq(groups.environment, environment))
    .orderBy(asc(groups.name))
}

/** The names of the sources of all groups of an environment today. */
export async function listMemberNames(
  tx: Tx,
  environment: Environment,
  now: Date,
): Promise<{ groupId: string; name: string }[]> {
  return tx
    .select({
      groupId: groupSources.groupId,
      name: sql<string>`${sourceSessions.sessionCode} || ${sourceSessions.executionCode}`,
    })
    .from(groupSources)
    .innerJoin(sourceSessions, eq(sourceSessions.id, groupSources.sourceId))
    .where(and(eq(groupSources.environment, environment), covers(groupSources.during, now)))
}

/** In how many groups of an environment each source is today, by its id. */
export async function countGroupsOfSources(tx: Tx, environment: Environment, now: Date): Promise<Map<string, number>> {
  const rows = await tx
    .select({ sourceId: groupSources.sourceId, groups: sql<number>`count(*)::int` })
    .from(groupSources)
    .where(and(eq(groupSources.environment, environment), covers(groupSources.during, now)))
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
