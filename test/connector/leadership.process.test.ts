import { randomUUID } from 'node:crypto'
import { cpSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { runFromDatabase } from '#connector/database/run-from-database.ts'
import type { Running } from '#connector/run/run-connector.ts'
import { listLastReports } from '#db/queries/connector/readiness.ts'
import { connectorReasons } from '#domain/status/readiness.ts'
import { sessionsState, underConnector } from '#domain/status/state.ts'
import { verdict } from '#domain/status/verdict.ts'
import { commandSession } from '#services/session/command-session.ts'
import { client, feed, gateway, keptLog, password, target, temporaryDirectory } from '#test/support/connector.ts'
import { publishParts, until } from '#test/support/database-connector.ts'
import { FixPeer, fieldOf, utc } from '#test/support/fix-peer.ts'
import { type FreshDb, freshDb } from '#test/support/fresh-db.ts'
import { deliver, feedPort, startChild, swallowing, Told, targetPort, within } from '#test/support/leadership.ts'
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
    { kind: 'target', id: 'ODQ1Z9', document: target({ sources: ['K7T882'], protocol: 'dc4' }) },
  ])
})

type Begun = {
  data: string
  lines: ReturnType<typeof keptLog>['lines']
  running: Promise<Running>
  /** Once it leads; fails where it comes not to. */
  leads(): Promise<Running>
  stop(): Promise<void>
}

/** A connector in this process, whether it comes to lead or not. */
function begin(data = temporaryDirectory(), more: { takeOver?: string; url?: string; name?: string } = {}): Begun {
  const { log, lines } = keptLog()
  const stop = new AbortController()
  const shared = { environment: 'sandbox', name: 'main', url: db.urls.dc_connector, release: 'test' } as const
  let ended: Promise<void> = Promise.resolve()
  const running = new Promise<Running>((resolve, reject) => {
    ended = runFromDatabase({ ...shared, ...more, data, log, onFatal: reject, onReady: resolve }, stop.signal)
    ended.catch(reject)
  })
  running.catch(() => undefined)
  const logged = () => lines.map(({ msg }) => msg)
  const end = async () => {
    stop.abort()
    await within('its end', ended, logged)
  }
  onTestFinished(() => end().catch(() => undefined))
  return { data, lines, running, leads: () => within('that it leads', running, logged), stop: end }
}

const lease = async () =>
  (
    await db.owner<{ lineage: string; term: number; batch: string; numbers: { sessions: { nextOut: number }[] } }[]>`
    select lineage, term, batch, numbers from dc.connector_leases`
  )[0]

/** The lease has heard of every number that the connector has used. */
const untilReported = ({ worker }: Running) =>
  until('the lease', async () => {
    const row = await lease()
    return Number(row?.batch) === worker.core.journal.durableBatch
  })

/** What pages and `/readyz` say of the environment. */
async function said() {
  const [report] = (await db.database.asJobs(listLastReports)).filter((one) => one.environment === 'sandbox')
  if (!report) throw new Error('there is no such environment')
  const heard = { agoMs: 0, refusal: report.refusal, doubt: report.report?.doubt ?? undefined }
  const ledger = { received: 1, delivered: 1, filtered: 0, waiting: 0, held: 0, expired: 0 }
  return {
    word: underConnector(sessionsState(ledger, 1), heard).word,
    sentence: verdict({ counts: [], open: 0, worst: undefined, hidden: 0 }, 0, heard).sentence,
    reasons: connectorReasons({
      ...{ environment: 'sandbox', shard: 'main', child: 'running' },
      heard,
      report: report.report,
    }),
  }
}

const refusal = () =>
  until('the refusal', async () => (await said()).reasons.find((one) => one.code === 'refused-to-lead'))

