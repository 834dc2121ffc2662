import { createHash } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { NewestParts } from '#connector/database/newest-parts.ts'
import { type ConnectorPool, openConnectorPool } from '#db/client.ts'
import { canonicalJson } from '#domain/digest.ts'
import { type FreshDb, freshDb } from '#test/support/fresh-db.ts'

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
beforeEach(() => db.truncate())

type Documents = Record<string, object | null>

/** A version that makes these sources so. */
async function publish(number: number, documents: Documents, digest = `version ${number}`): Promise<void> {
  await db.owner`insert into dc.configuration_versions (environment, number, cause, cause_id, made_at, digest)
    values ('sandbox', ${number}, 'reference', gen_random_uuid(), now(), ${digest})`
  for (const [id, document] of Object.entries(documents))
    await db.owner`insert into dc.configuration_parts (environment, number, kind, object_id, document)
      values ('sandbox', ${number}, 'source', ${id}, ${document && db.owner.json(document as never)})`
}
const read = (parts: NewestParts, number: number) => pool.ask((db) => db.transaction((tx) => parts.of(tx, number)))
const documentsOf = async (parts: NewestParts, number: number) =>
  (await read(parts, number)).parts.map(({ objectId, document }) => [objectId, document])

describe('the newest parts of a version', () => {
  test('are read as what it changed, and all others are the very objects of the version before', async () => {
    await publish(1, { AAA882: { n: 1 }, BBB882: { n: 1 }, CCC882: { n: 1 } })
    const parts = new NewestParts('sandbox')
    const before = await read(parts, 1)
    await publish(2, { BBB882: { n: 2 } })
    await publish(3, { BBB882: { n: 3 }, CCC882: null })
    const after = await read(parts, 3)
    expect(after.parts.map(({ document }) => document)).toEqual([{ n: 1 }, { n: 3 }, null])
    expect(after.parts[0]).toBe(before.parts[0])
    expect((await read(parts, 1)).parts).toEqual(before.parts)
  })

  test('have the digest and the order that they have when all of them are read, new ones too', async () => {
    await publish(1, { BBB882: { n: 1, m: 2 }, DDD882: { n: 1 } })
    const parts = new NewestParts('sandbox')
    await read(parts, 1)
    await publish(2, { CCC882: { n: 2 }, AAA882: { n: 2 } })
    const after = await read(parts, 2)
    expect(after.parts.map(({ objectId }) => objectId)).toEqual(['AAA882', 'BBB882', 'CCC882', 'DDD882'])
    expect(after).toEqual(await read(new NewestParts('sandbox'), 2))
    // journals of earlier releases have this digest of the version that runs
    const all = after.parts.map(({ kind, objectId, document }) => ({ kind, objectId, document }))
    expect(after.digest).toBe(createHash('sha256').update(canonicalJson(all)).digest('hex').slice(0, 32))
    await publish(3, { DDD882: { n: 3 } })
    expect((await read(parts, 3)).digest).toBe((await read(new NewestParts('sandbox'), 3)).digest)
  })

  test('are all read again when the database was put back, also when it has newer versions by then', async () => {
    const parts = new NewestParts('sandbox')
    await publish(1, { AAA882: { n: 1 }, BBB882: { n: 1 } })
    await publish(2, { AAA882: { n: 2 } })
    await read(parts, 2)
    await db.truncate()
    await publish(1, { AAA882: { n: 1 }, BBB882: { n: 1 } })
    expect(await documentsOf(parts, 1)).toEqual([
      ['AAA882', { n: 1 }],
      ['BBB882', { n: 1 }],
    ])
    await publish(2, { BBB882: { n: 'another' } }, 'another')
    await read(parts, 2)
    await db.truncate()
    await publish(1, { AAA882: { n: 1 }, BBB882: { n: 1 } })
    await publish(2, { AAA882: { n: 'a third' } }, 'a third')
    await publish(3, { BBB882: { n: 3 } })
    expect(await documentsOf(parts, 3)).toEqual([
      ['AAA882', { n: 'a third' }],
      ['BBB882', { n: 3 }],
    ])
  })
})
