import { give } from './given.ts'
import { reasonOf } from './known.ts'
import { countFiltered, countStopped } from './ledger.ts'
import { type Route, routesOf, type State, type StoppedRoute } from './state.ts'
import { holdOut, keep, keepNewest, taken } from './waiting.ts'

/** Bits of an M record's flags. */
export const flag = { late: 1, aside: 2, possResend: 4, recovered: 8 } as const

/** What a copy's bookkeeping needs of its message. */
export type MessageKey = { stream: number; epoch: number; number: number; late: boolean }

/** What a copy's number and chain depend on. */
export type CopyKey = MessageKey & { possResend: boolean }

/** The part of an M record that changes state. */
type MessageFact = {
  class: number
  flags: number
  stream: number
  epoch: number
  feed: number
  feedEpoch: number
  number: number
  feedNumber: number
}

/**
 * Applies M: the feed has handed over one more message. Every target of the stream filters the message or has one more
 * waiting; where the stream was stopped, the message is counted. Only here is it judged who is to have a message, live
 * and in a replay: the code that hands out copies reads the answer in `state.eligible`.
 */
export function applyMessage(state: State, position: number, m: Readonly<MessageFact>): void {
  const feed = state.data.feeds[m.feed]
  state.eligible.count = 0
  if (feed) {
    feed.received++
    if (m.feedEpoch === feed.epoch && m.feedNumber >= feed.nextIn) feed.nextIn = m.feedNumber + 1
  }
  if (m.flags & flag.aside) {
    if (feed) feed.aside++
    return
  }
  const stream = state.data.streams[m.stream]
  if (!stream) throw new Error(`bug: a message of stream ${m.stream}, which has no name`)
  const late = (m.flags & flag.late) !== 0
  stream.received++
  state.changed.streams.mark(m.stream)
  if (late) stream.late++
  else if (m.epoch !== stream.epoch || stream.highest === 0) {
    stream.firstBefore = m.epoch === stream.epoch ? 0 : stream.first
    stream.epoch = m.epoch
    stream.first = m.number
    stream.highest = m.number
  } else stream.highest = m.number
  if (!late) {
    stream.feed = m.feed
    stream.feedEpoch = m.feedEpoch
  }
  const routes = routesOf(state, m.stream)
  for (let i = 0; i < routes.length; i++) routeMessage(state, routes[i]!, position, m, late)
  for (const { id, row, reason } of state.stopped[m.stream] ?? nowhere) {
    state.changed.targets.mark(id)
    row.received++
    countStopped(row, reason, 1)
  }
}

const nowhere: readonly StoppedRoute[] = []

function routeMessage(state: State, route: Route, position: number, m: Readonly<MessageFact>, late: boolean): void {
  const { row, target } = route
  state.changed.targets.mark(route.id)
  const reason = reasonOf(route.reasons, m.class)
  row.received++
  if (reason >= 0) {
    countFiltered(row, reason, 1)
    return
  }
  const { eligible } = state
  eligible.ids[eligible.count++] = route.id
  row.waiting++
  const depth = target.terms?.queueDepth ?? 'all'
  if (target.online || !target.counting || depth === 'all') {
    keep(target.waiting, position)
    return
  }
  const { stream, epoch, number } = m
  const out = keepNewest(target.waiting, { position, stream, epoch, number, late }, depth)
  if (out) holdOut(target, out, state.data.week)
}

/** D.kind: how its copies came to be sent. */
export const deliveryKind = {
  live: 0,
  /** By Application Resend, after a first delivery of any kind. */
  application: 3,
  /** By Application Resend, for the first time: the queue had pushed these copies out. */
  held: 4,
} as const

export const isByApplication = (kind: number): boolean =>
  kind === deliveryKind.application || kind === deliveryKind.held

/** The part of a D record that changes state. Arrays hold `count` entries. */
type DeliveryFact = {
  target: number
  epoch: number
  kind: number
  firstNumber: number
  count: number
  messages: ArrayLike<number>
  /** 1181 − 1350 of each copy, 0 without 1350. */
  chain: ArrayLike<number>
}

/**
 * The message at a position; undefined: not known yet, and `applyCopy` follows; `lost`: it was in a damaged batch, so
 * it never waited.
 */
type Resolve = (position: number, index: number) => MessageKey | 'lost' | undefined

/** Applies D: these copies have their numbers. */
export function applyDelivery(state: State, d: DeliveryFact, resolve: Resolve): void {
  const target = state.data.targets[d.target]
  if (!target) throw new Error(`bug: a delivery to target ${d.target}, which has no name`)
  state.changed.targets.mark(d.target)
  if (d.epoch === target.epoch) target.nextOut = Math.max(target.nextOut, d.firstNumber + d.count)
  for (let i = 0; i < d.count; i++) {
    const position = d.messages[i]!
    const key = resolve(position, i)
    if (key === 'lost') continue
    if (!isByApplication(d.kind)) taken(target.waiting, position)
    if (key) applyCopy(state, d, i, key, state.data.week)
  }
}

/** The part of a delivery that is counted for one copy. */
export type CopyFact = Pick<DeliveryFact, 'target' | 'kind' | 'chain'>

/**
 * The half of a delivery that depends on the message and not on earlier deliveries. `week`: in which it was delivered.
 */
export function applyCopy(state: State, d: CopyFact, index: number, key: Readonly<MessageKey>, week: string): void {
  if (isByApplication(d.kind)) applyResent(state, d, index, key, week)
  else applyFirst(state, d.target, key, week)
}

function applyFirst(state: State, targetId: number, key: Readonly<MessageKey>, week: string): void {
  const target = state.data.targets[targetId]
  const row = target?.ledger[week]?.[key.stream]
  if (row) {
    // the end of a week turned its waiting copies into held ones
    if (week === state.data.week) row.waiting--
    else row.held--
    row.delivered++
  }
  const chain = target?.chains[key.stream]
  if (!chain || key.late || week !== state.data.week) return
  if (key.epoch > chain.epoch || (key.epoch === chain.epoch && key.number > chain.head)) {
    chain.epoch = key.epoch
    chain.head = key.number
  }
}

/** Application Resend does not change the chain; it delivers what was held. */
function applyResent(state: State, d: CopyFact, index: number, key: Readonly<MessageKey>, week: string): void {
  const target = state.data.targets[d.target]
  const row = target?.ledger[week]?.[key.stream]
  if (d.kind !== deliveryKind.held || !row) return
  row.held--
  row.delivered++
  const chain = target?.chains[key.stream]
  const distance = d.chain[index] ?? 0
  if (chain && week === state.data.week) give(chain, key.epoch, key.number, distance > 0 ? key.number - distance : 0)
}

/** Applies S: a session used an outbound number for no copy. */
export function applySession(state: State, session: number, epoch: number, number: number): void {
  const numbers = state.data.targets[session] ?? state.data.feeds[session]
  if (numbers && numbers.epoch === epoch) numbers.nextOut = Math.max(numbers.nextOut, number + 1)
}

/** Applies I: the next number that a session expects of its peer. */
export function applyInbound(state: State, session: number, next: number): void {
  const numbers = state.data.targets[session] ?? state.data.feeds[session]
  if (numbers) numbers.nextIn = next
}
