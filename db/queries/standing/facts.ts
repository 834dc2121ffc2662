import { and, asc, eq, inArray, isNull, max, sql } from 'drizzle-orm'
import type { GroupState } from '#domain/group/states.ts'
import type { Environment } from '#domain/reference/environment.ts'
import type { Tx } from '../../client.ts'
import { at, covers } from '../../schema/columns.ts'
import { firms } from '../../schema/firms.ts'
import { groupSources, groups } from '../../schema/groups.ts'
import { observedAlarms, observedTargets } from '../../schema/observed.ts'
import { sourceSessions } from '../../schema/sources.ts'
import { sourceStops } from '../../schema/stops.ts'
import { targetCredentials, targetSources, targets } from '../../schema/targets.ts'
import { users } from '../../schema/users.ts'
import { type Connectors, ledgerOf, ledgerSums, reportedBy } from '../connector/reported.ts'
import { isGoodAt, type TargetRecord } from '../target/targets.ts'

const sourceName = sql<string>`${sourceSessions.sessionCode} || ${sourceSessions.executionCode}`

/** What standings are made of, for some groups at once; over `asJobs` or with the system's sight. */
type Ids = readonly string[]

/** Those of these groups that are neither closed nor abandoned. */
export async function listStandingGroups(
  tx: Tx,
  ids: Ids,
): Promise<{ id: string; environment: Environment; ownerId: string; state: GroupState }[]> {
  return tx
    .select({ id: groups.id, environment: groups.environment, ownerId: groups.ownerId, state: groups.state })
    .from(groups)
    .where(and(sql`${groups.id} = any(${uuidsOf(ids)})`, sql`${groups.state} not in ('closed', 'abandoned')`))
}

type StandingTarget = {
  target: TargetRecord
  /** Null where the exchange's people did: firms do not read their names. */
  pauserName: string | null
  /** Until when a client can log on with what it has; undefined: it cannot, null: for good. */
  goodUntil: Date | null | undefined
  feedIds: string[]
  sources: number
  heard: number
}

/** Targets of these groups that are not closed, with the feeds behind the sources that each carries now. */
export async function listStandingTargets(
  tx: Tx,
  environment: Environment,
  connectors: Connectors,
  groupIds: Ids,
  now: Date,
): Promise<StandingTarget[]> {
  const carried = tx
    .select({
      targetId: targetSources.targetId,
      feedIds: sql<string[]>`array_agg(distinct ${sourceSessions.feedId})`.as('feed_ids'),
      sources: sql<number>`count(*)::int`.as('sources'),
      heard: sql<number>`count(*) filter (where heard.any)::int`.as('heard'),
    })
    .from(targetSources)
    .innerJoin(sourceSessions, eq(sourceSessions.id, targetSources.sourceId))
    .leftJoin(sql`lateral (${isHeard(sourceName, environment, connectors)}) heard`, sql`true`)
    .where(and(sql`${targetSources.groupId} = any(${uuidsOf(groupIds)})`, covers(targetSources.during, now)))
    .groupBy(targetSources.targetId)
    .as('carried')
  const good = tx
    .select({
      targetId: targetCredentials.targetId,
      isForGood: sql<boolean>`bool_or(${targetCredentials.expiresAt} is null)`.as('is_for_good'),
      until: max(targetCredentials.expiresAt).as('until'),
    })
    .from(targetCredentials)
    .where(isGoodAt(now))
    .groupBy(targetCredentials.targetId)
    .as('good')
  const rows = await tx
    .select({
      target: targets,
      pauserName: users.name,
      isForGood: good.isForGood,
      until: good.until,
      feedIds: carried.feedIds,
      sources: carried.sources,
      heard: carried.heard,
    })
    .from(targets)
    .innerJoin(groups, eq(groups.id, targets.groupId))
    .leftJoin(users, and(eq(users.id, targets.pausedBy), eq(users.firmId, groups.ownerId)))
    .leftJoin(carried, eq(carried.targetId, targets.id))
    .leftJoin(good, eq(good.targetId, targets.id))
    .where(and(sql`${targets.groupId} = any(${uuidsOf(groupIds)})`, sql`${targets.state} <> 'closed'`))
    .orderBy(asc(targets.sessionId))
  return rows.map(({ target, pauserName, isForGood, until, feedIds, sources, heard }) => ({
    target,
    pauserName,
    goodUntil: isForGood === null ? undefined : isForGood ? null : until,
    feedIds: feedIds ?? [],
    sources: sources ?? 0,
    heard: heard ?? 0,
  }))
}

