import type { Waiting } from '#connector/state/waiting.ts'
import type { MessageRecord } from '#journal/records.ts'
import { type CursorEvent, type CursorMode, nextMode } from './cursor-mode.ts'
import type { Outlet } from './outlet.ts'
import type { Sweep } from './sweep.ts'

/**
 * A target's cursor over the journal while copies wait: the queue after a Logon, a slow reader, anything that could not
 * be written when it came. The sweep carries it, together with those of the others.
 */
export class Cursor {
  /** Changed by `change` alone. */
  private mode: CursorMode = 'idle'
  /** Where the sweep has left it: nothing that waits stands before it. */
  past = 0
  /** The stretch that waits there, or the next one behind; of which queue it is one. */
  private from = 0
  private to = 0
  private waiting: Waiting | undefined
  /** It has met bytes that cannot be read: copies that are nowhere to be found were in them. */
  private hasLost = false

  constructor(
    readonly outlet: Outlet,
    private readonly sweep: Pick<Sweep, 'join' | 'leave'>,
  ) {}

  /** Copies wait. */
  get isBusy(): boolean {
    return this.mode !== 'idle'
  }

  /** What the sweep reads now it reads for this target as well. */
  get isReading(): boolean {
    return this.mode === 'reading'
  }

  /** Copies wait, and there may be room for them. Called for each of them as it comes. */
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
   * Where its next copy is to be looked for; undefined: none waits, or there is no room, and the sweep carries it no
   * longer. Everything numbered is appended.
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

  /** Where the last of its copies waits. */
  get last(): number {
    return this.outlet.state.waiting.runs.at(-1) ?? 0
  }

  /** Whether this message is one of those that wait. Asked in the journal's order. */
  waitsFor(message: Readonly<MessageRecord>): boolean {
    const { state, membership } = this.outlet
    const { position } = message
    if (this.waiting !== state.waiting) return false // the queue has ended with its week
    if (position > this.to) this.seek(position)
    return position >= this.from && position <= this.to && membership.isCopyOf(state, message)
  }

  /** Nobody can read what stands from here to there. */
  damaged(from: number, to: number): void {
    if (this.to < from) this.seek(from)
    if (this.from < to) this.hasLost = true
  }

  /** The stretch at this position or the next one behind it. False: there is none. */
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
   * The cursor is past all that is counted as waiting: a damaged batch held the numbers, or the messages themselves.
   */
  private giveUp(): void {
    const { core, id, name, state } = this.outlet
    const { total, runs } = state.waiting
    if (runs.length > 0 && !this.hasLost) throw new Error(`bug: ${total} copies for ${name} wait nowhere`)
    core.control({ kind: 'numbered', target: id, ...(this.hasLost && { isLost: true }) })
    this.hasLost = false
  }
}
