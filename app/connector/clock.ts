/** Time as the connector reads it: the wall clock for timestamps, a steady one for every deadline. */
export type Clock = {
  /** Milliseconds since 1970 by the wall clock; may jump. */
  wallMs(): number
  /** Milliseconds since 1970 at start plus what has passed since; never jumps. */
  steadyMs(): number
}

/** Follows the wall clock by at most one second a minute, so that a wrong clock is not believed at once. */
export function systemClock(wallMs: () => number = Date.now): Clock {
  const startMonotonic = performance.now()
  let offset = wallMs()
  let anchoredAt = 0
  const steadyMs = () => {
    const elapsed = performance.now() - startMonotonic
    if (elapsed - anchoredAt >= 60_000) {
      const behind = wallMs() - (offset + elapsed)
      offset += Math.max(-1_000, Math.min(1_000, behind))
      anchoredAt = elapsed
    }
    return Math.floor(offset + elapsed)
  }
  return { wallMs, steadyMs }
}
