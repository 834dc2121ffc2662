import type { Tx } from './client.ts'
import { auditEvents } from './schema/audit.ts'

/** An event as the audit trail stores it. `before` and `after` hold the fields that changed, never a secret. */
type AuditEvent = typeof auditEvents.$inferInsert

/**
 * Write an event in the transaction of the command that it tells of. Nothing here can change an event or read it back.
 */
export async function recordEvent(tx: Tx, event: AuditEvent): Promise<void> {
  await tx.insert(auditEvents).values(event)
}
