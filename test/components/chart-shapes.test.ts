import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { areaPath, linePath, spread, topOf, topRateOf } from '#app/components/chart-shapes.ts'

const box = { height: 100, top: 10 }
const xOf = (i: number) => i * 10

describe('a line', () => {
  test('goes through its values and ends where there is none', () => {
    expect(linePath([10, 5, null, 0, 2], xOf, box)).toBe('M0 0L10 50M30 100L40 80')
  })
  test('is a dot where a value stands alone', () => expect(linePath([null, 5, null], xOf, box)).toBe('M10 50h0'))
  test('is nothing without values', () => expect(linePath([null, null], xOf, box)).toBe(''))
  test('is filled down to 0, gap by gap', () => {
    expect(areaPath([10, null, 5], xOf, box)).toBe('M0 100L0 0L0 100zM20 100L20 50L20 100z')
  })
})

describe('a scale', () => {
  test.each([
    [0, 1],
    [3, 4],
    [10, 10],
    [401, 500],
    [999, 1000],
  ])('up to %d ends at %d', (most, top) => expect(topOf([null, most])).toBe(top))
  test.each([
    [3, 5],
    [31, 60],
    [61, 120],
    [400, 600],
    [72_000, 120_000],
  ])('of rates up to %d a minute ends at %d, a round number a second', (most, top) =>
    expect(topRateOf([most])).toBe(top),
  )
})

test('labels keep their distance, their order and the picture', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 1, maxLength: 3 }), (ys) => {
      const out = spread(ys, 30, 100)
      const sorted = [...out].sort((a, b) => a - b)
      for (const [i, y] of sorted.slice(1).entries()) expect(y - (sorted[i] ?? 0)).toBeGreaterThanOrEqual(30)
      expect(Math.max(...out)).toBeLessThanOrEqual(100)
      for (const [i, a] of ys.entries())
        for (const [j, b] of ys.entries()) if (a < b) expect(out[i]).toBeLessThan(out[j] ?? 0)
    }),
  )
})
