import { and, asc, desc, eq, gt, inArray, isNull, max, or, type SQL, sql } from 'drizzle-orm'
import type { Environment } from '#domain/reference/environment.ts'
import type { SourceFigures } from '#domain/status/source.ts'
import type { ReportedFeedState } from '#domain/status/words.ts'
import type { Tx } from '../../client.ts'
import {
  observedAlarms,
  observedFeeds,
  observedRefusedLogons,
  observedSources,
  observedTargets,
} from '../../schema/observed.ts'
import { sourceSessions } from '../../schema/sources.ts'
import type { ConnectorRecord } from './session-commands.ts'

/** Rows of the connectors' last reports, as far as the reader sees them. */
type AlarmRow = typeof observedAlarms.$inferSelect
export type ReportedTarget = typeof observedTargets.$inferSelect
export type ReportedFeed = typeof observedFeeds.$inferSelect

export type Connectors = readonly Pick<ConnectorRecord, 'shard' | 'connector' | 'week'>[]
type Connector = Pick<ConnectorRecord, 'environment' | 'shard' | 'connector'>

/** Alarms that these connectors have raised and not ended, the oldest first, up to `most`. */
export const listAlarms = (
  tx: Tx,
  environment: Environment,
  connectors: Connectors,
  most: number,
): Promise<AlarmRow[]> =>
  tx
    .select()
    .from(observedAlarms)
    .where(reportedBy(observedAlarms, environment, connectors))
    .orderBy(observedAlarms.since, observedAlarms.objectId)
    .limit(most)

export const countAlarms = (tx: Tx, environment: Environment, connectors: Connectors): Promise<number> =>
  tx.$count(observedAlarms, reportedBy(observedAlarms, environment, connectors))

/** The last report on a target, with its newest copies; undefined: nothing was reported of it. */
export async function findReportedTarget(
  tx: Tx,
  environment: Environment,
  connectors: Connectors,
  sessionId: string,
): Promise<ReportedTarget | undefined> {
  const [row] = await tx
    .select()
    .from(observedTargets)
    .where(and(reportedBy(observedTargets, environment, connectors), eq(observedTargets.sessionId, sessionId)))
  return row
}

/** Targets of every connector, whether it leads or has led. */
export const listEveryReportedTarget = (tx: Tx): Promise<ReportedTarget[]> => tx.select().from(observedTargets)

export const listEveryReportedFeed = (tx: Tx): Promise<ReportedFeed[]> => tx.select().from(observedFeeds)

/** Figures of the sources so named, by name, as far as the reader sees them. */
export async function listSourceFigures(
  tx: Tx,
  environment: Environment,
  connectors: Connectors,
  names: readonly string[],
): Promise<Map<string, SourceFigures>> {
  if (names.length === 0) return new Map()
  const { sourceId, received, highest, aside, duplicates, lastReceivedAt } = observedSources
  const sum = (column: typeof received) => sql<number>`sum(${column})::float8`
  const rows = await tx
    .select({
      name: sourceId,
      received: sum(received),
      highest: sql<number>`max(${highest})::float8`,
      aside: sum(aside),
      duplicates: sum(duplicates),
      lastReceivedAt: max(lastReceivedAt),
    })
    .from(observedSources)
    .where(and(reportedBy(observedSources, environment, connectors), inArray(sourceId, [...names])))
    .groupBy(sourceId)
  return new Map(rows.map(({ name, ...figures }) => [name, figures]))
}

/** Only for the exchange. */
export const listReportedFeeds = (tx: Tx, environment: Environment, connectors: Connectors): Promise<ReportedFeed[]> =>
  tx
    .select()
    .from(observedFeeds)
    .where(reportedBy(observedFeeds, environment, connectors))
    .orderBy(observedFeeds.feedId)

type Reported = typeof observedTargets | typeof observedSources | typeof observedFeeds | typeof observedAlarms

/** Rows of these connectors; none where there are no connectors. */
export const reportedBy = (table: Reported, environment: Environment, connectors: Connectors) =>
  and(
    eq(table.environment, environment),
    anyOf(connectors.map(({ shard, connector }) => and(eq(table.shard, shard), eq(table.connector, connector)))),
  )

const anyOf = (conditions: readonly (SQL | undefined)[]): SQL | undefined =>
  conditions.length === 0 ? sql`false` : or(...conditions)

