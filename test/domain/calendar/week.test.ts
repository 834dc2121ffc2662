import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { everyDay, isWithin, nextResetMs, weekOf } from '#domain/calendar/week.ts'

const chicago = { zone: 'America/Chicago', day: 'sunday', time: '16:00' }
const london = { zone: 'Europe/London', day: 'sunday', time: '16:00' }
const at = (iso: string, rule = chicago) => weekOf(Date.parse(iso), rule)

/** The instants between two dates at which the week turns, each with the week it begins. */
function turns(rule: typeof chicago, from: string, to: string): string[] {
  const found: string[] = []
  let before = at(from, rule)
  for (let ms = Date.parse(from); ms < Date.parse(to); ms += 60_000) {
    const week = weekOf(ms, rule)
    if (week !== before) found.push(`${new Date(ms).toISOString().slice(0, 16)}Z ${week}`)
    before = week
  }
  return found
}

describe('the trading week', () => {
  test('begins at its local time, summer and winter', () => {
    expect(at('2026-01-04T21:59:59Z')).toBe('2025-12-28')
    expect(at('2026-01-04T22:00:00Z')).toBe('2026-01-04')
    expect(at('2026-07-05T20:59:59Z')).toBe('2026-06-28')
    expect(at('2026-07-05T21:00:00Z')).toBe('2026-07-05')
  })

  test.each([
    // the Sunday before, the night itself, the Sunday after
    [chicago, '2026-02-28', '2026-03-20', ['2026-03-01T22:00Z', '2026-03-08T21:00Z', '2026-03-15T21:00Z']],
    [chicago, '2026-10-24', '2026-11-12', ['2026-10-25T21:00Z', '2026-11-01T22:00Z', '2026-11-08T22:00Z']],
    [london, '2026-03-21', '2026-04-09', ['2026-03-22T16:00Z', '2026-03-29T15:00Z', '2026-04-05T15:00Z']],
    [london, '2026-10-17', '2026-11-05', ['2026-10-18T15:00Z', '2026-10-25T16:00Z', '2026-11-01T16:00Z']],
  ])(
    'of %j turns at four in the afternoon on the day the clocks change as on any other, from %s',
    (rule, from, to, instants) => {
      expect(turns(rule, from, to)).toEqual(instants.map((instant) => `${instant} ${instant.slice(0, 10)}`))
    },
  )

  test.each([
    [{ ...chicago, time: '02:30' }, '2026-03-08T08:00Z'],
    [{ ...london, time: '01:30' }, '2026-03-29T01:00Z'],
  ])('of %j whose time is skipped turns once, when the clock jumps over it', (rule, instant) => {
    const day = instant.slice(0, 10)
    expect(turns(rule, day, `${day}T23:59Z`)).toEqual([`${instant} ${day}`])
  })

  test.each([
    [{ ...chicago, time: '01:30' }, '2026-11-01T06:30Z'],
    [{ ...london, time: '01:30' }, '2026-10-25T00:30Z'],
  ])('of %j whose time comes twice turns the first time and not again', (rule, instant) => {
    const day = instant.slice(0, 10)
    expect(turns(rule, day, `${day}T23:59Z`)).toEqual([`${instant} ${day}`])
  })

  test('only goes on as time does, whatever the rule: ids compare as text', () => {
    const rule = fc.record({
      zone: fc.constantFrom('America/Chicago', 'Europe/London', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'UTC'),
      day: fc.constantFrom('sunday', 'wednesday', 'saturday', everyDay),
      time: fc.constantFrom('00:00', '01:30', '02:15', '16:00', '23:59'),
    })
    const instant = fc.integer({ min: Date.UTC(2025, 0), max: Date.UTC(2028, 0) })
    fc.assert(
      fc.property(rule, fc.array(instant, { maxLength: 12 }), (one, instants) => {
        const weeks = instants.sort((a, b) => a - b).map((ms) => weekOf(ms, one))
        expect(weeks).toEqual([...weeks].sort())
      }),
    )
  })
})

test.each([
  ['02:30', '2026-03-07', '2026-03-10', ['2026-03-07T08:30Z', '2026-03-08T08:00Z', '2026-03-09T07:30Z']],
  ['01:30', '2026-10-31', '2026-11-03', ['2026-10-31T06:30Z', '2026-11-01T06:30Z', '2026-11-02T07:30Z']],
])(
  'a day that begins at %s begins once in every 24 hours or so, also on the night of %s',
  (time, from, to, instants) => {
    const rule = { zone: 'America/Chicago', day: everyDay, time }
    expect(turns(rule, from, to)).toEqual(instants.map((instant) => `${instant} ${instant.slice(0, 10)}`))
    expect(nextResetMs(Date.parse(instants[0] ?? ''), rule)).toBe(Date.parse(instants[1] ?? ''))
  },
)

