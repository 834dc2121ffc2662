import { describe, expect, test } from 'vitest'
import { formatDay, formatInstant, formatTime, inWords, plural } from '#app/components/format.ts'
import { writeMonth } from '#domain/calendar/month.ts'

const at = new Date('2026-11-22T04:03:02.014Z')

describe('an instant', () => {
  test('is written in UTC, whole or by parts', () => {
    expect(formatInstant(at)).toBe('22 Nov 2026, 04:03:02 UTC')
    expect(formatTime(at, 'ms')).toBe('04:03:02.014 UTC')
    expect(formatTime(at, 'min')).toBe('04:03 UTC')
    expect(formatDay(at)).toBe('22 Nov 2026')
  })

  test('is a month by name', () => {
    expect(['2026-01', '2026-12'].map(writeMonth)).toEqual(['Jan 2026', 'Dec 2026'])
  })
})

describe('a count in words', () => {
  test('takes the singular for one alone and separates thousands', () => {
    expect([0, 1, 2, 5214].map((n) => plural(n, 'source'))).toEqual([
      '0 sources',
      '1 source',
      '2 sources',
      '5,214 sources',
    ])
    expect(plural(3, 'copy', 'copies')).toBe('3 copies')
  })
})

describe('a list in words', () => {
  test('has commas, and "and" before the last', () => {
    expect([[], ['A'], ['A', 'B'], ['A', 'B', 'C']].map((list) => inWords(list))).toEqual([
      '',
      'A',
      'A and B',
      'A, B and C',
    ])
  })
})
