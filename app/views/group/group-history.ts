import type { Tx } from '#db/client.ts'
import { type EventRecord, listEvents } from '#db/queries/audit/events.ts'
import type { GroupRecord } from '#db/queries/group/groups.ts'
import { listClearingFirms, listFirmRefs } from '#db/queries/people/firms.ts'
import { listUserNames } from '#db/queries/people/people.ts'
import { listDecisionsOf } from '#db/queries/request/decisions.ts'
import { listSheetsOfGroup } from '#db/queries/request/request-rows.ts'
import { writeCount } from '#domain/figures.ts'
import type { Actor } from '#domain/people/permissions.ts'
import { type Item, itemsInOne, type NamedFirm } from '#domain/request/items.ts'
import type { Sheet } from '#domain/request/round.ts'
import { signerIn } from '#views/request/request-names.ts'
import type { OpenedGroup } from './group-page.ts'
import { sessionsOf } from './group-rows.ts'
import { type FromNumber, readFromNumbers } from './left-sources.ts'

/** One thing that happened to a group, in plain words. */
type HistoryRow = {
  seq: number
  at: Date
  what: string
  by: string
  reason: string | null
  requestNumber: number | null
}

/** Newest first; `older`: the number below which the next page begins, null at the end. */
type HistoryPage = { rows: HistoryRow[]; older: number | null }

const perPage = 50

const words: Record<string, string> = {
  'request.submit': 'Request submitted',
  'request.approve': 'Request approved',
  'request.return': 'Request returned',
  'request.returned': 'Request returned',
  'request.reject': 'Request rejected',
  'request.with-firms': 'Request back with the clearing firms',
  'request.take-back': 'Approval taken back',
  'request.withdraw': 'Request withdrawn',
  'request.expire': 'Request expired',
  'request.publish': 'Published',
  'request.confirm': 'Applied by the connector',
  'request.undo': 'Publication undone',
  'consent.withdraw': 'Consent withdrawn',
  'source.stop': 'Source stopped',
  'contact.end': 'Contact ended',
  'target.pause': 'Target paused',
  'target.resume': 'Target resumed',
  'target.fail-over': 'Target failed over',
  'credential.create': 'Credential created',
  'credential.revoke': 'Credential revoked',
  'session.log-out': 'Client logged out',
  'session.set-number': 'Sequence numbers set',
  'session.reset': 'Sequence numbers reset',
}

/** Acts of the exchange alone; firms do not read the names of its people. */
const ofExchange = /^(request\.(publish|undo)|target\.|session\.|credential\.revoke)/

type OwnRequest = Awaited<ReturnType<typeof listSheetsOfGroup>>[number]

/** What happened to a group, as far as this reader is told: a firm reads the events that were written for it. */
export async function listGroupHistory(
  tx: Tx,
  { group, reader, now }: Pick<OpenedGroup, 'group' | 'reader' | 'now'>,
  before?: number,
): Promise<HistoryPage> {
  const own = await listSheetsOfGroup(tx, group.id)
  const events = await eventsOf(tx, reader, group, own, before)
  const shown = events.slice(0, perPage)
  const names = await namesOf(tx, shown, own, now)
  const firms = await listClearingFirms(tx, now)
  const from = await fromNumbersOf(tx, group, shown)
  const rows = shown.map((event): HistoryRow => {
    const request = own.find((one) => one.id === event.objectId)
    const { seq, at, reason } = event
    return {
      seq,
      at,
      what: whatOf(event, request, firms, from),
      by: names(event),
      reason,
      requestNumber: request?.number ?? null,
    }
  })
  const older = events.length > perPage ? (shown.at(-1)?.seq ?? null) : null
  return { rows, older }
}

/**
 * One more than a page. An event told to several firms is in the trail once for each; the exchange reads the owner's.
 */
