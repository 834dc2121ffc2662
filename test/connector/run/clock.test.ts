import { describe, expect, test } from 'vitest'
import { span } from '#connector/run/alarms/clock-told.ts'
import { ClockSteps } from '#connector/run/clock.ts'

const minute = 60_000
const hour = 60 * minute

/** Clocks that a test moves: time passes for both, and the wall clock is set. */
function clocks() {
  const at = { wallMs: Date.UTC(2026, 0, 5, 12), steadyMs: Date.UTC(2026, 0, 5, 12) }
  const steps = new ClockSteps({ wallMs: () => at.wallMs, steadyMs: () => at.steadyMs })
  const look = () => steps.look(at.wallMs, at.steadyMs)
  return {
    steps,
    at,
    look,
    pass(ms: number) {
      at.wallMs += ms
      at.steadyMs += ms
      look()
    },
    set(byMs: number) {
      at.wallMs += byMs
      look()
    },
    /** How far each clock that a time may be right by is from the wall clock. */
    readings: () => steps.readings(at.wallMs, at.steadyMs).map((ms) => ms - at.wallMs),
  }
}

describe('a wall clock that is set', () => {
  test.each([8_000, -8_000, hour, -hour])('by %i ms: for ten minutes the clock before is right as well', (byMs) => {
    const { steps, pass, set, readings } = clocks()
    pass(hour)
    expect(readings()).toEqual([0])
    set(byMs)
    expect(readings()).toEqual([0, -byMs])
    expect(steps).toMatchObject({ count: 1, newest: { byMs }, isRecent: true })
    pass(10 * minute - 1)
    expect(readings()).toEqual([0, -byMs])
    pass(1)
    expect(readings()).toEqual([0])
    expect(steps.isRecent).toBe(false)
  })

  test('twice within ten minutes leaves each clock right for ten minutes of its own', () => {
    const { steps, pass, set, readings } = clocks()
    set(8_000)
    pass(4 * minute)
    set(-20_000)
    expect(readings()).toEqual([0, 12_000, 20_000])
    pass(6 * minute)
    expect(readings()).toEqual([0, 20_000])
    pass(4 * minute)
    expect(readings()).toEqual([0])
    expect(steps.count).toBe(2)
  })

  test('and set back makes what it was right once more, not twice', () => {
    const { pass, set, readings } = clocks()
    for (const by of [8_000, -8_000, 8_000, -8_000]) {
      set(by)
      pass(1_000)
    }
    expect(readings()).toEqual([0, 0, 8_000])
  })

  test('by up to a second, or slowly, is followed and no step', () => {
    const { steps, pass, set, readings } = clocks()
    set(900)
    for (let i = 0; i < 60; i++) pass(1_000)
    set(900)
    for (let i = 0; i < 60; i++) pass(1_000)
    set(-900)
    expect([steps.count, readings()]).toEqual([0, [0]])
    set(-900) // soon after the other: nobody keeps a clock right so
    expect(steps.count).toBe(1)
  })

  test('is not set by a process that stood still between its two readings', () => {
    const at = { wallMs: 0, steadyMs: 0 }
    let stands = 0
    const steadyMs = () => {
      if (stands-- > 0) {
        at.steadyMs += 3_000
        at.wallMs += 3_000
      }
      return at.steadyMs
    }
    const steps = new ClockSteps({ wallMs: () => at.wallMs, steadyMs })
    const before = at.steadyMs
    at.wallMs += 3_000
    at.steadyMs += 3_000
    stands = 2
    steps.look(at.wallMs, before)
    expect(steps.count).toBe(0)
  })
})

describe('windows and resets', () => {
  test('go by the wall clock after a step of up to a minute, also one of several that together are no more', () => {
    const { steps, at, set, pass } = clocks()
    set(30_000)
    pass(1_000)
    set(30_000)
    expect([steps.doubtMs, steps.trustedMs()]).toEqual([0, at.wallMs])
    set(1_001) // more than a minute in all
    expect(steps.doubtMs).toBe(61_001)
  })

  test.each([hour, -hour])(
    'go by the clock before a step of %i ms, however long, until somebody confirms it',
    (byMs) => {
      const { steps, at, set, pass } = clocks()
      set(byMs)
      for (const ms of [0, 5 * minute, hour, 100 * hour]) {
        pass(ms)
        expect([steps.doubtMs, steps.trustedMs()]).toEqual([byMs, at.steadyMs])
      }
      steps.confirm()
      expect([steps.doubtMs, steps.trustedMs()]).toEqual([0, at.wallMs])
      pass(hour)
      set(minute / 2)
      expect(steps.doubtMs).toBe(0)
    },
  )

  test('go by the wall clock again when it is set back', () => {
    const { steps, at, set, pass } = clocks()
    set(2 * hour)
    pass(hour)
    set(-2 * hour + 5_000)
    expect([steps.doubtMs, steps.trustedMs()]).toEqual([0, at.wallMs])
    pass(hour)
    set(50_000) // measured from what it was by then
    expect(steps.doubtMs).toBe(0)
  })
})

test.each([
  [8_000, '8 s forward'],
  [-8_000, '8 s back'],
  [90_000, '1 min 30 s forward'],
  [-3_600_000, '1 h 0 min back'],
])('a step of %i ms reads %s', (byMs, text) => {
  expect(span(byMs)).toBe(text)
})
