import { mainShard } from '#domain/reference/shard.ts'
import { UnknownFormatError } from '#journal/layout.ts'
import type { ControlRecord } from '#journal/records.ts'
import { applyRetention, type Expired } from './expiry.ts'
import { assertKnownControl } from './known.ts'
import { takeOver } from './lead.ts'
import { countFiltered, revokedReason } from './ledger.ts'
import {
  type Durable,
  deriveRoutes,
  type FeedState,
  type Gone,
  type LeaseEnd,
  markAll,
  newFeed,
  newStream,
  newTarget,
  nextEpoch,
  type State,
  type TargetState,
  type Terms,
} from './state.ts'
import { emptyWaiting, forget, holdOut, join, pastOf, pushOut, stopCounting } from './waiting.ts'

/** What X records say. A kind's place in this list is its number in the journal: only append to the list. */
const kinds = [
  'start',
  'name',
  'cut',
  'logon',
  'logoff',
  'counting',
  'numbers',
  'week',
  'loss',
  'aside',
  'raise',
  'feed-week',
  'numbered',
  'retention',
  'checkpoint',
  'ask-again',
  'command',
  'lead',
  'take-over',
  'acknowledged',
] as const

/**
 * `waited`: how many copies of each revoked source waited; a replay does not know that number yet (`Replay.finish`).
 * `jump`: a failover of a dc4 target.
 */
type CutTarget = { id: number; terms: Terms; waited?: Record<number, number>; jump?: number }

/** A session's numbers after a journal that was behind took over the lead. `sentUpTo`, `week`: of a feed. */
export type TakenOver = { id: number; epoch: number; nextOut: number; sentUpTo?: number; week?: string }

export type Control =
  /** A connector leads with this journal from here on, always in one shard; absent: `main`, then the only shard. */
  | { kind: 'lead'; lineage: string; term: number; place: string; shard?: string }
  /**
   * By an operator's order the journal leads although another has led with more: no number that the other may have used
   * is used again. `above`: the lease above whose numbers all were raised; absent: an earlier release wrote the record.
   */
  | { kind: 'take-over'; reason: string; gap: number; above?: LeaseEnd; atMs: number; sessions: TakenOver[] }
  /** An operator has acknowledged the take-over. */
  | { kind: 'acknowledged' }
  /** A connector has started: clients that were logged on no longer are. */
  | { kind: 'start' }
  | { kind: 'name'; what: 'stream' | 'feed' | 'target'; id: number; name: string }
  /** A configuration takes effect behind this record, for all sources at once. Lists only what changed. */
  | { kind: 'cut'; version: number; digest: string; targets: CutTarget[]; gone: number[] }
  | { kind: 'logon'; session: number }
  | { kind: 'logoff'; session: number }
  /** This client has been away longer than its grace. */
  | { kind: 'counting'; target: number }
  /** A session's numbers restart or were set; what was sent under an older epoch is not resent under this one. */
  | { kind: 'numbers'; session: number; epoch: number; nextIn: number; nextOut: number }
  | { kind: 'week'; week: string }
  | { kind: 'loss'; feed: number; from: number; to: number; why: string; atMs?: number }
  /** For the first time in this week, messages of this name were kept aside on this feed for this reason. */
  | { kind: 'aside'; feed: number; name: string; why?: string; atMs?: number }
  /** The journal was damaged where numbers may have been promised: outbound numbers jump. */
  | { kind: 'raise'; by: number }
  /** The week of a feed that has one of its own. */
  | { kind: 'feed-week'; feed: number; week: string }
  /**
   * The copies still counted as waiting for this target had their numbers in a damaged batch, or, with `isLost`, their
   * messages.
   */
  | { kind: 'numbered'; target: number; isLost?: boolean }
  /**
   * Everything before this position is removed now, and these held copies with it. `gone`: by stream, the newest
   * message removed.
   */
  | { kind: 'retention'; before: number; expired: Expired[]; gone: Record<number, Gone> }
  /**
   * The whole state again, in a batch behind the one that changed its foundations: damage can then take only one of the
   * two.
   */
  | { kind: 'checkpoint'; state: Durable }
  /** These numbers of a feed were in a damaged batch: the feed has to send them again. */
  | { kind: 'ask-again'; feed: number; from: number; to: number }
  /** An operator's command and the changes that it makes, in one record: both happen or neither (ADR 19). */
  | { kind: 'command'; id: string; says: string; then: Control[] }

export const controlKind = (control: Control): number => kinds.indexOf(control.kind)
export const encodeControl = (control: Control): Uint8Array => Buffer.from(JSON.stringify(control))