async function eventsOf(
  tx: Tx,
  reader: Actor,
  group: GroupRecord,
  own: readonly OwnRequest[],
  before: number | undefined,
): Promise<EventRecord[]> {
  const sessions = (await sessionsOf(tx, [group.id])).get(group.id) ?? []
  const objectIds = [group.id, ...own.map((request) => request.id), ...sessions]
  const forFirm = reader.isExchange ? group.ownerId : reader.firmId
  return listEvents(tx, { objectIds, actions: Object.keys(words), forFirm, before }, perPage + 1)
}

/** From which number on the sources of these withdrawals and stops were no longer copied. */
async function fromNumbersOf(tx: Tx, group: GroupRecord, events: readonly EventRecord[]): Promise<FromNumber> {
  const versions = events.flatMap(({ action, after }) => {
    const { version } = membersOf(after)
    return stopping.includes(action) && typeof version === 'number' ? [version] : []
  })
  const sessions = versions.length > 0 ? ((await sessionsOf(tx, [group.id])).get(group.id) ?? []) : []
  return readFromNumbers(tx, group.environment, sessions, versions)
}

const stopping = ['consent.withdraw', 'source.stop']

function whatOf(
  event: EventRecord,
  request: OwnRequest | undefined,
  firms: readonly NamedFirm[],
  from: FromNumber,
): string {
  const word = words[event.action] ?? event.action
  const after = membersOf(event.after)
  const before = membersOf(event.before)
  switch (event.action) {
    case 'request.publish':
      return publishedWords(word, after.items ?? (request?.sheet as Sheet | null)?.items, firms)
    case 'consent.withdraw':
      return `${word} ${after.mode === 'nothing-again' ? 'and nothing again' : 'from now on'}${listOf(after.sources, after.version, from)}`
    case 'source.stop':
      return `${word}${listOf([after.source], after.version, from)}`
    case 'contact.end':
      return typeof before.name === 'string' ? `${word}: ${before.name}` : word
    default:
      return event.objectKind === 'target' ? `${word} on ${event.objectId}` : word
  }
}

/**
 * The portal writes `items` from the domain's type: the sheet's with the round, and a clearing firm's own for that
 * firm.
 */
function publishedWords(word: string, items: unknown, firms: readonly NamedFirm[]): string {
  return Array.isArray(items) && items.length > 0 ? itemsInOne(items as Item[], firms) : word
}

/** ": K7T882 from its number 412, M3P882". */
function listOf(sources: unknown, version: unknown, from: FromNumber): string {
  const names = Array.isArray(sources) ? sources.filter((name): name is string => typeof name === 'string') : []
  const said = names.map((name) => {
    const number = typeof version === 'number' ? from(version, name) : null
    return number === null ? name : `${name} from its number ${writeCount(number)}`
  })
  return said.length > 0 ? `: ${said.join(', ')}` : ''
}

const membersOf = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? { ...value } : {}

/** Who did it, as far as the reader may know: by name, by the sentence that they signed, or by their firm. */
async function namesOf(tx: Tx, events: readonly EventRecord[], own: readonly OwnRequest[], now: Date) {
  const names = await listUserNames(
    tx,
    events.map((event) => event.actorId),
  )
  const ids = own.map((request) => request.id)
  const signed = await listDecisionsOf(tx, ids)
  const firms = await listFirmRefs(tx, [...new Set(signed.map((one) => one.firmId))], now)
  return ({ action, actorId, after }: EventRecord): string => {
    const { by, firm, operator } = membersOf(after)
    if (actorId === null) return operator === undefined ? 'the portal' : 'the operator'
    const name = names.get(actorId)
    if (name) return name
    if (typeof by === 'string' && typeof firm === 'string') return `${by}, ${firm}`
    const decision = signed.find((one) => one.decidedBy === actorId)
    if (decision) return `${signerIn(decision.authority)}, ${firms.get(decision.firmId)?.name ?? ''}`
    return ofExchange.test(action) ? 'the exchange' : 'another firm'
  }
}
