import { sql } from 'drizzle-orm'
import { boolean, check, foreignKey, index, integer, text, uuid } from 'drizzle-orm/pg-core'
import { type StopCause, stopCauses } from '#domain/consent/stops.ts'
import { dc, instant, oneOf } from './columns.ts'
import { firms } from './firms.ts'
import { groups } from './groups.ts'
import { sourceSessions } from './sources.ts'
import { users } from './users.ts'

/**
 * A source was taken out of a group because of a firm's consent, and what must happen before it may come back. Kept for
 * good; only the lifting is written later. An undo, a later request and the snapshot's `revoked` depend on it.
 */
export const sourceStops = dc.table(
  'source_stops',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    groupId: uuid('group_id').notNull(),
    /** The group's owner, stored for the policy; held true by the foreign key. */
    ownerId: uuid('owner_id').notNull(),
    sourceId: uuid('source_id')
      .notNull()
      .references(() => sourceSessions.id),
    /**
     * The clearing firm that withdrew, or whose consent is missing; the owner where a
     * request removed it. Null: nobody guarantees it.
     */
    firmId: uuid('firm_id').references(() => firms.id),
    cause: text('cause').$type<StopCause>().notNull(),
    /** "And nothing again": earlier copies are no longer given out. */
    revokes: boolean('revokes').notNull(),
    at: instant('at').notNull(),
    /** Null: the portal itself. */
    by: uuid('by').references(() => users.id),
    reason: text('reason').notNull(),
    /** The configuration version that took the source out. */
    version: integer('version').notNull(),
    /** When a later request's publication overcame it, and which request that was. */
    liftedAt: instant('lifted_at'),
    liftedBy: uuid('lifted_by'),
  },
  (t) => [
    foreignKey({
      name: 'source_stops_group',
      columns: [t.groupId, t.ownerId],
      foreignColumns: [groups.id, groups.ownerId],
    }),
    index('source_stops_of_group').on(t.groupId),
    index('source_stops_of_source').on(t.sourceId),
    index('source_stops_owner').on(t.ownerId),
    index('source_stops_firm').on(t.firmId),
    check('source_stops_cause', oneOf(t.cause, stopCauses)),
    check('source_stops_lifted', sql`(${t.liftedAt} is null) = (${t.liftedBy} is null)`),
  ],
)
