import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { listNewestParts } from '#db/queries/publication/publications.ts'
import { publishReferenceData } from '#services/reference/publish-reference.ts'
import type { FreshDb } from '#test/support/fresh-db.ts'
import type { Sandbox } from '#test/support/sandbox.ts'
import { openWorkflow } from '#test/support/workflow.ts'

let db: FreshDb
let sandbox: Sandbox
beforeAll(async () => {
  ;({ db, sandbox } = await openWorkflow())
})
afterAll(() => db.close())
beforeEach(() => sandbox.tick())

const publish = (environment: 'sandbox' | 'production' = 'sandbox') =>
  publishReferenceData(environment, { ...sandbox.deps, asJobs: db.database.asJobs })
const part = (kind: string, objectId: string) =>
  db.database.asJobs(async (tx) => {
    const [newest] = await db.owner<{ n: number }[]>`
      select newest_version as n from dc.environments where environment = 'sandbox'`
    const parts = await listNewestParts(tx, 'sandbox', newest?.n)
    return parts.find((one) => one.kind === kind && one.objectId === objectId)?.document
  })
const addSource = (session: string, feed = 'gw1') => db.owner`
  insert into dc.source_sessions (environment, session_code, execution_code, feed_id, gateway_kind)
  values ('sandbox', ${session}, '882', ${feed}, 'cgw')`
const addFeed = (id: string, settings: object) => db.owner`
  insert into dc.feeds (id, environment, gateway_kind, settings)
  values (${id}, 'sandbox', 'cgw', ${db.owner.json(settings as never)})`

describe('reference data', () => {
  test('are published once: sources and feeds, whether a group has them or not', async () => {
    await publish()
    await addSource('N1N')
    expect(await publish()).toEqual({ changed: 1, refused: [] })
    expect(await part('source', 'N1N882')).toEqual({ id: 'N1N882', feed: 'gw1', gateway: 'cgw' })
    const versions = async () => (await db.owner`select count(*)::int as n from dc.configuration_versions`)[0]?.n
    const before = await versions()
    expect(await publish()).toEqual({ changed: 0, refused: [] })
    expect(await versions()).toBe(before)
  })

  test('that are wrong stay out with what hangs on them, are named, and keep nothing else back', async () => {
    await addFeed('gw8', { mode: 'accept', host: '127.0.0.1', port: 'many' })
    await addSource('N2N', 'gw8')
    await addSource('N3N')
    const { changed, refused } = await publish()
    expect(changed).toBe(1)
    expect(refused.map(({ kind, id }) => `${kind} ${id}`)).toEqual(['feed gw8', 'source N2N882'])
    expect(refused[0]?.problems.join()).toMatch(/^feed gw8: port: /)
    expect([await part('source', 'N3N882'), await part('source', 'N2N882')]).toEqual([expect.anything(), undefined])
    expect(await publish()).toMatchObject({ changed: 0, refused: [{ id: 'gw8' }, { id: 'N2N882' }] })
    await db.owner`update dc.feeds set settings = settings || '{"port": 9871, "dialect": "encapsulated",
      "ourCompId": "DROPCOPY", "theirCompId": "GW8"}' where id = 'gw8'`
    expect(await publish()).toEqual({ changed: 2, refused: [] })
  })

  test('of an environment without settings wait for them', async () => {
    expect(await publish('production')).toEqual({ changed: 0, refused: [] })
  })
})
