import { index, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import { dc } from './columns.ts'
import { firms } from './firms.ts'
import { requests } from './requests.ts'

/**
 * Which source sessions a request has named, in any of its rounds: a row for each firm that was shown the name. Written
 * by the database itself, from every round and from what each guarantor is asked; kept for good.
 */
export const requestSources = dc.table(
  'request_sources',
  {
    requestId: uuid('request_id')
      .notNull()
      .references(() => requests.id),
    /** Who may know of it: the owner, who wrote it, or a guarantor that was asked about the session. */
    firmId: uuid('firm_id')
      .notNull()
      .references(() => firms.id),
    /** As the request writes it: `K7T882`. No session need have this name. */
    source: text('source').notNull(),
  },
  (t) => [
    primaryKey({ name: 'request_sources_pkey', columns: [t.requestId, t.firmId, t.source] }),
    index('request_sources_source').on(t.source, t.firmId),
  ],
)
