import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { runFromDatabase } from '#connector/database/run-from-database.ts'
import type { Running } from '#connector/run/run-connector.ts'
import { checked } from '#connector/run/snapshot/wanted-file.ts'
import type { SessionCommand } from '#domain/session/command.ts'
import { commandSession } from '#services/session/command-session.ts'
import {
  client,
  feed,
  gateway,
  keptLog,
  password,
  type Started,
  snapshot,
  start,
  target,
  temporaryDirectory,
} from '#test/support/connector.ts'
import { ConnectorProcess, onPorts, writeConfig } from '#test/support/connector-process.ts'
import { publishParts, until } from '#test/support/database-connector.ts'
import { FixPeer, fieldOf } from '#test/support/fix-peer.ts'
import { type FreshDb, freshDb } from '#test/support/fresh-db.ts'
import { envelop, sourceFill } from '#test/support/source-flow.ts'

let db: FreshDb
beforeAll(async () => {
  db = await freshDb()
})
afterAll(() => db.close())
beforeEach(async () => {
  await db.truncate()
  await publishParts(db, 1, [
    { kind: 'feed', id: 'gw1', document: feed() },
    { kind: 'source', id: 'K7T882', document: { id: 'K7T882', feed: 'gw1', gateway: 'cgw' } },
    { kind: 'target', id: 'ODQ1Z9', document: target({ sources: ['K7T882'] }) },
    { kind: 'feed', id: 'gw2', document: { ...feed({ id: 'gw2', theirCompId: 'GW2' }), shard: 'b' } },
    { kind: 'source', id: 'M3P882', document: { id: 'M3P882', feed: 'gw2', gateway: 'cgw' } },
    {
      kind: 'target',
      id: 'BBBBBB',
      document: { ...target({ sessionId: 'BBBBBB', sources: ['M3P882'] }), shard: 'b' },
    },
  ])
})

/** A connector in this process. All have the name `main`: the shard alone tells them apart. */
async function begin(shard?: string, data = temporaryDirectory()) {
  const { log, lines } = keptLog()
  const stop = new AbortController()
  const shared = { environment: 'sandbox', name: 'main', url: db.urls.dc_connector, release: 'test' } as const
  let ended: Promise<void> = Promise.resolve()
  const end = async () => {
    stop.abort()
    await ended
  }
  onTestFinished(() => end().catch(() => undefined))
  const running = await new Promise<Running>((resolve, reject) => {
    ended = runFromDatabase({ ...shared, shard, data, log, onFatal: reject, onReady: resolve }, stop.signal)
    ended.catch(reject)
  })
  return { running, lines, data, stop: end }
}

/** A gateway hands over this many fills, and the client of the target receives them. */
async function deliver({ worker }: Running, of: { gateway: string; target: string; source: string }, fills: number) {
  const common = { target: 'DROPCOPY', subId: 'GW', targetSubId: 'DC', locationId: 'US,IL' }
  const gw = await FixPeer.connect(worker.acceptor.port('127.0.0.1:0') ?? 0, { ...common, sender: of.gateway })
  gw.logon()
  await gw.message('A')
  const peer = await client(worker.acceptor.port('localhost:0') ?? 0, { sessionId: of.target })
  peer.logon(password())
  await peer.message('1')
  for (let number = 1; number <= fills; number++) envelop(gw, sourceFill(of.source, number))
  await peer.message('8', fills)
  return { gw, peer }
}

const inMain = { gateway: 'GW1', target: 'ODQ1Z9', source: 'K7T882' }
const inB = { gateway: 'GW2', target: 'BBBBBB', source: 'M3P882' }

async function ask(shard: string, session: string, command: SessionCommand): Promise<string> {
  const id = randomUUID()
  const of = { kind: 'target', environment: 'sandbox', shard, session, ownerId: null } as const
  await db.database.asJobs((tx) =>
    commandSession(tx, of, command, { operator: 'root', reason: 'Asked by the desk.', id }, new Date()),
  )
  return id
}

const outcomeOf = async (id: string) =>
  (await db.owner`select state from dc.session_command_outcomes where command_id = ${id}`)[0]?.state
const outcome = (id: string) => until('the outcome', () => outcomeOf(id))

