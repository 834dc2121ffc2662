import { randomUUID } from 'node:crypto'
import type { FoundDamage, Journal, JournalHooks } from '#journal/journal.ts'
import type { JournalKeep } from '#journal/keep.ts'
import type { JournalRead } from '#journal/read.ts'
import type { JournalRecord } from '#journal/records.ts'
import { applyControl, decodeControl } from './control.ts'
import {
  applyCopy,
  applyDelivery,
  applyInbound,
  applyMessage,
  applySession,
  type CopyFact,
  flag,
  type MessageKey,
} from './fold.ts'
import { Hidden, type HiddenNumbers } from './hidden.ts'
import { assertKnownClass } from './known.ts'
import { deriveRoutes, restore, type State, serialise } from './state.ts'

type JournalEvents = {
  onDamaged?(damage: FoundDamage): unknown
  onDurable(batch: number): void
  onPressure(full: boolean): void
  onFatal(error: Error): void
}

/** Every session skips what a damaged tail may have promised. */
const raiseBy = 10_000

/**
 * What has to be done once because of damage: how far outbound numbers jump now, and which feed numbers are expected
 * again.
 */
type Repair = { raise: number; askAgain: readonly HiddenNumbers[] }

/** Opens the journal, and brings the state to where the journal ends. */
export async function recoverState(
  open: (hooks: JournalHooks) => Promise<Journal>,
  state: State,
  events: JournalEvents,
): Promise<{ journal: Journal; endedMs: number } & Repair> {
  state.data.lineage = randomUUID() // for a new journal: a head brings its own
  const replay = new Replay(state)
  const journal = await open({
    head: () => serialise(state),
    restore: (head) => restore(state, head),
    replay: (record) => replay.apply(record),
    damaged: (from) => replay.damaged(from),
    ...events,
  })
  // first of all, make sure that all numbers are in what was replayed
  const raise = raiseAfter(journal, replay.raisedAt)
  replay.finish(journal)
  return { journal, raise, askAgain: replay.hidden.behind(replay.raisedAt), endedMs: replay.endedMs }
}

/**
 * What damaged bytes promised is unknown, at the tail or before it. Many starts find the same damage, but numbers are
 * raised once.
 */
const raiseAfter = ({ recovery: { tail, damaged } }: Pick<JournalKeep, 'recovery'>, raisedAt: number): number =>
  tail === 'suspect' || damaged.some(({ from }) => from > raisedAt) ? raiseBy : 0

/** Copies whose messages are before the replayed part of the journal: counted once the journal can be read. */
type Later = { target: number; kind: number; week: string; positions: number[]; chain: number[] }

/**
 * Applies records to the state, in order. A delivery names its messages by position; the messages replayed are
 * remembered for that.
 */
export class Replay {
  private readonly positions: number[] = []
  private readonly keys: MessageKey[] = []
  private readonly later: Later[] = []
  private from = -1
  private isDamaged = false
  /** A record that uses a name which was lost to damage. */
  private nameless: JournalRecord['position'] | undefined
  /** Position of the last raise of all numbers. */
  raisedAt = -1
  /** When the batch of the last record was sealed, by the wall clock; 0 before the first. */
  endedMs = 0
  readonly hidden = new Hidden()

  constructor(private readonly state: State) {}

  /** Between the record applied last and the next, something cannot be read. */
  damaged(position: number): void {
    this.isDamaged = true
    this.hidden.begin(position, this.state.data.feeds)
  }

  apply(record: JournalRecord): void {
    if (this.from < 0) this.from = record.position
    this.endedMs = record.wallClockMs
    if (this.isDamaged && this.isAmiss(record)) return
    this.fold(record)
  }

