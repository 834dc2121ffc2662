/** Time as the connector reads it: the wall clock for timestamps, a steady one for every deadline. */
export type Clock = {
  /** Milliseconds since 1970 by the wall clock; may jump. */
  wallMs(): number
  /** Milliseconds since 1970 at start plus what has passed since; never jumps, whatever becomes of the wall clock. */
  steadyMs(): number
}

export function systemClock(wallMs: () => number = Date.now): Clock {
  const startMs = wallMs() - performance.now()
  return { wallMs, steadyMs: () => Math.floor(startMs + performance.now()) }
}

/** The wall clock was set: by how much, and what it read then. */
export type ClockStep = { byMs: number; atMs: number }

/** A difference above this is a step; a smaller one is followed at a second a minute, as clocks are kept right. */
const stepMs = 1_000
const followed = 1 / 60
/** Milliseconds. For so long after a step the clock before it is right as well. */
export const stepLastsMs = 10 * 60_000
/** Above this a person has to confirm the step. */
const doubtMs = 60_000
/** Two readings further apart than this are not of one instant: the process stood still between them. */
const sameInstantMs = 100

/** The clock as it would read had a step not come: its distance to the steady clock. */
type Before = { offsetMs: number; untilMs: number }

/**
 * Sees the wall clock being set, and knows how it would read otherwise. What is judged by time alone (52 of a message)
 * takes either for ten minutes; what must not jump (logon windows, resets) goes by the clock before a step of more
 * than a minute until somebody confirms it.
 */
export class ClockSteps {
  /** Since start. */
  count = 0
  newest: ClockStep | undefined
  private offsetMs: number
  private lookedMs: number
  private before: Before[] = []
  /** Of the clock that windows and resets go by while it is more than a minute from the wall clock. */
  private keptMs: number | undefined

  constructor(private readonly clock: Clock) {
    this.lookedMs = clock.steadyMs()
    this.offsetMs = clock.wallMs() - this.lookedMs
  }

  /** Call with every reading. */
  look(wallMs: number, steadyMs: number): void {
    const passedMs = steadyMs - this.lookedMs
    this.lookedMs = steadyMs
    const off = wallMs - steadyMs - this.offsetMs
    if (Math.abs(off) > stepMs) this.set()
    else if (off !== 0) this.offsetMs += Math.max(-passedMs * followed, Math.min(passedMs * followed, off))
    if (this.before.length > 0) this.forget(steadyMs)
  }

  /**
   * What a peer's time may be near, by an instant of the steady clock: the wall clock, and the clocks before its steps.
   */
  readings(wallMs: number, steadyMs: number): readonly number[] {
    return [wallMs, ...this.before.map(({ offsetMs }) => steadyMs + offsetMs)]
  }

  /** The clock before a step is right as well. */
  get isRecent(): boolean {
    return this.before.length > 0
  }

  /** How far the wall clock is from the one that windows and resets go by; 0: they go by the wall clock. */
  get doubtMs(): number {
    if (this.keptMs === undefined) return 0
    const by = this.offsetMs - this.keptMs
    return Math.abs(by) > doubtMs ? Math.round(by) : 0
  }

  /** What windows and resets go by. */
  trustedMs(): number {
    const doubt = this.doubtMs
    return doubt === 0 || this.keptMs === undefined ? this.clock.wallMs() : this.clock.steadyMs() + this.keptMs
  }

  /** A person says that the wall clock is right. */
  confirm(): void {
    this.keptMs = undefined
  }

  /** Read once more, both within one instant: a process that stands still between two readings has seen no step. */
  private set(): void {
    let steadyMs = this.clock.steadyMs()
    let wallMs = this.clock.wallMs()
    for (let tries = 0; this.clock.steadyMs() - steadyMs > sameInstantMs; tries++) {
      if (tries === 10) return
      steadyMs = this.clock.steadyMs()
      wallMs = this.clock.wallMs()
    }
    const byMs = wallMs - steadyMs - this.offsetMs
    if (Math.abs(byMs) <= stepMs) return
    this.count++
    this.newest = { byMs: Math.round(byMs), atMs: wallMs }
    this.keptMs ??= this.offsetMs
    const others = this.before.filter(({ offsetMs }) => Math.abs(offsetMs - this.offsetMs) > stepMs)
    this.before = [...others, { offsetMs: this.offsetMs, untilMs: steadyMs + stepLastsMs }].slice(-mostBefore)
    this.offsetMs += byMs
  }

  private forget(steadyMs: number): void {
    this.before = this.before.filter(({ untilMs }) => untilMs > steadyMs)
    if (this.before.length === 0 && this.doubtMs === 0) this.keptMs = undefined
  }
}

/** A clock that is set over and over. */
const mostBefore = 16
