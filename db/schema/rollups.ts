import { sql } from 'drizzle-orm'
import { bigint, check, index, integer, primaryKey, text } from 'drizzle-orm/pg-core'
import type { Environment } from '#domain/reference/environment.ts'
import { pages, type RollupKind, rollupKinds, type Step, steps } from '#domain/rollup/steps.ts'
import { dc, instant, oneOf, shardColumn } from './columns.ts'

/** One number for each step of the page. */
const figures = (name: string) => integer(name).array()

/**
 * What the pictures show: how many messages were received and delivered in each step of time, and how many waited at
 * its end. A page without a row has zeros. Written by a job of the portal, which compares what connectors report (ADR
 * 51).
 */
export const rollups = dc.table(
  'rollups',
  {
    environment: text('environment').$type<Environment>().notNull(),
    kind: text('kind').$type<RollupKind>().notNull(),
    /**
     * As in a snapshot: target session id, source name, feed id; the owner's firm id, the environment's name, the
     * shard's name.
     */
    objectId: text('object_id').notNull(),
    /** An object may move from one shard to another; its figures are the sum. */
    shard: shardColumn(),
    step: text('step').$type<Step>().notNull(),
    startsAt: instant('starts_at').notNull(),
    /** Of a shard: in how many minutes of the step it was heard. */
    received: figures('received').notNull(),
    /** These three are null where nothing is delivered: of sources, feeds and shards. */
    delivered: figures('delivered'),
    waiting: figures('waiting'),
    /** The most that waited at one time; null where several targets are summed, whose peaks are not at one time. */
    highest: figures('highest'),
  },
  (t) => [
    primaryKey({ name: 'rollups_pkey', columns: [t.environment, t.kind, t.objectId, t.step, t.startsAt, t.shard] }),
    index('rollups_age').on(t.step, t.startsAt),
    check('rollups_kind', oneOf(t.kind, rollupKinds)),
    check('rollups_step', oneOf(t.step, steps)),
    check(
      'rollups_length',
      sql`cardinality(${t.received}) = case ${t.step} ${sql.raw(steps.map((step) => `when '${step}' then ${pages[step].length}`).join(' '))} end`,
    ),
  ],
)

/** What the job read last of each shard. */
export const rollupShards = dc.table(
  'rollup_shards',
  {
    environment: text('environment').$type<Environment>().notNull(),
    shard: shardColumn(),
    lineage: text('lineage').notNull(),
    week: text('week').notNull(),
    heardAt: instant('heard_at').notNull(),
    readAt: instant('read_at').notNull(),
  },
  (t) => [primaryKey({ name: 'rollup_shards_pkey', columns: [t.environment, t.shard] })],
)

const count = (name: string) => bigint(name, { mode: 'number' }).notNull().default(0)

/** The counts that the next reading is compared with. */
export const rollupCounts = dc.table(
  'rollup_counts',
  {
    environment: text('environment').$type<Environment>().notNull(),
    shard: shardColumn(),
    kind: text('kind').$type<RollupKind>().notNull(),
    objectId: text('object_id').notNull(),
    received: count('received'),
    delivered: count('delivered'),
    /** The most that waited since the last reading. */
    highest: count('highest'),
  },
  (t) => [primaryKey({ name: 'rollup_counts_pkey', columns: [t.environment, t.shard, t.kind, t.objectId] })],
)
