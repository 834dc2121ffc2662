import type { Clock } from '#connector/run/clock.ts'

export type MovedClock = Clock & { offset: number }

/** Runs with the real one, from an instant of the test's choice; `offset` moves both clocks together. */
export function clockAt(iso: string): MovedClock {
  const clock = {
    offset: Date.parse(iso) - Date.now(),
    wallMs: () => Date.now() + clock.offset,
    steadyMs: () => Date.now() + clock.offset,
  }
  return clock
}
