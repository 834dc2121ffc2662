import { type Role, roleNames } from '../people/roles.ts'
import { ok, type Result, refuse } from '../result.ts'
import { type Capacity, type DecisionVerdict, type RequestState, requestCan } from './lifecycle.ts'
import type { MetBy } from './round.ts'

/** A person who wants to decide, with what they hold today. */
type Signer = { userId: string; firmId: string; roles: readonly string[] }

type DecidingRound = {
  state: RequestState
  submittedBy: string
  /** a GAM who wrote it on the firm's behalf; null otherwise */
  draftedOnBehalfBy: string | null
}

type DecidingParty = { firmId: string; capacity: Capacity; sliceDigest: string; metBy: MetBy | null }

export type DecideRefusal =
  | { code: 'wrong-state'; state: RequestState }
  | { code: 'own-submission' }
  | { code: 'not-a-party' }
  | { code: 'not-allowed'; needs: string }
  | { code: 'already-decided' }
  | { code: 'not-what-was-shown' }
  | { code: 'reason-needed' }

/** `authority`: the role it was decided in, in words */
export type Decision = { verdict: DecisionVerdict; reason: string | null; authority: string }

const roleFor: Record<Capacity, Role> = {
  guarantor: 'clearing-signatory',
  'bill-to': 'billing-approver',
  exchange: 'gam',
}

/** The role that answers in this capacity. */
export const roleOfCapacity = (capacity: Capacity): Role => roleFor[capacity]

const partyActions = { approve: 'party-approve', return: 'party-return', reject: 'party-reject' } as const
const exchangeActions = { approve: 'exchange-approve', return: 'exchange-return', reject: 'exchange-reject' } as const

/** The action of the state table for a verdict in a capacity. */
export const actionOf = (capacity: Capacity, verdict: DecisionVerdict) =>
  capacity === 'exchange' ? exchangeActions[verdict] : partyActions[verdict]

/**
 * Decide for a party of the round. Four eyes: the submitter never decides, and for the exchange neither does the person
 * who drafted the request on the firm's behalf. The digest is that of the slice on the signer's screen: people approve
 * only what they have seen.
 */
export function decide(
  round: DecidingRound,
  party: DecidingParty | undefined,
  by: Signer,
  answer: { verdict: DecisionVerdict; reason: string; shownDigest: string },
): Result<Decision, DecideRefusal> {
  const { verdict, reason, shownDigest } = answer
  if (!party) return refuse({ code: 'not-a-party' })
  const barred = mayNotDecide(round, party, by)
  if (barred) return refuse(barred)
  if (!requestCan(actionOf(party.capacity, verdict), round.state))
    return refuse({ code: 'wrong-state', state: round.state })
  if (party.metBy !== null && party.capacity !== 'exchange') return refuse({ code: 'already-decided' })
  if (party.sliceDigest !== shownDigest) return refuse({ code: 'not-what-was-shown' })
  if (verdict !== 'approve' && reason.trim() === '') return refuse({ code: 'reason-needed' })
  return ok({ verdict, reason: reason.trim() || null, authority: roleNames[roleFor[party.capacity]] })
}

/** Why this person may not answer for this party in any state of the request; undefined when they may. */
export function mayNotDecide(
  round: Pick<DecidingRound, 'submittedBy' | 'draftedOnBehalfBy'>,
  party: Pick<DecidingParty, 'firmId' | 'capacity'>,
  by: Signer,
): DecideRefusal | undefined {
  if (by.firmId !== party.firmId) return { code: 'not-a-party' }
  if (!by.roles.includes(roleFor[party.capacity])) return { code: 'not-allowed', needs: roleFor[party.capacity] }
  if (round.submittedBy === by.userId) return { code: 'own-submission' }
  if (party.capacity === 'exchange' && round.draftedOnBehalfBy === by.userId) return { code: 'own-submission' }
  return undefined
}

/** Take an approval back before it is published; afterwards consent is withdrawn instead. */
export function takeBack(
  round: DecidingRound,
  party: DecidingParty | undefined,
  by: Signer,
  reason: string,
): Result<{ reason: string }, DecideRefusal | { code: 'nothing-to-take-back' }> {
  if (party?.capacity !== 'guarantor') return refuse({ code: 'not-a-party' })
  if (by.firmId !== party.firmId) return refuse({ code: 'not-a-party' })
  if (!by.roles.includes(roleFor.guarantor)) return refuse({ code: 'not-allowed', needs: roleFor.guarantor })
  if (!requestCan('take-back', round.state)) return refuse({ code: 'wrong-state', state: round.state })
  if (party.metBy === null) return refuse({ code: 'nothing-to-take-back' })
  if (reason.trim() === '') return refuse({ code: 'reason-needed' })
  return ok({ reason: reason.trim() })
}
