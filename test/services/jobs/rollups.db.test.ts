import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { takeFigures } from '#services/jobs/rollups.ts'
import { id, writeWorld } from '#test/db/world.ts'
import { type FreshDb, freshDb } from '#test/support/fresh-db.ts'

let db: FreshDb
beforeAll(async () => {
  db = await freshDb()
})
afterAll(() => db.close())
beforeEach(() => fresh())

const startMs = Date.UTC(2026, 2, 4, 12)
/** The counts of the one target ODQ1Z9, its source K7T882 and their feed gw1. */
const none = { received: 0, delivered: 0, waiting: 0 }
let connector = { name: 'c1', lineage: 'l', week: '2026-03-01' }

async function fresh(): Promise<void> {
  await db.truncate()
  await writeWorld(db.owner)
  for (const table of ['rollups', 'rollup_shards', 'rollup_counts'])
    await db.owner`delete from ${db.owner(`dc.${table}`)}`
  db.clock.now = new Date(startMs)
  connector = { name: 'c1', lineage: 'l', week: '2026-03-01' }
}

/** What the connector reports now. Copies received of the target are also the messages of its source and its feed. */
async function report({ received, delivered, waiting }: typeof none, total = received): Promise<void> {
  const { name, lineage, week } = connector
  const at = db.clock.now
  const key = { environment: 'sandbox', shard: 'main', connector: name }
  const put = (table: string, row: Record<string, unknown>) =>
    db.owner.begin(async (tx) => {
      await tx`delete from ${tx(`dc.${table}`)} where connector = ${name}`
      await tx`insert into ${tx(`dc.${table}`)} ${tx(row)}`
    })
  const process = { state: 'running', pid: 1, host: 'h', release: '1', started_at: at, heard_at: at, lineage, week }
  await put('observed_connectors', { ...key, ...process })
  const pair = { session_id: 'ODQ1Z9', source_id: 'K7T882', week, at }
  await put('observed_ledger', { ...key, ...pair, received, delivered, waiting })
  await put('observed_targets', { ...key, session_id: 'ODQ1Z9', state: 'logged-on', since: at, delivered, waiting, at })
  await put('observed_sources', { ...key, source_id: 'K7T882', received: total, at })
  await put('observed_feeds', { ...key, feed_id: 'gw1', state: 'logged-on', since: at, received: total, at })
}

/** The portal's job, every so many seconds, while the connector reports the same. */
const take = () => takeFigures(db.database)
const pass = (seconds: number) => {
  db.clock.now = new Date(db.clock.now.getTime() + seconds * 1000)
}

type Minute = { minute: number; received: number; delivered: number; waiting: number; highest: number }
/** Minutes since noon that are not all zero. */
const minutesOf = async (kind: string): Promise<Minute[]> => [
  ...(await db.owner<Minute[]>`
    select ((extract(epoch from starts_at) - ${startMs / 1000}) / 60 + n - 1)::int as minute, v.received, v.delivered, v.waiting, v.highest
    from dc.rollups r,
      unnest(r.received, r.delivered, r.waiting, r.highest) with ordinality as v(received, delivered, waiting, highest, n)
    where kind = ${kind} and step = 'minute' and greatest(v.received, v.delivered, v.waiting, v.highest) > 0 order by 1`),
]
const receivedOf = async (kind: string) => (await minutesOf(kind)).map(({ minute, received }) => [minute, received])

describe('a minute', () => {
  test('has what was received and delivered in it, what waited at its end, and the most that waited', async () => {
    await report(none)
    await take()
    pass(30)
    await report({ received: 50, delivered: 10, waiting: 40 })
    await take()
    pass(31)
    await report({ received: 60, delivered: 55, waiting: 5 })
    await take()
    expect(await minutesOf('target')).toEqual([{ minute: 0, received: 60, delivered: 55, waiting: 5, highest: 40 }])
    const sum = { minute: 0, received: 60, delivered: 55, waiting: 5, highest: null }
    const messages = { minute: 0, received: 60, delivered: null, waiting: null, highest: null }
    expect(await minutesOf('firm')).toEqual([sum])
    expect(await minutesOf('environment')).toEqual([sum])
    expect(await minutesOf('source')).toEqual([messages])
    expect(await minutesOf('feed')).toEqual([messages])
    expect(await receivedOf('shard')).toEqual([[0, 1]])
  })

  test('says what waits for as long as something waits', async () => {
    await report(none)
    await take()
    for (let i = 0; i < 3; i++) {
      pass(60)
      await report({ received: 9, delivered: 0, waiting: 9 })
      await take()
    }
    expect((await minutesOf('target')).map(({ waiting }) => waiting)).toEqual([9, 9, 9])
  })

  test('is written once, however often the job runs and whoever else runs it', async () => {
    await report(none)
    await take()
    pass(60)
    await report({ ...none, received: 7 })
    await Promise.all([take(), take(), take()])
    await take()
    expect(await receivedOf('target')).toEqual([[0, 7]])
  })

  test('counts what the firm owns for the firm', async () => {
    await report(none)
    await take()
    pass(60)
    await report({ ...none, received: 7 })
    await take()
    const rows = await db.owner`select object_id from dc.rollups where kind = 'firm'`
    expect([...rows]).toEqual([{ object_id: id(2) }])
  })
})

