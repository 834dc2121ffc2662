import { describe, expect, test } from 'vitest'
import { removable } from '#connector/run/retention.ts'
import { emptyState } from '#connector/state/state.ts'

const hour = 3_600_000
const now = 1_000 * hour

/**
 * Segments of 100 bytes that ended so many hours ago, oldest first, behind them the
 * open one; weeks began at these positions.
 */
function journal(endedHoursAgo: number[], weeks: number[]) {
  const state = emptyState(() => Int8Array.of())
  state.data.weeks = weeks.map((from, i) => ({ week: `2026-01-0${i + 1}`, from }))
  const segments = {
    end: endedHoursAgo.length * 100 + 50,
    replayFrom: (endedHoursAgo.length - 1) * 100,
    diskBytes: (endedHoursAgo.length + 1) * 100,
    sealed: (i: number) => {
      const hours = endedHoursAgo[i]
      return hours === undefined ? undefined : { end: (i + 1) * 100, bytes: 100, endedMs: now - hours * hour }
    },
  }
  return { segments, state }
}

const upTo = ({ segments, state }: ReturnType<typeof journal>, policy: { hours?: number; maxBytes?: number }) =>
  removable(segments, state, policy, now)

describe('the policy of retention', () => {
  const old = () => journal([400, 300, 200, 100, 60, 50, 1], [0, 490])

  test('takes nothing where it says nothing', () => expect(upTo(old(), {})).toBeUndefined())

  test('takes what is older than its hours', () => {
    expect(upTo(old(), { hours: 250 })).toBe(200)
    expect(upTo(old(), { hours: 48 })).toBe(400)
  })

  test('takes what is too much before it is old, and no more than that', () => {
    expect(upTo(old(), { maxBytes: 650 })).toBe(200)
    expect(upTo(old(), { hours: 350, maxBytes: 500 })).toBe(300)
    expect(upTo(old(), { maxBytes: 800 })).toBeUndefined()
  })

  test('leaves 48 hours and the trading week in force, whatever it says', () => {
    expect(upTo(old(), { maxBytes: 1 })).toBe(400)
    expect(upTo(journal([400, 300, 47, 20, 5, 3, 1], [0, 590]), { maxBytes: 1 })).toBe(200)
    expect(upTo(journal([400, 300, 200, 100], [0]), { maxBytes: 1 })).toBeUndefined()
  })

  test('leaves the week that the next start replays from, since its records name messages of that week', () => {
    expect(upTo(journal([400, 300, 200, 100, 60], [0, 150, 480]), { hours: 48 })).toBe(100)
  })
})