describe('a logon window', () => {
  const trading = {
    zone: 'America/Chicago',
    from: { day: 'sunday', time: '16:30' },
    to: { day: 'friday', time: '17:00' },
  }
  const isOpen = (iso: string, ...windows: (typeof trading)[]) => isWithin(windows, Date.parse(iso))

  test('is open from its beginning up to its end, by its own clock', () => {
    expect(isOpen('2026-01-04T22:29:59Z', trading)).toBe(false)
    expect(isOpen('2026-01-04T22:30:00Z', trading)).toBe(true)
    expect(isOpen('2026-01-09T22:59:59Z', trading)).toBe(true)
    expect(isOpen('2026-01-09T23:00:00Z', trading)).toBe(false)
    expect(isOpen('2026-07-05T21:30:00Z', trading)).toBe(true)
  })

  test('may lie across the end of the week', () => {
    const weekend = { zone: 'UTC', from: { day: 'friday', time: '22:00' }, to: { day: 'monday', time: '06:00' } }
    const open = ['2026-01-09T22:00Z', '2026-01-10T12:00Z', '2026-01-12T05:59Z'].map((iso) => isOpen(iso, weekend))
    const shut = ['2026-01-09T21:59Z', '2026-01-12T06:00Z', '2026-01-14T12:00Z'].map((iso) => isOpen(iso, weekend))
    expect([open, shut]).toEqual([
      [true, true, true],
      [false, false, false],
    ])
  })

  test('is one of several, and without any a target is open always', () => {
    const day = (name: string) => ({
      zone: 'UTC',
      from: { day: name, time: '08:00' },
      to: { day: name, time: '18:00' },
    })
    expect(isOpen('2026-01-06T12:00Z', day('monday'), day('tuesday'))).toBe(true)
    expect(isOpen('2026-01-07T12:00Z', day('monday'), day('tuesday'))).toBe(false)
    expect(isOpen('2026-01-07T12:00Z')).toBe(true)
  })

  test.each([
    ['America/Chicago', '2026-03-08T00:00Z', '02:30', ['08:00Z closes']],
    ['Europe/London', '2026-03-29T00:00Z', '01:30', ['01:00Z closes']],
    ['America/Chicago', '2026-11-01T00:00Z', '01:30', ['06:30Z closes']],
    ['Europe/London', '2026-10-25T00:00Z', '01:30', ['00:30Z closes']],
  ])('of %s closes once and opens once on the night of %s that has %s never or twice', (zone, night, time, closes) => {
    const until = { zone, from: { day: 'friday', time: '12:00' }, to: { day: 'sunday', time } }
    const from = { zone, from: { day: 'sunday', time }, to: { day: 'friday', time: '12:00' } }
    const changes = (window: typeof trading) => {
      const found: string[] = []
      let before = isWithin([window], Date.parse(night))
      for (let ms = Date.parse(night); ms < Date.parse(night) + 20 * 3_600_000; ms += 60_000) {
        const isNow = isWithin([window], ms)
        if (isNow !== before) found.push(`${new Date(ms).toISOString().slice(11, 16)}Z ${isNow ? 'opens' : 'closes'}`)
        before = isNow
      }
      return found
    }
    expect(changes(until)).toEqual(closes)
    expect(changes(from)).toEqual(closes.map((one) => one.replace('closes', 'opens')))
  })
})

describe('the next reset', () => {
  const rule = { zone: 'America/Chicago', day: 'sunday', time: '16:00' }
  test.each([
    ['in the middle of a week', '2026-01-07T12:00:00Z', '2026-01-11T22:00:00Z'],
    ['a second before it', '2026-01-11T21:59:59Z', '2026-01-11T22:00:00Z'],
    ['at its instant, which begins the next week', '2026-01-11T22:00:00Z', '2026-01-18T22:00:00Z'],
    ['across the night on which summer time begins', '2026-03-03T12:00:00Z', '2026-03-08T21:00:00Z'],
    ['across the night on which summer time ends', '2026-10-28T12:00:00Z', '2026-11-01T22:00:00Z'],
  ])('%s', (_title, now, next) => {
    expect(new Date(nextResetMs(Date.parse(now), rule)).toISOString()).toBe(next.replace('Z', '.000Z'))
  })
})
