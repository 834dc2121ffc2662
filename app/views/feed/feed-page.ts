import { and, asc, desc, eq, gt, isNull, or, sql } from 'drizzle-orm'
import { z } from 'zod'
import type { Tx } from '#db/client.ts'
import { connectorOf, listConnectors } from '#db/queries/connector/session-commands.ts'
import { type FeedRecord, findFeed } from '#db/queries/feed/sources.ts'
import { observedRefusedLogons, observedSources } from '#db/schema/observed.ts'
import { sourceSessions } from '#db/schema/sources.ts'
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

export type RefusedLogon = { id: number; at: Date; address: string; claimed: string; says: string }

export type FeedView = {
  id: string
  environment: Environment
  gateway: string
  delivery: DeliveryState
  isStale: boolean
  /** Of its row, which a change of its settings names. */
  version: number
  isOpen: boolean
  /** What a person asks for of its part of a snapshot; null where the settings are not whole. */
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
  /** Messages delivered to nobody, by the source they name; `known` where it runs, `isSession` where there is one. */
  aside: { name: string; known: boolean; isSession: boolean; messages: number; at: Date }[]
  refusedLogons: RefusedLogon[]
  /** Logons, at any address of the connector, that named nobody it knows. */
  strangers: RefusedLogon[]
}

const shownLogons = 20
const shownNames = 200

/**
 * One feed: what was agreed, how it stands, what it kept aside, whom it turned away.
 * For those of the exchange who may read it.
 */
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
  const sources = await tx
    .select()
    .from(sourceSessions)
    .where(and(eq(sourceSessions.environment, environment), eq(sourceSessions.feedId, feedId)))
    .orderBy(asc(sourceSessions.sessionCode), asc(sourceSessions.executionCode))
  const names = sources.map(({ sessionCode, executionCode }) => sessionCode + executionCode)
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
    aside: await keptAside(tx, feed, connectorOf(await listConnectors(tx, environment), feed)?.connector ?? ''),
    refusedLogons: await refusedLogons(tx, environment, feedId),
    strangers: await refusedLogons(tx, environment, null),
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

/** Most first. A name that no source has is counted over all feeds of the shard: the connector knows no feed for it. */
async function keptAside(
  tx: Tx,
  { id: feedId, environment, shard }: FeedRecord,
  connector: string,
): Promise<FeedView['aside']> {
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
    .limit(shownNames)
}

/** Newest first; `feedId` null: those that named nobody known. */
async function refusedLogons(tx: Tx, environment: Environment, feedId: string | null): Promise<RefusedLogon[]> {
  const { id, at, address, claimed, says, kind, objectId } = observedRefusedLogons
  const about = feedId === null ? isNull(objectId) : and(eq(kind, 'feed'), eq(objectId, feedId))
  return tx
    .select({ id, at, address, claimed, says })
    .from(observedRefusedLogons)
    .where(and(eq(observedRefusedLogons.environment, environment), about))
    .orderBy(desc(at), desc(id))
    .limit(shownLogons)
}
