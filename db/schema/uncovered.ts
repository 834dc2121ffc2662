import { text, uuid } from 'drizzle-orm/pg-core'
import type { Environment } from '#domain/reference/environment.ts'
import { dc } from './columns.ts'

/**
 * The one invariant: sources that flow into a group without a guarantor's consent at the transaction's instant. Must be
 * empty at the end of every publication. It shows only what its reader may see, so a command reads it with `asSystem`.
 */
export const uncovered = dc
  .view('uncovered', {
    environment: text('environment').$type<Environment>().notNull(),
    groupId: uuid('group_id').notNull(),
    sourceId: uuid('source_id').notNull(),
    guarantor: uuid('guarantor').notNull(),
  })
  .existing()
