import type { Tx } from '#db/client.ts'
import { listFeedsOf } from '#db/queries/feed/feeds.ts'
import { listSources } from '#db/queries/feed/sources.ts'
import { countGroupsOfSources } from '#db/queries/group/group-rows.ts'
import type { Environment } from '#domain/reference/environment.ts'
import { addLedgers, isSilent } from '#domain/status/state.ts'
import { verdict } from '#domain/status/verdict.ts'
import { listGroupRows } from '#views/group/group-rows.ts'
import { listTargetRows } from '#views/target/target-rows.ts'
import { type Delivery, loadDelivery } from './delivery.ts'
import { listPortalAlarms } from './portal-alarms.ts'
import type { FeedRow, SourceRow, StatusView } from './status-view.ts'

/** Everything the status page shows to this transaction's person, worst first. */
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
      // two shards' connectors may have the same alarm
      ...delivery.alarms.map(({ code, kind, objectId, shard, says, since }) => {
        return { code, kind, objectId: objectId || shard, says, since }
      }),
      ...(await listPortalAlarms(tx, environment, now)),
    ],
    ledger: addLedgers(groups.map((group) => group.ledger)),
    groups,
    targets: targets.map((target) => target.row),
    sources: await sourceRows(tx, environment, delivery, now),
    feeds: await feedRows(tx, environment, delivery),
  }
}

async function sourceRows(tx: Tx, environment: Environment, delivery: Delivery, now: Date): Promise<SourceRow[]> {
  const rows = await listSources(tx, environment, now)
  const groups = await countGroupsOfSources(tx, environment, now)
  return rows.map(({ id, name, gatewayKind, feedId, guarantors }) => ({
    name,
    gateway: gatewayKind,
    feedId,
    guarantors: guarantors.map((firm) => firm.name),
    groups: groups.get(id) ?? 0,
    ...figuresOf(delivery, name),
  }))
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
      state: seen?.state ?? null,
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
