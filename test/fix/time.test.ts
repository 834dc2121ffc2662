import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatUtc, parseUtc, utcLength, writeUtc } from '#fix/time.ts'

const parse = (text: string) => parseUtc(Buffer.from(text), 0, text.length)
const instant = fc.integer({ min: Date.UTC(1990, 0, 1), max: Date.UTC(2099, 11, 31) })

describe('UTCTimestamp', () => {
  test('an instant is written as its ISO form without the separators, and read back', () => {
    fc.assert(
      fc.property(instant, (ms) => {
        const iso = new Date(ms).toISOString()
        const text = iso.replaceAll('-', '').replace('T', '-').replace('Z', '')
        expect(formatUtc(ms)).toBe(text)
        expect(parse(text)).toBe(ms)
        const out = Buffer.alloc(utcLength + 1)
        expect(writeUtc(out, 1, ms)).toBe(utcLength + 1)
        expect(out.toString('latin1', 1)).toBe(text)
      }),
    )
  })

  test.each([
    ['20240304-13:00:00', Date.UTC(2024, 2, 4, 13)],
    ['20240304-13:00:00.5', Date.UTC(2024, 2, 4, 13, 0, 0, 500)],
    ['20240304-13:00:00.123456789', Date.UTC(2024, 2, 4, 13, 0, 0, 123)],
    ['20240304-13:00:00.123456789012', Date.UTC(2024, 2, 4, 13, 0, 0, 123)],
    ['20240229-23:59:60.000', Date.UTC(2024, 2, 1)],
  ])('%s is read', (text, ms) => expect(parse(text)).toBe(ms))

  test.each([
    '',
    '20240304',
    '20240304 13:00:00.000',
    '20240304-13-00:00.000',
    '20240304-24:00:00.000',
    '20240304-13:60:00.000',
    '20240230-13:00:00.000',
    '20231304-13:00:00.000',
    '20240304-13:00:00.',
    '20240304-13:00:00.12x',
    '20240304-13:00:00.1234x',
    '20240304-13:00:00.1234567890123',
    '2024030A-13:00:00.000',
  ])('%j is no timestamp', (text) => expect(parse(text)).toBeNaN())
})
