import { and, desc, eq, or, type SQL, sql } from 'drizzle-orm'
import type { Tx } from '#db/client.ts'
import { findRefusal } from '#db/queries/connector/leases.ts'
import { type ConnectorRecord, connectorOf, listConnectors } from '#db/queries/connector/session-commands.ts'
import { listSeenShards } from '#db/queries/feed/sources.ts'
import { configurationParts, configurationReports, configurationVersions } from '#db/schema/configuration.ts'
import { environments } from '#db/schema/installation.ts'
import { observedAlarms, observedFeeds, observedLedger, observedSources, observedTargets } from '#db/schema/observed.ts'
import { targets } from '#db/schema/targets.ts'
import { isStopReason, reasonFor } from '#domain/consent/stops.ts'
import type { Shard } from '#domain/leadership/leader.ts'
import type { Environment } from '#domain/reference/environment.ts'
import {
  addLedgers,
  addReasons,
  type FeedFacts,
  type Heard,
  isSilent,
  type Ledger,
  worstHeard,
} from '#domain/status/state.ts'

export type ObservedTarget = typeof observedTargets.$inferSelect
type ObservedSource = typeof observedSources.$inferSelect
type LedgerRow = Ledger & { sessionId: string; sourceId: string }
type PartState = { part: 'running' | 'refused' | 'unanswered'; detail?: string; publishedAt: Date | null }

/**
 * What the connectors of an environment last reported, as far as the reader sees it: of each shard the one last heard
 * of.
 */
export type Delivery = {
  /** of the shards that the reader's sources are copied in, the worst of each */
  heard: Heard
  /** how the connectors of these shards are known to be; of none: as `heard` */
  heardOf(shards: readonly string[]): Heard
  /** a silent one before others, by shard */
  connector: ConnectorRecord | undefined
  newestVersion: number
  alarms: (typeof observedAlarms.$inferSelect)[]
  targets: Map<string, ObservedTarget>
  sources: Map<string, ObservedSource[]>
  ledger: LedgerRow[]
  /** health of the feeds behind the sources that the reader sees */
  feeds: Map<string, FeedFacts>
  /** figures of feeds; for the exchange alone */
  feedRows: (typeof observedFeeds.$inferSelect)[]
  /** by target session id */
  parts: Map<string, PartState>
}

/** Read at one instant, in a number of queries that grows with the shards alone. */
export async function loadDelivery(tx: Tx, environment: Environment, now: Date): Promise<Delivery> {
  const connectors = await listConnectors(tx, environment)
  const [row] = await tx.select().from(environments).where(eq(environments.environment, environment))
  const of = (table: Reported) => reportedBy(table, environment, connectors)
  const alarms = await tx.select().from(observedAlarms).where(of(observedAlarms)).orderBy(observedAlarms.since)
  const targets = await tx.select().from(observedTargets).where(of(observedTargets))
  const sources = await tx.select().from(observedSources).where(of(observedSources))
  const seen = await listSeenShards(tx, environment)
  const [reader] = await tx.execute<{ sees_all: boolean }>(sql`select dc.sees_all()`)
  const isFirm = !reader?.sees_all
  const heards = new Map<string, Heard>()
  for (const shard of new Set([...seen, ...connectors.map((one) => one.shard)]))
    heards.set(shard, { ...(await heardIn(tx, { environment, shard }, connectors, now)), isFirm })
  const heardOf = (shards: readonly string[]): Heard =>
    worstHeard((shards.length > 0 ? shards : seen).map((shard) => heards.get(shard) ?? { agoMs: undefined, isFirm }))
  const inSight = connectors.filter(({ shard }) => seen.includes(shard))
  return {
    heard: heardOf(seen),
    heardOf,
    connector: inSight.find(({ shard }) => isSilent(heardOf([shard]))) ?? inSight[0],
    newestVersion: row?.newestVersion ?? 0,
    alarms,
    targets: new Map(targets.map((target) => [target.sessionId, target])),
    sources: groupBySource(sources),
    ledger: await ledgerOf(tx, environment, connectors),
    feeds: await feedHealth(tx, environment, connectors, alarms),
    feedRows: await tx.select().from(observedFeeds).where(of(observedFeeds)).orderBy(observedFeeds.feedId),
    parts: await partStates(tx, environment),
  }
}

