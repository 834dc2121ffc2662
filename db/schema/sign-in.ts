import { sql } from 'drizzle-orm'
import { check, index, text, uuid } from 'drizzle-orm/pg-core'
import { bytea, dc, instant } from './columns.ts'
import { users } from './users.ts'

/** How a person proves who they are. Read and written by `dc_auth` alone. */
export const userSecrets = dc.table('user_secrets', {
  userId: uuid('user_id')
    .primaryKey()
    .references(() => users.id),
  /** argon2id, in its own text form. */
  passwordHash: text('password_hash').notNull(),
  totpSealed: bytea('totp_sealed'),
  changedAt: instant('changed_at').notNull(),
})

/** Signed-in browsers. Read and written by `dc_auth` alone. */
export const authSessions = dc.table(
  'auth_sessions',
  {
    /** sha256 of the cookie's value, in hexadecimal: the table opens nothing. */
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

/** A single-use link with which a person sets their first password, or a new one. */
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
  },
  (t) => [
    index('invitations_user').on(t.userId),
    check('invitations_not_own', sql`${t.invitedBy} <> ${t.userId}`),
    check('invitations_expiry', sql`${t.expiresAt} > ${t.createdAt}`),
  ],
)
