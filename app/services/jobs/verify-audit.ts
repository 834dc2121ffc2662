import { verifyAuditSeals } from '#db/audit-seal.ts'
import { findBrokenSeal } from '#db/queries/audit/broken-seal.ts'
import { transactionInstant } from '#db/queries/command/instant.ts'
import type { BrokenSeal } from '#domain/alarm/audit.ts'
import { audit } from '#services/command.ts'
import type { JobDeps } from '#services/deps.ts'

const about = { objectKind: 'audit', objectId: 'seals', forFirm: null }

/**
 * Compare the audit trail with its seals. A mismatch is recorded once, as an event of the trail itself, from which the
 * exchange's status page has its alarm; when the trail matches again, another event ends the alarm.
 * @returns the first seal that does not match
 */
export async function verifyAudit(deps: JobDeps): Promise<BrokenSeal | undefined> {
  const found = await verifyAuditSeals(deps)
  await deps.asJobs(async (tx) => {
    const known = await findBrokenSeal(tx)
    const now = await transactionInstant(tx)
    if (found.ok && known) await audit(tx, null, 'audit.matches', now, about)
    if (found.ok) return
    const { seal, why } = found
    const after = { ...seal, why }
    const isKnown = known?.seal.fromSeq === seal.fromSeq && known.seal.toSeq === seal.toSeq && known.why === why
    if (!isKnown) await audit(tx, null, 'audit.broken-seal', now, { ...about, after })
  })
  return found.ok ? undefined : found
}
