import { and, asc, eq, inArray, sql } from 'drizzle-orm'
import type { Protocol, TargetState } from '#domain/group/states.ts'
import type { Tx } from '../../client.ts'
import { covers } from '../../schema/columns.ts'
import { firms } from '../../schema/firms.ts'
import { groups, groupTerms } from '../../schema/groups.ts'
import { sourceSessions } from '../../schema/sources.ts'
import { targetSources, targets } from '../../schema/targets.ts'
import type { TargetRecord } from './targets.ts'

/** A target with its group and that group's owner. */
type OwnedTarget = {
  target: TargetRecord
  groupName: string
  ownerId: string
  ownerName: string
  /** Null: the group has no terms in force. */
  protocol: Protocol | null
}

/**
 * Every target that is in one of these states, of all environments, by session id. Over `asJobs`: the operator's sight.
 */
export async function listAllTargets(tx: Tx, states: readonly TargetState[], now: Date): Promise<OwnedTarget[]> {
  return tx
    .select({
      target: targets,
      groupName: groups.name,
      ownerId: firms.id,
      ownerName: firms.name,
      protocol: groupTerms.protocol,
    })
    .from(targets)
    .innerJoin(groups, eq(groups.id, targets.groupId))
    .innerJoin(firms, eq(firms.id, groups.ownerId))
    .leftJoin(groupTerms, and(eq(groupTerms.groupId, targets.groupId), covers(groupTerms.during, now)))
    .where(inArray(targets.state, [...states]))
    .orderBy(asc(targets.sessionId))
}

/** The session on which each source of a group is delivered today, by the source's id. */
export async function listPlacementsOfGroup(tx: Tx, groupId: string, now: Date): Promise<Map<string, string>> {
  const rows = await tx
    .select({ sourceId: targetSources.sourceId, sessionId: targets.sessionId })
    .from(targetSources)
    .innerJoin(targets, eq(targets.id, targetSources.targetId))
    .where(and(eq(targetSources.groupId, groupId), covers(targetSources.during, now)))
  return new Map(rows.map((row) => [row.sourceId, row.sessionId]))
}

/** The names of the sources placed on a target today. */
export async function listSourcesOnTarget(tx: Tx, targetId: string, now: Date): Promise<string[]> {
  const rows = await tx
    .select({ name: sql<string>`${sourceSessions.sessionCode} || ${sourceSessions.executionCode}` })
    .from(targetSources)
    .innerJoin(sourceSessions, eq(sourceSessions.id, targetSources.sourceId))
    .where(and(eq(targetSources.targetId, targetId), covers(targetSources.during, now)))
    .orderBy(asc(sourceSessions.sessionCode), asc(sourceSessions.executionCode))
  return rows.map((row) => row.name)
}
