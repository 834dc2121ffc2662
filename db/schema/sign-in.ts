import { sql } from 'drizzle-orm'
import { check, index, integer, text, uuid } from 'drizzle-orm/pg-core'
import { bytea, dc, instant } from './columns.ts'
import { users } from './users.ts'

/** How a person proves who they are. Read and written only by `dc_auth`. */
export const userSecrets = dc.table('user_secrets', {
  userId: uuid('user_id')
    .primaryKey()
    .references(() => users.id),
  /** argon2id, in its own text form. */
  passwordHash: text('password_hash').notNull(),
  totpSealed: bytea('totp_sealed'),
  changedAt: instant('changed_at').notNull(),
})

/** Signed-in browsers. Read and written only by `dc_auth`. */
export const authSessions = dc.table(
  'auth_sessions',
  {
    /** sha256 of the cookie's value, in hexadecimal: nobody can sign in with what the table holds. */
    id: text('id').primaryKey(),
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    createdAt: instant('created_at').notNull(),
    expiresAt: instant('expires_at').notNull(),
    absoluteUntil: instant('absolute_until').notNull(),
    stepUpAt: instant('step_up_at'),
  },
  (t) => [index('auth_sessions_user').on(t.userId)],
)

/**
 * A single-use link with which a person sets their first password, or a new one, and the code that goes with it: the
 * person who made the link never sees the code, and another person passes it on (ADR 28).
 */
export const invitations = dc.table(
  'invitations',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    /** sha256 of the token in the link, in hexadecimal. */
    tokenHash: text('token_hash').notNull().unique('invitations_token'),
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    /** Null: the installation's command line. */
    invitedBy: uuid('invited_by').references(() => users.id),
    createdAt: instant('created_at').notNull(),
    expiresAt: instant('expires_at').notNull(),
    usedAt: instant('used_at'),
    /** sha256 of this row's id and the code, in hexadecimal; null until somebody has taken the code to pass it on. */
    codeHash: text('code_hash'),
    codeAt: instant('code_at'),
    /** Who passes the code on. Null beside a code: the installation's command line. */
    codeBy: uuid('code_by').references(() => users.id),
    /** Codes tried; each is counted before it is checked. */
    codesTried: integer('codes_tried').notNull().default(0),
  },
  (t) => [
    index('invitations_user').on(t.userId),
    check('invitations_not_own', sql`${t.invitedBy} <> ${t.userId}`),
    check('invitations_other_code', sql`${t.codeBy} <> ${t.invitedBy} and ${t.codeBy} <> ${t.userId}`),
    check('invitations_code', sql`(${t.codeHash} is null) = (${t.codeAt} is null)`),
    check('invitations_expiry', sql`${t.expiresAt} > ${t.createdAt}`),
  ],
)
