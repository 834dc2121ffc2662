import { levelNames } from '../group/states.ts'
import { sentenceCase } from '../sentence-case.ts'
import { addressWords, clearingFirmName, type Item, type NamedFirm } from './items.ts'
import type { Sheet } from './round.ts'

/**
 * One thing that becomes different: a value with what it was (`before` null: nothing), or names that come and go.
 * `isCode`: the names are identifiers.
 */
export type Change =
  | { what: string; before: string | null; after: string }
  | { what: string; added: string[]; removed: string[]; isCode: boolean }

/**
 * What a request changes, and nothing of what stays: of a new group, all that it is.
 * @param firms clearing firms that may be named
 * @param newTargets as far as it is known which targets result
 */
export function changesOf(
  items: readonly Item[],
  firms: readonly NamedFirm[],
  newTargets: readonly string[] = [],
): Change[] {
  const added = items.flatMap((item) => (item.op === 'add-source' ? [item.source] : []))
  const removed = items.flatMap((item) =>
    item.op === 'remove-source' ? [item.revoked ? `${item.source}, and nothing again` : item.source] : [],
  )
  const people = items.flatMap((item) =>
    item.op === 'add-contact' ? [`${item.contact.name}, by ${clearingFirmName(item.contact.clearingCode, firms)}`] : [],
  )
  return [
    ...items.flatMap(groupTurn),
    ...named('Source sessions', added, removed, true),
    ...items.flatMap(termsTurn),
    ...named('Targets', newTargets, [], !newTargets.some((name) => name.includes(' '))), // no id before approval
    ...named('Authorized contacts', people, [], false),
  ]
}

const named = (what: string, added: readonly string[], removed: readonly string[], isCode: boolean): Change[] =>
  added.length + removed.length > 0 ? [{ what, added: [...added], removed: [...removed], isCode }] : []

function groupTurn(item: Item): Change[] {
  if (item.op === 'create-group') return [{ what: 'Group', before: null, after: item.name || 'Not named yet' }]
  if (item.op === 'close-group') return [{ what: 'Group', before: 'Open', after: 'Closed, with all its targets' }]
  return []
}

function termsTurn(item: Item): Change[] {
  switch (item.op) {
    case 'set-level':
      return turned('Messages', item.seen && levelNames[item.seen], levelNames[item.to])
    case 'set-rejects':
      return turned('Reject messages', item.seen === null ? null : rejectWords(item.seen), rejectWords(item.to))
    case 'set-addresses':
      return turned('Client addresses', sentenceCase(addressWords(item.seen)), sentenceCase(addressWords(item.to)))
    default:
      return []
  }
}

const turned = (what: string, before: string | null, after: string): Change[] =>
  before === after ? [] : [{ what, before, after }]

/** Whether reject messages are copied. */
export const rejectWords = (rejects: boolean): string => (rejects ? 'Copied too' : 'Left out')

/** What flows at a level: "All messages, with rejects". */
export const messageWords = (level: Sheet['level'], rejects: boolean): string =>
  level === null ? 'None' : `${levelNames[level]}${rejects ? ', with rejects' : ''}`
