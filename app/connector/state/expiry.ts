import type { MessageRecord } from '#journal/records.ts'
import { flag } from './fold.ts'
import { isHeld } from './given.ts'
import { isRevoked, Membership } from './membership.ts'
import type { Gone, State, TargetState } from './state.ts'

/** Copies of an ended week, held for a target until now, that go with their messages, and how many they are. */
export type Expired = { target: number; week: string; stream: number; count: number }

/** The trading week that a position belongs to, and where the week began; undefined: before the first known week. */
export const weekAt = ({ data }: State, position: number): { week: string; from: number } | undefined =>
  data.weeks.findLast(({ from }) => from <= position)

/** What is removed with the messages of a stretch of the journal, counted while they are still there. */
export class Expiry {
  private readonly counts = new Map<string, Expired>()
  /** By stream: position and name of the newest message. */
  readonly newest = new Map<number, { position: number; epoch: number; number: number }>()
  private readonly membership: Membership

  constructor(private readonly state: State) {
    this.membership = new Membership(state)
  }

  get expired(): Expired[] {
    return [...this.counts.values()]
  }

  add(m: Readonly<MessageRecord>): void {
    if ((m.flags & flag.aside) !== 0) return
    const { position, stream, epoch, number } = m
    const newest = this.newest.get(stream)
    if (!newest || epoch > newest.epoch || (epoch === newest.epoch && number > newest.number))
      this.newest.set(stream, { position, epoch, number })
    const week = weekAt(this.state, position)?.week ?? ''
    for (const [id, target] of Object.entries(this.state.data.targets))
      if (this.isHeld(target, week, m)) this.count(Number(id), week, stream)
  }

  private isHeld(target: TargetState, week: string, m: Readonly<MessageRecord>): boolean {
    const past = target.past?.[week]
    if (!past || !this.membership.wasCopyOf(target, m)) return false
    const { position, stream, epoch, number } = m
    const held = past.held[stream]
    const late = (m.flags & flag.late) !== 0
    if (held && isHeld({ held, given: past.given?.[stream] }, epoch, number, late)) return true
    const { runs } = past
    for (let i = 0; i + 1 < runs.length; i += 2)
      if (position >= runs[i]! && position <= runs[i + 1]!) return !isRevoked(target, stream, position)
    return false
  }

  private count(target: number, week: string, stream: number): void {
    const key = `${target} ${week} ${stream}`
    const counted = this.counts.get(key)
    if (counted) counted.count++
    else this.counts.set(key, { target, week, stream, count: 1 })
  }
}

/** Applies X `retention`: everything before `before` is gone, so everything that refers to it goes too. */
export function applyRetention(
  { data }: State,
  { before, expired, gone }: { before: number; expired: readonly Expired[]; gone: Record<number, Gone> },
): void {
  data.kept = before
  if (data.raises) data.raises = data.raises.filter((at) => at > before)
  for (const { target, week, stream, count } of expired) expire(data.targets[target]?.ledger[week]?.[stream], count)
  for (const [stream, newest] of Object.entries(gone)) {
    const known = data.streams[Number(stream)]
    if (known) known.gone = newest
  }
  const first = data.weeks.findLastIndex(({ from }) => from <= before)
  if (first > 0) data.weeks.splice(0, first)
  const oldest = data.weeks[0]
  for (const target of Object.values(data.targets)) {
    const inForce = target.history.findLastIndex(({ from }) => from <= before)
    if (inForce > 0) target.history.splice(0, inForce)
    if (oldest && oldest.from <= before) endWeeks(target, oldest.week)
  }
}

/** Ends the weeks before this one: nothing is left of them, counted or not. */
function endWeeks(target: TargetState, before: string): void {
  for (const [week, rows] of Object.entries(target.ledger))
    if (week < before) for (const row of Object.values(rows)) expire(row, row.held)
  for (const week of Object.keys(target.past ?? {})) if (week < before) delete target.past?.[week]
}

function expire(row: { held: number; expired: number } | undefined, count: number): void {
  if (!row) return
  const gone = Math.min(count, row.held)
  row.held -= gone
  row.expired += gone
}
