import { sql } from 'drizzle-orm'
import { check, foreignKey, index, text, uuid } from 'drizzle-orm/pg-core'
import { type Level, levels } from '#domain/group/states.ts'
import { dc, oneOf, period } from './columns.ts'
import { type CodeKind, codeKinds, firms } from './firms.ts'
import { groups } from './groups.ts'
import { sourceSessions } from './sources.ts'
import { users } from './users.ts'

const consentBases = ['decision', 'submission', 'rule', 'exchange'] as const
type ConsentBasis = (typeof consentBases)[number]

/** A guarantor lets this source flow into this group, up to this level. Without one nothing flows. */
export const consents = dc.table(
  'consents',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    groupId: uuid('group_id').notNull(),
    /** The group's owner, stored for the policy; held true by the foreign key. */
    ownerId: uuid('owner_id').notNull(),
    sourceId: uuid('source_id')
      .notNull()
      .references(() => sourceSessions.id),
    clearingFirmId: uuid('clearing_firm_id')
      .notNull()
      .references(() => firms.id),
    upToLevel: text('up_to_level').$type<Level>().notNull(),
    basis: text('basis').$type<ConsentBasis>().notNull(),
    basisId: uuid('basis_id').notNull(),
    during: period('during').notNull(),
    endedBy: uuid('ended_by').references(() => users.id),
    endReason: text('end_reason'),
  },
  (t) => [
    foreignKey({
      name: 'consents_group',
      columns: [t.groupId, t.ownerId],
      foreignColumns: [groups.id, groups.ownerId],
    }),
    index('consents_clearing_firm').on(t.clearingFirmId),
    index('consents_owner').on(t.ownerId),
    index('consents_source').on(t.sourceId),
    check('consents_level', oneOf(t.upToLevel, levels)),
    check('consents_basis', oneOf(t.basis, consentBases)),
    check('consents_during', sql`not isempty(${t.during})`),
    // ended by the portal rather than a person, because another guarantor's consent is missing
    check('consents_ended', sql`${t.endedBy} is null or ${t.endReason} is not null`),
  ],
)

/** Schedule 12: a person whom a clearing firm authorized to administer this group. */
export const groupContacts = dc.table(
  'group_contacts',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    groupId: uuid('group_id').notNull(),
    ownerId: uuid('owner_id').notNull(),
    /** Null until the person has a sign-in here. */
    userId: uuid('user_id').references(() => users.id),
    name: text('name').notNull(),
    title: text('title').notNull().default(''),
    email: text('email').notNull(),
    phone: text('phone').notNull(),
    authorizedBy: uuid('authorized_by')
      .notNull()
      .references(() => firms.id),
    /** The decision or request that named them. */
    basisId: uuid('basis_id').notNull(),
    during: period('during').notNull(),
    endedBy: uuid('ended_by').references(() => users.id),
    endReason: text('end_reason'),
  },
  (t) => [
    foreignKey({
      name: 'group_contacts_group',
      columns: [t.groupId, t.ownerId],
      foreignColumns: [groups.id, groups.ownerId],
    }),
    index('group_contacts_user').on(t.userId),
    index('group_contacts_authorized_by').on(t.authorizedBy),
    check('group_contacts_during', sql`not isempty(${t.during})`),
    check('group_contacts_ended', sql`(${t.endedBy} is null) = (${t.endReason} is null)`),
  ],
)

/** Sessions under this code join the group by themselves once every guarantor has given standing consent. */
export const automationRules = dc.table(
  'automation_rules',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    groupId: uuid('group_id')
      .notNull()
      .references(() => groups.id),
    byKind: text('by_kind').$type<CodeKind>().notNull(),
    code: text('code').notNull(),
    during: period('during').notNull(),
  },
  (t) => [
    check('automation_rules_kind', oneOf(t.byKind, codeKinds)),
    check('automation_rules_code', sql`${t.code} ~ '^[A-Z0-9]{3}$'`),
    check('automation_rules_during', sql`not isempty(${t.during})`),
  ],
)
