import { sql } from 'drizzle-orm'
import { check, foreignKey, index, uuid } from 'drizzle-orm/pg-core'
import { dc, period } from './columns.ts'
import { firms } from './firms.ts'
import { users } from './users.ts'

/** Each firm's Global Account Manager and the deputy, both people of the exchange. */
export const firmGams = dc.table(
  'firm_gams',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    firmId: uuid('firm_id')
      .notNull()
      .references(() => firms.id),
    gamId: uuid('gam_id').notNull(),
    deputyId: uuid('deputy_id').notNull(),
    during: period('during').notNull(),
  },
  (t) => [
    index('firm_gams_firm').on(t.firmId),
    foreignKey({ name: 'firm_gams_gam', columns: [t.gamId], foreignColumns: [users.id] }),
    foreignKey({ name: 'firm_gams_deputy', columns: [t.deputyId], foreignColumns: [users.id] }),
    check('firm_gams_two_people', sql`${t.gamId} <> ${t.deputyId}`),
    check('firm_gams_during', sql`not isempty(${t.during})`),
  ],
)
