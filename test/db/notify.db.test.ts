import { afterAll, beforeAll, expect, test } from 'vitest'
import { openConnectorPool, type Pool } from '#db/client.ts'
import { configurationVersions } from '#db/schema/configuration.ts'
import { type FreshDb, freshDb } from '#test/support/fresh-db.ts'
import { actors, request, writeWorld } from './world.ts'

let db: FreshDb
let pool: Pool
beforeAll(async () => {
  db = await freshDb()
  await writeWorld(db.owner)
  pool = openConnectorPool(db.urls.dc_connector)
})
afterAll(async () => {
  await pool.close()
  await db.close()
})

const version = (number: number) => ({
  environment: 'sandbox' as const,
  number,
  cause: 'emergency' as const,
  causeId: request,
  madeAt: new Date('2026-03-02T15:00:00Z'),
  digest: 'd',
})

test('a connector hears of a version when it is committed, and never of one that was rolled back', async () => {
  const heard: string[] = []
  let wake = () => {}
  const first = new Promise<void>((resolve) => {
    wake = resolve
  })
  await pool.sql.listen('dc_configuration', (payload) => {
    heard.push(payload)
    wake()
  })
  const failing = db.database.withActor(actors.gam, async (tx) => {
    await tx.insert(configurationVersions).values(version(2))
    throw new Error('rolled back')
  })
  await expect(failing).rejects.toThrow('rolled back')
  await db.database.withActor(actors.gam, (tx) => tx.insert(configurationVersions).values(version(2)))
  await first
  expect(heard).toEqual(['sandbox:2'])
})