type Reported = typeof observedTargets | typeof observedSources | typeof observedFeeds | typeof observedAlarms

/** Rows of these connectors; of none where there are none. */
const reportedBy = (table: Reported, environment: Environment, connectors: readonly ConnectorRecord[]) =>
  and(
    eq(table.environment, environment),
    anyOf(connectors.map(({ shard, connector }) => and(eq(table.shard, shard), eq(table.connector, connector)))),
  )

const anyOf = (conditions: readonly (SQL | undefined)[]): SQL | undefined =>
  conditions.length === 0 ? sql`false` : or(...conditions)

async function heardIn(tx: Tx, shard: Shard, connectors: readonly ConnectorRecord[], now: Date): Promise<Heard> {
  const connector = connectorOf(connectors, shard)
  return {
    agoMs: connector && Math.max(0, now.getTime() - connector.heardAt.getTime()),
    refusal: await findRefusal(tx, shard),
    doubt: connector?.doubt ?? undefined,
    alarm: connector && (await connectorAlarm(tx, connector)),
  }
}

/** What a connector as a whole wants a person for now: not that its ids run short, nor that its clock was set. */
async function connectorAlarm(
  tx: Tx,
  { environment, shard, connector }: Pick<ConnectorRecord, 'environment' | 'shard' | 'connector'>,
): Promise<Heard['alarm']> {
  const [alarm] = await tx.execute<{ says: string | null }>(sql`
    select says from dc.connector_alarms()
    where environment = ${environment} and shard = ${shard} and connector = ${connector} and code not in ('ids', 'clock-set') order by since limit 1`)
  return alarm
}

function groupBySource(rows: readonly ObservedSource[]): Map<string, ObservedSource[]> {
  const bySource = new Map<string, ObservedSource[]>()
  for (const row of rows) bySource.set(row.sourceId, [...(bySource.get(row.sourceId) ?? []), row])
  return bySource
}

/** Of the trading week that each connector is in, summed over segments. */
async function ledgerOf(
  tx: Tx,
  environment: Environment,
  connectors: readonly ConnectorRecord[],
): Promise<LedgerRow[]> {
  const total = (column: typeof observedLedger.received) => sql<number>`sum(${column})::float8`
  const rows = await tx
    .select({
      sessionId: observedLedger.sessionId,
      sourceId: observedLedger.sourceId,
      received: total(observedLedger.received),
      delivered: total(observedLedger.delivered),
      filtered: total(observedLedger.filtered),
      waiting: total(observedLedger.waiting),
      held: total(observedLedger.held),
      expired: total(observedLedger.expired),
      filteredBy: sql<Record<string, number>[]>`jsonb_agg(${observedLedger.filteredBy})`,
      /** Its owner and the exchange see the target itself; a guarantor has its sessions' figures alone. */
      seesTarget: sql<boolean>`bool_or(${targets.id} is not null)`,
    })
    .from(observedLedger)
    .leftJoin(targets, eq(targets.sessionId, observedLedger.sessionId))
    .where(
      and(
        eq(observedLedger.environment, environment),
        anyOf(
          connectors.map(({ shard, connector, week }) =>
            and(
              eq(observedLedger.shard, shard),
              eq(observedLedger.connector, connector),
              week === null ? undefined : eq(observedLedger.week, week),
            ),
          ),
        ),
      ),
    )
    .groupBy(observedLedger.sessionId, observedLedger.sourceId)
  const firmName = rows.some((row) => !row.seesTarget && stopsIn(row.filteredBy)) ? await readersFirm(tx) : ''
  return rows.map(({ filteredBy, seesTarget, ...row }) => {
    const stopped = stopsIn(filteredBy, seesTarget ? undefined : firmName)
    return { ...row, ...(stopped && { stopped }) }
  })
}

