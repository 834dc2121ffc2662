import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Tx } from '#db/client.ts'
import { listLastReports } from '#db/queries/connector/readiness.ts'
import { listRunningVersions, listSaidOf } from '#db/queries/publication/reports.ts'
import { findFailOverFacts } from '#db/queries/target/fail-over.ts'
import { findTarget } from '#db/queries/target/targets.ts'
import { runningVersion, runsOf } from '#domain/publication/runs.ts'
import { type FreshDb, freshDb } from '#test/support/fresh-db.ts'
import { groupPages, statusPages } from '#test/support/pages.ts'
import { openSandbox, type Person, type Sandbox } from '#test/support/sandbox.ts'
import { connectorRunsAll, groupIdOf } from '#test/support/workflow.ts'
import { findFeedPage } from '#views/feed/feed-page.ts'
import { listSessions } from '#views/session/sessions.ts'

/**
 * The sandbox on shard `main`, and beside it shard `b`: a feed, a source of Dogwood's on it, and a target BBBBBB in the
 * group "Dogwood surveillance". Both connectors have the name `test`.
 */
let db: FreshDb
let sandbox: Sandbox
beforeAll(async () => {
  db = await freshDb()
  sandbox = await openSandbox(db)
  await connectorRunsAll(db, sandbox)
  const { owner } = db
  await owner`insert into dc.feeds (id, environment, gateway_kind, settings, shard)
    select 'gwb', environment, gateway_kind, settings, 'b' from dc.feeds`
  await owner`insert into dc.source_sessions (environment, session_code, execution_code, operated_by, feed_id, gateway_kind)
    select environment, 'ZB1', execution_code, operated_by, 'gwb', gateway_kind from dc.source_sessions where session_code = 'T9F'`
  await owner`insert into dc.targets (group_id, environment, session_id, gateway_kind, listen, state, shard)
    select t.group_id, t.environment, 'BBBBBB', t.gateway_kind, t.listen, 'open', 'b' from dc.targets t
    join dc.groups g on g.id = t.group_id where g.name = 'Dogwood surveillance'`
  for (const shard of ['main', 'b']) {
    const rows = { environment: 'sandbox', shard, connector: 'test', at: db.clock.now }
    const feed = { feed_id: shard === 'b' ? 'gwb' : 'gw1', state: 'logged-on', since: db.clock.now }
    await owner`insert into dc.observed_feeds ${owner({ ...rows, ...feed, received: shard === 'b' ? 7 : 300 })}`
    const stray = { source_id: 'ZZZ999', known: false, aside: shard === 'b' ? 2 : 5 }
    await owner`insert into dc.observed_sources ${owner({ ...rows, ...stray })}`
  }
  await owner`insert into dc.observed_targets (environment, shard, connector, session_id, state, since, next_out, at)
    select environment, shard, 'test', session_id, 'logged-on', ${db.clock.now}, case shard when 'b' then 44 else 101 end, ${db.clock.now}
    from dc.targets`
  await heard('b')
})
afterAll(() => db.close())

async function heard(shard: string, agoMs = 0): Promise<void> {
  const at = new Date(db.clock.now.getTime() - agoMs)
  await db.owner`
    insert into dc.observed_connectors (environment, shard, connector, state, pid, host, release, started_at, heard_at, running_version)
    select environment, ${shard}, 'test', 'running', 1, 'test', '0', ${at}, ${at}, newest_version from dc.environments
    where environment = 'sandbox'
    on conflict (environment, shard, connector) do update set heard_at = excluded.heard_at, running_version = excluded.running_version`
}

const as = async <T>(person: Person, read: (tx: Tx) => Promise<T>): Promise<T> =>
  db.database.withActor(await sandbox.actor(person), read)
const status = async (person: Person) => statusPages(db, await sandbox.actor(person))
const wordsOf = (view: Awaited<ReturnType<typeof status>>) =>
  Object.fromEntries(view.targets.map((one) => [one.sessionId === 'BBBBBB' ? 'b' : one.groupName, one.delivery.word]))