/** Rows of the ledger `l` of the trading week that each connector is in. */
export const ledgerOf = (environment: Environment, connectors: Connectors): SQL =>
  sql`l.environment = ${environment} and (${sql.join(
    connectors.length === 0
      ? [sql`false`]
      : connectors.map(
          ({ shard, connector, week }) =>
            sql`(l.shard = ${shard} and l.connector = ${connector}${week === null ? sql`` : sql` and l.week = ${week}`})`,
        ),
    sql` or `,
  )})`

/** Figures of a source on a target; `filteredBy`: how many by reason, an object a segment. */
type LedgerRow = {
  sessionId: string
  sourceId: string
  received: number
  delivered: number
  filtered: number
  waiting: number
  held: number
  expired: number
  filteredBy: Record<string, number>[] | null
}

/** The ledger of the trading week that each connector is in, of these targets, summed over segments. */
export async function listLedger(
  tx: Tx,
  environment: Environment,
  connectors: Connectors,
  sessionIds: readonly string[],
): Promise<LedgerRow[]> {
  if (sessionIds.length === 0) return []
  return tx.execute<LedgerRow>(sql`
    select l.session_id as "sessionId", l.source_id as "sourceId", ${ledgerSums} from dc.observed_ledger l
    where ${ledgerOf(environment, connectors)} and l.session_id in ${[...sessionIds]}
    group by l.session_id, l.source_id`)
}

/** The terms of the ledger `l`, summed up. */
export const ledgerSums = sql`sum(l.received)::float8 as received, sum(l.delivered)::float8 as delivered,
  sum(l.filtered)::float8 as filtered, sum(l.waiting)::float8 as waiting, sum(l.held)::float8 as held,
  sum(l.expired)::float8 as expired, jsonb_agg(l.filtered_by) filter (where l.filtered_by <> '{}') as "filteredBy"`

/** The health of a feed behind a source that the reader sees; `lost` and `missing` count messages. */
type FeedHealth = {
  shard: string
  connector: string
  feedId: string
  state: ReportedFeedState
  lost: number
  missing: number
}

export async function listFeedHealth(tx: Tx, environment: Environment): Promise<FeedHealth[]> {
  type Row = {
    shard: string
    connector: string
    feed_id: string
    state: ReportedFeedState
    lost: string
    missing: string
  }
  const rows = await tx.execute<Row>(sql`
    select shard, connector, feed_id, state, lost, missing from dc.feed_health() where environment = ${environment}`)
  return rows.map(({ feed_id: feedId, lost, missing, ...row }) => {
    return { ...row, feedId, lost: Number(lost), missing: Number(missing) }
  })
}

/** Messages delivered to nobody, by the source named. `known`: the source runs; `isSession`: a session is so named. */
type KeptAside = { name: string; known: boolean; isSession: boolean; messages: number; at: Date }

/**
 * The sources with the most messages first, up to `most`. A name that no source has is counted over all feeds of the
 * shard, because the connector knows no feed for it.
 */
export async function listKeptAside(
  tx: Tx,
  { environment, shard, connector }: Connector,
  feedId: string,
  most: number,
): Promise<KeptAside[]> {
  const { sourceId: name, known, aside: messages, at } = observedSources
  const isSession = sql<boolean>`exists (select from ${sourceSessions} where ${sourceSessions.environment} = ${environment}
    and ${sourceSessions.sessionCode} || ${sourceSessions.executionCode} = split_part(${name}, '/', 1))`
  return tx
    .select({ name, known, isSession, messages, at })
    .from(observedSources)
    .where(
      and(
        eq(observedSources.environment, environment),
        eq(observedSources.shard, shard),
        eq(observedSources.connector, connector),
        gt(observedSources.aside, 0),
        or(eq(observedSources.feedId, feedId), isNull(observedSources.feedId)),
      ),
    )
    .orderBy(desc(messages), asc(name))
    .limit(most)
}

export type RefusedLogon = { id: number; at: Date; address: string; claimed: string; says: string }

/** Logons that were turned away at a feed or a target, newest first; `of` null: logons that named none known. */
export async function listRefusedLogons(
  tx: Tx,
  environment: Environment,
  of: { kind: 'feed' | 'target'; objectId: string } | null,
  most: number,
): Promise<RefusedLogon[]> {
  const { id, at, address, claimed, says, kind, objectId } = observedRefusedLogons
  const about = of === null ? isNull(objectId) : and(eq(kind, of.kind), eq(objectId, of.objectId))
  return tx
    .select({ id, at, address, claimed, says })
    .from(observedRefusedLogons)
    .where(and(eq(observedRefusedLogons.environment, environment), about))
    .orderBy(desc(at), desc(id))
    .limit(most)
}
