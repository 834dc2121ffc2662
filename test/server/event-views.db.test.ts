import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ReaderGone } from '#app/http/channel.server.ts'
import type { SignedInUser } from '#app/http/context.ts'
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
  const parts = { database: db.database, environment: 'sandbox', mode: 'sandbox', now } as const
  const view = eventView(path, new URLSearchParams(), user, parts)
  const reading = await view?.read(user)
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

describe('one reading', () => {
  /** Of the list's second page, as Hollis sees it, or somebody who differs from Hollis in this. */
  const keyFor = async (path: string, other: Partial<SignedInUser> = {}) => {
    const user = { ...(await sandbox.actor('hollis')), sessionId: 'any', ...other }
    const parts = { database: db.database, environment: 'sandbox', mode: 'sandbox', now: () => db.clock.now } as const
    return eventView(path, new URLSearchParams('page=2'), user, parts)?.key
  }
  test('is for all of a firm who have the same roles', async () => {
    const key = await keyFor('/status')
    expect(key).toContain(' /status page=2')
    expect(await keyFor('/status', { userId: randomUUID(), sessionId: 'another' })).toBe(key)
    expect(await keyFor('/status', { standings: ['auditor'] })).not.toBe(key)
    expect(await keyFor('/status', { firmId: randomUUID() })).not.toBe(key)
  })
  test('is for one person where what is shown depends on what they did', async () => {
    const another = { userId: randomUUID() }
    expect(await keyFor('/requests', another)).not.toBe(await keyFor('/requests'))
    const viewer = { standings: ['viewer'] } as const
    expect(await keyFor('/requests', { ...another, ...viewer })).toBe(await keyFor('/requests', viewer))
  })
  test('is refused to somebody who is nobody to the database', async () => {
    const user = { ...(await sandbox.actor('hollis')), userId: randomUUID(), sessionId: 'any' }
    const parts = { database: db.database, environment: 'sandbox', mode: 'sandbox', now: () => db.clock.now } as const
    await expect(eventView('/status', new URLSearchParams(), user, parts)?.read(user)).rejects.toThrow(ReaderGone)
  })
})

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

test('the status differs when what is known of the connector does, and when the connector has fallen silent', async () => {
  await report()
  const before = await look('/status')
  await db.owner`update dc.observed_connectors set doubt = 'Numbers were raised.'`
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
