import type { Tx } from '#db/client.ts'
import { listSigned, listSubmittedFor, listSubmittedOf, listSubmittedOfGroup } from '#db/queries/request/agreements.ts'
import type { DecisionRecord } from '#db/queries/request/decisions.ts'
import type { PartyRecord } from '#db/queries/request/parties.ts'
import type { RequestRecord } from '#db/queries/request/requests.ts'
import type { Environment } from '#domain/reference/environment.ts'
import { type Capacity, lapsedStates } from '#domain/request/lifecycle.ts'
import type { Slice } from '#domain/request/round.ts'
import { signerIn } from './request-names.ts'

/**
 * What a firm agreed to, exactly: the sentence that was signed and the slice whose digest was stored with it. `how`: by
 * a person of the firm, or by a contact of the group whose submission was its consent.
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

/** A firm's valid agreements on a group, newest first; the exchange reads the sheet instead. */
export async function listAgreements(tx: Tx, firmId: string, groupId: string): Promise<Agreement[]> {
  return newestFirst([
    ...(await listSigned(tx, firmId, groupId)).map(signed),
    ...(await listSubmittedOf(tx, firmId, groupId)).map(submitted),
  ])
}

/** The same on one request, from what was read of it: by the same rules as the queries. */
export function agreementsAmong(
  firmId: string,
  { number: requestNumber, round, state }: Pick<RequestRecord, 'number' | 'round' | 'state'>,
  parties: readonly PartyRecord[],
  decisions: readonly { decision: DecisionRecord }[],
): Agreement[] {
  const own = parties.filter((party) => party.firmId === firmId)
  const bySubmission = lapsedStates.includes(state)
    ? []
    : own.filter((party) => party.round === round && party.metBy === 'submission')
  const byDecision = decisions.flatMap(({ decision }) => {
    const { verdict, takenBackAt, capacity } = decision
    if (decision.firmId !== firmId || verdict !== 'approve' || takenBackAt !== null || capacity === 'exchange')
      return []
    const party = own.find((one) => one.round === decision.round && one.capacity === capacity)
    return party ? [signed({ decision, slice: party.slice, requestNumber })] : []
  })
  return newestFirst([...byDecision, ...bySubmission.map((party) => submitted({ party, requestNumber }))])
}

const newestFirst = (all: Agreement[]): Agreement[] => all.sort((a, b) => b.at.getTime() - a.at.getTime())

/** How long a firm is shown what was agreed on its behalf. */
const toldForMs = 30 * 24 * 3600_000

/** Consents that others gave for a clearing firm by submitting a request, in the last 30 days, newest first. */
export async function listAgreedFor(tx: Tx, firmId: string, environment: Environment, now: Date): Promise<Agreement[]> {
  const since = new Date(now.getTime() - toldForMs)
  return (await listSubmittedFor(tx, firmId, environment, since)).map(submitted)
}

/** The same for every firm in one group, as far as the reader sees them. */
export const listAgreedInGroup = async (tx: Tx, groupId: string): Promise<Agreement[]> =>
  (await listSubmittedOfGroup(tx, groupId)).map(submitted)

type Submitted = Awaited<ReturnType<typeof listSubmittedOf>>[number]
type Signed = Awaited<ReturnType<typeof listSigned>>[number]

const submitted = ({ party, requestNumber }: Submitted): Agreement => ({
  requestNumber,
  round: party.round,
  capacity: party.capacity,
  how: 'submission',
  sentence: party.authority ?? consentWords(party.submitter, party.slice),
  by: party.submitter,
  at: party.submittedAt,
  digest: party.sliceDigest,
  slice: party.slice,
})

/** For rounds from before the sentence was kept. */
const consentWords = (submitter: string, { firm, group }: Slice) =>
  `${submitter} submitted this request for group ${group}, which is the consent of ${firm.name} (${firm.code}).`

const signed = ({ decision, slice, requestNumber }: Signed): Agreement => ({
  requestNumber,
  round: decision.round,
  capacity: decision.capacity,
  how: 'decision',
  sentence: decision.authority,
  by: signerIn(decision.authority),
  at: decision.decidedAt,
  digest: decision.sliceDigest,
  slice,
})
