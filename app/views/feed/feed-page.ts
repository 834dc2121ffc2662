import { z } from 'zod'
import type { Tx } from '#db/client.ts'
import { listKeptAside, listRefusedLogons, type RefusedLogon } from '#db/queries/connector/reported.ts'
import { connectorOf, listConnectors } from '#db/queries/connector/session-commands.ts'
import { findFeed } from '#db/queries/feed/feeds.ts'
import { listSourceNamesOfFeed } from '#db/queries/feed/sources.ts'
import { reset } from '#domain/configuration/fields.ts'
import type { Environment } from '#domain/reference/environment.ts'
import { feedState } from '#domain/status/feed.ts'
import type { DeliveryState } from '#domain/status/state.ts'
import { type Delivery, loadDelivery } from '#views/status/delivery.ts'
import { figuresOf } from '#views/status/status.ts'

const connectionOf = z.object({
  mode: z.enum(['accept', 'initiate']),
  host: z.string(),
  port: z.number(),
  dialect: z.enum(['encapsulated', 'plain']),
  ourCompId: z.string(),
  theirCompId: z.string(),
  reset: reset.optional(),
})

export type FeedView = {
  id: string
  environment: Environment
  gateway: string
  delivery: DeliveryState
  isStale: boolean
  /** The version of the feed's row; a change of its settings must name it. */
  version: number
  isOpen: boolean
  /** The settings of its snapshot part that people ask for; null where they are incomplete. */
  connection: z.output<typeof connectionOf> | null
  alarms: { code: string; says: string; since: Date }[]
  /** undefined while the connector has not reported on it */
  session: ReturnType<typeof sessionOf> | undefined
  sources: {
    name: string
    received: number
    highest: number
    duplicates: number
    aside: number
    lastReceivedAt: Date | null
  }[]
  /**
   * Messages delivered to nobody, by the source named. `known`: the source runs; `isSession`: a session is so named.
   */
  aside: Awaited<ReturnType<typeof listKeptAside>>
  refusedLogons: RefusedLogon[]
  /** Logons at any address of the connector that named no feed or target it knows. */
  strangers: RefusedLogon[]
}

const shownLogons = 20
const shownNames = 200

/** One feed: what was agreed, its state, what it kept aside, whom it turned away. For readers of the exchange. */
export async function findFeedPage(
  tx: Tx,
  environment: Environment,
  feedId: string,
  now: Date,
): Promise<FeedView | undefined> {
  const feed = await findFeed(tx, feedId)
  if (feed?.environment !== environment) return undefined
  const delivery = await loadDelivery(tx, environment, now)
  const unseen = { id: feedId, part: 'unanswered' as const, connected: false, gap: 0, lost: 0 }
  const state = feedState(delivery.feeds.get(feedId) ?? unseen, feed.state, delivery.heardOf([feed.shard]))
  const seen = delivery.feedRows.find((row) => row.feedId === feedId)
  const names = await listSourceNamesOfFeed(tx, environment, feedId)
  const connector = connectorOf(await listConnectors(tx, environment), feed)?.connector ?? ''
  return {
    id: feed.id,
    environment,
    gateway: feed.gatewayKind,
    version: feed.version,
    isOpen: feed.state === 'open',
    delivery: state,
    isStale: state.word === 'Unknown',
    connection: connectionOf.safeParse(feed.settings).data ?? null,
    alarms: delivery.alarms
      .filter((one) => one.kind === 'feed' && one.objectId === feedId)
      .map(({ code, says, since }) => ({ code, says, since })),
    session: seen && sessionOf(seen),
    sources: names.map((name) => ({ name, ...figuresOf(delivery, name) })),
    aside: await listKeptAside(tx, { ...feed, connector }, feedId, shownNames),
    refusedLogons: await listRefusedLogons(tx, environment, { kind: 'feed', objectId: feedId }, shownLogons),
    strangers: await listRefusedLogons(tx, environment, null, shownLogons),
  }
}

const sessionOf = ({ state, since, address, nextIn, nextOut, ...rest }: Delivery['feedRows'][number]) => ({
  state,
  since,
  address,
  nextIn,
  nextOut,
  received: rest.received,
  missing: rest.missing,
  lost: rest.lost,
  aside: rest.aside,
  duplicates: rest.duplicates,
  lastReceivedAt: rest.lastReceivedAt,
  detail: rest.detail,
})
