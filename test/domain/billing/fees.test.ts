import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type BilledGroup,
  billOf,
  estimate,
  type FeePlan,
  monthlyCharges,
  monthsWithoutPlan,
} from '#domain/billing/fees.ts'
import { formatMoney } from '#domain/billing/money.ts'
import { monthOf, monthsBetween } from '#domain/calendar/month.ts'

const zone = 'America/Chicago'
const at = (iso: string) => Date.parse(iso)
const plan: FeePlan = {
  monthlyMinor: 125_000,
  currency: 'USD',
  firstWaived: true,
  sourceDocument: 'Sample schedule, edition 1',
  isSample: true,
  fromMs: at('2026-01-01T06:00:00Z'),
  untilMs: undefined,
}
const group = (id: string, applied: string | undefined, closed?: string): BilledGroup => ({
  id,
  name: `Desk ${id}`,
  ownerId: 'alder',
  environment: 'production',
  firstAppliedMs: applied === undefined ? undefined : at(applied),
  closedMs: closed === undefined ? undefined : at(closed),
})
const groups = fc.array(
  fc.record({
    ownerId: fc.constantFrom('alder', 'birch'),
    environment: fc.constantFrom('production' as const, 'certification' as const),
    firstAppliedMs: fc.option(fc.integer({ min: at('2026-01-01'), max: at('2026-12-31') }), { nil: undefined }),
    openMs: fc.option(fc.integer({ min: 0, max: 200 * 86_400_000 }), { nil: undefined }),
  }),
  { maxLength: 8 },
)

describe('monthly charges', () => {
  test('each owner has exactly one waived group in every month with any, and nothing else is free', () => {
    fc.assert(
      fc.property(groups, (list) => {
        const billed = list.map(({ openMs, ...rest }, i): BilledGroup => {
          const closedMs = openMs === undefined ? undefined : (rest.firstAppliedMs ?? 0) + openMs
          return { ...rest, id: `g${i}`, name: `g${i}`, closedMs }
        })
        const charges = monthlyCharges(billed, [plan], '2026-01', '2026-12', zone)
        expect(charges.every((charge) => (charge.amountMinor === 0) === charge.waived)).toBe(true)
        expect(charges.every((charge) => Number.isInteger(charge.amountMinor))).toBe(true)
        for (const month of monthsBetween('2026-01', '2026-12'))
          for (const owner of ['alder', 'birch']) {
            const of = charges.filter((charge) => charge.month === month && charge.ownerId === owner)
            expect(of.filter((charge) => charge.waived)).toHaveLength(of.length > 0 ? 1 : 0)
          }
        const free = billed.filter((one) => one.environment === 'certification' || one.firstAppliedMs === undefined)
        expect(charges.filter((charge) => free.some((one) => one.id === charge.groupId))).toEqual([])
      }),
    )
  })

  test('charging a span at once or month by month gives the same', () => {
    fc.assert(
      fc.property(groups, (list) => {
        const billed = list.map(
          ({ openMs: _, ...rest }, i): BilledGroup => ({ ...rest, id: `${i}`, name: `${i}`, closedMs: undefined }),
        )
        const whole = monthlyCharges(billed, [plan], '2026-02', '2026-05', zone)
        const single = monthsBetween('2026-02', '2026-05').flatMap((m) => monthlyCharges(billed, [plan], m, m, zone))
        expect(whole).toEqual(single)
      }),
    )
  })

  test('an instant belongs to the month it has in the exchange’s zone', () => {
    const late = group('1', '2026-02-01T05:59:00Z') // still January in Chicago
    expect(monthlyCharges([late], [plan], '2026-01', '2026-01', zone)).toHaveLength(1)
  })

  test('when the first group closes the next one holds the waiver from the month after', () => {
    const list = [group('1', '2026-01-10T00:00:00Z', '2026-02-15T00:00:00Z'), group('2', '2026-01-20T00:00:00Z')]
    const second = monthlyCharges(list, [plan], '2026-01', '2026-03', zone).filter((c) => c.groupId === '2')
    expect(second.map((charge) => charge.waived)).toEqual([false, false, true])
    expect(second[0]?.reason).toContain('Desk 1 holds the waiver')
  })

  test('a newer plan counts from the month in which it begins', () => {
    const dearer = { ...plan, monthlyMinor: 150_000, fromMs: at('2026-03-01T06:00:00Z') }
    const list = [group('1', '2026-01-10T00:00:00Z'), group('2', '2026-01-20T00:00:00Z')]
    const amounts = monthlyCharges(list, [plan, dearer], '2026-02', '2026-03', zone).map((c) => c.amountMinor)
    expect(amounts).toEqual([0, 125_000, 0, 150_000])
  })
})

