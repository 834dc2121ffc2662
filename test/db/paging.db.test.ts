import { type SQL, sql } from 'drizzle-orm'
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Tx } from '#db/client.ts'
import { contains, countLimit, countRows, type ListOrder, readPage } from '#db/queries/paging.ts'
import { type ListOffer, type PageFrom, readAsked, type Sort, writeKey } from '#domain/list/ask.ts'
import { type FreshDb, freshDb } from '#test/support/fresh-db.ts'

type Key = 'name' | 'size' | 'since' | 'id'
type Thing = { name: string | null; size: number; since: string | null }
type ReadThing = Thing & { id: string; placeValue: string | null; placeId: string }

const offer: ListOffer<Key> = {
  sorts: [
    { key: 'name', type: 'text' },
    { key: 'size', type: 'number' },
    { key: 'since', type: 'instant' },
    { key: 'id', type: 'uuid' },
  ],
  sort: { key: 'name', dir: 'asc' },
  filters: [],
  id: 'uuid',
}
const order: ListOrder<Key> = {
  offer,
  sorts: {
    name: { by: sql`t.name`, isNullable: true },
    size: { by: sql`t.size` },
    since: { by: sql`t.since`, isNullable: true },
    id: { by: sql`t.id` },
  },
  id: sql`t.id`,
}
const sorts: Sort<Key>[] = (['name', 'size', 'since', 'id'] as const).flatMap((key) =>
  (['asc', 'desc'] as const).map((dir) => ({ key, dir })),
)

let db: FreshDb
beforeAll(async () => {
  db = await freshDb()
  await db.owner`create table public.things (
    id uuid primary key default gen_random_uuid(), name text, size integer not null, since timestamptz)`
  await db.owner`grant select, insert, delete on public.things to dc_jobs`
})
beforeEach(() => db.owner`delete from public.things`)
afterAll(() => db?.close())

const insert = (rows: readonly Thing[]) =>
  rows.length === 0 ? undefined : db.owner`insert into public.things ${db.owner(rows.map(({ ...row }) => row))}`

const page = (tx: Tx, sort: Sort<Key>, from: PageFrom | null, size = 3) =>
  readPage<ReadThing, Key>({ sort, from }, order, size, async ({ where, orderBy, limit, place }) => {
    const { placeValue, placeId } = place
    return tx.execute<ReadThing>(sql`
      select t.*, ${placeValue} as "placeValue", ${placeId} as "placeId" from public.things t
      where ${where ?? sql`true`} order by ${list(orderBy)} limit ${limit}`)
  })
const list = (parts: readonly SQL[]) => sql.join([...parts], sql`, `)

/** Through an address, as a browser asks for a page. */
const throughAddress = (sort: Sort<Key>, from: PageFrom): PageFrom | null => {
  const params = new URLSearchParams({ ...sort, sort: sort.key, [from.side]: writeKey(from.key, sort) })
  return readAsked(params, offer).from
}

async function walk(tx: Tx, sort: Sort<Key>) {
  const forward: string[][] = []
  const back: string[][] = []
  let at = await page(tx, sort, null)
  for (forward.push(at.rows.map((row) => row.id)); at.next; forward.push(at.rows.map((row) => row.id)))
    at = await page(tx, sort, throughAddress(sort, { side: 'after', key: at.next }))
  for (back.unshift(at.rows.map((row) => row.id)); at.previous; back.unshift(at.rows.map((row) => row.id)))
    at = await page(tx, sort, throughAddress(sort, { side: 'before', key: at.previous }))
  return { forward: forward.flat(), back: back.flat() }
}

const things = fc.array(
  fc.record<Thing>({
    name: fc.option(fc.constantFrom('alder', 'Alder', 'Äpfel', 'Desk 2', 'Desk 10', '', '%', 'שלום', "o'k")),
    size: fc.constantFrom(0, 1, 2, -5, 2_000_000_000),
    since: fc.option(
      fc.constantFrom('2026-03-02T15:00:00.000001Z', '2026-03-02T15:00:00.000002Z', '2026-03-02T15:00:00Z'),
    ),
  }),
  { maxLength: 14 },
)

