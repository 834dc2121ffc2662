import type { ChangeDocument, ContactEntry, RequestDocument } from '#domain/request/document.ts'
import { emptyChange } from '#domain/request/document.ts'
import type { RequestState } from '#domain/request/lifecycle.ts'
import { type Firm, firmRef, type Person, personWith } from './firms.ts'
import { changeState, type Decided, type Group, isOpen, membersOf, type Request, type Round, termsOf } from './group.ts'
import { type Making, publish, version } from './publish.ts'
import { frozen } from './rounds.ts'

/** The time that a request has, from its first line to its end. */
export type Slot = { fromMs: number; untilMs: number }

const reasons = {
  change: [
    'The desk has new sessions.',
    'Positions of the night shift.',
    'Asked for by the risk desk.',
    'Sessions were reorganised.',
  ],
  returned: [
    'Say what the copies are for.',
    'Name the person who administers the group.',
    'One session belongs to another desk.',
  ],
  rejected: ['The sessions are not for this recipient.', 'Ask for a group of its own instead.'],
  withdrawn: [
    'Not needed any more.',
    'Entered for the wrong group.',
    'A later request asks for it together with others.',
  ],
}

/** A change of the group that its rows allow. */
export function changeOf({ draw }: Making, group: Group): ChangeDocument {
  const members = membersOf(group)
  const names = new Set(members.map(({ source }) => source.name))
  const kinds = new Set(group.targets.map(({ gatewayKind }) => gatewayKind))
  const free = group.owner.sources.filter((one) => !names.has(one.name) && kinds.has(one.gatewayKind))
  const terms = termsOf(group)
  const reason = draw.pick(reasons.change)
  const most = 26 * group.targets.length
  const least = 20 * group.targets.length
  const kind = draw.weighted({
    add: free.length > 0 && members.length < most ? 5 : 0,
    remove: members.length > least ? 5 : 0,
    // consents for all messages cover a narrower level, so no firm is asked again
    level: terms?.level === 'all' || isWidest(group) ? 0.4 : 0,
    rejects: 0.5,
    addresses: 0.7,
    contact: 1,
  })
  const empty = { ...emptyChange, reason }
  switch (kind) {
    case 'add':
      return { ...empty, addSources: [draw.pick(free).name] }
    case 'remove':
      return { ...empty, removeSources: [{ source: draw.pick(members).source.name, revoked: false }] }
    case 'level':
      return { ...empty, level: terms?.level === 'all' ? 'executions' : 'all' }
    case 'rejects':
      return { ...empty, rejects: !terms?.rejects }
    case 'addresses':
      return {
        ...empty,
        addresses: [`192.0.2.${draw.between(1, 254)}`, '198.51.100.0/24'].slice(0, draw.between(0, 2)),
      }
    case 'contact': {
      const addContacts = newContact(group, draw.pick(group.owner.clearers), draw.below(3))
      return addContacts.length > 0 ? { ...empty, addContacts } : { ...empty, rejects: !terms?.rejects }
    }
  }
}

const isWidest = (group: Group): boolean => group.consents.filter(isOpen).every(({ level }) => level === 'all')

function newContact(group: Group, firm: Firm, nth: number): ContactEntry[] {
  const person = nth === 2 ? personWith(group.owner, 'technical-contact') : personWith(group.owner, 'requester', nth)
  const isThere = group.contacts.some((one) => isOpen(one) && one.firm === firm && one.person === person)
  return isThere ? [] : [contactOf(person, firm)]
}

export const contactOf = ({ name, email }: Person, firm: Firm): ContactEntry => ({
  name,
  title: 'Head of trading operations',
  email,
  phone: '+1 312 555 0100',
  clearingCode: firmRef(firm).code,
})

/** Act out one request of the group in its time, up to the state that it is in today. */
export function actOut(
  making: Making,
  group: Group,
  document: RequestDocument,
  outcome: RequestState,
  slot: Slot,
): Request {
  const { draw } = making
  const { owner } = group
  const requester = requesterOf(group)
  const at = (share: number) => Math.round(slot.fromMs + (slot.untilMs - slot.fromMs) * share)
  const request: Request = {
    id: draw.id(),
    number: 0,
    owner,
    group: outcome === 'draft' && document.kind === 'new-group' ? undefined : group,
    kind: document.kind,
    state: outcome,
    rounds: [],
    document,
    draftedBy: requester,
    draftedAtMs: at(0.02),
    effectiveAtMs: null,
    version: undefined,
    publishedAtMs: null,
    appliedAtMs: null,
    stateAtMs: at(0.02),
    stateBy: requester,
    stateReason: null,
  }
  if (outcome === 'draft') return request
  const isReturned = outcome === 'returned' || outcome === 'expired' || (isDecided(outcome) && draw.next() < 0.12)
  if (isReturned) {
    const round = submit(making, group, request, at(0.1))
    answer(making, request, round, 'return', (share) => at(0.1 + share * 0.25))
    if (outcome === 'returned') return request
    if (outcome === 'expired') return expire(request)
    request.state = outcome
  }
  const begin = isReturned ? 0.4 : 0.1
  const round = submit(making, group, request, at(begin))
  const later = (share: number) => at(begin + share * (0.9 - begin))
  if (outcome === 'withdrawn') return end(request, requester, later(0.6), draw.pick(reasons.withdrawn))
  if (outcome === 'with-firms' && openParties(round).length === 0) request.state = 'with-gam'
  answer(making, request, round, outcome, later)
  if (request.state === 'failed' || request.state === 'applying' || request.state === 'applied')
    conclude(making, group, request, round, later)
  if (request.state === 'scheduled') request.effectiveAtMs = slot.untilMs + 2 * 86_400_000
  return request
}

