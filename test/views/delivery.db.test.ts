import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type FreshDb, freshDb } from '#test/support/fresh-db.ts'
import { groupPages, keepAll, statusPages } from '#test/support/pages.ts'
import { openSandbox, type Person, type Sandbox } from '#test/support/sandbox.ts'
import { connectorRunsAll, done, groupIdOf, workflowOf } from '#test/support/workflow.ts'
import { findFeedPage } from '#views/feed/feed-page.ts'
import { findSandboxSteps } from '#views/status/sandbox.ts'
import { findTargetPage } from '#views/target/target-page.ts'

let db: FreshDb
let sandbox: Sandbox
beforeAll(async () => {
  db = await freshDb()
  sandbox = await openSandbox(db)
  await connectorRunsAll(db, sandbox)
  await report()
})
afterAll(() => db.close())

/** What the connector would write: one target read by its client, one that nobody logs on to. */
async function report(): Promise<void> {
  const { owner, clock } = db
  const at = clock.now
  await owner`insert into dc.observed_feeds (environment, connector, feed_id, state, since, received, at) values ('sandbox', 'test', 'gw1', 'logged-on', ${at}, 300, ${at})`
  const rows = await owner<{ session_id: string; name: string; source: string }[]>`
    select t.session_id, g.name, s.session_code || s.execution_code as source from dc.targets t join dc.groups g on g.id = t.group_id
    join dc.target_sources ts on ts.target_id = t.id join dc.source_sessions s on s.id = ts.source_id order by 1, 3`
  for (const sessionId of new Set(rows.map((row) => row.session_id))) {
    const isRead = rows.some((row) => row.session_id === sessionId && row.name === 'Cedar risk')
    await owner`insert into dc.observed_targets (environment, connector, session_id, state, since, next_out, last_logon_at, at)
      values ('sandbox', 'test', ${sessionId}, ${isRead ? 'logged-on' : 'no-logon'}, ${at}, 101, ${isRead ? at : null}, ${at})`
  }
  for (const { session_id: sessionId, name, source } of rows) {
    const [delivered, held] = name === 'Cedar risk' ? [90, 0] : [0, 90]
    await owner`insert into dc.observed_sources (environment, connector, source_id, feed_id, highest, received, last_received_at, at)
      values ('sandbox', 'test', ${source}, 'gw1', 400, 100, ${at}, ${at})`
    await owner`insert into dc.observed_ledger (environment, connector, session_id, source_id, week, received, delivered, filtered, held, at)
      values ('sandbox', 'test', ${sessionId}, ${source}, '2026-03-01', 100, ${delivered}, 10, ${held}, ${at})`
  }
}

const status = async (person: Person) => {
  const reader = await sandbox.actor(person)
  return statusPages(db, reader)
}

