import { sql } from 'drizzle-orm'
import { bigint, boolean, char, check, index, text, uuid } from 'drizzle-orm/pg-core'
import { dc, instant, period } from './columns.ts'
import { firms } from './firms.ts'

/** What a Drop Copy Group costs a month, dated. Published by the exchange: every signed-in person reads it. */
export const feePlans = dc.table(
  'fee_plans',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    name: text('name').notNull(),
    /** ISO 4217. */
    currency: char('currency', { length: 3 }).notNull(),
    /** A group's monthly fee in minor units of the currency. */
    monthlyMinor: bigint('monthly_minor', { mode: 'number' }).notNull(),
    /** Whether each owner's first group is free. */
    firstWaived: boolean('first_waived').notNull(),
    /** The document it is taken from: Exhibit, edition, date. */
    sourceDocument: text('source_document').notNull(),
    /** True for invented figures of a sandbox: shown as such wherever the amount is. */
    isSample: boolean('is_sample').notNull(),
    during: period('during').notNull(),
  },
  (t) => [
    check('fee_plans_currency', sql`${t.currency} ~ '^[A-Z]{3}$'`),
    check('fee_plans_amount', sql`${t.monthlyMinor} >= 0`),
    check('fee_plans_during', sql`not isempty(${t.during})`),
  ],
)

/** Who pays. An account of an entity other than the group's owner makes that entity a party. */
export const billingAccounts = dc.table(
  'billing_accounts',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    /** The firm that pays. */
    firmId: uuid('firm_id')
      .notNull()
      .references(() => firms.id),
    /** The firm whose groups may name it; usually the same firm. */
    ownerId: uuid('owner_id')
      .notNull()
      .references(() => firms.id),
    number: text('number').notNull().unique('billing_accounts_number'),
    name: text('name').notNull(),
    closedAt: instant('closed_at'),
  },
  (t) => [index('billing_accounts_firm').on(t.firmId), index('billing_accounts_owner').on(t.ownerId)],
)