/** @throws UnknownFormatError when another release wrote it and this release does not know all of it */
export function decodeControl({
  kind,
  bytes,
  start,
  end,
}: Pick<ControlRecord, 'kind' | 'bytes' | 'start' | 'end'>): Control {
  if (kind >= kinds.length) throw new UnknownFormatError(`a control record of kind ${kind}`)
  // written by `encodeControl` of this or an earlier version, guarded by the journal's checksums
  const control = JSON.parse(bytes.toString('utf8', start, end)) as Control
  if (control.kind !== kinds[kind]) throw new UnknownFormatError(`a control record of kind "${control.kind}"`)
  assertKnownControl(control)
  return control
}

/**
 * How many commands the state remembers: one is asked about again until its outcome is written down, and only then does
 * the next come.
 */
const commandsKept = 32

/** The state keeps the ledgers of this many weeks. */
const weeksKept = 6

/** These kinds change neither a ledger nor a stream, or mark what they change, or apply other controls that do. */
const unreported: ReadonlySet<Control['kind']> = new Set([
  'name',
  'lead',
  'acknowledged',
  'start',
  'logon',
  'logoff',
  'counting',
  'numbers',
  'loss',
  'aside',
  'raise',
  'feed-week',
  'checkpoint',
  'ask-again',
  'command',
])

/** Applies X, every rare change. `position` is the record's own. */
export function applyControl(state: State, position: number, control: Control): void {
  carryOut(state, position, control)
  if (!unreported.has(control.kind)) markAll(state)
}

function carryOut(state: State, position: number, control: Control) {
  const { data } = state
  switch (control.kind) {
    case 'lead': {
      const { lineage, term, place, shard = mainShard } = control
      Object.assign(data, { lineage, term, place, shard })
      return
    }
    case 'take-over': {
      const { atMs, reason, gap, above, sessions } = control
      takeOver(state, position, sessions)
      data.tookOver = { atMs, reason, gap, ...(above && { above }) }
      return
    }
    case 'acknowledged':
      delete data.tookOver
      return
    case 'start':
      data.run++
      for (const target of Object.values(data.targets)) startAway(target)
      return
    case 'name':
      return name(state, control.what, control.id, control.name)
    case 'cut':
      return cut(state, position, control)
    case 'logon':
      return logon(data.targets[control.session])
    case 'logoff':
      return away(data.targets[control.session])
    case 'counting': {
      const target = data.targets[control.target]
      if (target && !target.online) target.counting = true
      return
    }
    case 'numbers': {
      const { session, epoch, nextIn, nextOut } = control
      const numbers = data.targets[session] ?? data.feeds[session]
      if (numbers) Object.assign(numbers, { epoch, nextIn, nextOut })
      return
    }
    case 'week':
      return turnWeek(state, position, control.week)
    case 'loss': {
      const feed = data.feeds[control.feed]
      const { from, to, why, atMs = 0 } = control
      feed?.loss.push({ epoch: feed.epoch, from, to, why, week: data.week, atMs })
      return
    }
    case 'feed-week':
      return turnFeedWeek(data.feeds[control.feed], control.week)
    case 'aside':
      data.feeds[control.feed]?.asides.push({ name: control.name, why: control.why ?? '', atMs: control.atMs ?? 0 })
      return
    case 'numbered':
      return numbered(data.targets[control.target], data.week, control.isLost === true)
    case 'retention':
      return applyRetention(state, control)
    case 'ask-again':
      return askAgain(data.feeds[control.feed], control.from, control.to)
    case 'command':
      data.commands = [...(data.commands ?? []), { id: control.id, says: control.says }].slice(-commandsKept)
      for (const one of control.then) applyControl(state, position, one)
      return
    case 'checkpoint':
      return // the state is this one already; a replay that has met damage takes the checkpoint (recovery.ts)
    case 'raise':
      data.raises = [...(data.raises ?? []), position]
      data.raisedIn = data.term ?? 0
      for (const numbers of [...Object.values(data.targets), ...Object.values(data.feeds)])
        numbers.nextOut += control.by
  }
}

function askAgain(feed: FeedState | undefined, from: number, to: number): void {
  if (!feed) return
  feed.nextIn = Math.min(feed.nextIn, from)
  feed.unread = [...(feed.unread ?? []).filter(({ epoch }) => epoch === feed.epoch), { epoch: feed.epoch, from, to }]
}

function numbered(target: TargetState | undefined, week: string, isLost: boolean): void {
  if (!target) return
  for (const row of Object.values(target.ledger[week] ?? {})) {
    if (isLost) row.expired += row.waiting
    else row.delivered += row.waiting
    row.waiting = 0
  }
  target.waiting = { ...emptyWaiting(), absence: target.waiting.absence }
}

function name({ data, changed }: State, what: 'stream' | 'feed' | 'target', id: number, text: string): void {
  if (what === 'feed') data.feeds[id] = newFeed(text)
  else if (what === 'stream') {
    data.streams[id] = newStream(text)
    changed.streams.mark(id)
  } else {
    data.targets[id] = newTarget(text)
    changed.targets.mark(id)
  }
}

