import { sql } from 'drizzle-orm'
import { bigint, check, index, integer, jsonb, primaryKey, smallint, text, uuid } from 'drizzle-orm/pg-core'
import { type Environment, environments as environmentNames } from '#domain/reference/environment.ts'
import { type DeliveryWord, deliveryWords, type ReplacedBy, replacedBy } from '#domain/status/state.ts'
import { dc, instant, oneOf } from './columns.ts'
import { firms } from './firms.ts'
import { groups } from './groups.ts'
import { targets } from './targets.ts'

/**
 * How delivery runs, kept by a job of the portal so that a list reads one row for each row that it shows. The words
 * come from `#domain/status/state.ts`; what is known of the connector as a whole is laid over them when a page is read.
 */
const counter = (name: string) => bigint(name, { mode: 'number' }).notNull().default(0)

const standing = {
  environment: text('environment').$type<Environment>().notNull(),
  /** Null: the group is not live, so it has no word of delivery. */
  word: text('word').$type<DeliveryWord>(),
  /** The word's place, worst first. */
  rank: smallint('rank'),
  text: text('text').notNull().default(''),
  sentence: text('sentence').notNull().default(''),
  todo: text('todo'),
  feed: text('feed'),
  replacedBy: text('replaced_by').$type<ReplacedBy>().notNull().default('connector'),
  sources: integer('sources').notNull().default(0),
  /** Sources of which something was received in the present trading week. */
  heard: integer('heard').notNull().default(0),
  received: counter('received'),
  delivered: counter('delivered'),
  filtered: counter('filtered'),
  waiting: counter('waiting'),
  held: counter('held'),
  expired: counter('expired'),
  /** Of those filtered: what was not copied for want of a consent, by reason. */
  stopped: jsonb('stopped').$type<Record<string, number>>(),
  /** Since when copies have been waiting or held without a break. */
  waitingSince: instant('waiting_since'),
  lastSentAt: instant('last_sent_at'),
  /** When the standing has to be looked at again although nothing was written. */
  recheckAt: instant('recheck_at'),
}

/** A target that is not closed. Read by the owner of its group and by the exchange. */
export const targetStandings = dc.table(
  'target_standings',
  {
    targetId: uuid('target_id')
      .primaryKey()
      .references(() => targets.id),
    groupId: uuid('group_id')
      .notNull()
      .references(() => groups.id),
    ownerId: uuid('owner_id')
      .notNull()
      .references(() => firms.id),
    shard: text('shard').notNull(),
    ...standing,
  },
  (t) => [
    index('target_standings_group').on(t.groupId),
    index('target_standings_owner').on(t.ownerId),
    check('target_standings_environment', oneOf(t.environment, environmentNames)),
    check('target_standings_word', oneOf(t.word, deliveryWords)),
    check('target_standings_rank', sql`(${t.word} is null) = (${t.rank} is null)`),
    check('target_standings_replaced_by', oneOf(t.replacedBy, replacedBy)),
  ],
)

/**
 * A group that is neither closed nor abandoned, as a firm sees it: its owner with all figures, which the exchange reads
 * too, and each guarantor with the figures of its own sessions.
 */
export const groupStandings = dc.table(
  'group_standings',
  {
    groupId: uuid('group_id')
      .notNull()
      .references(() => groups.id),
    firmId: uuid('firm_id')
      .notNull()
      .references(() => firms.id),
    /** The shards of its targets. */
    shards: text('shards').array().notNull().default([]),
    targets: integer('targets').notNull().default(0),
    ...standing,
  },
  (t) => [
    primaryKey({ name: 'group_standings_pkey', columns: [t.firmId, t.groupId] }),
    index('group_standings_group').on(t.groupId),
    check('group_standings_environment', oneOf(t.environment, environmentNames)),
    check('group_standings_word', oneOf(t.word, deliveryWords)),
    check('group_standings_rank', sql`(${t.word} is null) = (${t.rank} is null)`),
    check('group_standings_replaced_by', oneOf(t.replacedBy, replacedBy)),
  ],
)

/** Groups of which a row was written that their standing depends on; triggers write them, the job empties them. */
export const touchedGroups = dc.table('touched_groups', {
  id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
  groupId: uuid('group_id').notNull(),
})