describe('pages with connectors of two shards', () => {
  test('show what each says of its own sessions and feeds', async () => {
    const view = await status('harper')
    expect(view.isStale).toBe(false)
    expect(view.feeds.map((feed) => [feed.id, feed.session, feed.received])).toEqual([
      ['gw1', 'logged-on', 300],
      ['gwb', 'logged-on', 7],
    ])
    const sessions = await db.database.asJobs((tx) => listSessions(tx, db.clock.now))
    const nexts = sessions.map(({ name, shard, nextOut }) => [name === 'BBBBBB' || shard === 'b', nextOut])
    expect(nexts.filter(([isOfB]) => isOfB)).toEqual([
      [true, 44],
      [true, 0],
    ])
    expect(
      sessions.filter(({ kind, shard }) => kind === 'target' && shard === 'main').map((one) => one.nextOut),
    ).toEqual([101, 101])
    const kept = async (id: string) =>
      (await as('harper', (tx) => findFeedPage(tx, 'sandbox', id, db.clock.now)))?.aside
    expect(await kept('gwb')).toMatchObject([{ name: 'ZZZ999', messages: 2 }])
    expect(await kept('gw1')).toMatchObject([{ name: 'ZZZ999', messages: 5 }])
  })

  test('know nothing of the shard that is silent, and everything of the other', async () => {
    await heard('b', 11_000)
    const all = await status('harper')
    expect(all.isStale).toBe(true)
    expect(all.verdict.sentence).toMatch(/^No word from the connector for 11 s/)
    expect(wordsOf(all)).toMatchObject({ b: 'Unknown', 'Cedar risk': 'Complete' })
    const cedar = await status('casey') // has no source there
    expect([cedar.isStale, cedar.connector?.state]).toEqual([false, 'running'])
    expect(cedar.verdict.tone).not.toBe('unknown')
    const page = async (name: string) => {
      const [id, reader] = [await groupIdOf(db, name), await sandbox.actor('harper')]
      return groupPages(db, reader, id)
    }
    expect((await page('Cedar risk'))?.isStale).toBe(false)
    expect(await page('Dogwood surveillance')).toMatchObject({ isStale: true, delivery: { word: 'Unknown' } })
    expect((await as('harper', (tx) => findFeedPage(tx, 'sandbox', 'gwb', db.clock.now)))?.isStale).toBe(true)
    expect((await as('harper', (tx) => findFeedPage(tx, 'sandbox', 'gw1', db.clock.now)))?.isStale).toBe(false)
    await heard('b')
  })

  test('let an alarm of one connector concern its own targets alone, and list each', async () => {
    const alarm = {
      environment: 'sandbox',
      connector: 'test',
      code: 'disk-full',
      kind: 'connector',
      since: db.clock.now,
    }
    await db.owner`insert into dc.observed_alarms ${db.owner({ ...alarm, shard: 'b', says: 'The disk is full.' })}`
    expect(wordsOf(await status('harper'))).toMatchObject({ b: 'Needs you', 'Cedar risk': 'Complete' })
    await db.owner`insert into dc.observed_alarms ${db.owner({ ...alarm, shard: 'main', says: 'The disk is full.' })}`
    const listed = (await status('harper')).alarms.map(({ code, kind, objectId }) => `${code} ${kind} ${objectId}`)
    expect(listed.sort()).toEqual(['disk-full connector b', 'disk-full connector main'])
    await db.owner`delete from dc.observed_alarms`
    await db.owner`insert into dc.observed_alarms ${db.owner({ ...alarm, shard: 'main', code: 'failover', kind: 'target', object_id: 'BBBBBB', says: 'x' })}`
    const facts = await as('harper', async (tx) => {
      const found = await findTarget(tx, 'BBBBBB')
      return found && findFailOverFacts(tx, found, db.clock.now)
    })
    expect(facts).toMatchObject({ isStoodIn: false, isLoggedOn: true })
    await db.owner`delete from dc.observed_alarms`
  })

  test('say Needs you of the shard that nobody leads', async () => {
    const refusal = { environment: 'sandbox', shard: 'b', connector: 'test', place: '1.1', code: 'no-journal' }
    const words = { says: 'The connector does not lead.', remedy: 'Find its journal.' }
    await db.owner`insert into dc.connector_refusals (environment, shard, connector, place, code, says, remedy, since, at)
      values (${refusal.environment}, ${refusal.shard}, 'test', '1.1', 'no-journal', ${words.says}, ${words.remedy}, now(), now())`
    expect(wordsOf(await status('harper'))).toMatchObject({ b: 'Needs you', 'Cedar risk': 'Complete' })
    const reports = (await db.database.asJobs(listLastReports)).filter((one) => one.environment === 'sandbox')
    expect(reports.map(({ shard, refusal: why }) => [shard, why?.says])).toEqual([
      ['b', words.says],
      ['main', undefined],
    ])
    await db.owner`delete from dc.connector_refusals`
  })
})

describe('a version', () => {
  test('runs when the connectors of all shards run it, and a removed target is gone when its own does', async () => {
    const [{ newest } = { newest: 0 }] = await db.owner<{ newest: number }[]>`
      select newest_version as newest from dc.environments where environment = 'sandbox'`
    await db.owner`insert into dc.configuration_parts (environment, number, kind, object_id, document)
      values ('sandbox', ${newest}, 'target', 'BBBBBB', null)`
    const ofB = async () => {
      const { parts, reports, gone } = await db.database.asJobs((tx) => listSaidOf(tx, 'sandbox', newest))
      return runsOf(parts, reports, gone).find((part) => part.objectId === 'BBBBBB')?.state
    }
    const running = async () => {
      const { shards, connectors } = await as('harper', (tx) => listRunningVersions(tx, 'sandbox'))
      return runningVersion(shards, connectors)
    }
    expect([await running(), await ofB()]).toEqual([newest, 'running'])
    await db.owner`update dc.observed_connectors set running_version = ${newest - 1} where shard = 'b'`
    expect([await running(), await ofB()]).toEqual([newest - 1, 'unanswered'])
  })
})

describe('the shard of a feed and of a target', () => {
  test('is a name like others, and stays', async () => {
    const named = (name: string) =>
      db.owner`insert into dc.feeds (id, environment, gateway_kind, settings, shard) values ('gwc', 'sandbox', 'cgw', '{}', ${name})`
    await expect(named('two words')).rejects.toMatchObject({ constraint_name: 'feeds_shard' })
    await expect(named('')).rejects.toMatchObject({ constraint_name: 'feeds_shard' })
    for (const table of ['feeds', 'targets'])
      await expect(db.owner`update dc.${db.owner(table)} set shard = 'c'`).rejects.toThrow(
        `dc.${table}.shard is never changed`,
      )
  })
})
