import { sql } from 'drizzle-orm'
import { boolean, check, index, integer, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core'
import { dc, instant, oneOf, period } from './columns.ts'

const firmStates = ['active', 'suspended', 'closed'] as const
type FirmState = (typeof firmStates)[number]

/**
 * A legal entity; the exchange is one of them. Names are the exchange's directory: every signed-in person reads them.
 */
export const firms = dc.table(
  'firms',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    name: text('name').notNull(),
    isExchange: boolean('is_exchange').notNull().default(false),
    state: text('state').$type<FirmState>().notNull().default('active'),
    version: integer('version').notNull().default(1),
  },
  (t) => [
    uniqueIndex('firms_one_exchange').on(t.isExchange).where(sql`${t.isExchange}`),
    check('firms_state', oneOf(t.state, firmStates)),
  ],
)

export const codeKinds = ['execution', 'clearing'] as const
export type CodeKind = (typeof codeKinds)[number]
const clearingClasses = ['A', 'other'] as const
export type ClearingClass = (typeof clearingClasses)[number]

/** Execution Firm IDs and Clearing Firm IDs. An entity holds many; a code belongs to one entity at a time. */
export const firmCodes = dc.table(
  'firm_codes',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    kind: text('kind').$type<CodeKind>().notNull(),
    code: text('code').notNull(),
    firmId: uuid('firm_id')
      .notNull()
      .references(() => firms.id),
    /** Only for a Clearing Firm ID. */
    class: text('class').$type<ClearingClass>(),
    during: period('during').notNull(),
  },
  (t) => [
    index('firm_codes_firm').on(t.firmId),
    check('firm_codes_kind', oneOf(t.kind, codeKinds)),
    check('firm_codes_code', sql`${t.code} ~ '^[A-Z0-9]{3}$'`),
    check('firm_codes_class', oneOf(t.class, clearingClasses)),
    check('firm_codes_class_of_clearing', sql`(${t.kind} = 'clearing') = (${t.class} is not null)`),
    check('firm_codes_during', sql`not isempty(${t.during})`),
  ],
)

/** E-mail domains of a firm: its people are invited only at these, and a domain belongs to one firm at a time. */
export const firmDomains = dc.table(
  'firm_domains',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    firmId: uuid('firm_id')
      .notNull()
      .references(() => firms.id),
    domain: text('domain').notNull(),
    during: period('during').notNull(),
  },
  (t) => [
    index('firm_domains_firm').on(t.firmId),
    check('firm_domains_domain', sql`${t.domain} ~ '^[a-z0-9-]+(\\.[a-z0-9-]+)+$'`),
    check('firm_domains_during', sql`not isempty(${t.during})`),
  ],
)

/** The agreement on file, without which no request is submitted. */
export const firmAgreements = dc.table(
  'firm_agreements',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    firmId: uuid('firm_id')
      .notNull()
      .references(() => firms.id),
    number: text('number').notNull(),
    signedAt: instant('signed_at').notNull(),
    during: period('during').notNull(),
  },
  (t) => [
    index('firm_agreements_firm').on(t.firmId),
    check('firm_agreements_number', sql`length(${t.number}) > 0`),
    check('firm_agreements_during', sql`not isempty(${t.during})`),
  ],
)
