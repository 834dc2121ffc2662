/** Time as the connector reads it: the wall clock for timestamps, a steady one for every deadline. */
export type Clock = {
  /** Milliseconds since 1970 by the wall clock; may jump. */
  wallMs(): number
  /** Milliseconds since 1970 at start plus what has passed since; never jumps, even when the wall clock is set. */
  steadyMs(): number
}

export function systemClock(wallMs: () => number = Date.now): Clock {
  const startMs = wallMs() - performance.now()
  return { wallMs, steadyMs: () => Math.floor(startMs + performance.now()) }
}

/** The wall clock was set: by how much, and what it read then. */
export type ClockStep = { byMs: number; atMs: number }

/** A difference above this is a step; a smaller one is followed by one second per minute, as clocks are adjusted. */
const stepMs = 1_000
const followed = 1 / 60
/** Milliseconds. The clock before a step stays valid for this long. */
export const stepLastsMs = 10 * 60_000
/** A step above this has to be confirmed by a person. */
const doubtMs = 60_000
/** If two readings are further apart than this, the process stood still between them. */
const sameInstantMs = 100

/** The clock as it would read without a step, by its distance to the steady clock. */
type Before = { offsetMs: number; untilMs: number }

/**
 * Detects that the wall clock was set, and knows how it would read otherwise. What is judged by time alone (52 of a
 * message) may agree with either clock for ten minutes. What must not jump (logon windows, resets) goes by the clock
 * before a step of more than a minute, until somebody confirms the step.
 */
export class ClockSteps {
  /** Steps since the start. */
  count = 0
  newest: ClockStep | undefined
  private offsetMs: number
  private lookedMs: number
  private before: Before[] = []
  /** The distance of the clock that windows and resets go by, while it is more than a minute from the wall clock. */
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
   * The times that a peer's time may be near at a steady instant: the wall clock's, and those of clocks before a step.
   */
  readings(wallMs: number, steadyMs: number): readonly number[] {
    return [wallMs, ...this.before.map(({ offsetMs }) => steadyMs + offsetMs)]
  }

  /** Whether the clock before a step is still valid. */
  get isRecent(): boolean {
    return this.before.length > 0
  }

  /** How far the wall clock is from the one that windows and resets go by; 0: they go by the wall clock itself. */
  get doubtMs(): number {
    if (this.keptMs === undefined) return 0
    const by = this.offsetMs - this.keptMs
    return Math.abs(by) > doubtMs ? Math.round(by) : 0
  }

  /** The clock that windows and resets go by. */
  trustedMs(): number {
    const doubt = this.doubtMs
    return doubt === 0 || this.keptMs === undefined ? this.clock.wallMs() : this.clock.steadyMs() + this.keptMs
  }

  /** A person confirms that the wall clock is right. */
  confirm(): void {
    this.keptMs = undefined
  }

  /** Reads both clocks again, within one instant: a process that stood still between two readings has seen no step. */
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

/** Clocks remembered, in case the wall clock is set over and over. */
const mostBefore = 16
