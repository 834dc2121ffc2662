import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { standingsKeeper } from '#services/jobs/standings.ts'
import { keepStandings } from '#services/standing/keep-standings.ts'
import { createCredential } from '#services/target/create-credential.ts'
import { pauseTarget } from '#services/target/pause-target.ts'
import { resumeTarget } from '#services/target/resume-target.ts'
import type { FreshDb } from '#test/support/fresh-db.ts'
import type { Person, Sandbox } from '#test/support/sandbox.ts'
import { connectorRunsAll, done, openWorkflow } from '#test/support/workflow.ts'

let db: FreshDb
let sandbox: Sandbox
let sessionId: string
let pass: () => Promise<number>
beforeAll(async () => {
  ;({ db, sandbox } = await openWorkflow())
  sessionId = sandbox.seeded.client.sessionId
  pass = standingsKeeper({ ...sandbox.deps, asJobs: db.database.asJobs })
})
afterAll(() => db.close())

const targetRow = async () => {
  const [row] = await db.owner`
    select s.* from dc.target_standings s join dc.targets t on t.id = s.target_id where t.session_id = ${sessionId}`
  return row
}
const groupRows = () => db.owner`
  select g.name, f.name as firm, s.word, s.received::int, s.waiting::int, s.sources, s.heard, s.targets
  from dc.group_standings s join dc.groups g on g.id = s.group_id join dc.firms f on f.id = s.firm_id order by 1, 2`
/** All columns of all rows, as a pass over every group would leave them. */
async function all(): Promise<unknown> {
  return [
    await db.owner`select * from dc.group_standings order by group_id, firm_id`,
    await db.owner`select * from dc.target_standings order by target_id`,
  ]
}
/** What one more pass leaves is what a pass over everything leaves. */
async function expectKept(): Promise<void> {
  await pass()
  const kept = await all()
  const ids = (await db.owner<{ id: string }[]>`select id from dc.groups`).map((row) => row.id)
  await db.database.asJobs((tx) => keepStandings(tx, ids, db.clock.now))
  expect(kept).toEqual(await all())
}
const place = { environment: 'sandbox', connector: 'test' }

/** The connector reports figures of every source on every target, and hears every source. */
async function report(figures: { received: number; delivered: number; waiting: number }): Promise<void> {
  sandbox.tick()
  const at = db.clock.now
  await db.owner`update dc.observed_connectors set heard_at = ${at}`
  for (const { session_id, source } of await db.owner<{ session_id: string; source: string }[]>`
    select t.session_id, s.session_code || s.execution_code as source from dc.targets t
    join dc.target_sources ts on ts.target_id = t.id join dc.source_sessions s on s.id = ts.source_id`) {
    await db.owner`insert into dc.observed_ledger ${db.owner({ ...place, session_id, source_id: source, week: '2026-03-01', at, ...figures })}
      on conflict (environment, shard, connector, session_id, source_id, segment, week)
      do update set received = excluded.received, delivered = excluded.delivered, waiting = excluded.waiting, at = excluded.at`
    await db.owner`insert into dc.observed_sources ${db.owner({ ...place, source_id: source, feed_id: 'gw1', received: figures.received, at })}
      on conflict do nothing`
    await db.owner`insert into dc.observed_targets ${db.owner({ ...place, session_id, state: 'logged-on', since: at, at, last_sent_at: at })}
      on conflict (environment, shard, connector, session_id) do update set at = excluded.at, last_sent_at = excluded.at`
  }
}

const act = async (command: typeof pauseTarget | typeof resumeTarget, person: Person) => {
  sandbox.tick()
  const input = { commandId: randomUUID(), sessionId, reason: 'Maintenance.' }
  return done(await command(input, await sandbox.actor(person), sandbox.deps))
}

