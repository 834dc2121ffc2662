import type { Tx } from '#db/client.ts'
import { findNewestVersion } from '#db/queries/connector/configuration.ts'
import { findRefusal } from '#db/queries/connector/leases.ts'
import {
  type AlarmRow,
  findConnectorAlarm,
  listAlarms,
  listFeedHealth,
  listLedger,
  listReportedFeeds,
  listReportedSources,
  listReportedTargets,
  type ReportedFeed,
  type ReportedSource,
  type ReportedTarget,
} from '#db/queries/connector/reported.ts'
import { type ConnectorRecord, connectorOf, listConnectors } from '#db/queries/connector/session-commands.ts'
import { listSeenShards } from '#db/queries/feed/feeds.ts'
import { findReader, findReadersFirmName } from '#db/queries/people/reader.ts'
import { listNewestTargetParts, listNewestTargetReports } from '#db/queries/publication/reports.ts'
import { listTargets } from '#db/queries/target/target-rows.ts'
import { canWait } from '#domain/alarm/codes.ts'
import { isStopReason, reasonFor } from '#domain/consent/stops.ts'
import type { Shard } from '#domain/leadership/leader.ts'
import { type PartRun, runOfSession, runsOf } from '#domain/publication/runs.ts'
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
import { isFeedOnline } from '#domain/status/words.ts'

type LedgerRow = Ledger & { sessionId: string; sourceId: string }
type PartState = { part: PartRun; detail?: string; publishedAt: Date | null }

/**
 * What the connectors of an environment last reported, as far as the reader sees it: in each shard the connector that
 * was heard last.
 */
export type Delivery = {
  /** the worst state among the shards in which the reader's sources are copied */
  heard: Heard
  /** what is known of the connectors of these shards; without shards the same as `heard` */
  heardOf(shards: readonly string[]): Heard
  /** the first connector by shard, but a silent one before others */
  connector: ConnectorRecord | undefined
  newestVersion: number
  alarms: AlarmRow[]
  targets: Map<string, ReportedTarget>
  sources: Map<string, ReportedSource[]>
  ledger: LedgerRow[]
  /** health of the feeds behind the sources that the reader sees */
  feeds: Map<string, FeedFacts>
  /** figures of feeds; only for the exchange */
  feedRows: ReportedFeed[]
  /** by target session id */
  parts: Map<string, PartState>
}

/** Read at one instant; the number of queries grows only with the number of shards. */
export async function loadDelivery(tx: Tx, environment: Environment, now: Date): Promise<Delivery> {
  const connectors = await listConnectors(tx, environment)
  const newestVersion = (await findNewestVersion(tx, environment)) ?? 0
  const alarms = await listAlarms(tx, environment, connectors)
  const targets = await listReportedTargets(tx, environment, connectors)
  const sources = await listReportedSources(tx, environment, connectors)
  const seen = await listSeenShards(tx, environment)
  const isFirm = !(await findReader(tx)).seesAll
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
    newestVersion,
    alarms,
    targets: new Map(targets.map((target) => [target.sessionId, target])),
    sources: groupBySource(sources),
    ledger: await ledgerOf(tx, environment, connectors),
    feeds: await feedHealth(tx, environment, connectors, alarms),
    feedRows: await listReportedFeeds(tx, environment, connectors),
    parts: await partStates(tx, environment, now),
  }
}

async function heardIn(tx: Tx, shard: Shard, connectors: readonly ConnectorRecord[], now: Date): Promise<Heard> {
  const connector = connectorOf(connectors, shard)
  return {
    agoMs: connector && Math.max(0, now.getTime() - connector.heardAt.getTime()),
    refusal: await findRefusal(tx, shard),
    doubt: connector?.doubt ?? undefined,
    alarm: connector && (await findConnectorAlarm(tx, connector)),
  }
}

function groupBySource(rows: readonly ReportedSource[]): Map<string, ReportedSource[]> {
  const bySource = new Map<string, ReportedSource[]>()
  for (const row of rows) bySource.set(row.sourceId, [...(bySource.get(row.sourceId) ?? []), row])
  return bySource
}

/** The ledger of the trading week that each connector is in, summed over segments. */
async function ledgerOf(
  tx: Tx,
  environment: Environment,
  connectors: readonly ConnectorRecord[],
): Promise<LedgerRow[]> {
  const rows = await listLedger(tx, environment, connectors)
  const firmName = rows.some((row) => !row.seesTarget && stopsIn(row.filteredBy))
    ? ((await findReadersFirmName(tx)) ?? '')
    : ''
  return rows.map(({ filteredBy, seesTarget, ...row }) => {
    const stopped = stopsIn(filteredBy, seesTarget ? undefined : firmName)
    return { ...row, ...(stopped && { stopped }) }
  })
}

/**
 * The filtered messages that were stopped for want of a consent, by reason, worded for a reader of this firm or for one
 * who sees everything.
 */
function stopsIn(filteredBy: readonly Record<string, number>[], firmName?: string): Ledger['stopped'] {
  const stops = filteredBy.flatMap((one) => Object.entries(one)).filter(([reason]) => isStopReason(reason))
  const told = (reason: string) => (firmName === undefined ? reason : reasonFor(reason, firmName))
  return addReasons(stops.map(([reason, count]) => ({ [told(reason)]: count })))
}

/**
 * Messages kept aside are counted and shown, but nobody has to act, since every group gets what it should. Lost
 * messages are shown as a figure.
 */
const isToldElsewhere = (code: string) => canWait(code) || code === 'lost'

async function feedHealth(
  tx: Tx,
  environment: Environment,
  connectors: readonly ConnectorRecord[],
  alarms: Delivery['alarms'],
): Promise<Map<string, FeedFacts>> {
  const rows = await listFeedHealth(tx, environment)
  const present = rows.filter((row) => connectorOf(connectors, { ...row, environment })?.connector === row.connector)
  return new Map(
    present.map(({ feedId: id, state, lost, missing }) => {
      const alarm = alarms.find((one) => one.kind === 'feed' && one.objectId === id && !isToldElsewhere(one.code))?.says
      const part = runOfSession({ state }, 'running')
      const figures = { lost, gap: missing, connected: isFeedOnline(state) }
      return [id, { id, part, ...figures, ...(alarm && { alarm }) }]
    }),
  )
}

/** For each target: the newest part that was published, and what the connector said of it. */
async function partStates(tx: Tx, environment: Environment, now: Date): Promise<Map<string, PartState>> {
  const sessions = (await listTargets(tx, environment, now)).map(({ target }) => target.sessionId)
  const parts = await listNewestTargetParts(tx, environment, sessions)
  const runs = runsOf(parts, await listNewestTargetReports(tx, environment, sessions))
  return new Map(
    runs.map(({ objectId, state, detail }, i) => {
      return [objectId, { part: state, publishedAt: parts[i]?.madeAt ?? null, ...(detail && { detail }) }]
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