/** The last reports on these targets, without the copies that they hold. */
export async function listTargetReports(tx: Tx, environment: Environment, connectors: Connectors, sessionIds: Ids) {
  if (sessionIds.length === 0) return []
  const { sessionId, state, active, waiting, lateMs, resend, lastSentAt, at } = observedTargets
  return tx
    .select({ sessionId, state, active, waiting, lateMs, resend, lastSentAt, at })
    .from(observedTargets)
    .where(and(reportedBy(observedTargets, environment, connectors), sql`${sessionId} = any(${textsOf(sessionIds)})`))
}

/** Alarms about feeds and targets that these connectors have raised and not ended, the oldest first. */
export const listObjectAlarms = (tx: Tx, environment: Environment, connectors: Connectors) =>
  tx
    .select()
    .from(observedAlarms)
    .where(and(reportedBy(observedAlarms, environment, connectors), inArray(observedAlarms.kind, ['feed', 'target'])))
    .orderBy(observedAlarms.since)

/** Alarms about feeds and targets of every connector, whether it leads or has led. */
export const listEveryObjectAlarm = (tx: Tx) =>
  tx
    .select()
    .from(observedAlarms)
    .where(inArray(observedAlarms.kind, ['feed', 'target']))
    .orderBy(observedAlarms.since, observedAlarms.objectId, observedAlarms.code)

/** Sums of a ledger; `filteredBy`: how many by reason, an object for each row that has reasons. */
type LedgerSums = {
  received: number
  delivered: number
  filtered: number
  waiting: number
  held: number
  expired: number
  filteredBy: Record<string, number>[] | null
}

/** The ledger of the present trading week of these targets. */
export async function sumLedgerOfTargets(
  tx: Tx,
  environment: Environment,
  connectors: Connectors,
  sessionIds: Ids,
): Promise<(LedgerSums & { sessionId: string })[]> {
  if (sessionIds.length === 0) return []
  return tx.execute<LedgerSums & { sessionId: string }>(sql`
    select l.session_id as "sessionId", ${ledgerSums}
    from dc.observed_ledger l
    where ${ledgerOf(environment, connectors)} and l.session_id = any(${textsOf(sessionIds)})
    group by l.session_id`)
}

/** A guarantor's part of a group: its own sessions and their figures. */
type GuarantorPart = { groupId: string; firmId: string; firmName: string; sources: number; heard: number } & LedgerSums

