import { bigint, boolean, integer, jsonb, primaryKey, text, unique } from 'drizzle-orm/pg-core'
import type { Environment } from '#domain/reference/environment.ts'
import { dc, instant, shardColumn } from './columns.ts'
import { environments } from './installation.ts'

const key = {
  environment: text('environment')
    .$type<Environment>()
    .notNull()
    .references(() => environments.environment),
  shard: shardColumn(),
}

/**
 * Which journal leads an environment, and how far it went. Written only by `dc_connector`: every second by the leader,
 * and by the leader that follows it. There is no row before the first connector.
 */
export const connectorLeases = dc.table(
  'connector_leases',
  {
    ...key,
    lineage: text('lineage').notNull(),
    term: integer('term').notNull(),
    /** The last durable batch of the journal: the position behind it, its number and its crc. */
    position: bigint('position', { mode: 'number' }).notNull(),
    batch: bigint('batch', { mode: 'number' }).notNull(),
    crc: bigint('crc', { mode: 'number' }).notNull(),
    /** The trading week, and the next outbound number of every session. */
    numbers: jsonb('numbers').notNull(),
    /** The connector's name, and the directory of its journal. */
    connector: text('connector').notNull(),
    place: text('place').notNull(),
    /** Both by the database's clock. */
    renewedAt: instant('renewed_at').notNull(),
    deadline: instant('deadline').notNull(),
    /** The leader stopped in order, so the row describes all of its journal. */
    isEnded: boolean('is_ended').notNull().default(false),
  },
  (t) => [
    primaryKey({ name: 'connector_leases_pkey', columns: [t.environment, t.shard] }),
    // makes the term part of a key, so that a new leader waits for reports of the old one, but a renewal need not wait
    unique('connector_leases_term').on(t.environment, t.shard, t.term),
  ],
)

/** Why a connector does not lead, rewritten for as long as that is so. An old row means nothing. */
export const connectorRefusals = dc.table(
  'connector_refusals',
  {
    ...key,
    connector: text('connector').notNull(),
    place: text('place').notNull(),
    code: text('code').notNull(),
    says: text('says').notNull(),
    /** What to do, for the exchange. */
    remedy: text('remedy').notNull(),
    since: instant('since').notNull(),
    at: instant('at').notNull(),
  },
  (t) => [primaryKey({ name: 'connector_refusals_pkey', columns: [t.environment, t.shard, t.connector, t.place] })],
)
