import { describe, expect, test } from 'vitest'
import { cutOf, type Reading } from '#domain/rollup/cut.ts'

const noonMs = Date.UTC(2026, 2, 4, 12)
const s = 1000
const reading = (readS: number, heardS = readS, more: Partial<Reading> = {}): Reading => ({
  lineage: 'l',
  week: '2026-03-01',
  heardAtMs: noonMs + heardS * s,
  readAtMs: noonMs + readS * s,
  ...more,
})
const minuteOf = (before: Reading, now: Reading) => {
  const cut = cutOf(before, now)
  return cut?.type === 'add' ? [(cut.minuteMs - noonMs) / 60_000, cut.isHeard] : cut?.type
}

describe('growth between two readings', () => {
  test('belongs to the minute that has just ended', () => {
    expect(minuteOf(reading(2), reading(64))).toEqual([0, true])
    expect(minuteOf(reading(4.9), reading(60.1))).toEqual([0, true])
  })
  test('waits while the minute of the last reading is not over', () => {
    expect(minuteOf(reading(2), reading(59))).toBeUndefined()
  })
  test('waits while the connector says nothing', () => {
    expect(minuteOf(reading(2), reading(300, 2))).toBeUndefined()
  })
  test('belongs after a silence to a minute that nobody heard, and is no rate', () => {
    expect(minuteOf(reading(2), reading(602))).toEqual([5, false])
  })
  test('is no rate when the clock was set back, and begins at the new time', () => {
    expect(minuteOf(reading(3602), reading(10))).toEqual([0, false])
  })
  test('has nothing to be compared with at first, nor with another journal', () => {
    expect(cutOf(undefined, reading(0))).toEqual({ type: 'begin' })
    expect(minuteOf(reading(2), reading(64, 64, { lineage: 'other' }))).toBe('begin')
  })
  test('is that of a new week when the week has turned', () => {
    expect(cutOf(reading(2), reading(64, 64, { week: '2026-03-08' }))).toMatchObject({ isOtherWeek: true })
  })
})
