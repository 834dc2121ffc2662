import { sql } from 'drizzle-orm'
import { check, foreignKey, index, integer, jsonb, text, unique, uuid } from 'drizzle-orm/pg-core'
import type { FeedCredential } from '#domain/credential/feed-secret.ts'
import {
  type Environment,
  environments as environmentNames,
  type GatewayKind,
  gatewayKinds,
} from '#domain/reference/environment.ts'
import { bytea, dc, isShardName, oneOf, period, shardColumn } from './columns.ts'
import { firms } from './firms.ts'

const openStates = ['open', 'closed'] as const
type OpenState = (typeof openStates)[number]

/** A FIX connection over which an order-entry gateway hands us the messages of its sessions. */
export const feeds = dc.table(
  'feeds',
  {
    id: text('id').primaryKey(),
    environment: text('environment').$type<Environment>().notNull(),
    gatewayKind: text('gateway_kind').$type<GatewayKind>().notNull(),
    /**
     * The shard whose connector runs the feed. Never changed, since the feed's numbers are in that connector's journal.
     */
    shard: shardColumn(),
    /** The feed's part of a snapshot, without its secrets. */
    settings: jsonb('settings').$type<Record<string, unknown>>().notNull(),
    /** What its Logon is proved with, sealed (`sealedFeedSecret`): only connectors read it. */
    sealed: bytea('sealed'),
    /** The public part of the credential. */
    credential: jsonb('credential').$type<FeedCredential>(),
    state: text('state').$type<OpenState>().notNull().default('open'),
    version: integer('version').notNull().default(1),
  },
  (t) => [
    unique('feeds_environment').on(t.id, t.environment, t.gatewayKind),
    check('feeds_environment_word', oneOf(t.environment, environmentNames)),
    check('feeds_shard', isShardName(t.shard)),
    check('feeds_gateway_kind', oneOf(t.gatewayKind, gatewayKinds)),
    check('feeds_credential', sql`(${t.sealed} is null) = (${t.credential} is null)`),
    check('feeds_state', oneOf(t.state, openStates)),
  ],
)

/**
 * An order-entry session whose messages are copied. Its name on screens and in
 * snapshots: session code + execution code.
 */
export const sourceSessions = dc.table(
  'source_sessions',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    environment: text('environment').$type<Environment>().notNull(),
    sessionCode: text('session_code').notNull(),
    executionCode: text('execution_code').notNull(),
    operatedBy: uuid('operated_by').references(() => firms.id),
    feedId: text('feed_id').notNull(),
    gatewayKind: text('gateway_kind').$type<GatewayKind>().notNull(),
    marketSegment: text('market_segment'),
    state: text('state').$type<OpenState>().notNull().default('open'),
    version: integer('version').notNull().default(1),
  },
  (t) => [
    foreignKey({
      name: 'source_sessions_feed',
      columns: [t.feedId, t.environment, t.gatewayKind],
      foreignColumns: [feeds.id, feeds.environment, feeds.gatewayKind],
    }),
    unique('source_sessions_name').on(t.environment, t.sessionCode, t.executionCode),
    unique('source_sessions_environment').on(t.id, t.environment),
    index('source_sessions_firm_id').on(t.executionCode),
    index('source_sessions_operator').on(t.operatedBy),
    check('source_sessions_session_code', sql`${t.sessionCode} ~ '^[A-Z0-9]{3}$'`),
    check('source_sessions_execution_code', sql`${t.executionCode} ~ '^[A-Z0-9]{3}$'`),
    check('source_sessions_state', oneOf(t.state, openStates)),
  ],
)

/** The clearing firms that guarantee a session, dated. */
export const sourceGuarantors = dc.table(
  'source_guarantors',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    sourceId: uuid('source_id')
      .notNull()
      .references(() => sourceSessions.id),
    firmId: uuid('firm_id')
      .notNull()
      .references(() => firms.id),
    during: period('during').notNull(),
  },
  (t) => [
    index('source_guarantors_firm').on(t.firmId),
    check('source_guarantors_during', sql`not isempty(${t.during})`),
  ],
)
