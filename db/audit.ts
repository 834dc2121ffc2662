import type { Tx } from './client.ts'
import { auditEvents } from './schema/audit.ts'

/**
 * What happened, as it is written to the audit trail. `before` and `after`
 * hold the fields that changed, never a secret.
 */
type AuditEvent = typeof auditEvents.$inferInsert

/**
 * Write an event in the transaction of the command that it tells of. Insert-only: there
 * is no way to change or read it back here.
 */
export async function recordEvent(tx: Tx, event: AuditEvent): Promise<void> {
  await tx.insert(auditEvents).values(event)
}