describe('a connector on an older copy of the data directory', () => {
  /** 5 fills, a copy of the directory, 20 more by the original. */
  async function aged() {
    const told = new Told()
    const first = begin()
    const early = await deliver(await first.leads(), told, 1, 5)
    early.destroy()
    await first.stop()
    const copy = temporaryDirectory()
    cpSync(first.data, copy, { recursive: true, filter: (path) => !path.endsWith('lock') })
    const again = begin(first.data)
    const running = await again.leads()
    const late = await deliver(running, told, 6, 25)
    late.destroy()
    await untilReported(running)
    await again.stop()
    return { told, copy, original: first.data }
  }

  test('does not lead: page, readiness and log say the same, and nobody can log on', async () => {
    const { copy } = await aged()
    const spare = begin(copy)
    const reason = await refusal()
    expect(reason.says).toMatch(/^The connector does not lead: its journal is an older copy of the one that led last/)
    const { word, sentence } = await said()
    expect(word).toBe('Needs you')
    expect(reason.says.startsWith(sentence)).toBe(true)
    expect(spare.lines.some(({ msg }) => msg.includes(sentence))).toBe(true)
    await spare.stop()
  })

  test('leads by an operator’s word with numbers above all that were used, and alarms until it is acknowledged', async () => {
    const { told, copy } = await aged()
    const before = told.last
    const { lines, leads, stop } = begin(copy, { takeOver: 'The disk is lost.' })
    const running = await leads()
    const peer = await client(targetPort(running))
    peer.seqNum = told.next.client
    peer.logon(password())
    const logon = await peer.message('A')
    expect(logon.seqNum).toBeGreaterThan(before + 100_000)
    const identity = { sender: 'GW1', target: 'DROPCOPY', subId: 'GW', targetSubId: 'DC', locationId: 'US,IL' }
    const gw = await FixPeer.connect(feedPort(running), { ...identity, automatic: false })
    gw.seqNum = 300
    gw.logon()
    // the gateway may have given these to the leader before: they come again, and their copies say so
    const asked = await gw.message('2')
    gw.sendAs(Number(fieldOf(asked, 7)), 'n', envelope(sourceFill('K7T882', 6)), [
      [43, 'Y'],
      [122, utc()],
    ])
    const copyAgain = await peer.message('n')
    expect(fieldOf(copyAgain, 97)).toBe('Y')
    told.take(peer.received)
    expect(lines.some(({ msg }) => msg.includes('taking over with a journal that is behind'))).toBe(true)
    await until('the doubt', async () => (await said()).reasons.some((one) => one.code === 'took-over'))
    expect(await said()).toMatchObject({ word: 'Needs you', sentence: expect.stringContaining('The disk is lost.') })
    expect(running.worker.alarms.all.map((alarm) => alarm.code)).toContain('took-over')

    const of = { kind: 'connector', environment: 'sandbox', shard: 'main', ownerId: null, session: 'sandbox' } as const
    const by = { operator: 'root', reason: 'Clients have compared.', id: randomUUID() }
    await db.database.asJobs((tx) => commandSession(tx, of, { action: 'acknowledge' }, by, new Date()))
    await until('the end of the alarm', async () => (await said()).reasons.length === 0)
    expect(running.worker.alarms.all.map((alarm) => alarm.code)).not.toContain('took-over')
    await stop()
  })
})

test('a connector that cannot take the lease at once raises numbers once, and says why it waits', async () => {
  const told = new Told()
  const first = begin()
  ;(await deliver(await first.leads(), told, 1, 5)).destroy()
  await first.stop()
  const reported = (await lease())?.numbers.sessions.map(({ nextOut }) => nextOut) ?? []
  // as a report of a leader that was stopped in the middle of it does
  const tried = new Set<string>()
  const blocked = db.owner.begin(async (tx) => {
    await tx`select 1 from dc.connector_leases for key share`
    return until('the third try', async () => {
      for (const { started } of await db.owner<{ started: string }[]>`
        select query_start::text as started from pg_stat_activity
        where wait_event_type = 'Lock' and query like '%update dc.connector_leases set lineage%'`)
        tried.add(started)
      return tried.size >= 3
    })
  })
  const taken = begin(undefined, { takeOver: 'The disk is lost.' })
  await blocked
  const running = await taken.leads()
  const { nextOut } = running.worker.targets.get('ODQ1Z9')?.state ?? { nextOut: 0 }
  expect(nextOut).toBeGreaterThan(Math.max(...reported) + 300_000)
  expect(nextOut).toBeLessThan(2 * 300_000) // 150 s of silence would be worth as much once more
  expect(taken.lines.some(({ msg }) => msg.startsWith('waiting: the lease could not be taken: '))).toBe(true)
  await taken.stop()
})

/** As `envelop` has it, for a message sent under a number of its own. */
function envelope(inner: Buffer): [number, string | number][] {
  const payload = `<RTRF>${inner.toString('latin1')}</RTRF>`
  return [
    [212, payload.length],
    [213, payload],
  ]
}

test('a connector on an empty directory does not lead where another journal has led', async () => {
  const first = begin()
  const { lineage } = await first.leads().then(async (running) => {
    await untilReported(running)
    return (await lease()) ?? { lineage: '' }
  })
  await first.stop()
  const empty = begin()
  expect((await refusal()).says).toContain('its data directory is empty, and another journal has led here before')
  await empty.stop()
  expect(await lease()).toMatchObject({ lineage })
  const again = begin(first.data)
  await again.leads()
  await until('the end of the refusal', async () =>
    (await said()).reasons.every((one) => one.code !== 'refused-to-lead'),
  )
  await again.stop()
})

test('of two connectors that start at once with directories of their own one leads, and the other is told why not', async () => {
  const two = [begin(undefined, { name: 'one' }), begin(undefined, { name: 'two' })]
  const led = await Promise.race(two.map(async (one) => one.running.then(() => one)))
  const other = two.find((one) => one !== led)
  let alsoLeads = false
  void other?.running.then(() => {
    alsoLeads = true
  })
  await until('the word of the other', () =>
    other?.lines.some(
      ({ msg }) => msg.startsWith('refused: The connector does not lead') || msg.startsWith('waiting: another'),
    ),
  )
  const running = await led.leads()
  await untilReported(running)
  expect(alsoLeads).toBe(false)
  expect((await said()).reasons.filter((one) => one.code === 'refused-to-lead')).toEqual([]) // one does lead
  await other?.stop()
  await led.stop()
})

