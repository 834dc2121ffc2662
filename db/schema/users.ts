import { sql } from 'drizzle-orm'
import { check, foreignKey, index, integer, text, unique, uniqueIndex, uuid } from 'drizzle-orm/pg-core'
import { type Role, roles } from '#domain/people/roles.ts'
import { dc, oneOf, period } from './columns.ts'
import { firms } from './firms.ts'

const userStates = ['active', 'disabled'] as const
type UserState = (typeof userStates)[number]

/** A person of one firm, for good. How they prove who they are: `user_secrets`. */
export const users = dc.table(
  'users',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    firmId: uuid('firm_id')
      .notNull()
      .references(() => firms.id),
    email: text('email').notNull(),
    name: text('name').notNull(),
    phone: text('phone'),
    /** When a Global Account Manager can be reached, in words. */
    hours: text('hours'),
    state: text('state').$type<UserState>().notNull().default('active'),
    version: integer('version').notNull().default(1),
  },
  (t) => [
    uniqueIndex('users_email').on(sql`lower(${t.email})`),
    unique('users_firm').on(t.id, t.firmId),
    index('users_of_firm').on(t.firmId),
    check('users_state', oneOf(t.state, userStates)),
  ],
)

/**
 * Who holds which role, since when. Nobody grants themselves one; `granted_by` null: the installation's command line.
 */
export const roleGrants = dc.table(
  'role_grants',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    userId: uuid('user_id').notNull(),
    firmId: uuid('firm_id').notNull(),
    role: text('role').$type<Role>().notNull(),
    during: period('during').notNull(),
    grantedBy: uuid('granted_by').references(() => users.id),
  },
  (t) => [
    foreignKey({ name: 'role_grants_user', columns: [t.userId, t.firmId], foreignColumns: [users.id, users.firmId] }),
    index('role_grants_firm').on(t.firmId),
    check('role_grants_role', oneOf(t.role, roles)),
    check('role_grants_not_own', sql`${t.grantedBy} <> ${t.userId}`),
    check('role_grants_during', sql`not isempty(${t.during})`),
  ],
)
