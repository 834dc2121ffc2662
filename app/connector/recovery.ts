import { type Journal, type JournalOptions, openJournal } from '#journal/journal.ts'
import type { JournalRecord } from '#journal/records.ts'
import { applyControl, decodeControl } from './control.ts'
import { applyCopy, applyDelivery, applyInbound, applyMessage, applySession, flag, type MessageKey } from './fold.ts'
import { restore, type State, serialise } from './state.ts'

export type JournalEvents = {
  onDurable(batch: number): void
  onPressure(full: boolean): void
  onFatal(error: Error): void
}

/** What a damaged tail may have promised is skipped by every session. */
const raiseBy = 10_000

/** Opens the journal and brings the state to where it ends. */
export async function recoverState(
  dir: string,
  options: JournalOptions,
  state: State,
  events: JournalEvents,
): Promise<Journal> {
  const replay = new Replay(state)
  const journal = await openJournal(dir, options, {
    head: () => serialise(state),
    restore: (head) => restore(state, head),
    replay: (record) => replay.apply(record),
    ...events,
  })
  replay.finish(journal)
  return journal
}

/** How far outbound numbers jump after this recovery: 0 unless the tail may have been promised. */
export const raiseAfter = (journal: Journal): number => (journal.recovery.tail === 'suspect' ? raiseBy : 0)

/** A copy whose message stands before the replayed part of the journal: counted once the journal can be read. */
type Later = { target: number; position: number; week: string }

/** Records decoded into the state, in order. A delivery names messages by position; those replayed are remembered for it. */
export class Replay {
  private readonly positions: number[] = []
  private readonly keys: MessageKey[] = []
  private readonly later: Later[] = []

  constructor(private readonly state: State) {}

  apply(record: JournalRecord) {
    const { state } = this
    switch (record.type) {
      case 'M':
        applyMessage(state, record.position, record)
        this.positions.push(record.position)
        this.keys.push(keyOf(record))
        return
      case 'D':
        applyDelivery(state, record, (position) => this.find(position, record.target))
        return
      case 'S':
        return applySession(state, record.session, record.epoch, record.number)
      case 'I':
        return applyInbound(state, record.session, record.next)
      case 'X':
        return applyControl(state, record.position, decodeControl(record.bytes, record.start, record.end))
      case 'H':
        return
    }
  }

  /** What is counted of a message depends on nothing that was counted after it, so it may come last. */
  finish(journal: Pick<Journal, 'read'>): void {
    for (const { target, position, week } of this.later) {
      const record = journal.read(position)
      if (record.type === 'M') applyCopy(this.state, target, keyOf(record), week)
    }
  }

  private find(position: number, target: number): MessageKey | undefined {
    let low = 0
    let high = this.positions.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.positions[middle]! < position) low = middle + 1
      else high = middle
    }
    if (this.positions[low] === position) return this.keys[low]
    this.later.push({ target, position, week: this.state.data.week })
    return undefined
  }
}

const keyOf = (m: { stream: number; epoch: number; number: number; flags: number }): MessageKey => ({
  stream: m.stream,
  epoch: m.epoch,
  number: m.number,
  late: (m.flags & flag.late) !== 0,
})