function cut(state: State, position: number, control: Extract<Control, { kind: 'cut' }>): void {
  const { data } = state
  data.version = control.version
  data.digest = control.digest
  for (const { id, terms, waited, jump = 0 } of control.targets) {
    const target = data.targets[id]
    if (target) {
      forgetRevoked(target, terms, waited ?? waitingOf(state, target, terms.revoked), data.week)
      joinAgain(state, target, terms)
      target.nextOut += jump
    }
    setTerms(target, position, terms)
    if (target) shrink(target, data.week)
  }
  for (const id of control.gone) setTerms(data.targets[id], position, undefined)
  deriveRoutes(state)
}

/** A source that was away starts its chain again; a source that stays keeps its chain, even if its level changes. */
function joinAgain({ data }: State, target: TargetState, terms: Terms): void {
  for (const stream of terms.sources) {
    const chain = target.chains[stream]
    const source = data.streams[stream]
    if (chain && source && !target.terms?.sources.includes(stream)) join(chain, source.epoch, source.highest)
  }
}

/** Copies that waited count as filtered when their source is taken away with effect on the past. */
function forgetRevoked(target: TargetState, terms: Terms, waited: Record<number, number>, week: string): void {
  for (const stream of terms.revoked) {
    const row = target.ledger[week]?.[stream]
    const count = waited[stream] ?? 0
    if (!row || count === 0) continue
    forget(target.waiting, stream, count)
    countFiltered(row, revokedReason, count)
    row.waiting -= count
  }
}

/** By stream: how many of its copies wait for a target now. */
export const waitingOf = (
  { data }: State,
  target: TargetState | undefined,
  streams: readonly number[],
): Record<number, number> =>
  Object.fromEntries(streams.map((stream) => [stream, target?.ledger[data.week]?.[stream]?.waiting ?? 0]))

/** Shortens a queue whose depth was lowered. */
function shrink(target: TargetState, week: string): void {
  const { queueDepth = 'all' } = target.terms ?? {}
  if (queueDepth === 'all') return
  for (let out = pushOut(target.waiting, queueDepth); out; out = pushOut(target.waiting, queueDepth))
    holdOut(target, out, week)
}

/** The terms that decide who gets what: the history records only these. */
const judging = ({ level, filters, sources, revoked }: Terms): string =>
  JSON.stringify([level, filters, sources, revoked])

function setTerms(target: TargetState | undefined, position: number, terms: Terms | undefined): void {
  if (!target) return
  if (terms) target.terms = terms
  else delete target.terms
  target.waiting.absence++
  const last = target.history.at(-1)?.terms
  if (!terms || !last || judging(last) !== judging(terms))
    target.history.push(terms ? { from: position, terms } : { from: position })
  if (!target.online) away(target)
}

function logon(target: TargetState | undefined): void {
  if (!target) return
  target.online = true
  target.counting = false
  stopCounting(target.waiting)
}

/** Without grace the depth counts from here on; with grace, from the `counting` record on. */
function away(target: TargetState | undefined): void {
  if (!target) return
  const wasAway = !target.online && target.counting
  target.online = false
  target.counting = wasAway || target.terms?.queueGraceS === 0
}

/** The listeners are up: every grace period starts again. */
function startAway(target: TargetState): void {
  if (target.counting && target.terms?.queueGraceS !== 0) {
    target.counting = false
    target.waiting.absence++ // copies that come during the grace are not pushed out
  }
  away(target)
}

/** The first week is only noted; from then on numbers restart with every week. */
function turnFeedWeek(feed: FeedState | undefined, week: string): void {
  if (!feed) return
  if (feed.week !== undefined) Object.assign(feed, { epoch: nextEpoch(feed.epoch), nextIn: 1, nextOut: 1 })
  feed.week = week
}

/** Numbers, chains and queues restart; copies not sent are held in the week they belong to, only for replay. */
function turnWeek(state: State, position: number, week: string): void {
  const { data } = state
  for (const target of Object.values(data.targets)) {
    for (const row of Object.values(target.ledger[data.week] ?? {})) {
      row.held += row.waiting
      row.waiting = 0
    }
    if (data.week !== '') Object.assign(target, { epoch: nextEpoch(target.epoch), nextIn: 1, nextOut: 1 })
    const past = pastOf(target)
    if (past) target.past = { ...target.past, [data.week]: past }
    target.waiting = { ...emptyWaiting(), absence: target.waiting.absence + 1 }
    target.chains = {}
    for (const old of Object.keys(target.ledger).sort().slice(0, -weeksKept)) {
      delete target.ledger[old]
      delete target.past?.[old]
    }
  }
  for (const stream of Object.values(data.streams)) stream.past = { epoch: stream.epoch, upTo: stream.highest }
  for (const feed of Object.values(data.feeds)) feed.asides = []
  data.week = week
  data.weeks.push({ week, from: position })
  deriveRoutes(state)
}