test('with a database put back to yesterday the journal leads, says so, and uses no number again', async () => {
  const told = new Told()
  const first = begin()
  const running = await first.leads()
  const peer = await deliver(running, told, 1, 5)
  peer.destroy()
  await untilReported(running)
  await first.stop()
  const [yesterday] = await db.owner`select * from dc.connector_leases`
  const again = begin(first.data)
  const second = await again.leads()
  const late = await deliver(second, told, 6, 15)
  late.destroy()
  await untilReported(second)
  await again.stop()
  await db.owner`delete from dc.connector_leases`
  await db.owner`insert into dc.connector_leases ${db.owner({ ...yesterday, numbers: db.owner.json(yesterday?.numbers), renewed_at: new Date(Date.now() - 86_400_000), deadline: new Date(Date.now() - 86_400_000) } as never)}`
  const third = begin(first.data)
  const restored = await third.leads()
  const newest = await deliver(restored, told, 16, 20)
  newest.destroy()
  expect(restored.worker.alarms.all.map((alarm) => alarm.code)).toContain('database-behind')
  expect((await lease())?.term).toBeGreaterThan(Number(yesterday?.term))
  await third.stop()
})

describe('a leader that another has followed', () => {
  /** Everything that a peer had been sent when its leader was stopped. */
  async function bytesAtStop(...peers: FixPeer[]): Promise<number[]> {
    await wait(300) // what the kernel has of it comes
    return peers.map((peer) => peer.socket.bytesRead)
  }

  test('while it stood still lets nothing out when it goes on: no byte, no report, and it ends', async () => {
    const told = new Told()
    const data = temporaryDirectory()
    const before = begin(data)
    ;(await deliver(await before.leads(), told, 1, 5)).destroy()
    await before.stop()
    const copy = temporaryDirectory()
    cpSync(data, copy, { recursive: true, filter: (path) => !path.endsWith('lock') })

    const old = await startChild(db.urls.dc_connector, data)
    const peer = await client(old.port('localhost:0'))
    peer.seqNum = told.next.client
    peer.logon(password())
    await peer.message('1')
    const gw = await gateway(old.port('127.0.0.1:0'))
    gw.seqNum = told.next.gateway
    gw.logon()
    await gw.message('A')
    envelop(gw, sourceFill('K7T882', 6))
    await peer.message('n')
    told.take(peer.received)
    told.next.client = peer.seqNum + 1
    await until('the renewal', async () => Number((await lease())?.term) === 2)
    old.child.kill('SIGSTOP')
    const seen = await bytesAtStop(peer, gw)
    // it reads these as soon as it goes on, and has an answer for each
    envelop(gw, sourceFill('K7T882', 7))
    gw.send('1', [[112, 'GATEWAY']])
    peer.send('1', [[112, 'CLIENT']])

    const taken = begin(copy, { takeOver: 'The first machine does not answer.' })
    const running = await taken.leads()
    const moved = await deliver(running, told, 6, 10)
    const reported = await until('a report of the new leader', async () => {
      const [row] = await db.owner<{ term: number }[]>`select term from dc.observed_connectors`
      return Number(row?.term) > 2 && row
    })
    old.child.kill('SIGCONT')
    expect(await within('the end of the old leader', old.exit, old.logged)).toBe(4)
    await peer.closed()
    await gw.closed()
    expect(peer.socket.bytesRead, peer.received.map(({ text }) => text).join('\n')).toBe(seen[0])
    expect(gw.socket.bytesRead, gw.received.map(({ text }) => text).join('\n')).toBe(seen[1])
    expect(old.logged().some((line) => line.includes('the process stood still'))).toBe(true)
    const [after] = await db.owner<{ term: number }[]>`select term from dc.observed_connectors`
    expect(after).toEqual(reported)
    moved.destroy()
    await taken.stop()
  })

  test('ends also where its other connections to the database do not answer, and something else is open', async () => {
    const way = await swallowing(db.urls.dc_connector)
    const old = await startChild(way.url, temporaryDirectory(), ['--metrics', '0'])
    await until('a report', async () => (await db.owner`select 1 from dc.observed_connectors`).length > 0)
    way.forget()
    await db.owner`update dc.connector_leases set lineage = 'another', term = term + 1, place = 'elsewhere'`
    expect(await within('its end', old.exit, old.logged)).toBe(4)
  })
})

test('with a way to the database that swallows everything it delivers on, and leads again when the way is open', async () => {
  const told = new Told()
  const way = await swallowing(db.urls.dc_connector)
  const { leads, lines, stop } = begin(undefined, { url: way.url })
  const running = await leads()
  await untilReported(running)
  way.swallows = true
  await until('the word that it is away', () => lines.some(({ msg }) => msg.startsWith('the lease cannot be renewed')))
  const peer = await deliver(running, told, 1, 5)
  way.swallows = false
  await until('the word that it is back', () => lines.some(({ msg }) => msg.startsWith('the lease is renewed again')))
  await untilReported(running)
  expect((await lease())?.term).toBe(1)
  peer.destroy()
  await stop()
})
