import { and, desc, eq, isNull, ne } from 'drizzle-orm'
import type { Capacity } from '#domain/request/lifecycle.ts'
import type { Slice } from '#domain/request/round.ts'
import type { Tx } from '../client.ts'
import { decisions, requestParties, requests } from '../schema/requests.ts'
import { signerIn } from './request-names.ts'

/** What a firm agreed to, exactly: the sentence that was signed and the slice whose digest was stored with it. */
export type Agreement = {
  requestNumber: number
  round: number
  capacity: Capacity
  sentence: string
  by: string
  at: Date
  digest: string
  slice: Slice
}

/** The approvals of a firm that stand, on one request or on all of a group, newest first; the exchange reads the whole sheet instead. */
export async function listAgreements(
  tx: Tx,
  firmId: string,
  about: { requestId: string } | { groupId: string },
): Promise<Agreement[]> {
  const rows = await tx
    .select({ decision: decisions, slice: requestParties.slice, requestNumber: requests.number })
    .from(decisions)
    .innerJoin(requests, eq(requests.id, decisions.requestId))
    .innerJoin(
      requestParties,
      and(
        eq(requestParties.requestId, decisions.requestId),
        eq(requestParties.round, decisions.round),
        eq(requestParties.firmId, decisions.firmId),
        eq(requestParties.capacity, decisions.capacity),
      ),
    )
    .where(
      and(
        eq(decisions.firmId, firmId),
        eq(decisions.verdict, 'approve'),
        isNull(decisions.takenBackAt),
        ne(decisions.capacity, 'exchange'),
        'requestId' in about ? eq(requests.id, about.requestId) : eq(requests.groupId, about.groupId),
      ),
    )
    .orderBy(desc(decisions.decidedAt))
  return rows.map(({ decision, slice, requestNumber }) => ({
    requestNumber,
    round: decision.round,
    capacity: decision.capacity,
    sentence: decision.authority,
    by: signerIn(decision.authority),
    at: decision.decidedAt,
    digest: decision.sliceDigest,
    slice: slice as Slice, // written by `insertParties` alone, from this type, and never changed
  }))
}