const isDecided = (outcome: RequestState) => outcome !== 'with-firms' && outcome !== 'withdrawn'

/** An authorized contact of the group; for a new group, a requester of its owner. */
function requesterOf(group: Group): Person {
  const contacts = group.contacts.filter(isOpen)
  return contacts[group.revision % Math.max(1, contacts.length)]?.person ?? personWith(group.owner, 'requester')
}

function submit(making: Making, group: Group, request: Request, atMs: number): Round {
  const { exchange, sources } = making
  const submittedBy = request.draftedBy
  if (group.states.length === 0) changeState(group, 'requested', atMs)
  const before = request.rounds.at(-1)
  const round = frozen({ group, exchange, document: request.document, submittedBy, sources, before })
  const submitted: Round = { ...round, submittedBy, submittedAtMs: atMs, decisions: [] }
  request.rounds.push(submitted)
  end(request, submittedBy, atMs, null)
  return submitted
}

const openParties = ({ parties }: Round) =>
  parties.filter(({ capacity, metBy }) => capacity !== 'exchange' && metBy === null)

/** The answers of the parties, as far as the state to be reached allows; `at` takes shares of the time left. */
function answer(
  making: Making,
  request: Request,
  round: Round,
  outcome: RequestState | 'return',
  at: (share: number) => number,
) {
  const { draw, exchange } = making
  const asked = openParties(round)
  const isRefused = outcome === 'return' || outcome === 'rejected'
  const byFirm = isRefused && asked.length > 0 && draw.next() < 0.6
  const approving = outcome === 'with-firms' ? asked.slice(1) : byFirm ? asked.slice(1) : asked
  for (const [i, party] of approving.entries()) {
    const firm = request.owner.clearers.find(({ id }) => id === party.firmId) ?? request.owner
    decide(
      round,
      party,
      signatory(firm, round.submittedBy, draw.below(2)),
      'approve',
      null,
      at(0.1 + (0.5 * i) / approving.length),
      draw.id(),
    )
    party.metBy = 'decision'
  }
  if (outcome === 'with-firms') return
  const gam = personWith(exchange, 'gam', draw.below(3))
  const ofExchange = round.parties.find(({ capacity }) => capacity === 'exchange')
  if (outcome === 'with-gam' || !ofExchange) return
  if (!isRefused) return decide(round, ofExchange, gam, 'approve', null, at(0.8), draw.id())
  const verdict = outcome === 'return' ? 'return' : 'reject'
  const reason = draw.pick(outcome === 'return' ? reasons.returned : reasons.rejected)
  const party = byFirm ? asked[0] : ofExchange
  const firm = byFirm ? request.owner.clearers.find(({ id }) => id === party?.firmId) : undefined
  const by = firm ? signatory(firm, round.submittedBy, 0) : gam
  if (party) decide(round, party, by, verdict, reason, at(0.8), draw.id())
  request.state = outcome === 'return' ? 'returned' : 'rejected'
  end(request, by, at(0.8), reason)
}

/** Four eyes: never the person who submitted it. */
function signatory(firm: Firm, submittedBy: Person, nth: number): Person {
  const first = personWith(firm, 'clearing-signatory', nth)
  return first === submittedBy ? personWith(firm, 'clearing-signatory', nth + 1) : first
}

function decide(
  round: Round,
  { firmId, capacity }: Round['parties'][number],
  by: Person,
  verdict: Decided['verdict'],
  reason: string | null,
  atMs: number,
  id: string,
): void {
  if (capacity === 'bill-to') throw new Error('no firm of the model pays for another')
  round.decisions.push({ id, firmId, capacity, by, verdict, reason, atMs })
}

/** What follows from the exchange's approval. */
function conclude(making: Making, group: Group, request: Request, round: Round, at: (share: number) => number): void {
  const { exchange } = making
  const gam = round.decisions.at(-1)?.by ?? personWith(exchange, 'gam')
  const publishedAtMs = at(0.8)
  request.publishedAtMs = publishedAtMs
  if (request.state === 'failed') {
    request.version = version(making, group, { cause: 'request', causeId: request.id, by: gam }, publishedAtMs)
    version(making, group, { cause: 'undo', causeId: request.id, by: gam }, at(0.82))
    end(request, gam, at(0.82), 'The connector did not answer.')
    return
  }
  publish(making, group, request, round, publishedAtMs, gam)
  end(request, gam, publishedAtMs, null)
  if (request.state === 'applying') return
  const appliedAtMs = publishedAtMs + 3_000
  request.appliedAtMs = appliedAtMs
  end(request, null, appliedAtMs, null)
  if (request.kind === 'new-group') {
    changeState(group, 'live', appliedAtMs)
    group.firstAppliedAtMs = appliedAtMs
  }
  if (request.kind === 'close') changeState(group, 'closed', appliedAtMs)
}

const monthMs = 30 * 86_400_000

function expire(request: Request): Request {
  request.state = 'expired'
  const submittedAtMs = request.rounds.at(-1)?.submittedAtMs ?? request.draftedAtMs
  return end(request, null, submittedAtMs + monthMs, 'no answer in time')
}

function end(request: Request, by: Person | null, atMs: number, reason: string | null): Request {
  request.stateAtMs = atMs
  request.stateBy = by
  request.stateReason = reason
  return request
}
