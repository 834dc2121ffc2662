import { type ClassCode, type MessageClass, messageClasses } from './classify.ts'

export const messageLevels = ['executions', 'acknowledgments', 'all'] as const
export type MessageLevel = (typeof messageLevels)[number]

/** The sub-filters of a group (spec §4, Customer Center list) with the classes each lets through. */
export const subFilters = {
  fills: { part: 'executions', classes: ['fill'] },
  tradeCancels: { part: 'executions', classes: ['trade-cancel'] },
  tradeCorrections: { part: 'executions', classes: ['trade-correction'] },
  newOrders: { part: 'acknowledgments', classes: ['new-order'] },
  cancelsAndModifies: { part: 'acknowledgments', classes: ['cancel', 'modify'] },
  eliminations: { part: 'acknowledgments', classes: ['elimination'] },
  massActions: { part: 'acknowledgments', classes: ['mass-action'] },
  rejects: { part: 'acknowledgments', classes: ['order-reject', 'cancel-reject'] },
  ebs: { part: 'acknowledgments', classes: ['ebs-pending'] },
} as const satisfies Record<string, { part: Exclude<MessageLevel, 'all'>; classes: readonly MessageClass[] }>
type SubFilter = keyof typeof subFilters

/** Off unless a group asks for them. */
const offByDefault: readonly SubFilter[] = ['rejects', 'ebs']

/**
 * What a group agreed to. A filter narrows the level; rejects and ebs, off when not set, add within Order Entry
 * Acknowledgments.
 */
interface GroupTerms {
  readonly level: MessageLevel
  readonly filters: { readonly [filter in SubFilter]?: boolean | undefined }
  readonly protocol: 'classic' | 'dc4'
}

/**
 * Why a message was not copied; counted by this name. A sub-filter's own name: the level has it, the group switched it
 * off.
 */
export type FilterReason = 'unknown-type' | 'session-message' | 'never-copied' | 'level' | SubFilter

/** Every reason, in a fixed order: a reason may be kept as its index here. Append, never reorder. */
export const filterReasons: readonly FilterReason[] = [
  'unknown-type',
  'session-message',
  'never-copied',
  'level',
  'fills',
  'tradeCancels',
  'tradeCorrections',
  'newOrders',
  'cancelsAndModifies',
  'eliminations',
  'massActions',
  'rejects',
  'ebs',
]

/** Terms made ready for the hot path: for each class `passes` (-1), or the index of the reason in `filterReasons`. */
export type Eligibility = Int8Array

const passes = -1

const filterOfClass = new Map<MessageClass, SubFilter>(
  (Object.keys(subFilters) as SubFilter[]) // the keys of the literal above, which TypeScript widens
    .flatMap((name) => subFilters[name].classes.map((one): [MessageClass, SubFilter] => [one, name])),
)

export function compileTerms(terms: GroupTerms): Eligibility {
  return Int8Array.from(messageClasses, (name) => {
    const reason = reasonForClass(name, terms)
    return reason === undefined ? passes : filterReasons.indexOf(reason)
  })
}

/** undefined: the message is copied. */
export const filterReasonOf = (code: ClassCode, terms: Eligibility): FilterReason | undefined => {
  const index = terms[code] ?? 0
  return index === passes ? undefined : filterReasons[index]
}

function reasonForClass(name: MessageClass, terms: GroupTerms): FilterReason | undefined {
  if (name === 'unknown') return 'unknown-type'
  if (name === 'session') return 'session-message'
  const filter = filterOfClass.get(name)
  // pending cancels and replaces of the EBS market exist in Drop Copy 4.0 only (spec §4)
  if (!filter || (filter === 'ebs' && terms.protocol === 'classic')) return 'never-copied'
  if (terms.level !== 'all' && terms.level !== subFilters[filter].part) return 'level'
  return (terms.filters[filter] ?? !offByDefault.includes(filter)) ? undefined : filter
}