const rowsOf = async (shard: string) => ({
  feeds: await db.owner`select feed_id, state, received from dc.observed_feeds where shard = ${shard}`,
  targets: await db.owner`select session_id, state, next_out from dc.observed_targets where shard = ${shard}`,
  sources: await db.owner`select source_id, received from dc.observed_sources where shard = ${shard} order by 1`,
  ledger: await db.owner`select session_id, source_id, delivered from dc.observed_ledger where shard = ${shard}`,
  reports: await db.owner`select kind, object_id from dc.configuration_reports where shard = ${shard} order by 1`,
  alarms: await db.owner`select code from dc.observed_alarms where shard = ${shard}`,
  journals: await db.owner`select connector from dc.observed_journals where shard = ${shard}`,
})

describe('two connectors of one environment, one for each of its shards', () => {
  test('run at once: each leads, runs and reports what is its own', async () => {
    const main = await begin()
    const b = await begin('b')
    expect([...main.running.worker.feeds.keys(), ...main.running.worker.targets.keys()]).toEqual(['gw1', 'ODQ1Z9'])
    expect([...b.running.worker.feeds.keys(), ...b.running.worker.targets.keys()]).toEqual(['gw2', 'BBBBBB'])
    await deliver(main.running, inMain, 1)
    await deliver(b.running, inB, 2)
    await until('both ledgers', async () => {
      const sums =
        await db.owner`select shard, sum(delivered)::int as sum from dc.observed_ledger group by 1 order by 1`
      return sums.map(({ shard, sum }) => `${shard} ${sum}`).join() === 'b 2,main 1'
    })
    const leases = await db.owner`select shard, lineage, term from dc.connector_leases order by shard`
    expect(leases).toMatchObject([
      { shard: 'b', term: 1 },
      { shard: 'main', term: 1 },
    ])
    expect(leases[0]?.lineage).not.toBe(leases[1]?.lineage)
    expect(await rowsOf('main')).toMatchObject({
      feeds: [{ feed_id: 'gw1', state: 'logged-on', received: '1' }],
      targets: [{ session_id: 'ODQ1Z9', state: 'logged-on' }],
      sources: [{ source_id: 'K7T882', received: '1' }],
      ledger: [{ session_id: 'ODQ1Z9', source_id: 'K7T882', delivered: '1' }],
      reports: [{ object_id: 'gw1' }, { object_id: 'K7T882' }, { object_id: 'ODQ1Z9' }],
      journals: [{ connector: 'main' }],
    })
    expect(await rowsOf('b')).toMatchObject({
      feeds: [{ feed_id: 'gw2', state: 'logged-on', received: '2' }],
      targets: [{ session_id: 'BBBBBB', state: 'logged-on' }],
      sources: [{ source_id: 'M3P882', received: '2' }],
      ledger: [{ session_id: 'BBBBBB', source_id: 'M3P882', delivered: '2' }],
      reports: [{ object_id: 'gw2' }, { object_id: 'M3P882' }, { object_id: 'BBBBBB' }],
      journals: [{ connector: 'main' }],
    })
  })

  test('leave each other’s rows as they are, alarms and refused Logons among them', async () => {
    const main = await begin()
    const b = await begin('b')
    b.running.worker.alarms.raise('damaged', 'connector', '', 'A part of the journal is damaged.')
    const stranger = await client(b.running.worker.acceptor.port('localhost:0') ?? 0, { sessionId: 'NOBODY' })
    stranger.logon(password())
    await until('the rows of b', async () => {
      const [row] = await db.owner`select 1 from dc.observed_alarms join dc.observed_refused_logons l using (shard)
        where shard = 'b' and l.claimed = 'NOBODYN'`
      return row
    })
    await b.stop()
    const before = await rowsOf('b')
    main.running.worker.alarms.raise('damaged', 'connector', '', 'A part of the journal is damaged.')
    await until('the alarm of main', async () => (await rowsOf('main')).alarms.length > 0)
    main.running.worker.alarms.clear('damaged', 'connector', '')
    await until('its end', async () => (await rowsOf('main')).alarms.length === 0)
    expect(await rowsOf('b')).toEqual(before)
    expect(before.alarms).toEqual([{ code: 'damaged' }])
    expect(await db.owner`select shard from dc.observed_refused_logons`).toEqual([{ shard: 'b' }])
    const states = await db.owner`select shard, state from dc.observed_connectors order by 1`
    expect(states).toEqual([
      { shard: 'b', state: 'stopped' },
      { shard: 'main', state: 'running' },
    ])
  })

  test('take the commands of their own sessions, and nobody else’s', async () => {
    const main = await begin()
    const first = await ask('b', 'BBBBBB', { action: 'set-number', next: 50 })
    const second = await ask('main', 'ODQ1Z9', { action: 'set-number', next: 70 })
    expect(await outcome(second)).toBe('done')
    expect(await outcomeOf(first)).toBeUndefined() // older, and not main's
    const b = await begin('b')
    expect(await outcome(first)).toBe('done')
    const nextOf = ({ worker }: Running, session: string) => worker.targets.get(session)?.peer.session.nextOut
    expect([nextOf(main.running, 'ODQ1Z9'), nextOf(b.running, 'BBBBBB')]).toEqual([70, 50])
    const idsOf = ({ worker }: Running) => worker.core.state.data.commands?.map(({ id }) => id)
    expect([idsOf(main.running), idsOf(b.running)]).toEqual([[second], [first]])
  })
})