describe('the status page, once the connector reports', () => {
  test('says how all groups stand, the worst first', async () => {
    const view = await status('harper')
    expect(view.verdict.sentence).toBe(
      '1 of 2 groups complete, nothing unaccounted. Dogwood surveillance: No password or access key yet, so no client can log on to ' +
        `${view.targets[0]?.sessionId}. 180 copies are held.`,
    )
    const listed = view.groups.map((group) => [group.name, group.delivery?.word ?? group.stateWord])
    expect(listed.slice(0, 2)).toEqual([
      ['Dogwood surveillance', 'Waiting for them'],
      ['Cedar risk', 'Complete'],
    ])
    // groups of one state have no order among them
    expect(listed.slice(2).sort()).toEqual([
      ['Cedar back office', 'Requested'],
      ['Options desk', 'Requested'],
    ])
    expect(view.ledger).toMatchObject({ received: 400, delivered: 180, filtered: 40, held: 180 })
    expect(view.feeds[0]).toMatchObject({ id: 'gw1', session: 'logged-on', received: 300 })
  })

  test('shows an owner its own groups, and a guarantor its own sessions in them', async () => {
    expect((await status('casey')).verdict).toMatchObject({
      tone: 'good',
      sentence: '1 of 1 group complete, nothing unaccounted.',
    })
    const view = await status('xan')
    expect(view.targets).toEqual([])
    expect(view.groups.filter((group) => group.isLive).map((group) => [group.name, group.ledger.received])).toEqual([
      ['Dogwood surveillance', 100],
      ['Cedar risk', 100],
    ])
    expect(view.sources.map((source) => source.name)).toEqual(['K7T882', 'Q1A882', 'R5C914', 'T9F733', 'V8N882'])
  })

  test('tells of ids that run short without calling anybody, and of what does call somebody beside it, to firms too', async () => {
    const raise = (code: string, says: string) =>
      db.owner`insert into dc.observed_alarms (environment, connector, code, kind, says, since)
        values ('sandbox', 'test', ${code}, 'connector', ${says}, ${db.clock.now})`
    const word = async () => (await status('harper')).groups.find(({ name }) => name === 'Cedar risk')?.delivery?.word
    await raise('ids', 'The journal has given out most of its ids.')
    expect((await status('harper')).alarms.map(({ code }) => code)).toEqual(['ids'])
    expect(await word()).toBe('Complete')
    await raise('suspect-tail', 'The journal ended in damaged bytes.')
    expect(await word()).toBe('Needs you')
    for (const person of ['casey', 'xan'] as const) {
      const { alarms, groups } = await status(person)
      expect(alarms).toEqual([])
      expect(groups.find(({ name }) => name === 'Cedar risk')?.delivery).toMatchObject({
        ...{ word: 'Needs you', sentence: 'The connector that copies for this group has raised an alarm.' },
      })
    }
    await db.owner`delete from dc.observed_alarms`
  })

  test('gives a guarantor its figures on the group page, and none of another’s session', async () => {
    const xan = await sandbox.actor('xan')
    const id = await groupIdOf(db, 'Cedar risk')
    const page = await groupPages(db, xan, id)
    expect(page?.sources.map((source) => [source.name, source.ledger.delivered])).toEqual([['R5C914', 90]])
    expect(page?.delivery?.word).toBe('Complete')
    expect(page?.ledger.received).toBe(100)
  })

  test('tells the exchange the command that puts it right, and a firm what a firm can do', async () => {
    const of = async (person: Person, name: string) =>
      (await status(person)).groups.find((group) => group.name === name)?.delivery
    await db.owner`update dc.observed_connectors set doubt = 'Numbers were raised.'`
    expect((await of('harper', 'Cedar risk'))?.todo).toContain('drop-copy session acknowledge')
    for (const person of ['casey', 'xan'] as const)
      expect(await of(person, 'Cedar risk')).toMatchObject({
        ...{ word: 'Needs you', sentence: 'Numbers were raised.' },
        todo: 'Compare the copies that came with your own records, and tell operations of the exchange what is missing.',
      })
    await db.owner`update dc.observed_connectors set doubt = null`
  })

  test('says to who only pays for a group that it is live, and nothing of its delivery', async () => {
    const id = await groupIdOf(db, 'Cedar risk')
    const drew = await sandbox.actor('drew')
    await db.owner`insert into dc.visible_groups (firm_id, group_id, reason) values (${drew.firmId}, ${id}, 'bill-to')`
    const view = await status('drew')
    const row = view.groups.find((group) => group.id === id)
    expect(row).toMatchObject({
      ...{ isLive: true, seesDelivery: false, stateWord: 'Live' },
      stateSentence: 'How it is delivered is for its owner to see.',
    })
    expect(row?.delivery).toBeUndefined()
    expect(view.verdict.sentence).toMatch(/^0 of 1 group complete/)
    await db.owner`delete from dc.visible_groups where firm_id = ${drew.firmId} and group_id = ${id}`
  })

  test('knows nothing any more ten seconds after the last word', async () => {
    sandbox.tick(11_000)
    const view = await status('harper')
    expect(view.isStale).toBe(true)
    expect(new Set(view.groups.flatMap((group) => group.delivery?.word ?? []))).toEqual(new Set(['Unknown']))
    await db.owner`update dc.observed_connectors set heard_at = ${db.clock.now}`
  })

  test('says Needs you when a sum does not close, on every page alike', async () => {
    const { sessionId } = sandbox.seeded.client
    await db.owner`update dc.observed_ledger set delivered = delivered - 1 where session_id = ${sessionId} and source_id = 'R5C914'`
    const casey = await sandbox.actor('casey')
    await keepAll(db)
    const target = await db.database.withActor(casey, (tx) => findTargetPage(tx, casey, sessionId, db.clock.now))
    expect(target?.delivery.word).toBe('Needs you')
    expect((await status('casey')).verdict).toMatchObject({ tone: 'bad' })
    expect((await status('xan')).groups[0]).toMatchObject({ name: 'Cedar risk', delivery: { word: 'Needs you' } })
  })

  test('charges the first group nothing from the month it was applied, and says why', async () => {
    const casey = await sandbox.actor('casey')
    const id = await groupIdOf(db, 'Cedar risk')
    const page = await groupPages(db, casey, id)
    expect(page?.bill?.charges).toMatchObject([{ month: '2026-03', amountMinor: 0, waived: true }])
  })
})

