import { sql } from 'drizzle-orm'
import {
  check,
  foreignKey,
  index,
  integer,
  jsonb,
  primaryKey,
  text,
  unique,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core'
import {
  type Filters,
  type GroupState,
  groupStates as groupStateWords,
  type Level,
  levels,
  type Protocol,
  protocols,
} from '#domain/group/states.ts'
import { type Environment, environments as environmentNames } from '#domain/reference/environment.ts'
import { billingAccounts } from './billing.ts'
import { dc, instant, oneOf, period } from './columns.ts'
import { firms } from './firms.ts'
import { sourceSessions } from './sources.ts'

/** A Drop Copy Group as agreed. The observed tables say how it runs. */
export const groups = dc.table(
  'groups',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    environment: text('environment').$type<Environment>().notNull(),
    ownerId: uuid('owner_id')
      .notNull()
      .references(() => firms.id),
    name: text('name').notNull(),
    purpose: text('purpose').notNull().default(''),
    state: text('state').$type<GroupState>().notNull(),
    /** When its first request was applied: decides which of the owner's groups the fee is waived for. */
    firstAppliedAt: instant('first_applied_at'),
    /** Counts what was published for this group. */
    revision: integer('revision').notNull().default(0),
    version: integer('version').notNull().default(1),
  },
  (t) => [
    unique('groups_environment').on(t.id, t.environment),
    unique('groups_owner').on(t.id, t.ownerId),
    index('groups_of_owner').on(t.ownerId),
    uniqueIndex('groups_name')
      .on(t.ownerId, t.environment, sql`lower(${t.name})`)
      .where(sql`${t.state} not in ('closed', 'abandoned')`),
    check('groups_environment_word', oneOf(t.environment, environmentNames)),
    check('groups_state', oneOf(t.state, groupStateWords)),
  ],
)

/** The states a group was in, dated: what fees are counted from. */
export const groupStates = dc.table(
  'group_states',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    groupId: uuid('group_id')
      .notNull()
      .references(() => groups.id),
    state: text('state').$type<GroupState>().notNull(),
    during: period('during').notNull(),
  },
  (t) => [
    check('group_states_state', oneOf(t.state, groupStateWords)),
    check('group_states_during', sql`not isempty(${t.during})`),
  ],
)

/** What is copied, how, and who pays: one set of terms at a time. */
export const groupTerms = dc.table(
  'group_terms',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    groupId: uuid('group_id')
      .notNull()
      .references(() => groups.id),
    during: period('during').notNull(),
    level: text('level').$type<Level>().notNull(),
    filters: jsonb('filters').$type<Filters>().notNull().default({ rejects: false }),
    protocol: text('protocol').$type<Protocol>().notNull(),
    billingAccountId: uuid('billing_account_id')
      .notNull()
      .references(() => billingAccounts.id),
    /** The connection section of Schedule 12: line, addresses the client connects from, notes. */
    connection: jsonb('connection').$type<Record<string, unknown>>().notNull().default({}),
  },
  (t) => [
    check('group_terms_level', oneOf(t.level, levels)),
    check('group_terms_protocol', oneOf(t.protocol, protocols)),
    check('group_terms_during', sql`not isempty(${t.during})`),
  ],
)

const membershipBases = ['request', 'rule'] as const
type MembershipBasis = (typeof membershipBases)[number]

/** The sources of a group, dated. A source feeds many groups, so its periods may overlap, but not within one group. */
export const groupSources = dc.table(
  'group_sources',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    groupId: uuid('group_id').notNull(),
    sourceId: uuid('source_id').notNull(),
    environment: text('environment').$type<Environment>().notNull(),
    during: period('during').notNull(),
    via: text('via').$type<MembershipBasis>().notNull(),
    viaId: uuid('via_id').notNull(),
  },
  (t) => [
    foreignKey({
      name: 'group_sources_group',
      columns: [t.groupId, t.environment],
      foreignColumns: [groups.id, groups.environment],
    }),
    foreignKey({
      name: 'group_sources_source',
      columns: [t.sourceId, t.environment],
      foreignColumns: [sourceSessions.id, sourceSessions.environment],
    }),
    index('group_sources_of_source').on(t.sourceId),
    check('group_sources_via', oneOf(t.via, membershipBases)),
    check('group_sources_during', sql`not isempty(${t.during})`),
  ],
)

const sightReasons = ['guarantor', 'bill-to'] as const
export type SightReason = (typeof sightReasons)[number]

/**
 * Firms other than the owner that may see a group's name, owner and terms, kept for good by the services that write
 * consents. A guarantor's row also holds, as figures, what it may know of the sources and targets that are not its own.
 */
export const visibleGroups = dc.table(
  'visible_groups',
  {
    firmId: uuid('firm_id')
      .notNull()
      .references(() => firms.id),
    groupId: uuid('group_id')
      .notNull()
      .references(() => groups.id),
    reason: text('reason').$type<SightReason>().notNull(),
    /** For a guarantor: how many sources the group has, its own among them. */
    sources: integer('sources').notNull().default(0),
    /**
     * For a guarantor: session ids of targets that carry or carried a source it consented for; they tell its figures in
     * this group from others.
     */
    sessions: text('sessions').array().notNull().default([]),
  },
  (t) => [
    primaryKey({ name: 'visible_groups_pkey', columns: [t.firmId, t.groupId, t.reason] }),
    index('visible_groups_group').on(t.groupId),
    check('visible_groups_reason', oneOf(t.reason, sightReasons)),
  ],
)
