import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type ConnectorPool, openConnectorPool } from '#db/client.ts'
import { saveObserved } from '#db/queries/connector/observed.ts'
import { listLedger } from '#db/queries/connector/reported.ts'
import type { Observed } from '#domain/status/observed.ts'
import { type FreshDb, freshDb } from '#test/support/fresh-db.ts'
import { actors, writeWorld } from './world.ts'

let db: FreshDb
let pool: ConnectorPool
beforeAll(async () => {
  db = await freshDb()
  pool = openConnectorPool(db.urls.dc_connector)
})
afterAll(async () => {
  await pool.close()
  await db.close()
})
beforeEach(async () => {
  await db.truncate()
  await db.owner`insert into dc.connector_leases
      (environment, shard, lineage, term, place, connector, position, batch, crc, numbers, renewed_at, deadline)
    values ('sandbox', 'main', 'l', 1, 'here', 'main', 0, 0, 0, '{}', now(), now() + interval '1 day')`
})

const leader = { environment: 'sandbox' as const, shard: 'main', lineage: 'l', term: 1 }
const sources = Array.from({ length: 200 }, (_, i) => `S${100 + i}AB`)

type Figures = { week: string; at: Date; delivered: number; isOtherWeek?: boolean; of?: readonly string[] }

/** What a connector reports of one target in a week: so many copies delivered of each source. */
function report({ week, at, delivered, isOtherWeek = false, of = sources }: Figures): Observed {
  const counts = { received: delivered, delivered, filtered: 0, filteredBy: {}, waiting: 0, held: 0, expired: 0 }
  const process = { state: 'running' as const, pid: 1, host: 'h', release: 'r', lineage: 'l', term: 1, doubt: null }
  return {
    connector: 'main',
    leader,
    at,
    self: { ...process, startedAt: at, heardAt: at, runningVersion: 1, week },
    journal: { bytes: 0, freeBytes: 0, position: '0' },
    alarms: undefined,
    feeds: [],
    sources: [],
    targets: [],
    ledger: of.map((sourceId) => ({ sessionId: 'ODQ1Z9', sourceId, segment: '', week, ...counts })),
    isOtherWeek,
    refusedLogons: [],
    present: undefined,
  }
}
const save = (figures: Figures) => saveObserved(pool.db, report(figures))
const rowsOf = (table: string) =>
  db.owner<{ week: string; rows: number; delivered: number }[]>`
    select week, count(*)::int as rows, sum(delivered)::int as delivered from ${db.owner(`dc.${table}`)}
    where connector = 'main' group by 1 order by 1`

const [first, second] = ['2026-03-01', '2026-03-08'] as const
const at = new Date('2026-03-04T12:00:00Z')
const later = new Date('2026-03-10T12:00:00Z')

