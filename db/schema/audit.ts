import { sql } from 'drizzle-orm'
import { bigint, index, integer, jsonb, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import { bytea, dc, inet, instant } from './columns.ts'

/**
 * The answers to each form sent, so that a form that is sent twice with the same content runs once. Only the newest
 * answer is repeated: a person who saved A, then B, then A again means A. People find only their own answers; the id of
 * a form belongs to the person who used it first (an exclusion constraint, by hand).
 */
export const commands = dc.table(
  'commands',
  {
    id: uuid('id').notNull(),
    /** Counts the commands under this id, from 1. */
    run: integer('run').notNull(),
    /**
     * sha256 of what was asked, without the id: other content makes another command. Empty: from before this column.
     */
    inputDigest: text('input_digest').notNull().default(''),
    actorId: uuid('actor_id').notNull(),
    name: text('name').notNull(),
    answer: jsonb('answer').$type<unknown>().notNull(),
    at: instant('at').notNull(),
  },
  (t) => [primaryKey({ name: 'commands_pkey', columns: [t.id, t.run] })],
)

/** Work that follows from a committed command: mail, projections. `dc_jobs` carries it out. */
export const outbox = dc.table(
  'outbox',
  {
    id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    topic: text('topic').notNull(),
    payload: jsonb('payload').$type<unknown>().notNull(),
    notBefore: instant('not_before').notNull(),
    attempts: integer('attempts').notNull().default(0),
    doneAt: instant('done_at'),
  },
  (t) => [index('outbox_waiting').on(t.doneAt, t.notBefore)],
)

/**
 * Who did what to what, and what was refused. Inserted once, never changed; `seq` may
 * have holes where a transaction rolled back.
 */
export const auditEvents = dc.table(
  'audit_events',
  {
    seq: bigint('seq', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    at: instant('at').notNull(),
    /** Null: the portal itself. */
    actorId: uuid('actor_id'),
    /** The firm that may read it, besides the exchange. */
    forFirm: uuid('for_firm'),
    action: text('action').notNull(),
    objectKind: text('object_kind').notNull(),
    objectId: text('object_id').notNull(),
    reason: text('reason'),
    before: jsonb('before').$type<unknown>(),
    after: jsonb('after').$type<unknown>(),
    origin: inet('origin'),
    /** The refusal's code, when the command was refused. */
    refused: text('refused'),
  },
  (t) => [
    index('audit_events_firm').on(t.forFirm, t.seq),
    index('audit_events_object').on(t.objectId, t.seq),
    index('audit_events_of_seals').on(t.seq).where(sql`${t.action} in ('audit.broken-seal', 'audit.matches')`),
  ],
)

/** The chain over audit events: each seal hashes its range and the seal before it. */
export const auditSeals = dc.table('audit_seals', {
  fromSeq: bigint('from_seq', { mode: 'number' }).notNull(),
  toSeq: bigint('to_seq', { mode: 'number' }).primaryKey(),
  /** Null for the first. */
  previous: bytea('previous'),
  hash: bytea('hash').notNull(),
  at: instant('at').notNull(),
})
