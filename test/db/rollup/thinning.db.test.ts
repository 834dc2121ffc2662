import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { thinFigures } from '#services/jobs/rollups.ts'
import { type FreshDb, freshDb } from '#test/support/fresh-db.ts'

let db: FreshDb
beforeAll(async () => {
  db = await freshDb()
})
afterAll(() => db.close())

const dayMs = 86_400_000
const startMs = Date.UTC(2026, 0, 5) // a Monday
const startsAt = (hours: number) => new Date(startMs + hours * 3_600_000)

type Written = { kind: 'target' | 'source'; hour: number; figures: number[] }
async function write(rows: readonly Written[]): Promise<void> {
  await db.truncate()
  for (const { kind, hour, figures } of rows) {
    const own = { environment: 'sandbox', kind, object_id: kind, step: 'minute', starts_at: startsAt(hour) }
    const more = kind === 'target' ? { delivered: figures, waiting: figures, highest: figures } : {}
    await db.owner`insert into dc.rollups ${db.owner({ ...own, received: figures, ...more })} on conflict do nothing`
  }
}
const thinAfter = async (days: number) => {
  db.clock.now = new Date(startMs + days * dayMs)
  await thinFigures(db.database)
}
const sums = async () => [
  ...(await db.owner`
    select kind, sum(v.received)::int as received, sum(v.delivered)::int as delivered, max(v.highest) as highest
    from dc.rollups r, unnest(r.received, r.delivered, r.highest) as v(received, delivered, highest)
    group by kind order by kind`),
]
const stepsOf = async () => (await db.owner`select distinct step from dc.rollups order by 1`).map(({ step }) => step)

describe('old figures', () => {
  test('stay minutes for 8 days, quarter hours up to 35, hours for 13 months, and then go', async () => {
    await write([{ kind: 'target', hour: 0, figures: Array(60).fill(1) }])
    for (const [days, steps] of [
      [8, ['minute']],
      [8.1, ['quarter']],
      [35.9, ['quarter']],
      [36.1, ['hour']],
      [398, ['hour']],
      [400, []],
    ] as const) {
      await thinAfter(days)
      expect([days, await stepsOf()]).toEqual([days, steps])
    }
  })

  test('keep in each step what came in it, what waited at its end, and the most that waited', async () => {
    await write([{ kind: 'target', hour: 9, figures: Array.from({ length: 60 }, (_, i) => (i < 15 ? 15 - i : 0)) }])
    await thinAfter(9.5)
    const [day] = await db.owner`select starts_at, received, waiting, highest from dc.rollups`
    expect(day?.starts_at).toEqual(startsAt(0))
    expect([day?.received[36], day?.waiting[36], day?.highest[36]]).toEqual([120, 1, 15])
    expect([day?.received[35], day?.received[37], day?.received.length]).toEqual([0, 0, 96])
  })

  test('of a source have no deliveries in any step', async () => {
    await write([{ kind: 'source', hour: 0, figures: Array(60).fill(1) }])
    await thinAfter(60)
    expect([...(await db.owner`select step, delivered, waiting, highest from dc.rollups`)]).toEqual([
      { step: 'hour', delivered: null, waiting: null, highest: null },
    ])
  })

  test('keep their sums, whenever they are thinned and whichever pages there are', async () => {
    const page = fc.record({
      kind: fc.constantFrom('target' as const, 'source' as const),
      hour: fc.nat(24 * 12),
      figures: fc.array(fc.nat(1000), { minLength: 60, maxLength: 60 }),
    })
    await fc.assert(
      fc.asyncProperty(
        fc.array(page, { minLength: 1, maxLength: 30 }),
        fc.array(fc.integer({ min: 1, max: 380 }), { maxLength: 4 }),
        async (rows, days) => {
          await write(rows)
          const before = await sums()
          for (const day of days.sort((a, b) => a - b)) await thinAfter(day)
          expect(await sums()).toEqual(before)
        },
      ),
      { numRuns: 15, endOnFailure: true },
    )
  })
})
