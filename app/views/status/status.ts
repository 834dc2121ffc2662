import { and, asc, eq, sql } from 'drizzle-orm'
import type { Tx } from '#db/client.ts'
import { findFeePlanHole } from '#db/queries/billing/billing.ts'
import { listFeedsOf } from '#db/queries/feed/sources.ts'
import { covers } from '#db/schema/columns.ts'
import { firms } from '#db/schema/firms.ts'
import { groupSources } from '#db/schema/groups.ts'
import { sourceGuarantors, sourceSessions } from '#db/schema/sources.ts'
import type { Environment } from '#domain/reference/environment.ts'
import { addLedgers, isSilent } from '#domain/status/state.ts'
import { verdict } from '#domain/status/verdict.ts'
import { listGroupRows } from '#views/group/group-rows.ts'
import { listTargetRows } from '#views/target/target-rows.ts'
import { type Delivery, loadDelivery } from './delivery.ts'
import type { FeedRow, SourceRow, StatusView } from './status-view.ts'

/** Everything the status page shows, as far as this transaction's person sees it: worst first. */
export async function findStatus(tx: Tx, environment: Environment, now: Date): Promise<StatusView> {
  const delivery = await loadDelivery(tx, environment, now)
  const targets = await listTargetRows(tx, environment, delivery, now)
  const groups = await listGroupRows(tx, environment, delivery, targets, now)
  const live = groups.flatMap(({ name, delivery: state, ledger }) => (state ? [{ name, state, ledger }] : []))
  const { heard, connector } = delivery
  const lost = [...delivery.feeds.values()].reduce((total, feed) => total + feed.lost, 0)
  return {
    verdict: verdict(live, lost, heard, groups.filter((group) => group.isLive && !group.seesDelivery).length),
    heardAt: connector?.heardAt ?? null,
    isStale: isSilent(heard),
    connector: connector && {
      name: connector.connector,
      state: connector.state,
      runningVersion: connector.runningVersion,
    },
    newestVersion: delivery.newestVersion,
    alarms: [
      // the connector of another shard may have the same alarm
      ...delivery.alarms.map(({ code, kind, objectId, shard, says, since }) => {
        return { code, kind, objectId: objectId || shard, says, since }
      }),
      ...(await portalAlarms(tx, environment, now)),
    ],
    ledger: addLedgers(groups.map((group) => group.ledger)),
    groups,
    targets: targets.map((target) => target.row),
    sources: await sourceRows(tx, environment, delivery, now),
    feeds: await feedRows(tx, environment, delivery),
  }
}

/** What the connector knows nothing of; the exchange's own to see to. */
async function portalAlarms(tx: Tx, environment: Environment, now: Date): Promise<StatusView['alarms']> {
  const [reader] = await tx.execute<{ sees_all: boolean }>(sql`select dc.sees_all()`)
  const hole = reader?.sees_all ? await findFeePlanHole(tx, environment, now) : undefined
  return hole ? [{ code: 'no-fee-plan', kind: 'billing', objectId: '', ...hole }] : []
}

async function sourceRows(tx: Tx, environment: Environment, delivery: Delivery, now: Date): Promise<SourceRow[]> {
  const rows = await tx
    .select({ source: sourceSessions, guarantor: firms.name })
    .from(sourceSessions)
    .leftJoin(
      sourceGuarantors,
      and(eq(sourceGuarantors.sourceId, sourceSessions.id), covers(sourceGuarantors.during, now)),
    )
    .leftJoin(firms, eq(firms.id, sourceGuarantors.firmId))
    .where(eq(sourceSessions.environment, environment))
    .orderBy(asc(sourceSessions.sessionCode), asc(sourceSessions.executionCode), asc(firms.name))
  const counts = await tx
    .select({ sourceId: groupSources.sourceId, groups: sql<number>`count(*)::int` })
    .from(groupSources)
    .where(and(eq(groupSources.environment, environment), covers(groupSources.during, now)))
    .groupBy(groupSources.sourceId)
  const byName = new Map<string, SourceRow>()
  for (const { source, guarantor } of rows) {
    const name = source.sessionCode + source.executionCode
    const row = byName.get(name) ?? {
      name,
      gateway: source.gatewayKind,
      feedId: source.feedId,
      guarantors: [],
      groups: counts.find((count) => count.sourceId === source.id)?.groups ?? 0,
      ...figuresOf(delivery, name),
    }
    byName.set(name, row)
    if (guarantor) row.guarantors.push(guarantor)
  }
  return [...byName.values()]
}

/** What was received of a source, over its segments. */
export function figuresOf(delivery: Delivery, name: string) {
  const seen = delivery.sources.get(name) ?? []
  const total = (key: 'received' | 'aside' | 'duplicates') => seen.reduce((sum, one) => sum + one[key], 0)
  const heard = seen.flatMap((one) => one.lastReceivedAt ?? []).sort((a, b) => b.getTime() - a.getTime())
  return {
    received: total('received'),
    highest: Math.max(0, ...seen.map((one) => one.highest)),
    aside: total('aside'),
    duplicates: total('duplicates'),
    lastReceivedAt: heard[0] ?? null,
  }
}

async function feedRows(tx: Tx, environment: Environment, delivery: Delivery): Promise<FeedRow[]> {
  const rows = await listFeedsOf(tx, environment)
  return rows.map((feed) => {
    const seen = delivery.feedRows.find((row) => row.feedId === feed.id)
    return {
      id: feed.id,
      gateway: feed.gatewayKind,
      state: seen?.state ?? 'unknown',
      isConnected: delivery.feeds.get(feed.id)?.connected ?? false,
      received: seen?.received ?? 0,
      missing: seen?.missing ?? 0,
      lost: seen?.lost ?? 0,
      aside: seen?.aside ?? 0,
      duplicates: seen?.duplicates ?? 0,
      lastReceivedAt: seen?.lastReceivedAt ?? null,
      detail: seen?.detail ?? null,
    }
  })
}
