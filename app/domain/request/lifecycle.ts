export const requestStates = [
  'draft',
  'with-firms',
  'with-gam',
  'scheduled',
  'applying',
  'applied',
  'returned',
  'rejected',
  'withdrawn',
  'expired',
  'failed',
] as const
export type RequestState = (typeof requestStates)[number]

export const requestKinds = ['new-group', 'change', 'close'] as const
export type RequestKind = (typeof requestKinds)[number]

/** As screens name them. */
export const requestKindNames: Record<RequestKind, string> = {
  'new-group': 'New group',
  change: 'Change',
  close: 'Close',
}

export const capacities = ['guarantor', 'bill-to', 'exchange'] as const
export type Capacity = (typeof capacities)[number]

export const verdicts = ['approve', 'return', 'reject'] as const
export type DecisionVerdict = (typeof verdicts)[number]

/** Who may act: names for the guards in `guards.ts`. The table of the rules shows these names unchanged. */
type Who =
  | 'requester-or-contact-of-owner'
  | 'gam-on-behalf'
  | 'drafter'
  | 'requester-of-owner'
  | 'authorized-contact'
  | 'signatory-when-no-contact'
  | 'party'
  | 'gam'
  | 'system'

type Row = {
  from: readonly RequestState[]
  to: readonly (RequestState | 'same' | 'gone' | 'new-draft')[]
  who: readonly Who[]
}

/**
 * The whole state table. Commands obey it, pages grey out their buttons by it, tests walk it: an action from a state
 * that is not listed is refused with `wrong-state`, and no action ends anywhere but in its `to`.
 */
export const requestActions = {
  save: { from: ['draft', 'returned'], to: ['same'], who: ['requester-or-contact-of-owner', 'gam-on-behalf'] },
  discard: { from: ['draft'], to: ['gone'], who: ['drafter'] },
  submit: {
    from: ['draft', 'returned'],
    to: ['with-firms', 'with-gam'],
    who: ['requester-of-owner', 'authorized-contact', 'signatory-when-no-contact', 'gam-on-behalf'],
  },
  'party-approve': { from: ['with-firms'], to: ['with-firms', 'with-gam'], who: ['party'] },
  'party-return': { from: ['with-firms'], to: ['returned'], who: ['party'] },
  'party-reject': { from: ['with-firms'], to: ['rejected'], who: ['party'] },
  'take-back': { from: ['with-firms', 'with-gam', 'scheduled'], to: ['with-firms'], who: ['party'] },
  'exchange-approve': { from: ['with-gam'], to: ['applying', 'scheduled', 'returned', 'with-firms'], who: ['gam'] },
  'exchange-return': { from: ['with-gam', 'scheduled'], to: ['returned'], who: ['gam'] },
  'exchange-reject': { from: ['with-gam', 'scheduled'], to: ['rejected'], who: ['gam'] },
  reschedule: { from: ['scheduled'], to: ['scheduled', 'with-firms'], who: ['gam'] },
  withdraw: {
    from: ['with-firms', 'with-gam', 'scheduled', 'returned'],
    to: ['withdrawn'],
    who: ['requester-or-contact-of-owner'],
  },
  publish: { from: ['scheduled'], to: ['applying', 'returned', 'with-firms'], who: ['system'] },
  confirm: { from: ['applying'], to: ['applied'], who: ['system'] },
  undo: { from: ['applying'], to: ['failed'], who: ['gam'] },
  expire: { from: ['with-firms', 'with-gam', 'returned'], to: ['expired'], who: ['system'] },
  'copy-as-new': {
    from: ['rejected', 'withdrawn', 'expired', 'failed'],
    to: ['new-draft'],
    who: ['requester-or-contact-of-owner', 'gam-on-behalf'],
  },
} as const satisfies Record<string, Row>

export type RequestAction = keyof typeof requestActions

export const requestActionNames = Object.keys(requestActions) as RequestAction[] // the keys of a literal are its own

/** Whether the table lists this action from this state. */
export function requestCan(action: RequestAction, state: RequestState): boolean {
  const from: readonly RequestState[] = requestActions[action].from
  return from.includes(state)
}

/** States that no action leaves. */
export const finalStates: readonly RequestState[] = ['applied', 'rejected', 'withdrawn', 'expired', 'failed']

/** A group has at most one request in these states at a time; drafts and returned requests are unlimited. */
export const openStates: readonly RequestState[] = ['with-firms', 'with-gam', 'scheduled', 'applying']

/** States in which a round was or must be replaced, or a request came to nothing: such rounds agree to nothing. */
export const lapsedStates: readonly RequestState[] = ['returned', 'rejected', 'withdrawn', 'expired', 'failed']

export const isFinal = (state: RequestState): boolean => finalStates.includes(state)

/** What the state word needs to know besides the state. */
type RequestProgress = { met: number; firms: number; running: number; parts: number; effectiveAt?: string }

/** The word on screen: "With clearing firms (2 of 3)". `effectiveAt` is already written in the reader's form. */
export function requestStateWord(state: RequestState, progress?: RequestProgress): string {
  switch (state) {
    case 'draft':
      return 'Draft'
    case 'with-firms':
      return progress ? `With clearing firms (${progress.met} of ${progress.firms})` : 'With clearing firms'
    case 'with-gam':
      return 'With GAM'
    case 'scheduled':
      return progress?.effectiveAt ? `Scheduled (${progress.effectiveAt})` : 'Scheduled'
    case 'applying':
      return progress && progress.parts > 0
        ? `Applying (${progress.running} of ${progress.parts} ${progress.parts === 1 ? 'part' : 'parts'})`
        : 'Applying'
    case 'applied':
      return 'Applied'
    case 'returned':
      return 'Returned'
    case 'rejected':
      return 'Rejected'
    case 'withdrawn':
      return 'Withdrawn'
    case 'expired':
      return 'Expired'
    case 'failed':
      return 'Failed'
  }
}

/** The state as it ends a sentence: "the request is …". */
export const stateInSentence: Record<RequestState, string> = {
  draft: 'a draft',
  'with-firms': 'with the clearing firms',
  'with-gam': 'with the Global Account Manager',
  scheduled: 'scheduled',
  applying: 'being applied',
  applied: 'applied',
  returned: 'returned',
  rejected: 'rejected',
  withdrawn: 'withdrawn',
  expired: 'expired',
  failed: 'failed',
}