  /** Counts deliveries of earlier messages. No such count depends on one made after it, so they may come last. */
  finish(journal: Pick<JournalRead, 'isDamaged' | 'read' | 'start'>): void {
    if (this.nameless !== undefined)
      throw new Error(`damage has taken the names that ${this.nameless} and what follows it are kept under, both times`)
    for (const copies of this.later) {
      for (const [i, position] of copies.positions.entries()) {
        if (position < journal.start) continue // removed: its week is over
        if (journal.isDamaged(position)) continue
        const record = journal.read(position)
        if (record.type === 'M') applyCopy(this.state, copies, i, keyOf(record), copies.week)
      }
    }
  }

  private fold(record: JournalRecord) {
    const { state } = this
    switch (record.type) {
      case 'M':
        assertKnownClass(record)
        applyMessage(state, record.position, record)
        this.positions.push(record.position)
        this.keys.push(keyOf(record))
        return
      case 'D':
        applyDelivery(state, record, (position, index) => this.find(position, record, index))
        return
      case 'S':
        return applySession(state, record.session, record.epoch, record.number)
      case 'I':
        return applyInbound(state, record.session, record.next)
      case 'X': {
        const control = decodeControl(record)
        if (control.kind === 'raise') this.raisedAt = record.position
        return applyControl(state, record.position, control)
      }
      case 'H':
        return
    }
  }

  /**
   * Behind damage, concludes as much as possible of what the damaged batch said. True: the record needs nothing more.
   */
  private isAmiss(record: JournalRecord): boolean {
    const { streams, feeds, targets } = this.state.data
    if (record.type === 'X') {
      const control = decodeControl(record)
      if (control.kind !== 'checkpoint') return false
      this.checkpoint(control.state)
      return true
    }
    const isNamed = record.type === 'M' ? streams[record.stream] !== undefined || record.stream === 0 : true
    if (!isNamed || (record.type === 'D' && !targets[record.target])) {
      this.nameless ??= record.position
      return true
    }
    if (record.type === 'M') this.hidden.arrived(feeds[record.feed], record.feed, record.feedEpoch, record.feedNumber)
    if (record.type === 'I') this.hidden.arrived(feeds[record.session], record.session, undefined, record.next - 1)
    if (record.type === 'D') adopt(targets[record.target], record.epoch)
    if (record.type === 'S') adopt(targets[record.session] ?? feeds[record.session], record.epoch)
    return false
  }

  private checkpoint(data: State['data']): void {
    this.state.data = data
    deriveRoutes(this.state)
    this.nameless = undefined
    this.later.length = 0 // the checkpoint has counted them
    for (const [id, feed] of Object.entries(data.feeds)) this.hidden.arrived(feed, Number(id), feed.epoch, feed.nextIn)
  }

  private find(position: number, d: CopyFact, index: number): MessageKey | 'lost' | undefined {
    let low = 0
    let high = this.positions.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.positions[middle]! < position) low = middle + 1
      else high = middle
    }
    if (this.positions[low] === position) return this.keys[low]
    if (position >= this.from) return 'lost'
    const { positions, chain } = this.laterWith(d)
    positions.push(position)
    chain.push(d.chain[index] ?? 0)
    return undefined
  }

  /** There may be millions of entries: a few arrays take a tenth of the memory of an object each. */
  private laterWith({ target, kind }: CopyFact): Later {
    const { week } = this.state.data
    const last = this.later.at(-1)
    if (last && last.target === target && last.kind === kind && last.week === week) return last
    const next = { target, kind, week, positions: [], chain: [] }
    this.later.push(next)
    return next
  }
}

/** The record that began this epoch of numbers was in a damaged batch. */
function adopt(numbers: { epoch: number; nextOut: number } | undefined, epoch: number): void {
  if (numbers && epoch > numbers.epoch) Object.assign(numbers, { epoch, nextOut: 1 })
}

const keyOf = (m: { stream: number; epoch: number; number: number; flags: number }): MessageKey => ({
  stream: m.stream,
  epoch: m.epoch,
  number: m.number,
  late: (m.flags & flag.late) !== 0,
})
