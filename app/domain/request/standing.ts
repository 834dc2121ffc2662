import { roleNames } from '../people/roles.ts'
import { type DecideRefusal, mayNotDecide } from './decide.ts'
import { mayEdit, maySubmit, mayWithdraw, type PersonRefusal, type RequestFacts, type Submitter } from './guards.ts'
import { type Capacity, type RequestAction, type RequestState, requestActionNames, requestCan } from './lifecycle.ts'
import type { MetBy } from './round.ts'

/** A request as a list or a page needs it to say what its reader may do. */
export type RequestStanding = RequestFacts & {
  state: RequestState
  round: number
  submittedBy: string | null
  /** of the present round, as far as the reader sees them */
  parties: readonly { firmId: string; capacity: Capacity; metBy: MetBy | null }[]
  /** why a publication may not be undone yet; undefined: it may */
  undoBarred: string | undefined
}

/**
 * An action and whether this reader may do it now; shown disabled with `why` where it concerns them and they may not.
 */
type ActionStanding = { action: RequestAction; may: boolean; why: string | null }

/**
 * Every action of the state table that this state allows and that concerns this kind of reader. It uses the same guards
 * as the commands, so that no button promises what a command refuses.
 */
export function actionsFor(request: RequestStanding, by: Submitter): ActionStanding[] {
  return requestActionNames.flatMap((action) => {
    if (!requestCan(action, request.state)) return []
    const barred = guards[action](request, by)
    if (barred === 'not-theirs') return []
    return [{ action, may: barred === undefined, why: barred ?? null }]
  })
}

/** The one thing that waits for this reader, if anything does. */
export function nextFor(request: RequestStanding, by: Submitter): RequestAction | undefined {
  const actions = actionsFor(request, by).filter((one) => one.may)
  const has = (action: RequestAction) => actions.some((one) => one.action === action)
  if (has('party-approve')) return 'party-approve'
  if (has('exchange-approve')) return 'exchange-approve'
  if (request.state === 'draft' && request.draftedBy === by.userId && has('submit')) return 'submit'
  if (request.state === 'returned' && has('submit')) return 'submit'
  return undefined
}

/** What the button of a waiting request says. */
export const nextWords: Partial<Record<RequestAction, string>> = {
  'party-approve': 'Approve',
  'exchange-approve': 'Approve',
  submit: 'Finish and submit',
}

type Barred = string | 'not-theirs' | undefined
type Guard = (request: RequestStanding, by: Submitter) => Barred

const ofPerson = (refusal: PersonRefusal | undefined): Barred => {
  if (!refusal) return undefined
  return refusal.code === 'not-found' ? 'not-theirs' : `This needs a ${roleWord(refusal.needs)}.`
}

const roleWord = (role: string): string =>
  role === 'authorized-contact'
    ? 'person authorized for this group'
    : (Object.entries(roleNames).find(([key]) => key === role)?.[1] ?? role)

const decideWords = (refusal: DecideRefusal): string => {
  switch (refusal.code) {
    case 'own-submission':
      return 'You submitted this request; another person decides.'
    case 'not-allowed':
      return `This needs a ${roleWord(refusal.needs)}.`
    default:
      return 'not-theirs'
  }
}

function partyGuard(request: RequestStanding, by: Submitter): Barred {
  const own = request.parties.filter((party) => party.firmId === by.firmId && party.capacity !== 'exchange')
  if (own.length === 0) return 'not-theirs'
  const open = own.filter((party) => party.metBy === null)
  if (open.length === 0) return 'Your firm has answered.'
  const barred = open.map((party) => mayNotDecide(deciding(request), party, signer(by)))
  const first = barred[0]
  return barred.some((one) => one === undefined) || !first ? undefined : decideWords(first)
}

function exchangeGuard(request: RequestStanding, by: Submitter): Barred {
  const party = request.parties.find((one) => one.capacity === 'exchange')
  if (!by.isExchange || !party) return 'not-theirs'
  const barred = mayNotDecide(deciding(request), party, signer(by))
  return barred && decideWords(barred)
}

function takeBackGuard(request: RequestStanding, by: Submitter): Barred {
  const own = request.parties.find((party) => party.firmId === by.firmId && party.capacity === 'guarantor')
  if (!own || own.metBy === null) return 'not-theirs'
  return by.roles.includes('clearing-signatory') ? undefined : `This needs a ${roleNames['clearing-signatory']}.`
}

const deciding = (request: RequestStanding) => ({
  submittedBy: request.submittedBy ?? '',
  draftedOnBehalfBy: request.onBehalf ? request.draftedBy : null,
})
const signer = (by: Submitter) => ({ userId: by.userId, firmId: by.firmId, roles: by.roles })

const isGam: Guard = (_request, by) =>
  by.isExchange ? (by.roles.includes('gam') ? undefined : `This needs a ${roleNames.gam}.`) : 'not-theirs'
const never: Guard = () => 'not-theirs'
const edit: Guard = (request, by) => ofPerson(mayEdit(request, by))

const guards: Record<RequestAction, Guard> = {
  save: edit,
  discard: (request, by) =>
    request.round > 0
      ? 'not-theirs'
      : request.draftedBy === by.userId
        ? undefined
        : (edit(request, by) ?? 'Only who began a draft may discard it.'),
  submit: (request, by) => ofPerson(maySubmit(request, by)),
  'party-approve': partyGuard,
  'party-return': partyGuard,
  'party-reject': partyGuard,
  'take-back': takeBackGuard,
  'exchange-approve': exchangeGuard,
  'exchange-return': exchangeGuard,
  'exchange-reject': exchangeGuard,
  reschedule: never,
  withdraw: (request, by) => ofPerson(mayWithdraw(request, by)),
  publish: never,
  confirm: never,
  undo: (request, by) => isGam(request, by) ?? request.undoBarred,
  expire: never,
  'copy-as-new': edit,
}