test('the six steps tick from what really happened', async () => {
  const flow = workflowOf(db, sandbox)
  const ticked = async () => {
    const steps = await db.database.asJobs((tx) => findSandboxSteps(tx, db.clock.now))
    return steps?.map((step) => (step.isDone ? 'x' : step.isNext ? '>' : '.')).join('')
  }
  expect(await ticked()).toBe('>.....')
  done(await flow.submit('avery', 5))
  expect(await ticked()).toBe('x>....')
  done(await flow.decide('bailey', 5, 'approve'))
  expect(await ticked()).toBe('x>x...') // in whichever order they sign
  done(await flow.decide('xan', 5, 'approve'))
  done(await flow.decide('harper', 5, 'approve'))
  expect(await ticked()).toBe('xxxx>.')
})

describe('the page of a feed', () => {
  const page = async (person: Person, id = 'gw1') => {
    const reader = await sandbox.actor(person)
    return db.database.withActor(reader, (tx) => findFeedPage(tx, 'sandbox', id, db.clock.now))
  }

  test('says what it kept aside by name, what came twice, and whom it turned away, strangers included', async () => {
    const at = db.clock.now
    const put = (table: string, ...rows: Record<string, unknown>[]) =>
      db.owner`insert into ${db.owner(`dc.${table}`)} ${db.owner(rows.map((row) => ({ environment: 'sandbox', connector: 'test', at, ...row })))}`
    await db.owner`update dc.observed_sources set duplicates = 2, aside = 1 where source_id = 'T9F733'`
    await db.owner`update dc.observed_feeds set duplicates = 3`
    await put('observed_sources', { source_id: 'ZZZ999', known: false, aside: 7 })
    await put('observed_sources', { source_id: 'W4G733/20', known: false, aside: 5 })
    const refused = { kind: 'feed', address: '127.0.0.1:5', code: 'x' }
    await put('observed_refused_logons', { ...refused, object_id: 'gw1', claimed: 'GW1', says: 'MsgSeqNum too low.' })
    await put('observed_refused_logons', { ...refused, object_id: 'gw2', claimed: 'GW2', says: 'Another feed.' })
    await put('observed_refused_logons', { ...refused, claimed: 'NOBODY', says: 'NOBODY is not known here.' })
    await put('observed_refused_logons', { ...refused, kind: 'target', object_id: 'AAAAAA', claimed: 'A', says: 'no' })
    const view = await page('hollis')
    expect(view).toMatchObject({
      id: 'gw1',
      delivery: { word: 'Complete' },
      session: { received: 300, state: 'logged-on' },
    })
    expect(view?.connection).toMatchObject({ mode: 'accept', theirCompId: 'GW1' })
    expect(view?.aside.map(({ name, known, isSession, messages }) => [name, known, isSession, messages])).toEqual([
      ['ZZZ999', false, false, 7],
      ['W4G733/20', false, true, 5],
      ['T9F733', true, true, 1],
    ])
    expect(view?.session?.duplicates).toBe(3)
    expect(view?.sources.find(({ name }) => name === 'T9F733')?.duplicates).toBe(2)
    expect(view?.refusedLogons.map(({ says }) => says)).toEqual(['MsgSeqNum too low.'])
    expect(view?.strangers.map(({ claimed }) => claimed)).toEqual(['NOBODY'])
  })

  test('is the exchange’s alone', async () => {
    expect(await page('xan')).toBeUndefined()
    expect(await page('hollis', 'gw9')).toBeUndefined()
  })
})

describe('a fee plan that ends without a successor', () => {
  test('is an alarm of the exchange from the month before on, and of nobody else', async () => {
    const holes = async (person: Person) => (await status(person)).alarms.filter(({ code }) => code === 'no-fee-plan')
    expect(await holes('harper')).toEqual([])
    // midnight in Chicago
    await db.owner`update dc.fee_plans set during = tstzrange(lower(during), '2026-04-01T05:00:00Z')`
    expect((await holes('harper')).map(({ says }) => says)).toEqual([
      'No fee plan is in force in 2026-04: what groups cost then is not known',
    ])
    expect(await holes('casey')).toEqual([])
    await db.owner`update dc.fee_plans set during = tstzrange(lower(during), null)`
  })
})