describe('the estimate on the form', () => {
  const owner = { id: 'alder', name: 'Alder Trading' }
  const now = at('2026-06-01T12:00:00Z')

  const feeOf = (id: string | undefined, list: BilledGroup[]) =>
    estimate(owner, { id, environment: 'production' }, list, [plan], now, zone)

  test('says that the first is waived, and that it is an estimate', () => {
    const sentence = 'First group of Alder Trading: waived. An estimate until applied.'
    expect(feeOf(undefined, [])).toMatchObject({ amountMinor: 0, waived: true, sentence })
    expect(feeOf('1', [{ ...group('1', undefined), isAsked: true }])).toMatchObject({ amountMinor: 0, sentence })
  })

  test('is certain for a group that was applied', () => {
    expect(feeOf('1', [group('1', '2026-01-10T00:00:00Z')])?.sentence).toBe('First group of Alder Trading: waived.')
  })

  test('names the group that holds the waiver, and that it is an estimate', () => {
    expect(feeOf(undefined, [group('1', '2026-01-10T00:00:00Z')])?.sentence).toBe(
      'Second group of Alder Trading: 1,250.00 USD sample fee a month. Desk 1 holds the waiver. An estimate until applied.',
    )
  })

  test('counts a group that is being applied as there before one that is not published', () => {
    const list = [
      { ...group('1', undefined), isAsked: true, publishedMs: now - 60_000 },
      { ...group('2', undefined), isAsked: true },
    ]
    const sentence =
      'Second group of Alder Trading: 1,250.00 USD sample fee a month. Desk 1, which is being applied, takes the waiver. An estimate until applied.'
    expect(feeOf('2', list)).toMatchObject({ amountMinor: 125_000, waived: false, sentence })
    expect(feeOf('1', list)).toMatchObject({ amountMinor: 0, waived: true })
  })

  test('names a group that may be applied first', () => {
    const list = ['1', '2'].map((id) => ({ ...group(id, undefined), isAsked: true }))
    expect(feeOf('1', list)?.sentence).toBe(
      'First group of Alder Trading: waived. An estimate until applied: Desk 2 is asked for too, and the one applied first is free.',
    )
  })

  test('is nothing in certification', () => {
    expect(estimate(owner, { id: undefined, environment: 'certification' }, [], [plan], now, zone)).toBeUndefined()
  })
})

/** All instants in Chicago, UTC−6 in winter: midnight on the 1st is 06:00Z. */
describe('a group that pays, beside one that holds the waiver', () => {
  const owner = { id: 'alder', name: 'Alder Trading' }
  const first = group('1', '2026-01-05T00:00:00Z')
  // when it was applied, closed and looked at; what each month is charged, newest first; the sentence
  test.each<[string, string | undefined, string, [string, number | null][], string]>([
    [
      '2026-01-20T12:00Z',
      undefined,
      '2026-02-10T12:00Z',
      [
        ['2026-02', 125_000],
        ['2026-01', 125_000],
      ],
      'Second group of Alder Trading: 1,250.00 USD sample fee a month. Desk 1 holds the waiver.',
    ],
    [
      '2026-01-20T12:00Z',
      '2026-02-10T12:00Z',
      '2026-02-10T12:00Z',
      [
        ['2026-02', 125_000],
        ['2026-01', 125_000],
      ],
      'Feb 2026 is the last month that is charged, whole: 1,250.00 USD. From then on nothing is charged.',
    ],
    [
      '2026-01-20T12:00Z',
      '2026-02-10T12:00Z',
      '2026-03-10T12:00Z',
      [
        ['2026-02', 125_000],
        ['2026-01', 125_000],
      ],
      'Nothing is charged any more. The last month was Feb 2026: 1,250.00 USD.',
    ],
    // closed at the very instant at which February ends: not there in March, and a millisecond later it is
    [
      '2026-01-20T12:00Z',
      '2026-03-01T06:00:00.000Z',
      '2026-03-01T06:00Z',
      [
        ['2026-02', 125_000],
        ['2026-01', 125_000],
      ],
      'Nothing is charged any more. The last month was Feb 2026: 1,250.00 USD.',
    ],
    [
      '2026-01-20T12:00Z',
      '2026-03-01T06:00:00.001Z',
      '2026-03-02T06:00Z',
      [
        ['2026-03', 125_000],
        ['2026-02', 125_000],
        ['2026-01', 125_000],
      ],
      'Mar 2026 is the last month that is charged, whole: 1,250.00 USD. From then on nothing is charged.',
    ],
    // applied at the instant at which February begins: not charged for January
    [
      '2026-02-01T06:00:00.000Z',
      undefined,
      '2026-02-10T12:00Z',
      [['2026-02', 125_000]],
      'Second group of Alder Trading: 1,250.00 USD sample fee a month. Desk 1 holds the waiver.',
    ],
    // opened and closed within a minute, and at one and the same instant
    [
      '2026-02-10T12:00Z',
      '2026-02-10T12:01Z',
      '2026-02-11T12:00Z',
      [['2026-02', 125_000]],
      'Feb 2026 is the last month that is charged, whole: 1,250.00 USD. From then on nothing is charged.',
    ],
    ['2026-02-01T06:00Z', '2026-02-01T06:00Z', '2026-02-11T12:00Z', [], 'Nothing was charged for this group.'],
  ])('applied %s, closed %s, looked at on %s', (applied, closed, now, charged, sentence) => {
    const bill = billOf(
      owner,
      { id: '2', environment: 'production', isOver: closed !== undefined },
      [first, group('2', applied, closed)],
      [plan],
      at(now),
      zone,
    )
    expect(bill.charges.map(({ month, amountMinor }) => [month, amountMinor])).toEqual(charged)
    expect(bill.sentence).toBe(sentence)
  })

  test('says the same in its sentence as in the amount of the month, whatever is there', () => {
    fc.assert(
      fc.property(groups, fc.integer({ min: at('2026-01-02'), max: at('2026-12-30') }), (list, nowMs) => {
        const billed = list.map(({ openMs, ...rest }, i): BilledGroup => {
          const closedMs = openMs === undefined ? undefined : (rest.firstAppliedMs ?? 0) + openMs
          return { ...rest, ownerId: 'alder', id: `g${i}`, name: `g${i}`, closedMs }
        })
        for (const { id, environment, firstAppliedMs, closedMs } of billed) {
          if (firstAppliedMs === undefined || firstAppliedMs > nowMs) continue
          const isOver = closedMs !== undefined && closedMs <= nowMs
          const past = billed.filter((one) => (one.firstAppliedMs ?? Number.POSITIVE_INFINITY) <= nowMs)
          const bill = billOf(owner, { id, environment, isOver }, past, [plan], nowMs, zone)
          const now = bill.charges.find(({ month }) => month === monthOf(nowMs, zone))
          expect(bill.sentence.includes('1,250.00 USD') || !now?.amountMinor).toBe(true)
          if (now?.waived) expect(bill.sentence).toContain('waived')
          if (bill.monthly && now) expect(bill.monthly.amountMinor).toBe(now.amountMinor)
        }
      }),
    )
  })
})

