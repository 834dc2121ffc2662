import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { listSparklines } from '#db/queries/rollup/sparklines.ts'
import { levelsOf } from '#domain/rollup/sparkline.ts'
import { actors, group, writeWorld } from '#test/db/world.ts'
import { type FreshDb, freshDb } from '#test/support/fresh-db.ts'

let db: FreshDb
const now = new Date('2026-03-04T12:05:20Z')
beforeAll(async () => {
  db = await freshDb()
  await writeWorld(db.owner)
  await write('shard', 'main', Array(60).fill(1), 'received')
  await write(
    'target',
    'ODQ1Z9',
    Array.from({ length: 60 }, (_, i) => i),
    'delivered',
  )
  await write('source', 'K7T882', Array(60).fill(2), 'received')
  await write('feed', 'gw1', Array(60).fill(3), 'received')
})
afterAll(() => db.close())

/** The same figures in the hours from 11 and from 12. */
async function write(kind: string, objectId: string, figures: number[], quantity: string): Promise<void> {
  const row = { environment: 'sandbox', kind, object_id: objectId, step: 'minute', received: figures }
  for (const hour of ['11', '12'])
    await db.owner`insert into dc.rollups ${db.owner({ ...row, [quantity]: figures, starts_at: `2026-03-04T${hour}:00:00Z` })}`
}

const read = async (who: keyof typeof actors, kind: 'group' | 'target' | 'source' | 'feed', id: string) => {
  const drawn = { environment: 'sandbox' as const, kind, ids: [id] }
  return (await db.database.withActor(actors[who], (tx) => listSparklines(tx, drawn, now))).get(id)
}

describe('sparklines', () => {
  test('show the last hour across the hours that rows hold', async () => {
    const line = await read('ana', 'target', 'ODQ1Z9')
    expect([line?.now, line?.most, line && levelsOf(line).length]).toEqual([4, 59, 60])
  })

  test('of a group are the sum of its targets', async () => {
    expect(await read('ana', 'group', group)).toEqual(await read('ana', 'target', 'ODQ1Z9'))
  })

  test.each([
    ['ana', 'target', 'ODQ1Z9', 59],
    ['gam', 'target', 'ODQ1Z9', 59],
    ['xia', 'target', 'ODQ1Z9', 0],
    ['cy', 'target', 'ODQ1Z9', 0],
    ['xia', 'group', group, 0],
    ['ana', 'source', 'K7T882', 2],
    ['xia', 'source', 'K7T882', 2],
    ['cy', 'source', 'K7T882', 0],
    ['gam', 'feed', 'gw1', 3],
    ['ana', 'feed', 'gw1', 0],
  ] as const)('%s sees of the %s %s at most %d', async (who, kind, id, most) => {
    expect((await read(who, kind, id))?.most).toBe(most)
  })
})