describe('the standing of a target and of its group', () => {
  test('has a row for each open target, and for each open group one for every firm that may know how it runs', async () => {
    await pass()
    expect((await groupRows()).map(({ name, firm, word }) => [name, firm, word])).toEqual([
      ['Cedar back office', 'Cedar Markets', null],
      ['Cedar risk', 'Birch Clearing', 'Complete'],
      ['Cedar risk', 'Cedar Markets', 'Waiting for them'],
      ['Cedar risk', 'Xenon Clearing', 'Complete'],
      ['Dogwood surveillance', 'Birch Clearing', 'Complete'],
      ['Dogwood surveillance', 'Dogwood Capital', 'Waiting for them'],
      ['Dogwood surveillance', 'Xenon Clearing', 'Complete'],
      ['Options desk', 'Alder Trading', null],
    ])
  })

  test('follows what the connector reports', async () => {
    await report({ received: 10, delivered: 7, waiting: 3 })
    expect(await pass()).toBeGreaterThan(0)
    expect(await targetRow()).toMatchObject({ sources: 2, heard: 2, received: '20', waiting: '6' })
    const since = (await targetRow())?.waiting_since
    await report({ received: 12, delivered: 9, waiting: 3 })
    await expectKept()
    expect((await targetRow())?.waiting_since).toEqual(since) // without a break
    await report({ received: 12, delivered: 12, waiting: 0 })
    await expectKept()
    expect(await targetRow()).toMatchObject({ word: 'Complete', waiting: '0', waiting_since: null })
  })

  test('looks at no group while nothing was reported and nothing written', async () => {
    await pass()
    expect(await pass()).toBe(0)
  })

  test('shows at once what a person did', async () => {
    await act(pauseTarget, 'casey')
    expect(await targetRow()).toMatchObject({ word: 'Paused' })
    await act(resumeTarget, 'casey')
    expect((await targetRow())?.word).not.toBe('Paused')
    await expectKept()
  })

  test('does not name the people of the exchange to firms', async () => {
    await act(pauseTarget, 'hollis')
    expect(await targetRow()).toMatchObject({ text: 'Paused by the exchange' })
    await act(resumeTarget, 'hollis')
  })

  test('tells of a publication that the connector does not answer, once a minute has passed', async () => {
    await pass()
    expect((await targetRow())?.word).toBe('Catching up')
    sandbox.tick(61_000)
    await expectKept()
    expect(await targetRow()).toMatchObject({ word: 'Needs you' })
    await connectorRunsAll(db, sandbox)
    await expectKept()
    expect(await targetRow()).toMatchObject({ word: 'Complete' })
  })

  test('follows the feed behind its sources', async () => {
    const at = db.clock.now
    await db.owner`insert into dc.observed_feeds ${db.owner({ ...place, feed_id: 'gw1', state: 'down', since: at, at })}`
    await expectKept()
    expect(await targetRow()).toMatchObject({ word: 'Late', feed: 'gw1' })
    await db.owner`update dc.observed_feeds set state = 'logged-on'`
    await expectKept()
    expect(await targetRow()).toMatchObject({ word: 'Complete' })
  })

  test('ends a password’s effect at its instant, though nobody writes anything then', async () => {
    sandbox.tick()
    const input = { commandId: randomUUID(), sessionId, reason: 'New password.' }
    done(await createCredential(input, await sandbox.actor('casey'), sandbox.deps))
    await connectorRunsAll(db, sandbox)
    await db.owner`update dc.target_credentials set expires_at = ${new Date(db.clock.now.getTime() + 5000)}`
    await pass()
    expect((await targetRow())?.recheck_at).toEqual(new Date(db.clock.now.getTime() + 5000))
    sandbox.tick(6000)
    await expectKept()
    expect((await targetRow())?.sentence).toContain('no client can log on')
  })

  test('goes with the group', async () => {
    await db.owner`update dc.targets set state = 'closed' where session_id = ${sessionId}`
    await db.owner`update dc.groups set state = 'closed' where name = 'Cedar risk'`
    await expectKept()
    expect(await targetRow()).toBeUndefined()
    expect((await groupRows()).map((row) => row.name)).not.toContain('Cedar risk')
  })
})
