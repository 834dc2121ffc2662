import { bigint, boolean, index, integer, jsonb, primaryKey, text } from 'drizzle-orm/pg-core'
import type { Environment } from '#domain/reference/environment.ts'
import type { RecentCopy, ServedResend } from '#domain/status/observed.ts'
import type { ReportedConnectorState, ReportedFeedState, ReportedTargetState } from '#domain/status/words.ts'
import { dc, instant, shardColumn } from './columns.ts'

/**
 * What connectors see. Written only by `dc_connector`, keyed by environment, shard, the connector's name and the
 * object's id in the snapshot; rows are replaced as a whole. Instants are the connector's wall clock. A row means
 * nothing once its connector's `heard_at` is old.
 */
const counter = (name: string) => bigint(name, { mode: 'number' }).notNull().default(0)
const key = {
  environment: text('environment').$type<Environment>().notNull(),
  shard: shardColumn(),
  connector: text('connector').notNull(),
}

export const observedConnectors = dc.table(
  'observed_connectors',
  {
    ...key,
    state: text('state').$type<ReportedConnectorState>().notNull(),
    pid: integer('pid').notNull(),
    host: text('host').notNull(),
    release: text('release').notNull(),
    startedAt: instant('started_at').notNull(),
    /** Rewritten with every report: the proof of life. */
    heardAt: instant('heard_at').notNull(),
    /** The configuration version in force; null before the first. */
    runningVersion: integer('running_version'),
    /** Trading week, as the local date of its reset. */
    week: text('week'),
    /** The lineage of its journal, and the term of its leader. */
    lineage: text('lineage').notNull().default(''),
    term: integer('term').notNull().default(0),
    /**
     * What makes every figure and number doubtful until somebody has acknowledged it; every reader of a figure may read
     * it. Null: nothing.
     */
    doubt: text('doubt'),
  },
  (t) => [primaryKey({ name: 'observed_connectors_pkey', columns: [t.environment, t.shard, t.connector] })],
)

/** The connector's store; only for the exchange. */
export const observedJournals = dc.table(
  'observed_journals',
  {
    ...key,
    bytes: counter('bytes'),
    freeBytes: counter('free_bytes'),
    /** Address of the next record. */
    position: text('position').notNull(),
    at: instant('at').notNull(),
  },
  (t) => [primaryKey({ name: 'observed_journals_pkey', columns: [t.environment, t.shard, t.connector] })],
)

/** What needs a person, in plain words: the present alarms. An alarm that has passed is deleted. */
export const observedAlarms = dc.table(
  'observed_alarms',
  {
    ...key,
    code: text('code').notNull(),
    /** connector, feed, source or target: who may read it follows from this and the object. */
    kind: text('kind').notNull(),
    /** The object's id in the snapshot; empty for the connector itself. */
    objectId: text('object_id').notNull().default(''),
    says: text('says').notNull(),
    since: instant('since').notNull(),
  },
  (t) => [
    primaryKey({
      name: 'observed_alarms_pkey',
      columns: [t.environment, t.shard, t.connector, t.code, t.kind, t.objectId],
    }),
  ],
)

export const observedFeeds = dc.table(
  'observed_feeds',
  {
    ...key,
    feedId: text('feed_id').notNull(),
    state: text('state').$type<ReportedFeedState>().notNull(),
    since: instant('since').notNull(),
    address: text('address'),
    epoch: integer('epoch').notNull().default(0),
    nextIn: counter('next_in'),
    nextOut: counter('next_out'),
    received: counter('received'),
    duplicates: counter('duplicates'),
    /** Kept aside: of unknown sources, of sources owned by another feed, or with other bytes under a known number. */
    aside: counter('aside'),
    /** Never received and not recoverable, of the present trading week. */
    lost: counter('lost'),
    /** Numbers still asked for again. */
    missing: counter('missing'),
    lastReceivedAt: instant('last_received_at'),
    detail: text('detail'),
    at: instant('at').notNull(),
  },
  (t) => [primaryKey({ name: 'observed_feeds_pkey', columns: [t.environment, t.shard, t.connector, t.feedId] })],
)

