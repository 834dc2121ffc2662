import { desc, sql } from 'drizzle-orm'
import { z } from 'zod'
import type { BrokenSeal } from '#domain/alarm/audit.ts'
import type { Tx } from '../../client.ts'
import { auditEvents } from '../../schema/audit.ts'

const broken = z.object({ fromSeq: z.number(), toSeq: z.number(), why: z.string() })

/** The seal that did not match when the trail was last compared, and since when; undefined: all seals matched. */
export async function findBrokenSeal(tx: Tx): Promise<(BrokenSeal & { since: Date }) | undefined> {
  const [last] = await tx
    .select({ after: auditEvents.after, at: auditEvents.at })
    .from(auditEvents)
    // literals, since an index has these rows alone
    .where(sql`${auditEvents.action} in ('audit.broken-seal', 'audit.matches')`)
    .orderBy(desc(auditEvents.seq))
    .limit(1)
  const seal = broken.safeParse(last?.after)
  if (!last || !seal.success) return undefined
  const { fromSeq, toSeq, why } = seal.data
  return { seal: { fromSeq, toSeq }, why, since: last.at }
}
