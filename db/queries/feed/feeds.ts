import { and, asc, eq, getTableColumns, inArray, sql } from 'drizzle-orm'
import type { Reset } from '#domain/configuration/fields.ts'
import type { Environment } from '#domain/reference/environment.ts'
import { mainShard } from '#domain/reference/shard.ts'
import type { Tx } from '../../client.ts'
import { feeds } from '../../schema/sources.ts'

/** All columns but the secret, which the portal writes and never reads. */
const { sealed: _secret, ...feedColumns } = getTableColumns(feeds)
export type FeedRecord = Omit<typeof feeds.$inferSelect, 'sealed'>

/** Every feed of every environment, by its id. Over `asJobs`: the operator's sight. */
export const listAllFeeds = (tx: Tx): Promise<FeedRecord[]> => tx.select(feedColumns).from(feeds).orderBy(asc(feeds.id))

export const listFeedsOf = (tx: Tx, environment: Environment): Promise<FeedRecord[]> =>
  tx.select(feedColumns).from(feeds).where(eq(feeds.environment, environment)).orderBy(asc(feeds.id))

export async function findFeed(tx: Tx, id: string): Promise<FeedRecord | undefined> {
  const [row] = await tx.select(feedColumns).from(feeds).where(eq(feeds.id, id))
  return row
}

export async function listFeeds(tx: Tx, ids: readonly string[]): Promise<FeedRecord[]> {
  return ids.length === 0
    ? []
    : tx
        .select(feedColumns)
        .from(feeds)
        .where(inArray(feeds.id, [...ids]))
        .orderBy(asc(feeds.id))
}

/** Every open feed of an environment. */
export const listOpenFeeds = (tx: Tx, environment: Environment): Promise<FeedRecord[]> =>
  tx
    .select(feedColumns)
    .from(feeds)
    .where(and(eq(feeds.environment, environment), eq(feeds.state, 'open')))
    .orderBy(asc(feeds.id))

/** All shards with an open feed; `main` where there are none. Over `asJobs`: the operator's sight. */
export async function listShards(tx: Tx, environment: Environment): Promise<string[]> {
  const rows = await tx
    .selectDistinct({ shard: feeds.shard })
    .from(feeds)
    .where(and(eq(feeds.environment, environment), eq(feeds.state, 'open')))
    .orderBy(asc(feeds.shard))
  return rows.length === 0 ? [mainShard] : rows.map(({ shard }) => shard)
}

export async function saveFeedCredential(
  tx: Tx,
  id: string,
  made: Pick<typeof feeds.$inferSelect, 'credential' | 'sealed'>,
): Promise<void> {
  await tx
    .update(feeds)
    .set({ ...made, version: sql`${feeds.version} + 1` })
    .where(eq(feeds.id, id))
}

/** Stores when the feed is reset; undefined: never. False: the feed no longer has the version that was shown. */
export async function saveFeedReset(tx: Tx, id: string, version: number, reset: Reset | undefined): Promise<boolean> {
  const without = sql`${feeds.settings} - 'reset'`
  const settings = reset === undefined ? without : sql`${without} || ${JSON.stringify({ reset })}::jsonb`
  const saved = await tx
    .update(feeds)
    .set({ settings, version: sql`${feeds.version} + 1` })
    .where(and(eq(feeds.id, id), eq(feeds.version, version)))
    .returning({ id: feeds.id })
  return saved.length > 0
}

/** Stores the feed's part of a snapshot. */
export async function saveFeedSettings(tx: Tx, id: string, settings: Record<string, unknown>): Promise<void> {
  await tx.update(feeds).set({ settings }).where(eq(feeds.id, id))
}

export async function insertFeed(tx: Tx, row: typeof feeds.$inferInsert): Promise<void> {
  await tx.insert(feeds).values(row)
}
