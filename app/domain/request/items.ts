import type { GroupState, Level } from '../group/states.ts'
import { levelNames } from '../group/states.ts'
import type { ContactEntry, DraftDocument, RequestDocument } from './document.ts'

/** One thing the request does, with what its author saw when it was frozen. */
export type Item =
  | { op: 'create-group'; name: string }
  | { op: 'add-source'; source: string; seenGuarantors: string[] }
  | { op: 'remove-source'; source: string; revoked: boolean }
  | { op: 'set-level'; seen: Level | null; to: Level }
  | { op: 'set-rejects'; seen: boolean | null; to: boolean }
  | { op: 'set-addresses'; seen: string[]; to: string[] }
  | { op: 'add-contact'; contact: ContactEntry }
  | { op: 'close-group' }

/** The present facts that the items are checked against. Firms are named by id; `by` says in words who moved it. */
export type Present = {
  group: {
    state: GroupState
    level: Level | null
    rejects: boolean | null
    /** addresses that clients may log on from; none: any */
    addresses: string[]
    levelBy?: string
    stateBy?: string
  }
  /** whether another group of the owner has taken the name meanwhile */
  nameTaken: boolean
  /** by source name; a name that is missing here no longer exists */
  sources: Record<
    string,
    { open: boolean; guarantors: string[]; inGroup: boolean; by?: string; guarantorNames: string[] }
  >
}

type MovedWhat =
  | 'name-taken'
  | 'group-not-open'
  | 'source-closed'
  | 'source-already-in-group'
  | 'source-not-in-group'
  | 'source-without-guarantor'
  | 'guarantors-changed'
  | 'level-changed'
  | 'filters-changed'
  | 'addresses-changed'

/**
 * A precondition that no longer holds: what, about which item, and a sentence that says by whom where that is known.
 */
export type Moved = { what: MovedWhat; about: string; sentence: string }

/** What the document does, item by item, as far as it is written; `present` supplies what was seen. */
export function itemsOf(document: RequestDocument | DraftDocument, present: Present): Item[] {
  const add = (source: string): Item => ({
    op: 'add-source',
    source,
    seenGuarantors: [...(present.sources[source]?.guarantors ?? [])].sort(),
  })
  switch (document.kind) {
    case 'new-group':
      return [
        { op: 'create-group', name: document.groupName },
        ...document.sources.map(add),
        ...(document.level ? [{ op: 'set-level', seen: null, to: document.level } as const] : []),
        { op: 'set-rejects', seen: null, to: document.rejects },
        ...document.contacts.map((contact): Item => ({ op: 'add-contact', contact })),
      ]
    case 'change':
      return [
        ...document.addSources.map(add),
        ...document.removeSources.map((row): Item => ({ op: 'remove-source', ...row })),
        ...(document.level ? [{ op: 'set-level', seen: present.group.level, to: document.level } as const] : []),
        ...(document.rejects === null
          ? []
          : [{ op: 'set-rejects', seen: present.group.rejects, to: document.rejects } as const]),
        ...(document.addresses
          ? [{ op: 'set-addresses', seen: present.group.addresses, to: document.addresses } as const]
          : []),
        ...document.addContacts.map((contact): Item => ({ op: 'add-contact', contact })),
      ]
    case 'close':
      return [{ op: 'close-group' }]
  }
}

/**
 * Each item's own precondition against the present; unrelated changes do not matter. Empty when all hold. Checked when
 * the request is submitted, when the exchange approves it and once more inside the transaction that publishes it.
 */
export function violations(items: readonly Item[], present: Present): Moved[] {
  return items.flatMap((item) => {
    const moved = violation(item, present)
    return moved ? [moved] : []
  })
}

function violation(item: Item, present: Present): Moved | undefined {
  const { group } = present
  switch (item.op) {
    case 'create-group':
      if (present.nameTaken)
        return { what: 'name-taken', about: item.name, sentence: `Another group is called ${item.name} by now.` }
      return closedGroup(group)
    case 'add-source':
      return closedGroup(group) ?? addViolation(item, present)
    case 'remove-source': {
      const there = present.sources[item.source]
      if (there?.inGroup) return undefined
      return {
        what: 'source-not-in-group',
        about: item.source,
        sentence: `${item.source} is not in the group any more${by(there?.by)}.`,
      }
    }
    case 'set-level':
      if (item.seen === group.level) return closedGroup(group)
      return {
        what: 'level-changed',
        about: levelNames[item.to],
        sentence: `The group's level was ${named(item.seen)} when this was written and is ${named(group.level)} now${by(group.levelBy)}.`,
      }
    case 'set-rejects':
      if (item.seen === group.rejects) return undefined
      return {
        what: 'filters-changed',
        about: 'reject messages',
        sentence: `Whether rejects are copied was changed meanwhile${by(group.levelBy)}.`,
      }
    case 'set-addresses':
      if (same(item.seen, group.addresses)) return closedGroup(group)
      return {
        what: 'addresses-changed',
        about: 'client addresses',
        sentence: `The client addresses were changed meanwhile${by(group.levelBy)}.`,
      }
    case 'add-contact':
    case 'close-group':
      return closedGroup(group)
  }
}

