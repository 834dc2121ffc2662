import { and, desc, eq, gte, isNull, ne, notInArray, type SQL } from 'drizzle-orm'
import type { Tx } from '#db/client.ts'
import { decisions, requestParties, requests } from '#db/schema/requests.ts'
import type { Environment } from '#domain/reference/environment.ts'
import type { Capacity, RequestState } from '#domain/request/lifecycle.ts'
import type { Slice } from '#domain/request/round.ts'
import { signerIn } from './request-names.ts'

/**
 * What a firm agreed to, exactly: the sentence that was signed and the slice whose digest was stored with it. `how`: by a person of the
 * firm, or by a contact of the group whose submission was its consent.
 */
export type Agreement = {
  requestNumber: number
  round: number
  capacity: Capacity
  how: 'decision' | 'submission'
  sentence: string
  by: string
  at: Date
  digest: string
  slice: Slice
}

type About = { requestId: string } | { groupId: string }

/** The agreements of a firm that stand, on one request or on all of a group, newest first; the exchange reads the whole sheet instead. */
export async function listAgreements(tx: Tx, firmId: string, about: About): Promise<Agreement[]> {
  const all = [
    ...(await listSigned(tx, firmId, about)),
    ...(await listSubmitted(tx, and(eq(requestParties.firmId, firmId), aboutIs(about)))),
  ]
  return all.sort((a, b) => b.at.getTime() - a.at.getTime())
}

/** How long a firm is told of what was agreed for it. */
const toldForMs = 30 * 24 * 3600_000

/** Consents that others gave for a clearing firm by submitting a request, in the last 30 days, newest first. */
export async function listAgreedFor(tx: Tx, firmId: string, environment: Environment, now: Date): Promise<Agreement[]> {
  const since = new Date(now.getTime() - toldForMs)
  const isNew = and(eq(requests.environment, environment), gte(requestParties.submittedAt, since))
  return listSubmitted(tx, and(eq(requestParties.firmId, firmId), ne(requests.ownerId, firmId), isNew))
}

/** The same of every firm, of one group, as far as the reader sees them. */
export const listSubmittedOfGroup = (tx: Tx, groupId: string): Promise<Agreement[]> =>
  listSubmitted(tx, eq(requests.groupId, groupId))

const aboutIs = (about: About) =>
  'requestId' in about ? eq(requests.id, about.requestId) : eq(requests.groupId, about.groupId)

/** Rounds that were replaced by a later one, and requests that came to nothing, agree to nothing. */
const over: RequestState[] = ['returned', 'rejected', 'withdrawn', 'expired', 'failed']

async function listSubmitted(tx: Tx, where: SQL | undefined): Promise<Agreement[]> {
  const rows = await tx
    .select({ party: requestParties, requestNumber: requests.number })
    .from(requestParties)
    .innerJoin(requests, and(eq(requests.id, requestParties.requestId), eq(requests.round, requestParties.round)))
    .where(and(eq(requestParties.metBy, 'submission'), notInArray(requests.state, over), where))
    .orderBy(desc(requestParties.submittedAt))
  return rows.map(({ party, requestNumber }) => {
    const slice = party.slice as Slice // written by `insertParties` alone, from this type, and never changed
    return {
      requestNumber,
      round: party.round,
      capacity: party.capacity,
      how: 'submission',
      sentence: party.authority ?? consentWords(party.submitter, slice),
      by: party.submitter,
      at: party.submittedAt,
      digest: party.sliceDigest,
      slice,
    }
  })
}

/** In rounds from before the sentence was kept. */
const consentWords = (submitter: string, { firm, group }: Slice) =>
  `${submitter} submitted this request for group ${group}, which is the consent of ${firm.name} (${firm.code}).`

async function listSigned(tx: Tx, firmId: string, about: About): Promise<Agreement[]> {
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
        aboutIs(about),
      ),
    )
    .orderBy(desc(decisions.decidedAt))
  return rows.map(({ decision, slice, requestNumber }) => ({
    requestNumber,
    round: decision.round,
    capacity: decision.capacity,
    how: 'decision',
    sentence: decision.authority,
    by: signerIn(decision.authority),
    at: decision.decidedAt,
    digest: decision.sliceDigest,
    slice: slice as Slice, // written by `insertParties` alone, from this type, and never changed
  }))
}
