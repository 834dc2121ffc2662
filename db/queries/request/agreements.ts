import { and, desc, eq, gte, inArray, isNull, ne, notInArray, type SQL } from 'drizzle-orm'
import type { Environment } from '#domain/reference/environment.ts'
import { lapsedStates } from '#domain/request/lifecycle.ts'
import type { Slice } from '#domain/request/round.ts'
import type { Tx } from '../../client.ts'
import { decisions, requestParties, requests } from '../../schema/requests.ts'
import type { DecisionRecord } from './decisions.ts'
import type { PartyRecord } from './parties.ts'

/** A decision by which a firm agreed, with the slice that it was shown. */
type Signed = { decision: DecisionRecord; slice: Slice; requestNumber: number }
/** A party whose agreement is the submission itself. */
type Submitted = { party: PartyRecord; requestNumber: number }

/** What people of a firm signed for a group and have not taken back, newest first. */
export async function listSigned(tx: Tx, firmId: string, groupId: string): Promise<Signed[]> {
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
        eq(requests.groupId, groupId),
      ),
    )
    .orderBy(desc(decisions.decidedAt))
  return rows.map(({ slice, ...row }) => ({ ...row, slice: slice as Slice })) // as in `listSubmitted`
}

/** What a firm agreed to by a submission for a group, newest first. */
export const listSubmittedOf = (tx: Tx, firmId: string, groupId: string): Promise<Submitted[]> =>
  listSubmitted(tx, and(eq(requestParties.firmId, firmId), eq(requests.groupId, groupId)))

/** What others agreed to for this firm by submitting a request since then, newest first. */
export const listSubmittedFor = (tx: Tx, firmId: string, environment: Environment, since: Date): Promise<Submitted[]> =>
  listSubmitted(
    tx,
    and(
      eq(requestParties.firmId, firmId),
      ne(requests.ownerId, firmId),
      eq(requests.environment, environment),
      gte(requestParties.submittedAt, since),
    ),
  )

/** What every firm agreed to by a submission in one group, as far as the reader sees it, newest first. */
export const listSubmittedOfGroup = (tx: Tx, groupId: string): Promise<Submitted[]> =>
  listSubmitted(tx, eq(requests.groupId, groupId))

async function listSubmitted(tx: Tx, where: SQL | undefined): Promise<Submitted[]> {
  const rows = await tx
    .select({ party: requestParties, requestNumber: requests.number })
    .from(requestParties)
    .innerJoin(requests, and(eq(requests.id, requestParties.requestId), eq(requests.round, requestParties.round)))
    .where(and(eq(requestParties.metBy, 'submission'), notInArray(requests.state, [...lapsedStates]), where))
    .orderBy(desc(requestParties.submittedAt))
  // Only `insertParties` writes the slice, from this type, and it never changes.
  return rows.map(({ party, requestNumber }) => ({ party: { ...party, slice: party.slice as Slice }, requestNumber }))
}

/** Who submitted the last round of these requests for the firms that agreed by it, in every state of the request. */
export async function listSubmitters(
  tx: Tx,
  requestIds: readonly string[],
): Promise<{ id: string; number: number; firmId: string; by: string }[]> {
  if (requestIds.length === 0) return []
  return tx
    .select({ id: requests.id, number: requests.number, firmId: requestParties.firmId, by: requestParties.submitter })
    .from(requestParties)
    .innerJoin(requests, and(eq(requests.id, requestParties.requestId), eq(requests.round, requestParties.round)))
    .where(and(inArray(requests.id, [...requestIds]), eq(requestParties.metBy, 'submission')))
}