describe('the ledger in the database', () => {
  test('holds the present week, and those that have ended stand beside it', async () => {
    await db.truncate()
    await writeWorld(db.owner) // its lease is that of the same leader
    await save({ week: first, at, delivered: 7, isOtherWeek: true })
    await save({ week: second, at: later, delivered: 2, isOtherWeek: true, of: sources.slice(0, 10) })
    expect([...(await rowsOf('observed_ledger'))]).toEqual([{ week: second, rows: 10, delivered: 20 }])
    expect([...(await rowsOf('observed_past_ledger'))]).toEqual([{ week: first, rows: 200, delivered: 1400 }])
    const connectors = [{ shard: 'main', connector: 'main', week: second }]
    const ledger = await db.database.withActor(actors.gam, (tx) => listLedger(tx, 'sandbox', connectors, ['ODQ1Z9']))
    expect(ledger.map(({ delivered }) => delivered)).toEqual(Array(10).fill(2))
  })

  test('takes what is said of a week that has ended, whether its row is still there or not', async () => {
    await save({ week: first, at, delivered: 7, isOtherWeek: true })
    const turned = report({ week: second, at: later, delivered: 1, isOtherWeek: true, of: [] })
    const ofFirst = report({ week: first, at: later, delivered: 8, of: sources.slice(0, 1) }).ledger
    await saveObserved(pool.db, { ...turned, ledger: ofFirst })
    expect([...(await rowsOf('observed_past_ledger'))]).toEqual([{ week: first, rows: 200, delivered: 1401 }])
    const again = report({ week: first, at: later, delivered: 9, of: sources.slice(0, 1) }).ledger
    await saveObserved(pool.db, { ...turned, isOtherWeek: false, ledger: again })
    expect([...(await rowsOf('observed_past_ledger'))]).toEqual([{ week: first, rows: 200, delivered: 1402 }])
    expect([...(await rowsOf('observed_ledger'))]).toEqual([])
  })

  test('keeps a week for four hundred days', async () => {
    await save({ week: first, at, delivered: 7, isOtherWeek: true })
    const afterDays = (days: number) => new Date(Date.parse(first) + days * 86_400_000)
    await save({ week: '2027-04-04', at: afterDays(399), delivered: 1, isOtherWeek: true })
    expect((await rowsOf('observed_past_ledger')).map(({ week }) => week)).toEqual([first])
    await save({ week: '2027-04-11', at: afterDays(406), delivered: 1, isOtherWeek: true })
    expect((await rowsOf('observed_past_ledger')).map(({ week }) => week)).toEqual(['2027-04-04'])
  })

  test('is rewritten in place, second after second', async () => {
    const rounds = 20
    const counted = async () => {
      const [row] = await db.owner<{ updated: number; in_place: number }[]>`
        select n_tup_upd::int as updated, n_tup_hot_upd::int as in_place
        from pg_stat_user_tables where relname = 'observed_ledger'`
      return row ?? { updated: 0, in_place: 0 }
    }
    const partInPlace = async () => {
      await db.owner`truncate dc.observed_ledger`
      const before = await counted()
      const writer = openConnectorPool(db.urls.dc_connector)
      for (let n = 0; n < rounds; n++) {
        const figures = report({ week: first, at, delivered: n, isOtherWeek: n === 0 })
        await saveObserved(writer.db, figures)
      }
      await writer.close() // what a connection has counted is to be read at the latest when it ends
      const toCome = before.updated + sources.length * (rounds - 1)
      await expect.poll(async () => (await counted()).updated, { timeout: 30_000 }).toBeGreaterThanOrEqual(toCome)
      const { updated, in_place } = await counted()
      return (in_place - before.in_place) / (updated - before.updated)
    }
    // A page keeps its old rows while any snapshot in the database is older, as that of an autovacuum is for a moment.
    let best = 0
    for (let attempt = 0; attempt < 20 && best <= 0.9; attempt++) {
      if (attempt > 0) await sleep(250) // longer than such a moment
      best = Math.max(best, await partInPlace())
    }
    expect(best).toBeGreaterThan(0.9)
  })
})

describe('a report of a connector that does not lead any more', () => {
  test('changes nothing', async () => {
    const older = report({ week: first, at, delivered: 1, isOtherWeek: true })
    await db.owner`update dc.connector_leases set term = 2`
    expect(await saveObserved(pool.db, older)).toBe(false)
    const written = await db.owner<{ rows: number }[]>`
      select (select count(*) from dc.observed_connectors) + (select count(*) from dc.observed_journals)
        + (select count(*) from dc.observed_ledger) + (select count(*) from dc.observed_past_ledger) as rows`
    expect(written).toEqual([{ rows: '0' }])
  })
})

describe('what a connector said of a version', () => {
  test('goes after ninety days, once something newer is said of the same feed or source', async () => {
    const days = (n: number) => new Date(later.getTime() - n * 86_400_000)
    for (const [number, age] of [
      [1, 200],
      [2, 60],
      [3, 10],
    ] as const) {
      await db.owner`insert into dc.configuration_versions (environment, number, cause, cause_id, made_at, digest)
        values ('sandbox', ${number}, 'reference', gen_random_uuid(), now(), 'd')`
      for (const [kind, id] of [
        ['source', 'K7T882'],
        ['target', 'ODQ1Z9'],
        ['feed', `gw${number}`],
      ] as const)
        await db.owner`insert into dc.configuration_reports (environment, number, connector, kind, object_id, state, at)
          values ('sandbox', ${number}, 'main', ${kind}, ${id}, 'running', ${days(age)})`
    }
    await save({ week: first, at: later, delivered: 1, isOtherWeek: true })
    const left = await db.owner<{ what: string }[]>`
      select kind || ' ' || object_id || ' ' || number as what from dc.configuration_reports order by 1`
    expect(left.map(({ what }) => what)).toEqual([
      ...['feed gw1 1', 'feed gw2 2', 'feed gw3 3', 'source K7T882 2', 'source K7T882 3'],
      ...['target ODQ1Z9 1', 'target ODQ1Z9 2', 'target ODQ1Z9 3'],
    ])
  })
})
