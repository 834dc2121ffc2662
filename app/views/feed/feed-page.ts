import { z } from 'zod'
import type { Tx } from '#db/client.ts'
import {
  listKeptAside,
  listRefusedLogons,
  listReportedFeeds,
  listSourceFigures,
  type RefusedLogon,
  type ReportedFeed,
} from '#db/queries/connector/reported.ts'
import { findFeed } from '#db/queries/feed/feeds.ts'
import { countSourcesOfFeed, listSourceNamesOfFeed } from '#db/queries/feed/sources.ts'
import { listObjectAlarms } from '#db/queries/standing/facts.ts'
import { reset } from '#domain/configuration/fields.ts'
import type { Environment } from '#domain/reference/environment.ts'
import { feedFacts, feedState } from '#domain/status/feed.ts'
import { noFigures } from '#domain/status/source.ts'
import type { DeliveryState } from '#domain/status/state.ts'
import { loadConnectors } from '#views/status/connectors.ts'

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
  /** the first of the sources behind it, by name */
  sources: {
    name: string
    received: number
    highest: number
    duplicates: number
    aside: number
    lastReceivedAt: Date | null
  }[]
  sourcesInAll: number
  /**
   * Messages delivered to nobody, by the source named. `known`: the source runs; `isSession`: a session is so named.
   */
  aside: Awaited<ReturnType<typeof listKeptAside>>
  refusedLogons: RefusedLogon[]
  /** Logons at any address of the connector that named no feed or target it knows. */
  strangers: RefusedLogon[]
}

const shownLogons = 20
const shownNames = 50
const shownSources = 50

/** One feed: what was agreed, its state, what it kept aside, whom it turned away. For readers of the exchange. */
export async function findFeedPage(
  tx: Tx,
  environment: Environment,
  feedId: string,
  now: Date,
): Promise<FeedView | undefined> {
  const feed = await findFeed(tx, feedId)
  if (feed?.environment !== environment) return undefined
  const connectors = await loadConnectors(tx, { isExchange: true }, environment, now)
  const { reporting } = connectors
  const seen = (await listReportedFeeds(tx, environment, reporting)).find((row) => row.feedId === feedId)
  const alarms = (await listObjectAlarms(tx, environment, reporting)).filter((one) => one.objectId === feedId)
  const state = feedState(feedFacts(feedId, seen, alarms), feed.state, connectors.heardOf([feed.shard]))
  const connector = reporting.find(({ shard }) => shard === feed.shard)?.connector ?? ''
  const names = await listSourceNamesOfFeed(tx, environment, feedId, shownSources)
  const figures = await listSourceFigures(tx, environment, reporting, names)
  return {
    id: feed.id,
    environment,
    gateway: feed.gatewayKind,
    version: feed.version,
    isOpen: feed.state === 'open',
    delivery: state,
    isStale: state.word === 'Unknown',
    connection: connectionOf.safeParse(feed.settings).data ?? null,
    alarms: alarms.flatMap(({ kind, code, says, since }) => (kind === 'feed' ? [{ code, says, since }] : [])),
    session: seen && sessionOf(seen),
    sources: names.map((name) => ({ name, ...(figures.get(name) ?? noFigures) })),
    sourcesInAll: await countSourcesOfFeed(tx, environment, feedId),
    aside: await listKeptAside(tx, { ...feed, connector }, feedId, shownNames),
    refusedLogons: await listRefusedLogons(tx, environment, { kind: 'feed', objectId: feedId }, shownLogons),
    strangers: await listRefusedLogons(tx, environment, null, shownLogons),
  }
}

const sessionOf = ({ state, since, address, nextIn, nextOut, ...rest }: ReportedFeed) => ({
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
