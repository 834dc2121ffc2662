import type { Tx } from '#db/client.ts'
import { listReportedFeeds } from '#db/queries/connector/reported.ts'
import { listFeedsOf } from '#db/queries/feed/feeds.ts'
import { listObjectAlarms } from '#db/queries/standing/facts.ts'
import type { Environment } from '#domain/reference/environment.ts'
import { feedFacts, feedState } from '#domain/status/feed.ts'
import { type DeliveryState, worstFirst } from '#domain/status/state.ts'
import type { ReportedFeedState } from '#domain/status/words.ts'
import { loadConnectors } from '#views/status/connectors.ts'

export type FeedRow = {
  id: string
  gateway: string
  delivery: DeliveryState
  /** null: nothing was reported of it */
  session: ReportedFeedState | null
  received: number
  missing: number
  lost: number
  aside: number
  duplicates: number
  lastReceivedAt: Date | null
  detail: string | null
}

type FeedList = { feeds: FeedRow[]; isStale: boolean }

/** Every feed of an environment, worst first; there are a few tens of them at most. For readers of the exchange. */
export async function findFeedList(tx: Tx, environment: Environment, now: Date): Promise<FeedList> {
  const connectors = await loadConnectors(tx, { isExchange: true }, environment, now)
  const reported = new Map(
    (await listReportedFeeds(tx, environment, connectors.reporting)).map((feed) => [feed.feedId, feed]),
  )
  const alarms = await listObjectAlarms(tx, environment, connectors.reporting)
  const feeds = (await listFeedsOf(tx, environment)).map((feed): FeedRow => {
    const seen = reported.get(feed.id)
    return {
      id: feed.id,
      gateway: feed.gatewayKind,
      delivery: feedState(feedFacts(feed.id, seen, alarms), feed.state, connectors.heardOf([feed.shard])),
      session: seen?.state ?? null,
      received: seen?.received ?? 0,
      missing: seen?.missing ?? 0,
      lost: seen?.lost ?? 0,
      aside: seen?.aside ?? 0,
      duplicates: seen?.duplicates ?? 0,
      lastReceivedAt: seen?.lastReceivedAt ?? null,
      detail: seen?.detail ?? null,
    }
  })
  return { feeds: feeds.sort((a, b) => worstFirst(a.delivery, b.delivery)), isStale: connectors.isStale }
}
