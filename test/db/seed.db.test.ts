import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { listUncovered } from '#db/queries/group/consents.ts'
import { seedSandbox } from '#db/seed.ts'
import { type FreshDb, freshDb } from '#test/support/fresh-db.ts'
import { openSandbox, type Sandbox } from '#test/support/sandbox.ts'

let db: FreshDb
let sandbox: Sandbox
beforeAll(async () => {
  db = await freshDb()
  sandbox = await openSandbox(db)
})
afterAll(() => db.close())

describe('the seeded sandbox', () => {
  test('has two published groups, one request waiting, one returned and one draft', async () => {
    const rows = await db.owner<{ state: string }[]>`select state from dc.requests order by number`
    expect(rows.map((row) => row.state)).toEqual(['applying', 'applying', 'with-firms', 'returned', 'draft'])
  })

  test('leaves nothing uncovered', async () => {
    expect(await db.database.asJobs(listUncovered)).toEqual([])
  })

  test('publishes versions in order, each with the parts that it changed', async () => {
    const parts = await db.owner<{ number: number; kind: string; object_id: string }[]>`
      select number, kind, object_id from dc.configuration_parts where kind <> 'target' order by number, kind, object_id`
    expect(parts.map((part) => `${part.number} ${part.kind} ${part.object_id}`)).toEqual([
      '1 environment sandbox',
      '2 feed gw1',
      '2 source R5C914',
      '2 source S2D914',
      '3 source T9F733',
      '3 source W4G733',
    ])
    const [newest] = await db.owner`select newest_version from dc.environments where environment = 'sandbox'`
    expect(newest?.newest_version).toBe(4) // the password of the simulated client
  })

  test('gives the simulated client a password of at least 128 bits, and keeps only its verifier', async () => {
    const { client } = sandbox.seeded
    expect(client.secret).toMatch(/^[A-Z2-9]{32}$/)
    const [stored] = await db.owner`select verifier::text as verifier, fingerprint from dc.target_credentials`
    expect(stored?.verifier).not.toContain(client.secret)
  })

  test('is not made a second time', async () => {
    const listen = [{ role: 'primary' as const, host: '127.0.0.1', port: 1 }]
    const again = await seedSandbox(db.database, sandbox.deps, { feed: { host: '127.0.0.1', port: 2 }, listen })
    expect(again).toBeUndefined()
  })
})
