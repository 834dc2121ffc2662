import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventView } from '#app/http/event-views.server.ts'
import { type FreshDb, freshDb } from '#test/support/fresh-db.ts'
import { openSandbox, type Sandbox } from '#test/support/sandbox.ts'
import { connectorRunsAll, groupIdOf, workflowOf } from '#test/support/workflow.ts'

let db: FreshDb
let sandbox: Sandbox
let sessionId: string
beforeAll(async () => {
  db = await freshDb()
  sandbox = await openSandbox(db)
  await connectorRunsAll(db, sandbox)
  const [target] = await db.owner<{ session_id: string }[]>`select session_id from dc.targets order by 1`
  sessionId = target?.session_id ?? ''
  const at = db.clock.now
  await db.owner`insert into dc.observed_targets (environment, connector, session_id, state, since, at)
    values ('sandbox', 'test', ${sessionId}, 'logged-on', ${at}, ${at})`
  await db.owner`insert into dc.observed_feeds (environment, connector, feed_id, state, since, at)
    values ('sandbox', 'test', 'gw1', 'logged-on', ${at}, ${at})`
})
afterAll(() => db.close())

const look = async (path: string) => {
  const user = { ...(await sandbox.actor('hollis')), sessionId: 'any' }
  const now = () => db.clock.now
  const view = eventView(path, user, { database: db.database, environment: 'sandbox', mode: 'sandbox', now })
  const reading = await view?.read()
  return { shown: JSON.stringify(reading?.shown), heardAt: reading?.heardAt }
}
/** The connector's report of nothing new, a second later. */
const report = async () => {
  sandbox.tick()
  await db.owner`update dc.observed_connectors set heard_at = ${db.clock.now}`
}
/** A heartbeat of every client and gateway, and ours to them. */
const heartbeats = async () => {
  const at = db.clock.now
  await db.owner`update dc.observed_targets set last_heard_at = ${at}, next_in = next_in + 1, next_out = next_out + 1, at = ${at}`
  await db.owner`update dc.observed_feeds set next_in = next_in + 1, next_out = next_out + 1, at = ${at}`
}

test.each([
  ['the status', () => '/status'],
  ['a target', () => `/targets/${sessionId}`],
  ['a group', async () => `/groups/${await groupIdOf(db, 'Cedar risk')}`],
  ['the list of requests', () => '/requests'],
  ['a request', () => '/requests/1'],
  ['a feed', () => '/feeds/gw1'],
])('%s is the same to its readers when the connector has nothing new to report', async (_title, pathOf) => {
  const path = await pathOf()
  await report()
  const before = await look(path)
  expect(before.shown).toContain('{')
  await report()
  const after = await look(path)
  expect(after.shown).toBe(before.shown)
  if (path === '/status') expect(after.heardAt).toEqual(db.clock.now)
})

test.each([
  ['the status', () => '/status'],
  ['a group', async () => `/groups/${await groupIdOf(db, 'Cedar risk')}`],
])('%s is the same to its readers when nothing but heartbeats went to and fro', async (_title, pathOf) => {
  await report()
  const before = await look(await pathOf())
  await report()
  await heartbeats()
  expect((await look(await pathOf())).shown).toBe(before.shown)
})

test('the status differs when a figure of it has moved, and when the connector has fallen silent', async () => {
  await report()
  const before = await look('/status')
  await db.owner`update dc.observed_feeds set received = received + 1`
  const moved = await look('/status')
  expect(moved.shown).not.toBe(before.shown)
  sandbox.tick(11_000)
  expect((await look('/status')).shown).not.toBe(moved.shown)
})

test('a request that is being applied differs once in its first minute and after it: when it may be undone', async () => {
  const flow = workflowOf(db, sandbox)
  await flow.publish(3, ['xan'])
  const seen: (string | undefined)[] = []
  for (const stepMs of [1000, 1000, 27_000, 29_000, 5000, 60_000]) {
    sandbox.tick(stepMs)
    seen.push((await look('/requests/3')).shown)
  }
  expect(seen.map((shown) => seen.indexOf(shown))).toEqual([0, 0, 0, 0, 4, 4])
  expect(seen[0]).toMatch(/It can be undone from \d\d:\d\d:\d\d UTC on\./)
})
