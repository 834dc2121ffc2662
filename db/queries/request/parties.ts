import { and, asc, desc, eq, inArray, isNull, ne } from 'drizzle-orm'
import type { Capacity } from '#domain/request/lifecycle.ts'
import type { MetBy, Party, Slice } from '#domain/request/round.ts'
import type { Tx } from '../../client.ts'
import { requestParties, requestRounds, requests } from '../../schema/requests.ts'

/** `authority`: the sentence signed for it by submitting, where that is its agreement. */
export type PartyRecord = Party & AskedAs & { authority: string | null }
/** When a round was submitted, and by whom: by id and by name. */
type AskedAs = { round: number; submittedAt: Date; submittedBy: string; submitter: string }

/** A row with its slice, which only `insertParties` writes, from this type, and which never changes. */
const recordOf = (row: typeof requestParties.$inferSelect) => ({ ...row, slice: row.slice as Slice })

export async function insertParties(
  tx: Tx,
  request: { id: string; ownerId: string },
  asked: AskedAs,
  parties: readonly (Party & Pick<PartyRecord, 'authority'>)[],
): Promise<void> {
  if (parties.length === 0) return
  await tx
    .insert(requestParties)
    .values(parties.map((party) => ({ ...party, ...asked, requestId: request.id, ownerId: request.ownerId })))
}

export async function listParties(tx: Tx, requestId: string, round: number): Promise<PartyRecord[]> {
  const rows = await tx
    .select()
    .from(requestParties)
    .where(and(eq(requestParties.requestId, requestId), eq(requestParties.round, round)))
    .orderBy(requestParties.capacity, requestParties.firmId)
  return rows.map(recordOf)
}

/** Who has answered and who has not, in all rounds of these requests; without what they were asked. */
type PartyState = Pick<PartyRecord, 'round' | 'firmId' | 'capacity' | 'metBy' | 'submittedBy'> & {
  requestId: string
}

export async function listPartyStates(tx: Tx, requestIds: readonly string[]): Promise<PartyState[]> {
  if (requestIds.length === 0) return []
  return tx
    .select({
      requestId: requestParties.requestId,
      round: requestParties.round,
      firmId: requestParties.firmId,
      capacity: requestParties.capacity,
      metBy: requestParties.metBy,
      submittedBy: requestParties.submittedBy,
    })
    .from(requestParties)
    .where(inArray(requestParties.requestId, [...requestIds]))
}

/**
 * By request: what it asked of a firm in the newest round that asked it anything, read from the firm's own rows. A
 * party reads group, submission and sessions here, because only the owner may read the group, the round and the draft.
 */
export async function listAsked(
  tx: Tx,
  firmId: string,
  requestIds: readonly string[],
): Promise<Map<string, PartyRecord[]>> {
  const asked = new Map<string, PartyRecord[]>()
  if (requestIds.length === 0) return asked
  const rows = await tx
    .select()
    .from(requestParties)
    .where(
      and(
        eq(requestParties.firmId, firmId),
        ne(requestParties.capacity, 'exchange'),
        inArray(requestParties.requestId, [...requestIds]),
      ),
    )
    .orderBy(desc(requestParties.round), requestParties.capacity)
  for (const row of rows) {
    const own = asked.get(row.requestId) ?? []
    if (own.length > 0 && own[0]?.round !== row.round) continue
    asked.set(row.requestId, [...own, recordOf(row)])
  }
  return asked
}

export async function setPartyMet(
  tx: Tx,
  key: { requestId: string; round: number; firmId: string; capacity: Capacity },
  metBy: MetBy | null,
): Promise<void> {
  await tx
    .update(requestParties)
    .set({ metBy })
    .where(
      and(
        eq(requestParties.requestId, key.requestId),
        eq(requestParties.round, key.round),
        eq(requestParties.firmId, key.firmId),
        eq(requestParties.capacity, key.capacity),
      ),
    )
}

/** A party that has still to answer, with what bars a person from answering. */
type OpenParty = {
  number: number
  firmId: string
  capacity: Capacity
  submittedBy: string
  draftedOnBehalfBy: string | null
}

/**
 * Parties of this firm that still have to answer in requests under way. With the system's sight, because rounds are
 * their owner's to read.
 */
export async function listOpenParties(tx: Tx, firmId: string): Promise<OpenParty[]> {
  const rows = await tx
    .select({
      number: requests.number,
      firmId: requestParties.firmId,
      capacity: requestParties.capacity,
      submittedBy: requestRounds.submittedBy,
      draftedBy: requests.draftedBy,
      onBehalf: requests.onBehalf,
    })
    .from(requestParties)
    .innerJoin(requests, and(eq(requests.id, requestParties.requestId), eq(requests.round, requestParties.round)))
    .innerJoin(requestRounds, and(eq(requestRounds.requestId, requests.id), eq(requestRounds.round, requests.round)))
    .where(
      and(
        eq(requestParties.firmId, firmId),
        isNull(requestParties.metBy),
        inArray(requests.state, ['with-firms', 'with-gam']),
      ),
    )
    .orderBy(asc(requests.number))
  return rows.map(({ draftedBy, onBehalf, ...row }) => ({ ...row, draftedOnBehalfBy: onBehalf ? draftedBy : null }))
}
