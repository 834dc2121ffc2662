import type { Capacity, RequestKind } from './lifecycle.ts'

/** A person who acts for the request's owner, or on its behalf. */
export type Submitter = {
  userId: string
  firmId: string
  isExchange: boolean
  roles: readonly string[]
  /** clearing firms that authorized them for this very group, in force today */
  contactFor: readonly string[]
}

export type RequestFacts = {
  kind: RequestKind
  ownerId: string
  draftedBy: string
  onBehalf: boolean
  /** whether any contact of the group is in force today; a new group has none */
  groupHasContact: boolean
  /** firms that guarantee a source of the group today */
  guarantors: readonly string[]
}

export type PersonRefusal = { code: 'not-allowed'; needs: string } | { code: 'not-found' }

/** Requester or contact of the owner, or the GAM on its behalf. */
export function mayEdit(request: RequestFacts, by: Submitter): PersonRefusal | undefined {
  if (by.isExchange && by.roles.includes('gam')) return request.onBehalf ? undefined : { code: 'not-found' }
  if (by.firmId !== request.ownerId) return { code: 'not-found' }
  if (by.contactFor.length > 0 || canDraft(by.roles, request.kind)) return undefined
  return { code: 'not-allowed', needs: 'requester' }
}

/** A change may be drafted by anybody of the owner who works with requests; a new group is a requester's. */
export const canDraft = (roles: readonly string[], kind: RequestKind): boolean =>
  roles.includes('requester') ||
  (kind !== 'new-group' &&
    ['clearing-signatory', 'technical-contact', 'billing-approver', 'authorized-contact'].some((r) =>
      roles.includes(r),
    ))

/**
 * A new group is submitted by a requester of its owner. Every later change only by an authorized contact of that group,
 * in force today; where no contact is left, by a signatory of a guarantor.
 */
export function maySubmit(request: RequestFacts, by: Submitter): PersonRefusal | undefined {
  if (by.isExchange) {
    if (!request.onBehalf) return { code: 'not-found' }
    return by.roles.includes('gam') ? undefined : { code: 'not-allowed', needs: 'gam' }
  }
  if (request.kind === 'new-group') {
    if (by.firmId !== request.ownerId) return { code: 'not-found' }
    return by.roles.includes('requester') ? undefined : { code: 'not-allowed', needs: 'requester' }
  }
  if (by.contactFor.length > 0) return undefined
  const isSignatory = by.roles.includes('clearing-signatory') && request.guarantors.includes(by.firmId)
  if (!request.groupHasContact && isSignatory) return undefined
  if (by.firmId !== request.ownerId && !isSignatory) return { code: 'not-found' }
  return { code: 'not-allowed', needs: 'authorized-contact' }
}

/**
 * Clearing firms for which this person's submission can be the consent: the firms that authorized them for the group,
 * or their own where they submit as a signatory of a guarantor because no contact is left.
 */
export function speaksFor(by: Submitter, guarantors: readonly string[]): readonly string[] {
  if (by.contactFor.length > 0) return by.contactFor
  return by.roles.includes('clearing-signatory') && guarantors.includes(by.firmId) ? [by.firmId] : []
}

/** Requester or contact of the owner. */
export function mayWithdraw(request: RequestFacts, by: Submitter): PersonRefusal | undefined {
  if (by.contactFor.length > 0) return undefined
  if (by.firmId !== request.ownerId) return { code: 'not-found' }
  return by.roles.includes('requester') ? undefined : { code: 'not-allowed', needs: 'requester' }
}

/** Active people of a firm who hold the role that answers in this capacity. */
export type Eligible = { firmId: string; firmName: string; capacity: Capacity; userIds: readonly string[] }

type NobodyToDecide = { code: 'nobody-to-decide'; firm: string; capacity: Capacity; sentence: string }

/** The first party for which only the submitter could answer: the request is refused at once, naming what it needs. */
export function nobodyToDecide(parties: readonly Eligible[], submittedBy: string): NobodyToDecide | undefined {
  for (const { firmName, capacity, userIds } of parties) {
    if (userIds.some((id) => id !== submittedBy)) continue
    const role = capacityWords[capacity]
    const sentence = userIds.includes(submittedBy)
      ? `${firmName} has one ${role}, and that is you.`
      : `${firmName} has no ${role}.`
    return { code: 'nobody-to-decide', firm: firmName, capacity, sentence }
  }
  return undefined
}

const capacityWords: Record<Capacity, string> = {
  guarantor: 'signatory',
  'bill-to': 'billing approver',
  exchange: 'Global Account Manager',
}
