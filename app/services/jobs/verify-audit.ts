import { verifyAuditSeals } from '#db/audit-seal.ts'
import { findBrokenSeal } from '#db/queries/audit/broken-seal.ts'
import { transactionInstant } from '#db/queries/command/instant.ts'
import type { BrokenSeal } from '#domain/alarm/audit.ts'
import { audit } from '#services/command.ts'
import type { JobDeps } from '#services/deps.ts'

const about = { objectKind: 'audit', objectId: 'seals', forFirm: null }

/**
 * Compare the audit trail with its seals. What is found is an event of the trail itself, once, from which the status
 * page of the exchange has its alarm; a trail that matches again ends the alarm by an event of its own.
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
