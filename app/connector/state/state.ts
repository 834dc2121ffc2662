import { Changed } from './changed.ts'
import type { Given } from './given.ts'
import { assertKnownState } from './known.ts'
import { emptyRow, type Row } from './ledger.ts'
import { type Chain, emptyChain, emptyWaiting, type Held, type Waiting } from './waiting.ts'

/**
 * Everything the connector must know after a crash: a pure fold over the journal's records (fold.ts), kept as plain
 * data so that it is its own serialisation. Ids are small integers given out once and never again; 0 is nobody.
 */
export type Durable = {
  /**
   * Given to the journal at its birth and never changed. Absent: written before journals had one, until the next start.
   */
  lineage?: string
  /** The shard that it was born for; absent in journals of earlier releases: see `assertShard`. */
  shard?: string
  /** Of the leader that writes: grows with every start. Absent: the same. */
  term?: number
  /** The term in which all numbers were raised last, for damage. */
  raisedIn?: number
  /** The directory in which that leader keeps the journal, for a start that can ask nobody. */
  place?: string
  /** It was taken over though another had led with more, and nobody has acknowledged that yet. */
  tookOver?: { atMs: number; reason: string; gap: number; above?: LeaseEnd }
  /** How often a connector has started on this journal. */
  run: number
  /** The local date of the reset that began this trading week; '' before the first configuration. */
  week: string
  /** Where each trading week began, oldest first; those whose messages are all removed are dropped. */
  weeks: { week: string; from: number }[]
  /** Retention has removed what stood before this position. */
  kept: number
  /** Where damage made all outbound numbers jump, oldest first. Absent: nowhere that is kept. */
  raises?: number[]
  /** Of the configuration in force. */
  version: number
  digest: string
  /** Names by id. Feeds and targets share their ids, since both have sessions. */
  streams: Record<number, StreamState>
  feeds: Record<number, FeedState>
  targets: Record<number, TargetState>
  /** What was carried out of an operator's commands, the newest last: none is carried out twice. Absent: none yet. */
  commands?: { id: string; says: string }[]
}

/** A lease as its leader left it, above whose numbers all were raised. */
export type LeaseEnd = { lineage: string; term: number; batch: number }

/** A session's outbound numbers belong to its epoch; inbound is the next number expected of the peer. */
export type Numbers = { epoch: number; nextIn: number; nextOut: number }

/**
 * A session's numbers start anew. The journal keeps 16 bits of an epoch, so the first follows
 * the last: a client may reset at every Logon.
 */
export const nextEpoch = (epoch: number): number => (epoch % 0xffff) + 1

export type StreamState = {
  name: string
  /** Counts the source's own restarts, independent of trading weeks. */
  epoch: number
  highest: number
  /** First number journaled in this epoch: what is recovered from before it belongs to the epoch before. */
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
  /** Where the present trading week began: numbers up to this one, of this epoch, belong to an earlier one. */
  past?: { epoch: number; upTo: number }
}

/** `sentMs`: its SendingTime(52), 0 when unreadable. */
export type Gone = { epoch: number; number: number; sentMs: number }

export type FeedState = Numbers & {
  name: string
  /** Messages journaled, those kept aside included. */
  received: number
  /** Messages journaled that no source claims, or that a source's own record contradicts. */
  aside: number
  /** Whose messages were kept aside in the present trading week, each with each reason once; '' has no source. */
  asides: { name: string; why: string; atMs: number }[]
  /**
   * Feed numbers that were never received and will not come any more, inclusive. `week`:
   * the trading week in which that was found.
   */
  loss: { epoch: number; from: number; to: number; why: string; week?: string; atMs?: number }[]
  /** Feed numbers that stood in a damaged part of the journal and were asked for again, inclusive. */
  unread?: { epoch: number; from: number; to: number }[]
  /** What it sends again of this epoch, up to this number, another leader may have delivered. */
  again?: { epoch: number; upTo: number }
  /** Where the feed has a trading week of its own: the present one. */
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
   * Sources that left for want of a consent, by stream: what comes of them is counted as filtered for this reason.
   * Absent: none.
   */
  stopped?: { stream: number; reason: string }[]
  queueDepth: number | 'all'
  queueGraceS: number
  /**
   * A Drop Copy 4.0 target, and which of its addresses is in force, perhaps instead of the one wanted; absent: classic.
   */
  dc4?: { active: 'primary' | 'backup'; insteadOf?: 'primary' | 'backup' }
}

export type TargetState = Numbers & {
  name: string
  /** Undefined: not configured any more. */
  terms?: Terms
  /** The terms by the position from which they held, oldest first: judge a message by those of its own position. */
  history: { from: number; terms?: Terms }[]
  online: boolean
  /** Away for longer than the grace: the queue's depth counts. */
  counting: boolean
  waiting: Waiting
  /** By stream. */
  chains: Record<number, Chain>
  /** By week, then by stream. */
  ledger: Record<string, Record<number, Row>>
  /** By week that has ended: where its held copies stand. */
  past?: Record<string, Past>
}

/**
 * `runs`: pairs of positions, of stretches in which every eligible message is held; `held`: by stream, others by their
 * numbers, but those `given` by Application Resend.
 */
export type Past = { runs: number[]; held: Record<number, Held[]>; given?: Record<number, Given[]> }

/** One target that a stream's messages go to, with what a message changes at hand. */
export type Route = { id: number; target: TargetState; chain: Chain; row: Row; reasons: Int8Array }

/** One target that a stream was stopped for: its messages are counted there, and nothing of them is copied. */
export type StoppedRoute = { id: number; row: Row; reason: string }

/** Answers per message class whether terms let it through: -1, or the index of the reason why not. */
type Judge = (terms: Terms) => Int8Array

export type State = {
  data: Durable
  judge: Judge
  /** By stream. Derived from `data`. */
  routes: (readonly Route[])[]
  /** The same. */
  stopped: (readonly StoppedRoute[])[]
  /** The targets that the message applied last is a copy for: the first `count` ids. Rewritten with every message. */
  eligible: { ids: number[]; count: number }
  /** What a report has not said yet: targets whose ledger has changed, and streams of which something has. */
  changed: { targets: Changed; streams: Changed }
}

/**
 * Whether a copy may have been sent before under a number that damage took: its message came before a raise of all
 * numbers, and it was numbered at `numberedAt` behind it.
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

/** Marks every target and stream: whatever changed, a report finds it. */
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

/** Works out who gets what of each stream; call after anything that changes terms or the week. */
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

/** The terms that judge a message at this position; undefined: the target was not there. */
export function termsAt(target: TargetState, position: number): Terms | undefined {
  for (let i = target.history.length - 1; i >= 0; i--) {
    const entry = target.history[i]!
    if (entry.from <= position) return entry.terms
  }
  return undefined
}
