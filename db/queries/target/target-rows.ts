import { and, asc, eq, inArray, sql } from 'drizzle-orm'
import type { Protocol, TargetState } from '#domain/group/states.ts'
import type { Environment } from '#domain/reference/environment.ts'
import type { Tx } from '../../client.ts'
import { covers } from '../../schema/columns.ts'
import { firms } from '../../schema/firms.ts'
import { groups, groupTerms } from '../../schema/groups.ts'
import { sourceSessions } from '../../schema/sources.ts'
import { targetCredentials, targetSources, targets } from '../../schema/targets.ts'
import { isGoodAt, type TargetRecord } from './targets.ts'

/** A target with its group's name and protocol today; `protocol` null: the group has no terms in force. */
type ListedTarget = { target: TargetRecord; groupName: string; protocol: Protocol | null }

/** Targets that are not closed and that the reader sees, of an environment or of one group in it, by session id. */
export async function listTargets(
  tx: Tx,
  environment: Environment,
  now: Date,
  groupId?: string,
): Promise<ListedTarget[]> {
  return tx
    .select({ target: targets, groupName: groups.name, protocol: groupTerms.protocol })
    .from(targets)
    .innerJoin(groups, eq(groups.id, targets.groupId))
    .leftJoin(groupTerms, and(eq(groupTerms.groupId, targets.groupId), covers(groupTerms.during, now)))
    .where(
      and(
        eq(targets.environment, environment),
        sql`${targets.state} <> 'closed'`,
        groupId === undefined ? undefined : eq(targets.groupId, groupId),
      ),
    )
    .orderBy(asc(targets.sessionId))
}

/** A target with its group and that group's owner. */
type OwnedTarget = ListedTarget & { ownerId: string; ownerName: string }

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

/** The sources placed on these targets today, by name, with the feed that each comes from. */
export async function listPlacements(
  tx: Tx,
  targetIds: readonly string[],
  now: Date,
): Promise<{ targetId: string; name: string; feedId: string }[]> {
  if (targetIds.length === 0) return []
  return tx
    .select({
      targetId: targetSources.targetId,
      name: sql<string>`${sourceSessions.sessionCode} || ${sourceSessions.executionCode}`,
      feedId: sourceSessions.feedId,
    })
    .from(targetSources)
    .innerJoin(sourceSessions, eq(sourceSessions.id, targetSources.sourceId))
    .where(and(inArray(targetSources.targetId, [...targetIds]), covers(targetSources.during, now)))
    .orderBy(asc(sourceSessions.sessionCode), asc(sourceSessions.executionCode))
}

/** Those of these targets that a client can log on to now, because they have a credential in force. */
export async function listTargetsWithCredential(tx: Tx, targetIds: readonly string[], now: Date): Promise<Set<string>> {
  if (targetIds.length === 0) return new Set()
  const rows = await tx
    .selectDistinct({ targetId: targetCredentials.targetId })
    .from(targetCredentials)
    .where(and(inArray(targetCredentials.targetId, [...targetIds]), isGoodAt(now)))
  return new Set(rows.map((row) => row.targetId))
}
