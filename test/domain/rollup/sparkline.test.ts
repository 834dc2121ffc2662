import { describe, expect, test } from 'vitest'
import { writeRate } from '#domain/rollup/rates.ts'
import { levelsOf, sparklineOf, sparklineWords } from '#domain/rollup/sparkline.ts'

const nowMs = Date.UTC(2026, 2, 4, 12, 30, 20)
/** The figures of the minutes before this one, the last one last; undefined: not heard. Older ones are 0. */
const of = (...figures: (number | undefined)[]) =>
  sparklineOf((ms) => {
    const ago = (Date.UTC(2026, 2, 4, 12, 30) - ms) / 60_000
    return ago > figures.length ? 0 : figures[figures.length - ago]
  }, nowMs)

describe('a rate', () => {
  test.each([
    [0, '0 a minute'],
    [59, '59 a minute'],
    [90, '1.5 a second'],
    [120, '2 a second'],
    [720, '12 a second'],
    [600_000, '10,000 a second'],
  ])('of %d messages in a minute is %s', (messages, words) => expect(writeRate(messages)).toBe(words))
})

describe('the last hour', () => {
  test('ends with the last whole minute, and is drawn as high as its highest minute', () => {
    const levels = levelsOf(of(60, 120, 30))
    expect(levels).toHaveLength(60)
    expect(levels.slice(-4)).toEqual([0, 9, 18, 5])
  })
  test('keeps a gap for each minute that nobody heard', () => {
    expect(levelsOf(of(60, undefined, 30)).slice(-3)).toEqual([18, null, 9])
  })
  test('ends one minute earlier while the last one is still being taken', () => {
    expect(levelsOf(of(60, 30, undefined)).slice(-2)).toEqual([18, 9])
  })
  test('draws the least that came as something', () => {
    expect(levelsOf(of(100_000, 1)).at(-1)).toBe(1)
  })
  test('is said in words', () => {
    expect(sparklineWords(of(2400, 720))).toBe('12 a second now, 40 a second at most in the last hour')
    expect(sparklineWords(of(2400, 0))).toBe('nothing now, 40 a second at most in the last hour')
    expect(sparklineWords(of(2400, undefined, undefined))).toBe('not known now, 40 a second at most in the last hour')
    expect(sparklineWords(of(0))).toBe('nothing in the last hour')
    expect(sparklineWords(sparklineOf(() => undefined, nowMs))).toBe('no figures for the last hour')
  })
})