/** What each guarantor of these groups sees of them: figures of the sources that it guarantees today. */
export async function listGuarantorParts(
  tx: Tx,
  environment: Environment,
  connectors: Connectors,
  groupIds: Ids,
  now: Date,
): Promise<GuarantorPart[]> {
  return tx.execute<GuarantorPart>(sql`
    with sight as (
      select v.group_id, v.firm_id, f.name as firm_name, v.sessions from dc.visible_groups v
      join dc.groups g on g.id = v.group_id and g.owner_id <> v.firm_id
      join dc.firms f on f.id = v.firm_id
      where v.reason = 'guarantor' and v.group_id = any(${uuidsOf(groupIds)})),
    own as (
      select sg.firm_id, sg.source_id, s.session_code || s.execution_code as name from dc.source_guarantors sg
      join dc.source_sessions s on s.id = sg.source_id
      where sg.firm_id in (select firm_id from sight) and sg.during @> ${at(now)}),
    present as (
      select i.group_id, i.firm_id, count(*)::int as sources, count(*) filter (where heard.any)::int as heard from sight i
      join dc.group_sources gs on gs.group_id = i.group_id and gs.during @> ${at(now)}
      join own on own.firm_id = i.firm_id and own.source_id = gs.source_id
      left join lateral (${isHeard(sql`own.name`, environment, connectors)}) heard on true
      group by i.group_id, i.firm_id),
    figures as (
      select i.group_id, i.firm_id, ${ledgerSums} from sight i
      join dc.observed_ledger l on l.session_id = any(i.sessions) and ${ledgerOf(environment, connectors)}
      join own on own.firm_id = i.firm_id and own.name = l.source_id
      group by i.group_id, i.firm_id)
    select i.group_id as "groupId", i.firm_id as "firmId", i.firm_name as "firmName", coalesce(p.sources, 0) as sources,
      coalesce(p.heard, 0) as heard, coalesce(f.received, 0) as received, coalesce(f.delivered, 0) as delivered,
      coalesce(f.filtered, 0) as filtered, coalesce(f.waiting, 0) as waiting, coalesce(f.held, 0) as held,
      coalesce(f.expired, 0) as expired, f."filteredBy"
    from sight i
    left join present p on p.group_id = i.group_id and p.firm_id = i.firm_id
    left join figures f on f.group_id = i.group_id and f.firm_id = i.firm_id`)
}

/** How many sources these groups have now, and of how many something was received this trading week. */
export async function countMembers(
  tx: Tx,
  environment: Environment,
  connectors: Connectors,
  groupIds: Ids,
  now: Date,
): Promise<Map<string, { sources: number; heard: number }>> {
  const rows = await tx
    .select({
      groupId: groupSources.groupId,
      sources: sql<number>`count(*)::int`,
      heard: sql<number>`count(*) filter (where heard.any)::int`,
    })
    .from(groupSources)
    .innerJoin(sourceSessions, eq(sourceSessions.id, groupSources.sourceId))
    .leftJoin(sql`lateral (${isHeard(sourceName, environment, connectors)}) heard`, sql`true`)
    .where(and(sql`${groupSources.groupId} = any(${uuidsOf(groupIds)})`, covers(groupSources.during, now)))
    .groupBy(groupSources.groupId)
  return new Map(rows.map(({ groupId, ...counts }) => [groupId, counts]))
}

/** Whether something was received of the source so named. */
const isHeard = (name: ReturnType<typeof sql>, environment: Environment, connectors: Connectors) => sql`
  select true as any from dc.observed_sources o where o.environment = ${environment}
    and (o.shard, o.connector) in (${pairsOf(connectors)}) and o.source_id = ${name} and o.received > 0 limit 1`

const pairsOf = (connectors: Connectors) =>
  connectors.length === 0
    ? sql`select null::text, null::text where false`
    : sql.join(
        connectors.map(({ shard, connector }) => sql`(${shard}, ${connector})`),
        sql`, `,
      )

/** Sources of these groups that were stopped for want of a consent and are not back, with the firm that it is about. */
export const listStandingStops = (tx: Tx, groupIds: Ids) =>
  tx
    .select({
      groupId: sourceStops.groupId,
      firmId: sourceStops.firmId,
      firmName: firms.name,
      source: sourceName,
    })
    .from(sourceStops)
    .innerJoin(sourceSessions, eq(sourceSessions.id, sourceStops.sourceId))
    .leftJoin(firms, eq(firms.id, sourceStops.firmId))
    .where(
      and(
        sql`${sourceStops.groupId} = any(${uuidsOf(groupIds)})`,
        eq(sourceStops.cause, 'no-consent'),
        isNull(sourceStops.liftedAt),
      ),
    )
    .orderBy(asc(sourceSessions.sessionCode), asc(sourceSessions.executionCode), asc(firms.name))

/** One parameter for a list of ids, so that lists of any length are one statement. */
const textsOf = (ids: Ids) => sql`${`{${ids.join(',')}}`}::text[]`
const uuidsOf = (ids: Ids) => sql`${`{${ids.join(',')}}`}::uuid[]`