export const observedSources = dc.table(
  'observed_sources',
  {
    ...key,
    /** The source's name: `K7T882`. A name that no part knows is one kept aside. */
    sourceId: text('source_id').notNull(),
    /** Market segment; empty on a convenience gateway. */
    segment: text('segment').notNull().default(''),
    feedId: text('feed_id'),
    known: boolean('known').notNull().default(true),
    epoch: integer('epoch').notNull().default(0),
    highest: counter('highest'),
    received: counter('received'),
    duplicates: counter('duplicates'),
    aside: counter('aside'),
    lastReceivedAt: instant('last_received_at'),
    at: instant('at').notNull(),
  },
  (t) => [
    primaryKey({
      name: 'observed_sources_pkey',
      columns: [t.environment, t.shard, t.connector, t.sourceId, t.segment],
    }),
  ],
)

export const observedTargets = dc.table(
  'observed_targets',
  {
    ...key,
    sessionId: text('session_id').notNull(),
    state: text('state').$type<ReportedTargetState>().notNull(),
    since: instant('since').notNull(),
    /** primary or backup: the address in force. */
    active: text('active').notNull().default('primary'),
    address: text('address'),
    nextIn: counter('next_in'),
    nextOut: counter('next_out'),
    delivered: counter('delivered'),
    /** Behind the cursor, not yet written. */
    waiting: counter('waiting'),
    /** Kept without a number: reachable by Application Resend. */
    held: counter('held'),
    lateMs: integer('late_ms').notNull().default(0),
    /** A resend being served. */
    resend: jsonb('resend').$type<ServedResend>(),
    lastLogonAt: instant('last_logon_at'),
    lastLogoffAt: instant('last_logoff_at'),
    lastLogoffWhy: text('last_logoff_why'),
    /** Fingerprint of the credential of the last logon. */
    lastCredential: text('last_credential'),
    lastSentAt: instant('last_sent_at'),
    lastHeardAt: instant('last_heard_at'),
    /**
     * The newest ten copies, newest first. They hold the content of messages, so only the owner's people may see them.
     */
    recent: jsonb('recent').$type<RecentCopy[]>().notNull().default([]),
    detail: text('detail'),
    at: instant('at').notNull(),
  },
  (t) => [primaryKey({ name: 'observed_targets_pkey', columns: [t.environment, t.shard, t.connector, t.sessionId] })],
)

/** `received = delivered + filtered + waiting + held + expired`, per target, source and trading week. */
const ledgerColumns = {
  ...key,
  sessionId: text('session_id').notNull(),
  sourceId: text('source_id').notNull(),
  segment: text('segment').notNull().default(''),
  week: text('week').notNull(),
  received: counter('received'),
  delivered: counter('delivered'),
  filtered: counter('filtered'),
  /** The same number by reason. */
  filteredBy: jsonb('filtered_by').$type<Record<string, number>>().notNull().default({}),
  waiting: counter('waiting'),
  held: counter('held'),
  expired: counter('expired'),
  at: instant('at').notNull(),
}

/** The present trading week: what every report writes and every page reads. */
export const observedLedger = dc.table('observed_ledger', ledgerColumns, (t) => [
  primaryKey({
    name: 'observed_ledger_pkey',
    columns: [t.environment, t.shard, t.connector, t.sessionId, t.sourceId, t.segment, t.week],
  }),
  index('observed_ledger_source').on(t.sourceId),
])

/** Ended weeks, kept for people who ask later what became of a source's messages; no page reads them. */
export const observedPastLedger = dc.table('observed_past_ledger', ledgerColumns, (t) => [
  primaryKey({
    name: 'observed_past_ledger_pkey',
    columns: [t.environment, t.shard, t.connector, t.week, t.sessionId, t.sourceId, t.segment],
  }),
])

/** Every logon that was turned away, insert-only; a rule of the connector keeps the newest. */
export const observedRefusedLogons = dc.table(
  'observed_refused_logons',
  {
    id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    ...key,
    at: instant('at').notNull(),
    /** target or feed: what the logon tried to reach. */
    kind: text('kind').notNull(),
    /** The target's session id or the feed's id, where the logon named a known one. */
    objectId: text('object_id'),
    /** SenderCompID(49) as sent, cut to 64 characters. */
    claimed: text('claimed').notNull(),
    address: text('address').notNull(),
    code: text('code').notNull(),
    /** The sentence that was sent, and the reason where the sentence says too little; for the owner of the target. */
    says: text('says').notNull(),
  },
  (t) => [index('observed_refused_logons_object').on(t.objectId, t.at)],
)