describe('counts that are no growth', () => {
  test('what was counted before the first reading is in no minute', async () => {
    await report({ received: 5000, delivered: 5000, waiting: 0 })
    await take()
    pass(60)
    await report({ received: 5003, delivered: 5003, waiting: 0 })
    await take()
    expect(await receivedOf('target')).toEqual([[0, 3]])
  })

  test('a new trading week counts from 0: what it has counted is its growth', async () => {
    await report({ received: 5000, delivered: 5000, waiting: 0 }, 9000)
    await take()
    pass(60)
    connector.week = '2026-03-08'
    await report({ received: 4, delivered: 4, waiting: 0 }, 9004)
    await take()
    pass(60)
    await report({ received: 6, delivered: 6, waiting: 0 }, 9006)
    await take()
    expect(await receivedOf('target')).toEqual([
      [0, 4],
      [1, 2],
    ])
    expect(await receivedOf('source')).toEqual([
      [0, 4],
      [1, 2],
    ])
  })

  test('another journal takes over: its counts are compared with its own', async () => {
    await report({ received: 50, delivered: 50, waiting: 0 })
    await take()
    pass(60)
    connector = { ...connector, name: 'c2', lineage: 'other' }
    await report({ received: 900, delivered: 900, waiting: 0 })
    await take()
    pass(60)
    await report({ received: 901, delivered: 901, waiting: 0 })
    await take()
    expect(await receivedOf('target')).toEqual([[1, 1]])
  })

  test('a connector with the same journal goes on where the other stopped, and one that knows less adds nothing', async () => {
    await report({ received: 50, delivered: 50, waiting: 0 })
    await take()
    pass(60)
    connector = { ...connector, name: 'c2' }
    await report({ received: 40, delivered: 40, waiting: 0 })
    await take()
    pass(60)
    await report({ received: 45, delivered: 45, waiting: 0 })
    await take()
    expect(await receivedOf('target')).toEqual([[1, 5]])
  })

  test('a silent connector leaves a gap, and what came meanwhile is in the gap', async () => {
    await report(none)
    await take()
    pass(60)
    await report({ ...none, received: 10 })
    await take()
    for (let i = 0; i < 10; i++) {
      pass(60)
      await take()
    }
    pass(5)
    await report({ ...none, received: 110 })
    await take()
    pass(60)
    await report({ ...none, received: 111 })
    await take()
    expect(await receivedOf('shard')).toEqual([
      [0, 1],
      [11, 1],
    ])
    expect(await receivedOf('target')).toEqual([
      [0, 10],
      [6, 100],
      [11, 1],
    ])
  })

  test('a portal that was down leaves the same gap', async () => {
    await report(none)
    await take()
    pass(3600)
    await report({ ...none, received: 3600 })
    await take()
    expect(await receivedOf('shard')).toEqual([])
    expect(await receivedOf('target')).toEqual([[30, 3600]])
  })

  test('a clock that is set back passes minutes twice: both are counted, and nothing falls', async () => {
    pass(600)
    await report(none)
    await take()
    pass(60)
    await report({ ...none, received: 5 })
    await take()
    pass(-300)
    await report({ ...none, received: 8 })
    await take()
    for (let i = 0; i < 5; i++) {
      pass(60)
      await report({ ...none, received: 10 + i })
      await take()
    }
    const rows = await minutesOf('target')
    expect(rows.reduce((sum, { received }) => sum + received, 0)).toBe(14)
  })
})

describe('whatever happens', () => {
  /** What happens next: seconds pass, the counts grow, the connector may be silent, the week or the journal another. */
  const happening = fc.record({
    seconds: fc.integer({ min: 1, max: 400 }),
    received: fc.nat(1000),
    delivered: fc.nat(1000),
    event: fc.constantFrom('report', 'report', 'report', 'report', 'silence', 'week', 'journal', 'set back'),
  })

  test('the sum of the minutes is what the counts have grown by between the readings', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(happening, { minLength: 1, maxLength: 25 }), async (happenings) => {
        await fresh()
        await report(none)
        await take()
        const grown = { received: 0, delivered: 0 }
        let [counts, last, lineage, weeks] = [none, none, connector.lineage, 0]
        for (const { seconds, received, delivered, event } of happenings) {
          pass(event === 'set back' ? -seconds : seconds)
          if (event === 'journal') connector.lineage += 'l'
          if (event === 'week') {
            connector.week = `2027-01-${10 + ++weeks}`
            counts = last = none
          }
          if (event !== 'silence') {
            counts = { received: counts.received + received, delivered: counts.delivered + delivered, waiting: 0 }
            await report(counts)
          }
          await take()
          if (!(await isRead())) continue
          if (connector.lineage === lineage) {
            grown.received += counts.received - last.received
            grown.delivered += counts.delivered - last.delivered
          }
          ;[last, lineage] = [counts, connector.lineage]
        }
        const [sum] = await db.owner`
          select coalesce(sum(v.received), 0)::int as received, coalesce(sum(v.delivered), 0)::int as delivered
          from dc.rollups r, unnest(r.received, r.delivered) as v(received, delivered) where kind = 'target'`
        expect(sum).toEqual(grown)
        const fallen = await db.owner`select from dc.rollups where 0 > any(received) or 0 > any(delivered)`
        expect(fallen).toHaveLength(0)
      }),
      { numRuns: 25 },
    )
  })
})

/** Whether the job compared the counts at this instant. */
async function isRead(): Promise<boolean> {
  const [shard] = await db.owner<{ at: Date }[]>`select read_at as at from dc.rollup_shards`
  return shard?.at.getTime() === db.clock.now.getTime()
}
