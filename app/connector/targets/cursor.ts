import type { Waiting } from '#connector/state/waiting.ts'
import type { MessageRecord } from '#journal/records.ts'
import { type CursorEvent, type CursorMode, nextMode } from './cursor-mode.ts'
import type { Outlet } from './outlet.ts'
import type { Sweep } from './sweep.ts'

/**
 * A target's cursor over the journal while copies wait: the queue after a Logon, a slow reader, any copy that could not
 * be written when it came. The sweep moves the cursor together with those of other targets.
 */
export class Cursor {
  /** Only `change` sets it. */
  private mode: CursorMode = 'idle'
  /** Where the sweep has left the cursor: no copy waits before this position. */
  past = 0
  /** The stretch waiting there, or the next one behind, and the queue it belongs to. */
  private from = 0
  private to = 0
  private waiting: Waiting | undefined
  /** The cursor has met unreadable bytes: the copies in them cannot be found anywhere. */
  private hasLost = false

  constructor(
    readonly outlet: Outlet,
    private readonly sweep: Pick<Sweep, 'join' | 'leave'>,
  ) {}

  /** Whether copies wait. */
  get isBusy(): boolean {
    return this.mode !== 'idle'
  }

  /** Whether the sweep reads its present piece for this target too. */
  get isReading(): boolean {
    return this.mode === 'reading'
  }

  /** Copies wait, and there may be room for them. Called for each copy as it comes. */
  wake(): void {
    const { report, core } = this.outlet
    if (report.behindSinceMs === 0) report.behindSinceMs = core.steadyMs
    if (this.mode === 'joined' || this.mode === 'reading') return
    if (this.outlet.has('hasRoomAgain')) this.change('room')
    else if (this.mode === 'idle') this.change('copy-waits')
  }

  stop(): void {
    this.change('stopped')
    this.past = 0
  }

  private change(event: CursorEvent): void {
    this.mode = nextMode(this.mode, event)
    if (this.mode === 'joined' || this.mode === 'reading') this.sweep.join(this)
    else this.sweep.leave(this)
  }

  /** The sweep's next piece begins at `from`. */
  pieceFrom(from: number): void {
    this.change(this.past >= from ? 'piece-from-here' : 'piece-ahead')
  }

  /** There is no room for the copy at this position, which is the next one. */
  park(position: number): void {
    this.past = position
    this.change('no-room')
  }

  /**
   * Where to look for the next copy; undefined: none waits, or there is no room and the sweep leaves the cursor behind.
   * Appends everything numbered so far.
   */
  begin(): number | undefined {
    const { outlet } = this
    if (outlet.behind > 0 && !this.seek(this.past)) this.giveUp()
    outlet.queueMoved()
    if (outlet.behind === 0) {
      this.change('caught-up')
      outlet.report.behindSinceMs = 0
      outlet.report.isCatchingUp = false
      return undefined
    }
    if (!outlet.has('hasRoomToCatchUp')) {
      this.change('no-room')
      return undefined
    }
    this.past = Math.max(Math.floor(this.from), this.past)
    return this.past
  }

  /** The position of the last waiting copy. */
  get last(): number {
    return this.outlet.state.waiting.runs.at(-1) ?? 0
  }

  /** Whether this message is one of those that wait. Ask in the journal's order. */
  waitsFor(message: Readonly<MessageRecord>): boolean {
    const { state, membership } = this.outlet
    const { position } = message
    if (this.waiting !== state.waiting) return false // the queue ended with its week
    if (position > this.to) this.seek(position)
    return position >= this.from && position <= this.to && membership.isCopyOf(state, message)
  }

  /** Nothing between these positions can be read. */
  damaged(from: number, to: number): void {
    if (this.to < from) this.seek(from)
    if (this.from < to) this.hasLost = true
  }

  /** Finds the stretch at this position or the next one behind it. False: there is none. */
  private seek(position: number): boolean {
    const { waiting } = this.outlet.state
    const { runs } = waiting
    const index = runs.findIndex((to, i) => i % 2 === 1 && to >= position)
    this.waiting = waiting
    this.from = runs[index - 1] ?? Number.POSITIVE_INFINITY
    this.to = runs[index] ?? Number.POSITIVE_INFINITY
    return index > 0
  }

  /**
   * The cursor has passed everything counted as waiting: a damaged batch held the numbers, or the messages themselves.
   */
  private giveUp(): void {
    const { core, id, name, state } = this.outlet
    const { total, runs } = state.waiting
    if (runs.length > 0 && !this.hasLost) throw new Error(`bug: ${total} copies for ${name} wait nowhere`)
    core.control({ kind: 'numbered', target: id, ...(this.hasLost && { isLost: true }) })
    this.hasLost = false
  }
}
