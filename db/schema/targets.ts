import { sql } from 'drizzle-orm'
import { check, foreignKey, index, integer, jsonb, text, unique, uuid } from 'drizzle-orm/pg-core'
import { type TargetState, targetStates } from '#domain/group/states.ts'
import { type Environment, type GatewayKind, gatewayKinds } from '#domain/reference/environment.ts'
import type { EnvironmentSettings } from '#domain/reference/settings.ts'
import { type AddressRole, addressRoles } from '#domain/session/fail-over.ts'
import { bytea, dc, instant, isShardName, oneOf, period, shardColumn } from './columns.ts'
import { groups } from './groups.ts'
import { sourceSessions } from './sources.ts'
import { users } from './users.ts'

/** A FIX session on which a group's copies are delivered. Its session id is never used again. */
export const targets = dc.table(
  'targets',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    groupId: uuid('group_id').notNull(),
    environment: text('environment').$type<Environment>().notNull(),
    sessionId: text('session_id').notNull().unique('targets_session_id'),
    gatewayKind: text('gateway_kind').$type<GatewayKind>().notNull(),
    /**
     * The shard of its sources' feeds. Never changed: the numbers that its client knows are in that shard's journal.
     */
    shard: shardColumn(),
    /** Addresses, as in a snapshot: `[{ role, host, port }]`. */
    listen: jsonb('listen').$type<EnvironmentSettings['listen']>().notNull(),
    /** Which of its addresses is to be in force. */
    active: text('active').$type<AddressRole>().notNull().default('primary'),
    state: text('state').$type<TargetState>().notNull(),
    /** Who paused it, so that the page can name them and they may resume. Null: the operator, from the command line. */
    pausedBy: uuid('paused_by').references(() => users.id),
    pauseReason: text('pause_reason'),
    version: integer('version').notNull().default(1),
  },
  (t) => [
    foreignKey({
      name: 'targets_group',
      columns: [t.groupId, t.environment],
      foreignColumns: [groups.id, groups.environment],
    }),
    unique('targets_of_group').on(t.id, t.groupId),
    index('targets_group_id').on(t.groupId),
    check('targets_session_id_form', sql`${t.sessionId} ~ '^[A-Z0-9]{6}$'`),
    check('targets_shard', isShardName(t.shard)),
    check('targets_gateway_kind', oneOf(t.gatewayKind, gatewayKinds)),
    check('targets_active', oneOf(t.active, addressRoles)),
    check('targets_state', oneOf(t.state, targetStates)),
    // a closed target keeps who paused it and why, so that undoing the closing can restore it
    check(
      'targets_paused',
      sql`(${t.state} <> 'paused' or ${t.pauseReason} is not null) and (${t.state} <> 'open' or ${t.pauseReason} is null) and (${t.pausedBy} is null or ${t.pauseReason} is not null)`,
    ),
  ],
)

/** Which target carries which source: decided once and stored, never computed again. */
export const targetSources = dc.table(
  'target_sources',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    targetId: uuid('target_id').notNull(),
    groupId: uuid('group_id').notNull(),
    sourceId: uuid('source_id')
      .notNull()
      .references(() => sourceSessions.id),
    during: period('during').notNull(),
  },
  (t) => [
    foreignKey({
      name: 'target_sources_target',
      columns: [t.targetId, t.groupId],
      foreignColumns: [targets.id, targets.groupId],
    }),
    index('target_sources_of_target').on(t.targetId),
    index('target_sources_of_source').on(t.sourceId),
    check('target_sources_during', sql`not isempty(${t.during})`),
  ],
)

const credentialKinds = ['password', 'hmac'] as const
export type CredentialKind = (typeof credentialKinds)[number]

/** What a client logs on with. A password leaves only its verifier here; HMAC needs the secret itself, sealed. */
export const targetCredentials = dc.table(
  'target_credentials',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    targetId: uuid('target_id')
      .notNull()
      .references(() => targets.id),
    kind: text('kind').$type<CredentialKind>().notNull(),
    /** sha256(salt ‖ secret), both in hexadecimal. */
    verifier: jsonb('verifier').$type<{ sha256: string; salt: string }>(),
    sealed: bytea('sealed'),
    /** Short and public: tells two credentials of a target apart. For an access key, its id. */
    fingerprint: text('fingerprint').notNull(),
    claimedBy: uuid('claimed_by')
      .notNull()
      .references(() => users.id),
    claimedAt: instant('claimed_at').notNull(),
    expiresAt: instant('expires_at'),
    revokedAt: instant('revoked_at'),
    revokedBy: uuid('revoked_by').references(() => users.id),
  },
  (t) => [
    index('target_credentials_target').on(t.targetId),
    check('target_credentials_kind', oneOf(t.kind, credentialKinds)),
    check('target_credentials_one_secret', sql`(${t.verifier} is null) <> (${t.sealed} is null)`),
    check('target_credentials_revoked', sql`(${t.revokedAt} is null) = (${t.revokedBy} is null)`),
  ],
)