function addViolation(item: Extract<Item, { op: 'add-source' }>, present: Present): Moved | undefined {
  const { source } = item
  const there = present.sources[source]
  if (!there?.open) return { what: 'source-closed', about: source, sentence: `${source} is closed${by(there?.by)}.` }
  if (there.inGroup)
    return {
      what: 'source-already-in-group',
      about: source,
      sentence: `${source} is in this group already${by(there.by)}.`,
    }
  if (there.guarantors.length === 0)
    return {
      what: 'source-without-guarantor',
      about: source,
      sentence: `No clearing firm guarantees ${source}, so nobody can agree to its copies.`,
    }
  if (!same(item.seenGuarantors, there.guarantors))
    return {
      what: 'guarantors-changed',
      about: source,
      sentence: `${source} is guaranteed by ${there.guarantorNames.join(' and ')} now${by(there.by)}.`,
    }
  return undefined
}

function closedGroup(group: Present['group']): Moved | undefined {
  if (group.state === 'requested' || group.state === 'live' || group.state === 'suspended') return undefined
  return { what: 'group-not-open', about: 'group', sentence: `The group is ${group.state}${by(group.stateBy)}.` }
}

const by = (who: string | undefined) => (who ? ` (${who})` : '')
const named = (level: Level | null) => (level ? levelNames[level] : 'not set')
const same = (a: readonly string[], b: readonly string[]) => [...a].sort().join() === [...b].sort().join()

/**
 * The items that concern a clearing firm that guarantees these sources. Sources of others and the addresses of the
 * client's machine are left out.
 */
export const itemsFor = (items: readonly Item[], code: string, sources: readonly string[]): Item[] =>
  items.filter((item) => {
    if (item.op === 'add-source' || item.op === 'remove-source') return sources.includes(item.source)
    if (item.op === 'add-contact') return item.contact.clearingCode === code
    return item.op !== 'set-addresses'
  })

/** A clearing firm as it may be named: by its Clearing Firm ID in documents, with its name on screens. */
export type NamedFirm = { code: string; name: string }

export function clearingFirmName(code: string, firms: readonly NamedFirm[]): string {
  const firm = firms.find((one) => one.code === code)
  return firm ? `${firm.name} (${code})` : code
}

/** The items in words, for the group's history and the difference a party reads. */
function itemSentence(item: Item, firms: readonly NamedFirm[] = []): string {
  switch (item.op) {
    case 'create-group':
      return `Create group ${item.name}`
    case 'add-source':
      return `Add ${item.source}`
    case 'remove-source':
      return `Remove ${item.source}${item.revoked ? ', and nothing again' : ', from now on'}`
    case 'set-level':
      return item.seen
        ? `Level ${levelNames[item.to]} instead of ${levelNames[item.seen]}`
        : `Level ${levelNames[item.to]}`
    case 'set-rejects':
      return item.to ? 'Copy reject messages too' : 'No reject messages'
    case 'set-addresses':
      return `Clients log on from ${addressWords(item.to)} (now: ${addressWords(item.seen)})`
    case 'add-contact':
      return `Authorize ${item.contact.name} for ${clearingFirmName(item.contact.clearingCode, firms)}`
    case 'close-group':
      return 'Close the group'
  }
}

/** Whom targets let in, in words. */
export const addressWords = (allowFrom: readonly string[]): string =>
  allowFrom.length === 0 ? 'any address' : `${allowFrom.join(', ')} only`

/** All items in one line: sources and a person's clearing firms together, however many there are. */
export function itemsInOne(items: readonly Item[], firms: readonly NamedFirm[]): string {
  const said = new Map<string, string[]>()
  const say = (what: string, name: string) => said.set(what, [...(said.get(what) ?? []), name])
  for (const item of items) {
    if (item.op === 'add-source') say('Add', item.source)
    else if (item.op === 'remove-source') say(item.revoked ? 'Remove, and nothing again,' : 'Remove', item.source)
    else if (item.op === 'add-contact')
      say(`Authorize ${item.contact.name} for`, clearingFirmName(item.contact.clearingCode, firms))
    else said.set(itemSentence(item, firms), [])
  }
  return [...said].map(([what, names]) => [what, someOf(names)].filter(Boolean).join(' ')).join('; ')
}

function someOf(names: readonly string[]): string {
  const shown = names.length > 12 ? [...names.slice(0, 10), `${names.length - 10} more`] : names
  return shown.length < 2 ? shown.join('') : `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}`
}
