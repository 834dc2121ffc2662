import { Changed } from './changed.ts'
import type { Given } from './given.ts'
import { assertKnownState } from './known.ts'
import { emptyRow, type Row } from './ledger.ts'
import { type Chain, emptyChain, emptyWaiting, type Held, type Waiting } from './waiting.ts'

/**
 * What the connector must know after a crash: a pure fold over the journal's records (fold.ts), as plain data, so that
 * it can be serialised as it is. Ids are small integers given out once and never reused; 0 means none.
 */
export type Durable = {
  /** Given to a new journal and never changed. Absent: written before journals had a lineage, until the next start. */
  lineage?: string
  /** The shard for which the journal was created; absent in journals of earlier releases: see `assertShard`. */
  shard?: string
  /** The term of the leader that writes: grows with every start. Absent: as for `lineage`. */
  term?: number
  /** The term in which damage last raised all numbers. */
  raisedIn?: number
  /** The directory in which that leader keeps the journal, for a start that cannot ask anybody. */
  place?: string
  /** The journal took over although another had led with more, and nobody has acknowledged that yet. */
  tookOver?: { atMs: number; reason: string; gap: number; above?: LeaseEnd }
  /** How often a connector has started on this journal. */
  run: number
  /** The local date of the reset that began this trading week; '' before the first configuration. */
  week: string
  /** Where each trading week began, oldest first; a week is dropped when all its messages are removed. */
  weeks: { week: string; from: number }[]
  /** Retention has removed everything before this position. */
  kept: number
  /** Where damage made all outbound numbers jump, oldest first. Absent: nowhere in what is kept. */
  raises?: number[]
  /** The version of the configuration in force. */
  version: number
  digest: string
  /** Names by id. Feeds and targets share their ids, since both have sessions. */
  streams: Record<number, StreamState>
  feeds: Record<number, FeedState>
  targets: Record<number, TargetState>
  /** The operator's commands that were carried out, newest last: none is carried out twice. Absent: none yet. */
  commands?: { id: string; says: string }[]
}

/** A lease as its leader left it; all numbers were raised above those of the lease. */
export type LeaseEnd = { lineage: string; term: number; batch: number }

/** A session's outbound numbers belong to its epoch; inbound is the next number expected of the peer. */
export type Numbers = { epoch: number; nextIn: number; nextOut: number }

/**
 * The epoch of a session whose numbers restart. The journal keeps 16 bits of an epoch, so the first follows the last: a
 * client may reset at every Logon.
 */
export const nextEpoch = (epoch: number): number => (epoch % 0xffff) + 1

export type StreamState = {
  name: string
  /** Counts the source's own restarts, independent of trading weeks. */
  epoch: number
  highest: number
  /** First number journaled in this epoch: recovered messages from before it belong to the epoch before. */
  first: number
  /** Lowest number kept in the epoch before; 0 when there was none. */
  firstBefore: number
  /** The feed that carried the newest message, 0 before the first, and its epoch. */
  feed: number
  feedEpoch: number
  received: number
  late: number
  /** The newest message that retention has removed. */
  gone?: Gone
  /** Where the present trading week began: numbers of this epoch up to this one belong to an earlier week. */
  past?: { epoch: number; upTo: number }
}

/** `sentMs`: its SendingTime(52), 0 when unreadable. */
export type Gone = { epoch: number; number: number; sentMs: number }

export type FeedState = Numbers & {
  name: string
  /** Messages journaled, including those kept aside. */
  received: number
  /** Messages journaled that no source claims, or that a source's own record contradicts. */
  aside: number
  /** The names whose messages were kept aside in the present trading week, once per reason; '' means no source. */
  asides: { name: string; why: string; atMs: number }[]
  /**
   * Feed numbers that were never received and will not come any more, inclusive. `week`: the trading week in which the
   * loss was found.
   */
  loss: { epoch: number; from: number; to: number; why: string; week?: string; atMs?: number }[]
  /** Feed numbers, inclusive, from a damaged part of the journal that were asked for again. */
  unread?: { epoch: number; from: number; to: number }[]
  /** Another leader may have delivered what the feed sends again of this epoch, up to this number. */
  again?: { epoch: number; upTo: number }
  /** The present week of a feed that has a trading week of its own. */
  week?: string
}

/** What decides whether a source message is copied, and what is kept for a client that is away. */
export type Terms = {
  level: string
  filters: Record<string, boolean>
  /** Stream ids. */
  sources: number[]
  revoked: number[]
  /**
   * Sources that left for want of a consent, by stream: their messages count as filtered for this reason. Absent: none.
   */
  stopped?: { stream: number; reason: string }[]
  queueDepth: number | 'all'
  queueGraceS: number
  /**
   * Only for a Drop Copy 4.0 target: which address is in force, and which wanted one it may replace; absent: classic.
   */
  dc4?: { active: 'primary' | 'backup'; insteadOf?: 'primary' | 'backup' }
}

export type TargetState = Numbers & {
  name: string
  /** Undefined: not configured any more. */
  terms?: Terms
  /** Terms by the position from which they held, oldest first: a message is judged by those of its own position. */
  history: { from: number; terms?: Terms }[]
  online: boolean
  /** The client has been away longer than the grace: the queue's depth counts. */
  counting: boolean
  waiting: Waiting
  /** By stream. */
  chains: Record<number, Chain>
  /** By week, then by stream. */
  ledger: Record<string, Record<number, Row>>
  /** By ended week: where its held copies are. */
  past?: Record<string, Past>
}

