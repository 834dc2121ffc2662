import { describe, expect, test } from 'vitest'
import { weekOf } from '#connector/week.ts'

const rule = { zone: 'America/Chicago', day: 'sunday', time: '16:00' }
const at = (iso: string, more = rule) => weekOf(Date.parse(iso), more)

describe('the trading week', () => {
  test('begins at its local time, summer and winter', () => {
    expect(at('2026-01-04T21:59:59Z')).toBe('2025-12-28')
    expect(at('2026-01-04T22:00:00Z')).toBe('2026-01-04')
    expect(at('2026-07-05T20:59:59Z')).toBe('2026-06-28')
    expect(at('2026-07-05T21:00:00Z')).toBe('2026-07-05')
  })

  test('turns once on the night that skips an hour, also when its time is the one skipped', () => {
    const night = { ...rule, time: '02:30' }
    expect(at('2026-03-08T07:59:00Z', night)).toBe('2026-03-01')
    expect(at('2026-03-08T08:00:00Z', night)).toBe('2026-03-08')
  })

  test('turns once on the night that has an hour twice', () => {
    const night = { ...rule, time: '01:30' }
    expect(at('2026-11-01T06:29:00Z', night)).toBe('2026-10-25')
    expect(at('2026-11-01T06:30:00Z', night)).toBe('2026-11-01')
    // half past one again
    expect(at('2026-11-01T07:10:00Z', night)).toBe('2026-10-25')
    expect(at('2026-11-01T07:30:00Z', night)).toBe('2026-11-01')
  })

  test('never goes back for a clock that does: ids compare as text', () => {
    const ids = ['2025-12-28T22:00:00Z', '2026-01-04T22:00:00Z', '2026-01-11T22:00:00Z'].map((iso) => at(iso))
    expect([...ids].sort()).toEqual(ids)
  })
})