/**
 * What of the filtered was stopped for want of a consent, in the words of a reader of this firm, or of one who sees
 * everything.
 */
function stopsIn(filteredBy: readonly Record<string, number>[], firmName?: string): Ledger['stopped'] {
  const stops = filteredBy.flatMap((one) => Object.entries(one)).filter(([reason]) => isStopReason(reason))
  const told = (reason: string) => (firmName === undefined ? reason : reasonFor(reason, firmName))
  return addReasons(stops.map(([reason, count]) => ({ [told(reason)]: count })))
}

async function readersFirm(tx: Tx): Promise<string> {
  const [row] = await tx.execute<{ name: string }>(sql`select name from dc.firms where id = dc.actor_firm()`)
  return row?.name ?? ''
}

const connected = ['logged-on', 'recovering']

/**
 * Messages kept aside are counted and shown, and nobody has to act: every group gets
 * what it should. What was lost is a figure.
 */
const toldElsewhere = ['aside', 'lost']

async function feedHealth(
  tx: Tx,
  environment: Environment,
  connectors: readonly ConnectorRecord[],
  alarms: Delivery['alarms'],
): Promise<Map<string, FeedFacts>> {
  type Row = { shard: string; connector: string; feed_id: string; state: string; lost: string; missing: string }
  const rows = await tx.execute<Row>(sql`
    select shard, connector, feed_id, state, lost, missing from dc.feed_health() where environment = ${environment}`)
  const present = rows.filter((row) => connectorOf(connectors, { ...row, environment })?.connector === row.connector)
  return new Map(
    present.map(({ feed_id: id, state, lost, missing }) => {
      const alarm = alarms.find(
        (one) => one.kind === 'feed' && one.objectId === id && !toldElsewhere.includes(one.code),
      )?.says
      const part = state === 'refused' ? ('refused' as const) : ('running' as const)
      const figures = { lost: Number(lost), gap: Number(missing), connected: connected.includes(state) }
      return [id, { id, part, ...figures, ...(alarm && { alarm }) }]
    }),
  )
}

/** For each target: the newest part that was published, and what the connector said of it. */
async function partStates(tx: Tx, environment: Environment): Promise<Map<string, PartState>> {
  const parts = await tx
    .selectDistinctOn([configurationParts.objectId], {
      objectId: configurationParts.objectId,
      number: configurationParts.number,
      madeAt: configurationVersions.madeAt,
    })
    .from(configurationParts)
    .leftJoin(
      configurationVersions,
      and(
        eq(configurationVersions.environment, configurationParts.environment),
        eq(configurationVersions.number, configurationParts.number),
      ),
    )
    .where(and(eq(configurationParts.environment, environment), eq(configurationParts.kind, 'target')))
    .orderBy(configurationParts.objectId, desc(configurationParts.number))
  const reports = await tx
    .selectDistinctOn([configurationReports.objectId])
    .from(configurationReports)
    .where(and(eq(configurationReports.environment, environment), eq(configurationReports.kind, 'target')))
    .orderBy(configurationReports.objectId, desc(configurationReports.number), desc(configurationReports.at))
  return new Map(
    parts.map(({ objectId, number, madeAt }) => {
      const report = reports.find((one) => one.objectId === objectId && one.number >= number)
      const detail = report?.detail
      return [objectId, { part: report?.state ?? 'unanswered', publishedAt: madeAt, ...(detail && { detail }) }]
    }),
  )
}

const none: Ledger = { received: 0, delivered: 0, filtered: 0, waiting: 0, held: 0, expired: 0 }

/** The figures of a target, of a source, or of a source on a target. */
export function ledgerFor(delivery: Delivery, of: { sessionIds?: readonly string[]; sourceId?: string }): Ledger {
  const rows = delivery.ledger.filter(
    (row) =>
      (of.sessionIds === undefined || of.sessionIds.includes(row.sessionId)) &&
      (of.sourceId === undefined || row.sourceId === of.sourceId),
  )
  return rows.length === 0 ? none : addLedgers(rows)
}