describe('a journal leads in the shard that it was born for', () => {
  test('and in no other: refused before it claims anything, and it leads its own again', async () => {
    const b = await begin('b')
    await b.stop()
    await expect(begin(undefined, b.data)).rejects.toThrow(
      `${b.data}: the journal is that of shard b, and this connector is to lead shard main`,
    )
    expect(await db.owner`select shard from dc.connector_leases`).toEqual([{ shard: 'b' }])
    const again = await begin('b', b.data)
    expect(again.running.worker.core.state.data).toMatchObject({ shard: 'b', term: 2 })
  })

  test('also where the file says so, with one sentence and exit code 2', async () => {
    const dir = temporaryDirectory()
    const { document } = await onPorts(snapshot({ shard: 'b' }))
    const connector = new ConnectorProcess(writeConfig(dir, document), `${dir}/data`)
    await connector.start()
    connector.signal('SIGTERM')
    expect(await connector.ended()).toBe(0)
    const { shard: _b, ...inMain } = document
    writeConfig(dir, { ...inMain, version: 2 })
    connector.launch()
    expect(await connector.ended()).toBe(2)
    expect(connector.stdout).toBe('')
    expect(connector.stderr.split('\n').filter((line) => line !== '' && !line.startsWith('{'))).toEqual([
      `${dir}/data: the journal is that of shard b, and this connector is to lead shard main`,
    ])
  })
})

describe('a snapshot of another shard', () => {
  const sentence = 'shard: b is not the shard of this connector, which is main'

  test('is refused at the start, and a new directory is still anybody’s', async () => {
    const data = temporaryDirectory()
    await expect(start(snapshot({ shard: 'b' }), data, { shard: 'main' })).rejects.toThrow(sentence)
    const connector = await start(snapshot({ shard: 'b' }), data)
    expect(connector.worker.core.state.data.shard).toBe('b')
  })

  test('is refused when it comes later, and what ran runs on', async () => {
    const connector = await start(snapshot())
    connector.wish.become(snapshot({ version: 2, shard: 'b', targets: [] }))
    const alarm = await until('the alarm', () =>
      connector.worker.alarms.all.find(({ code }) => code === 'configuration'),
    )
    expect(alarm.says).toBe(
      'The wanted configuration is that of shard b, and this connector leads shard main: what ran last runs on.',
    )
    expect(connector.worker.running).toMatchObject({ version: 1, shard: 'main' })
    await delivers(connector)
  })

  test('is main where none is named: the same content under the same number as before there were shards', async () => {
    const exchange = { compId: 'CME', subId: 'G' }
    const document = { schema: 1, version: 1, exchange, feeds: [], sources: [], targets: [] }
    const [plain, named] = [checked(document), checked({ ...document, shard: 'main' })]
    expect(plain).toMatchObject({ ok: true, snapshot: { shard: 'main' } })
    expect(named).toEqual(plain)
    // as the release before wrote it into journals
    expect(plain).toMatchObject({ digest: '5077adede40daaa89957a47dbfb850ed' })
  })

  test('is refused with its path where the name is none, or stands elsewhere', () => {
    expect(checked(snapshot({ shard: 'two words' }))).toEqual({
      ok: false,
      problems: ['shard: must be 1 to 64 letters, digits, or . : _ -'],
    })
    const inside = { ...snapshot(), feeds: [{ ...feed(), shard: 'b' }], targets: [{ ...target(), shard: 'b' }] }
    expect(checked(inside)).toEqual({
      ok: false,
      problems: ['feeds[0].shard: unknown key', 'targets[0].shard: unknown key'],
    })
  })
})

async function delivers(connector: Started): Promise<void> {
  const gw = await gateway(connector.feedPort)
  gw.logon()
  await gw.message('A')
  const peer = await client(connector.targetPort)
  peer.logon(password())
  await peer.message('1')
  envelop(gw, sourceFill('K7T882', 1))
  expect(fieldOf(await peer.message('8'), 1181)).toBe('1')
}
