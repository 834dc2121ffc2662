import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Span } from '#domain/rollup/series.ts'
import { actors, group, writeWorld } from '#test/db/world.ts'
import { type FreshDb, freshDb } from '#test/support/fresh-db.ts'
import { writeHistory } from '#test/support/history.ts'
import { findPicture } from '#views/rollup/picture.ts'

let db: FreshDb
const now = new Date('2026-03-04T12:30:20Z')
beforeAll(async () => {
  db = await freshDb()
})
afterAll(() => db.close())
beforeEach(async () => {
  await db.truncate()
  await writeWorld(db.owner)
  await db.owner`delete from dc.rollups`
})

const write = (of: Parameters<typeof writeHistory>[2]) =>
  writeHistory(db.owner, { target: 'ODQ1Z9', now, hours: 8 * 24 }, of)
const read = (span: Span, who: keyof typeof actors = 'ana', kind: 'target' | 'group' = 'target') =>
  db.database.withActor(actors[who], (tx) =>
    findPicture(tx, { environment: 'sandbox', kind, id: kind === 'group' ? group : 'ODQ1Z9' }, span, now),
  )

describe('a picture', () => {
  test.each([
    ['1h', 60],
    ['24h', 96],
    ['7d', 168],
  ] as const)('of %s has %d steps, the present one last', async (span, length) => {
    await write(() => ({ received: 120, delivered: 60, waiting: 7 }))
    const { series } = await read(span)
    expect([series.received.length, series.delivered?.length, series.waiting?.length]).toEqual([length, length, length])
    expect(new Set(series.received.slice(1, -1))).toEqual(new Set([120]))
    expect(new Set(series.delivered?.slice(1, -1))).toEqual(new Set([60]))
    expect(new Set(series.waiting?.slice(1, -1))).toEqual(new Set([7]))
    expect(new Set(series.highest?.slice(1, -1))).toEqual(new Set([14]))
  })

  test('leaves out what was not heard: the rates beside it are those of the minutes that were', async () => {
    await write((ago) => (ago > 20 && ago < 40 ? undefined : { received: 100, delivered: 100, waiting: 0 }))
    await db.owner`update dc.rollups set received[1] = 0 where kind = 'shard' and starts_at = '2026-03-04T12:00:00Z'`
    const minutes = (await read('1h')).series
    expect(minutes.received.filter((value) => value === null).length).toBeGreaterThan(0)
    expect(new Set(minutes.received.filter((value) => value !== null))).toEqual(new Set([100]))
    const hours = (await read('7d')).series
    expect(hours.received.at(-1)).toBe(100)
  })

  test('says how many messages came while the connector was not heard, and draws none of them', async () => {
    await write(() => ({ received: 10, delivered: 10, waiting: 0 }))
    await db.owner`update dc.rollups set received[1] = 0 where kind = 'shard' and starts_at = '2026-03-04T12:00:00Z'`
    await db.owner`update dc.rollups set received[1] = 5000 where kind = 'target' and starts_at = '2026-03-04T12:00:00Z'`
    for (const span of ['1h', '24h', '7d'] as const) {
      const { series } = await read(span)
      expect([series.unheard, Math.max(...series.received.map((value) => value ?? 0))]).toEqual([5000, 10])
    }
  })

  test('marks the weekly reset and the versions that changed what it shows', async () => {
    const { marks } = await read('7d')
    expect(marks.map(({ word }) => word)).toEqual(['Version 1', 'Weekly reset'])
  })

  test('of a group is the sum of its targets, without a highest where there are several', async () => {
    await write(() => ({ received: 120, delivered: 60, waiting: 7 }))
    expect((await read('1h', 'ana', 'group')).series).toEqual((await read('1h')).series)
    const twin = {
      id: '00000000-0000-4000-8000-000000000401',
      group_id: group,
      environment: 'sandbox',
      session_id: 'ODQ2Z9',
    }
    await db.owner`insert into dc.targets ${db.owner({ ...twin, gateway_kind: 'cgw', state: 'open', listen: db.owner.json([]) })}`
    await db.owner`insert into dc.rollups (environment, kind, object_id, shard, step, starts_at, received, delivered, waiting, highest)
      select environment, kind, 'ODQ2Z9', shard, step, starts_at, received, delivered, waiting, highest from dc.rollups where kind = 'target'`
    const { series } = await read('1h', 'ana', 'group')
    expect([series.received[30], series.delivered?.[30], series.waiting?.[30], series.highest]).toEqual([
      240,
      120,
      14,
      undefined,
    ])
  })

  test.each([
    ['gam', 120],
    ['xia', 0],
    ['cy', 0],
  ] as const)('shows %s %d of a target of others', async (who, received) => {
    await write(() => ({ received: 120, delivered: 60, waiting: 7 }))
    expect((await read('1h', who)).series.received[30]).toBe(received)
    expect((await read('1h', who, 'group')).series.received[30]).toBe(received)
  })
})
