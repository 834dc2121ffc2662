import { type RequestAction, type RequestState, requestCan, stateInSentence } from './lifecycle.ts'

/** For each action that has a page: when it can be done, and who may do it. */
const rules = {
  save: {
    when: 'What it says can be changed in a draft, and in a request that was returned.',
    who: 'Only the owner’s requesters and contacts, or the Global Account Manager who entered it, may change it.',
  },
  discard: {
    when: 'Only a draft that was never submitted can be discarded; anything later is withdrawn.',
    who: 'Only who began a draft may discard it.',
  },
  'party-approve': party('approve'),
  'party-return': party('return'),
  'party-reject': party('reject'),
  'exchange-approve': exchange('approve'),
  'exchange-return': exchange('return'),
  'exchange-reject': exchange('reject'),
  'take-back': {
    when: 'An approval can be taken back until the request is published; after that consent is withdrawn on the group’s page.',
    who: 'Your firm has no approval in this round to take back.',
  },
  withdraw: {
    when: 'A request can be withdrawn from its submission until it is published.',
    who: 'Only the firm that asked may withdraw it.',
  },
  undo: {
    when: 'Only a publication that is still being applied can be undone.',
    who: 'Only a Global Account Manager may undo it.',
  },
  'copy-as-new': {
    when: 'Only a request that was rejected, withdrawn, has expired or failed is copied as a new one.',
    who: 'Only the firm that asked may copy it.',
  },
} as const satisfies Partial<Record<RequestAction, { when: string; who: string }>>

function party(verb: string) {
  return {
    when: `Firms ${verb} while a request is with the clearing firms.`,
    who: 'Your firm has nothing to decide in this round.',
  }
}

function exchange(verb: string) {
  return {
    when: `The exchange ${verb === 'approve' ? 'approves' : `may ${verb} it`} when every firm has approved.`,
    who: 'Only a Global Account Manager decides for the exchange.',
  }
}

/** An action that people do on a page of its own. */
type ActionWithPage = keyof typeof rules

/** Why a reader cannot do an action: because of the request's state, or else because the action is for other people. */
export function whyBarred(action: ActionWithPage, state: RequestState): string {
  const { when, who } = rules[action]
  return requestCan(action, state) ? who : `The request is ${stateInSentence[state]}. ${when}`
}