describe('a plan that ends without a successor', () => {
  const ending = { ...plan, untilMs: at('2026-03-01T06:00:00Z') } // midnight in Chicago
  const owner = { id: 'alder', name: 'Alder Trading' }
  const bill = (now: string, plans: FeePlan[]) =>
    billOf(
      owner,
      { id: '1', environment: 'production', isOver: false },
      [group('1', '2026-02-10T00:00:00Z')],
      plans,
      at(now),
      zone,
    )

  test('leaves a month whose amounts are not known: no zero, and a sentence', () => {
    const { charges, sentence, monthly } = bill('2026-03-10T12:00:00Z', [ending])
    expect(charges.map(({ month, amountMinor }) => [month, amountMinor])).toEqual([
      ['2026-03', null],
      ['2026-02', 0],
    ])
    expect(charges[0]?.reason).toBe('not known: no fee plan is in force in 2026-03')
    expect(monthly?.amountMinor).toBeNull()
    expect(sentence).toBe(
      'First group of Alder Trading: the fee is not known, since no fee plan is in force in 2026-03.',
    )
  })
  test('is a hole from the month that begins at its end, until a successor fills it', () => {
    expect(monthsWithoutPlan([ending], '2026-02', '2026-04', zone)).toEqual(['2026-03', '2026-04'])
    const successor = { ...plan, fromMs: at('2026-03-01T06:00:00Z') }
    expect(monthsWithoutPlan([ending, successor], '2026-02', '2026-04', zone)).toEqual([])
  })
})

test.each([
  [1_250, 'KWD', '1.250 KWD'],
  [5, 'KWD', '0.005 KWD'],
  [1_250, 'CLP', '1,250 CLP'],
  [1_250, 'ISK', '1,250 ISK'],
  [1_250, 'IQD', '1.250 IQD'],
  [1_250, 'CLF', '0.1250 CLF'],
  [-1_250, 'EUR', '−12.50 EUR'],
])('%i in the minor unit of %s is %s, as ISO 4217 has it', (minor, currency, text) => {
  expect(formatMoney(minor, currency)).toBe(text)
})

test('money is written with its currency and thousands separated', () => {
  expect(formatMoney(0, 'USD')).toBe('0.00 USD')
  expect(formatMoney(123_456_705, 'USD')).toBe('1,234,567.05 USD')
  expect(formatMoney(1500, 'JPY')).toBe('1,500 JPY')
})
