import type { Clock } from '#connector/run/clock.ts'

export type MovedClock = Clock & { offset: number }

/** A clock that runs with the real one from an instant that the test chooses; `offset` moves both clocks together. */
export function clockAt(iso: string): MovedClock {
  const clock = {
    offset: Date.parse(iso) - Date.now(),
    wallMs: () => Date.now() + clock.offset,
    steadyMs: () => Date.now() + clock.offset,
  }
  return clock
}