/**
 * `runs`: pairs of positions, stretches in which every eligible message is held. `held`: by stream, other held copies
 * by their numbers. `given`: those that Application Resend has sent.
 */
export type Past = { runs: number[]; held: Record<number, Held[]>; given?: Record<number, Given[]> }

/** One target of a stream's messages, with what a message changes at hand. */
export type Route = { id: number; target: TargetState; chain: Chain; row: Row; reasons: Int8Array }

/** One target for which a stream was stopped: its messages are counted there, and none is copied. */
export type StoppedRoute = { id: number; row: Row; reason: string }

/** Answers per message class whether terms let it through: -1, or the index of the reason why not. */
type Judge = (terms: Terms) => Int8Array

export type State = {
  data: Durable
  judge: Judge
  /** By stream. Derived from `data`. */
  routes: (readonly Route[])[]
  /** By stream. Derived from `data`. */
  stopped: (readonly StoppedRoute[])[]
  /** The targets that get a copy of the message applied last: the first `count` ids. Rewritten with every message. */
  eligible: { ids: number[]; count: number }
  /** What no report has said yet: targets whose ledger has changed, and streams that have changed. */
  changed: { targets: Changed; streams: Changed }
}

/**
 * Whether a copy may have been sent before under a number that damage took: its message came before a raise of all
 * numbers, and the copy was numbered behind that raise, at `numberedAt`.
 */
export const mayBeAgain = ({ raises }: Durable, position: number, numberedAt: number): boolean =>
  raises?.some((at) => position < at && at < numberedAt) ?? false

const noRoutes: readonly Route[] = []
export const routesOf = (state: State, stream: number): readonly Route[] => state.routes[stream] ?? noRoutes

export function emptyState(judge: Judge): State {
  return {
    data: { run: 0, week: '', weeks: [], kept: 0, version: -1, digest: '', streams: {}, feeds: {}, targets: {} },
    judge,
    routes: [],
    stopped: [],
    eligible: { ids: [], count: 0 },
    changed: { targets: new Changed(), streams: new Changed() },
  }
}

export const newStream = (name: string): StreamState => ({
  name,
  epoch: 1,
  highest: 0,
  first: 0,
  firstBefore: 0,
  feed: 0,
  feedEpoch: 0,
  received: 0,
  late: 0,
})

export const newFeed = (name: string): FeedState => ({
  name,
  epoch: 1,
  nextIn: 1,
  nextOut: 1,
  received: 0,
  aside: 0,
  asides: [],
  loss: [],
})

export const newTarget = (name: string): TargetState => ({
  name,
  epoch: 1,
  nextIn: 1,
  nextOut: 1,
  history: [],
  online: false,
  counting: false,
  waiting: emptyWaiting(),
  chains: {},
  ledger: {},
})

/** Marks every target and stream as changed, for changes that mark nothing themselves. */
export function markAll({ data, changed }: State): void {
  for (const id of Object.keys(data.targets)) changed.targets.mark(Number(id))
  for (const id of Object.keys(data.streams)) changed.streams.mark(Number(id))
}

/** The state as the journal's head keeps it. */
export const serialise = (state: State): Uint8Array => Buffer.from(JSON.stringify(state.data))

export function restore(state: State, head: Uint8Array): void {
  // written by `serialise` of this or an earlier version, guarded by the journal's checksums
  state.data = JSON.parse(Buffer.from(head.buffer, head.byteOffset, head.byteLength).toString()) as Durable
  assertKnownState(state.data)
  for (const feed of Object.values(state.data.feeds)) feed.asides ??= [] // heads of earlier versions have only names
  state.data.weeks ??= []
  state.data.kept ??= 0
  for (const { waiting } of Object.values(state.data.targets)) waiting.countedFrom ??= 0 // and do not know this
  deriveRoutes(state)
}

/** Works out who gets what of each stream; call after every change of terms or of the week. */
export function deriveRoutes(state: State): void {
  const { data } = state
  const routes: Route[][] = []
  const stopped: StoppedRoute[][] = []
  for (const [key, target] of Object.entries(data.targets)) {
    if (!target.terms) continue
    const reasons = state.judge(target.terms)
    for (const stream of target.terms.sources) {
      const route = {
        id: Number(key),
        target,
        chain: chainOf(target, stream),
        row: rowOf(target, data.week, stream),
        reasons,
      }
      add(routes, stream, route)
    }
    for (const { stream, reason } of target.terms.stopped ?? [])
      add(stopped, stream, { id: Number(key), row: rowOf(target, data.week, stream), reason })
  }
  state.routes = routes
  state.stopped = stopped
}

function add<T>(lists: T[][], stream: number, one: T): void {
  const list = lists[stream]
  if (list) list.push(one)
  else lists[stream] = [one]
}

function chainOf(target: TargetState, stream: number): Chain {
  target.chains[stream] ??= emptyChain()
  return target.chains[stream]
}

function rowOf(target: TargetState, week: string, stream: number): Row {
  target.ledger[week] ??= {}
  const rows = target.ledger[week]
  rows[stream] ??= emptyRow()
  return rows[stream]
}

/** The terms that judge a message at this position; undefined: the target did not exist then. */
export function termsAt(target: TargetState, position: number): Terms | undefined {
  for (let i = target.history.length - 1; i >= 0; i--) {
    const entry = target.history[i]!
    if (entry.from <= position) return entry.terms
  }
  return undefined
}