describe('a list that is paged by key', () => {
  test('shows each row exactly once, forward and back, whatever it is sorted by', async () => {
    await fc.assert(
      fc.asyncProperty(things, fc.constantFrom(...sorts), async (rows, sort) => {
        await db.owner`delete from public.things`
        await insert(rows)
        const { forward, back } = await db.database.asJobs((tx) => walk(tx, sort))
        const all = await db.owner<{ id: string }[]>`select id from public.things`
        expect([...forward].sort()).toEqual(all.map((row) => row.id).sort())
        // a short first page is filled, so that walking back may show its rows twice, and never leaves one out
        expect([...new Set(back)].sort()).toEqual([...forward].sort())
      }),
      { numRuns: 60 },
    )
  })

  test('has rows without a value last, both ways', async () => {
    await insert([
      { name: null, size: 1, since: null },
      { name: 'b', size: 2, since: null },
      { name: 'a', size: 3, since: null },
    ])
    const names = async (dir: 'asc' | 'desc') =>
      (await db.database.asJobs((tx) => page(tx, { key: 'name', dir }, null))).rows.map((row) => row.name)
    expect(await names('asc')).toEqual(['a', 'b', null])
    expect(await names('desc')).toEqual(['b', 'a', null])
  })

  test('has text as people read it', async () => {
    const wanted = ['alder', 'Äpfel', 'Birch', 'Desk 2', 'Desk 10', 'émile', 'Zinc']
    await insert([...wanted].reverse().map((name) => ({ name, size: 0, since: null })))
    const { rows } = await db.database.asJobs((tx) => page(tx, { key: 'name', dir: 'asc' }, null, 10))
    expect(rows.map((row) => row.name)).toEqual(wanted)
  })

  test('moves no row to another page when rows come and go', async () => {
    const named = (names: string) => [...names].map((name) => ({ name, size: 0, since: null }))
    await insert(named('bdfhjl'))
    const sort: Sort<Key> = { key: 'name', dir: 'asc' }
    const names = async (from: PageFrom | null) => {
      const { rows, next, previous } = await db.database.asJobs((tx) => page(tx, sort, from))
      return { names: rows.map((row) => row.name).join(''), next, previous }
    }
    const first = await names(null)
    expect(first.names).toBe('bdf')
    await insert(named('ace'))
    await db.owner`delete from public.things where name = 'f'` // the very row that the next page begins after
    const second = await names({ side: 'after', key: first.next! })
    expect(second.names).toBe('hjl')
    expect((await names({ side: 'before', key: second.previous! })).names).toBe('cde')
  })

  test('is at its first page again where there is nothing beyond the end, or less than a page before the row', async () => {
    await insert([...'abcd'].map((name) => ({ name, size: 0, since: null })))
    const at = (side: 'after' | 'before', value: string) =>
      db.database.asJobs((tx) =>
        page(tx, { key: 'name', dir: 'asc' }, { side, key: { value, id: 'ffffffff-ffff-ffff-ffff-ffffffffffff' } }),
      )
    for (const found of [await at('after', 'zz'), await at('before', 'b')]) {
      expect(found.rows.map((row) => row.name)).toEqual(['a', 'b', 'c'])
      expect(found.previous).toBeNull()
      expect(found.next).toMatchObject({ value: 'c' })
    }
  })

  test('reads a page by an index, wherever it begins', async () => {
    await db.owner`insert into public.things (name, size, since)
      select 'n' || n % 500, n % 1000, case when n % 3 > 0 then now() - n * interval '1 s' end from generate_series(1, 20000) n`
    await db.owner`create index things_size on public.things (size, id)`
    await db.owner`create index things_since on public.things (since, id)`
    await db.owner`create index things_name on public.things (name collate dc.as_read, id)`
    await db.owner`analyze public.things`
    for (const sort of sorts) {
      const looked = await db.database.asJobs(async (tx) => {
        const middle = await page(tx, sort, null, 9000)
        return readPage<ReadThing, Key>(
          { sort, from: { side: 'after', key: middle.next! } },
          order,
          3,
          async ({ where, orderBy, limit }) => {
            const plan = await tx.execute(sql`explain (analyze, format text)
              select * from public.things t where ${where ?? sql`true`} order by ${list(orderBy)} limit ${limit}`)
            const lines = plan.map((line) => String(line['QUERY PLAN'])).join('\n')
            return [{ id: '', name: lines, size: 0, since: null, placeValue: null, placeId: '' }]
          },
        )
      })
      const plans = looked.rows.map((row) => row.name).join('\n')
      expect(plans).not.toMatch(/Seq Scan|Rows Removed by Filter: \d{3}/)
    }
  })
})

describe('the count of a list', () => {
  test('is exact as far as it goes, and then says that there are more', async () => {
    const count = (where?: SQL) => db.database.asJobs((tx) => countRows(tx, sql`public.things t`, where))
    expect(await count()).toEqual({ rows: 0, isMore: false })
    await db.owner`insert into public.things (size) select n from generate_series(1, ${countLimit + 5}) n`
    expect(await count()).toEqual({ rows: countLimit, isMore: true })
    expect(await count(sql`t.size <= 7`)).toEqual({ rows: 7, isMore: false })
  })
})

describe('a search', () => {
  test('finds letters wherever they stand, small or capital, and takes % and _ for letters', async () => {
    await insert(['100 %', 'a_b', 'AxB', 'C:\\desk', 'שלום'].map((name) => ({ name, size: 0, since: null })))
    const found = async (text: string) => {
      const rows = await db.database.asJobs((tx) =>
        tx.execute<{ name: string }>(
          sql`select name from public.things where ${contains(sql`name`, text)} order by name`,
        ),
      )
      return rows.map((row) => row.name)
    }
    expect(await found('%')).toEqual(['100 %'])
    expect(await found('_')).toEqual(['a_b'])
    expect(await found('axb')).toEqual(['AxB'])
    expect(await found('\\')).toEqual(['C:\\desk'])
    expect(await found('שלום')).toEqual(['שלום'])
    expect(await found("'; drop table things; --")).toEqual([])
  })
})
