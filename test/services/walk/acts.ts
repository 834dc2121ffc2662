import type { Contact, Level, NewGroupWish, Role, Target, Who, Wish } from './facts.ts'
import type { FirmKey } from './world.ts'

/** What is written into a draft: one step of the form for a new group, the whole form for a change. */
export type Text =
  | { step: 'group'; name: string; account: string }
  | { step: 'sources'; sources: string[]; level: Level; rejects?: boolean }
  | { step: 'people'; contacts: Contact[] }
  | { step: 'change'; wish: Extract<Wish, { kind: 'change' }> }
  | { step: 'close' }

type ByPerson =
  /** `owner`: the firm on whose behalf a GAM writes */
  | { kind: 'start'; what: Wish['kind']; request: string; group?: string; owner?: FirmKey }
  | { kind: 'save'; request: string; text: Text }
  | { kind: 'attach paper'; request: string; paper: string }
  | { kind: 'submit' | 'take back' | 'withdraw' | 'undo' | 'discard'; request: string }
  /** `shown`: unless `present`, the act names another digest or round than the present one */
  | {
      kind: 'decide'
      request: string
      capacity: 'guarantor' | 'bill-to' | 'exchange'
      verdict: 'approve' | 'return' | 'reject'
      shown: 'present' | 'other digest' | 'other round'
    }
  | { kind: 'copy'; request: string; copy: string }
  | { kind: 'withdraw consent'; group: string; sources: string[]; mode: 'from-now-on' | 'nothing-again' }
  /** `target`: the nth target that the group has had */
  | { kind: 'pause' | 'resume'; group: string; target: number }
  | { kind: 'fail over'; group: string; target: number; to: Target['active'] }
  | { kind: 'create credential'; group: string; target: number; credential: string }
  | { kind: 'revoke credential'; credential: string }
  | { kind: 'end contact'; group: string; contact: Contact }
  | { kind: 'change roles'; person: Who; roles: Role[] }
  | { kind: 'disable'; person: Who }
  | { kind: 'invite'; firm: FirmKey; person: Who; roles: Role[] }

/** Events outside the portal's pages: the exchange's reference data, the clock, and what the connector says. */
type Event =
  | { kind: 'reference data'; source: string; firm: FirmKey; guarantees: boolean }
  | { kind: 'publish reference data' }
  | { kind: 'time passes'; seconds: number }
  | { kind: 'connector reports'; state: 'running' | 'refused' }

export type PersonsAct = ByPerson & { by: Who }
/** One step of a walk, as plain data: a walk can be printed, cut and walked again. */
export type Act = PersonsAct | Event

/** The name under which an act is counted: what is asked for, and in which capacity. */
export function nameOf(act: Act): string {
  switch (act.kind) {
    case 'start':
      return `start ${act.what}`
    case 'decide':
      return `${act.verdict} as ${act.capacity}`
    case 'withdraw consent':
      return `withdraw consent ${act.mode}`
    case 'connector reports':
      return `connector reports ${act.state}`
    default:
      return act.kind
  }
}

const variants = (kind: string, ...of: string[]) => of.map((one) => `${kind} ${one}`)
const capacities = ['as guarantor', 'as bill-to', 'as exchange']
/** Some walk has to carry out each of these: a walk in which an act never succeeds proves nothing about it. */
export const actNames: readonly string[] = [
  ...variants('start', 'new-group', 'change', 'close'),
  ...['save', 'attach paper', 'submit', 'take back', 'withdraw', 'undo', 'discard', 'copy'],
  ...variants('approve', ...capacities),
  ...variants('return', ...capacities),
  ...variants('reject', ...capacities),
  ...variants('withdraw consent', 'from-now-on', 'nothing-again'),
  ...['pause', 'resume', 'fail over', 'create credential', 'revoke credential', 'end contact'],
  ...['change roles', 'disable', 'invite'],
  ...[
    'reference data',
    'publish reference data',
    'time passes',
    'connector reports running',
    'connector reports refused',
  ],
]

export const isByPerson = (act: Act): act is PersonsAct => 'by' in act

/** The same act by another person. */
export const by = (act: PersonsAct, who: Who): PersonsAct => ({ ...act, by: who })

export const emptyWish = (kind: Wish['kind']): Wish => {
  const newGroup: NewGroupWish = {
    kind: 'new-group',
    name: '',
    account: null,
    sources: [],
    level: null,
    contacts: null,
  }
  if (kind === 'new-group') return newGroup
  return kind === 'close' ? { kind } : { kind, add: [], remove: [], level: null, rejects: null, contacts: [] }
}
