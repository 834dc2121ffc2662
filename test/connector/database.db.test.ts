import { readFileSync, statfsSync, statSync } from 'node:fs'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { runFromDatabase } from '#connector/database/run-from-database.ts'
import type { Running } from '#connector/run/run-connector.ts'
import { client, feed, gateway, target, temporaryDirectory } from '#test/support/connector.ts'
import { publishParts, runOnDatabase, until } from '#test/support/database-connector.ts'
import { type FreshDb, freshDb } from '#test/support/fresh-db.ts'
import { envelop, sourceFill } from '#test/support/source-flow.ts'

let db: FreshDb
beforeAll(async () => {
  db = await freshDb()
})
afterAll(() => db.close())
const secret = 'correct-horse'

const publish = (number: number, parts: Parameters<typeof publishParts>[2]) => publishParts(db, number, parts)
const run = (data?: string, url = db.urls.dc_connector) => runOnDatabase(url, data)

/** A way to the database that can be cut: whoever uses it meanwhile is closed at once. */
async function cuttable(url: string) {
  const to = new URL(url)
  const open = new Set<Socket>()
  const way = { url: '', refused: 0, isCut: false }
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    if (way.isCut) {
      way.refused++
      socket.destroy()
      return
    }
    const onward = connect(Number(to.port), to.hostname).on('error', () => socket.destroy())
    for (const one of [socket, onward]) open.add(one.once('close', () => open.delete(one)))
    socket.pipe(onward).pipe(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const cut = () => {
    way.isCut = true
    for (const socket of open) socket.destroy()
  }
  onTestFinished(() => {
    cut()
    server.close()
  })
  const { port } = server.address() as AddressInfo // it listens
  way.url = Object.assign(new URL(url), { hostname: '127.0.0.1', port: `${port}` }).href
  return Object.assign(way, { cut })
}

const gw1 = { kind: 'feed', id: 'gw1', document: feed() }
const k7t = { kind: 'source', id: 'K7T882', document: { id: 'K7T882', feed: 'gw1', gateway: 'cgw' } }
const odq = (more: object = {}) => ({
  kind: 'target',
  id: 'ODQ1Z9',
  document: { ...target({ sources: ['K7T882'], credentials: [{ kind: 'password', password: secret }] }), ...more },
})

describe('a connector that follows the database', () => {
  test('runs what was published, reports each part, and writes down what it sees', async () => {
    await publish(1, [gw1, k7t, odq()])
    const { running, data } = await run()
    const { acceptor } = running.worker
    const reports = await until('the reports', async () => {
      const rows =
        await db.owner`select kind, object_id, state from dc.configuration_reports where number = 1 order by kind`
      return rows.length === 3 && rows
    })
    expect(reports.map(({ kind, object_id, state }) => `${kind} ${object_id} ${state}`)).toEqual([
      'feed gw1 running',
      'source K7T882 running',
      'target ODQ1Z9 running',
    ])
    const gw = await gateway(acceptor.port('127.0.0.1:0') ?? 0)
    gw.logon()
    await gw.message('A')
    const peer = await client(acceptor.port('localhost:0') ?? 0)
    peer.logon([
      [95, secret.length],
      [96, secret],
    ])
    await peer.message('1')
    const fill = sourceFill('K7T882', 1)
    envelop(gw, fill)
    envelop(gw, fill)
    await peer.message('8')
    const row = await until('the ledger', async () => {
      const [found] = await db.owner`select * from dc.observed_ledger where session_id = 'ODQ1Z9' and delivered = 1`
      return found
    })
    expect(row).toMatchObject({ received: '1', waiting: '0', source_id: 'K7T882' })
    const seen = await until('the target', async () => {
      const [found] = await db.owner`select * from dc.observed_targets where session_id = 'ODQ1Z9' and delivered = 1`
      return found
    })
    expect(seen).toMatchObject({ state: 'logged-on', next_out: '4' })
    expect(seen.recent).toMatchObject([{ seq: 3, source: 'K7T882', sourceSeq: 1, kind: 'Fill', side: 'Buy', qty: '5' }])
    const [self] = await db.owner`select * from dc.observed_connectors`
    expect(self).toMatchObject({ state: 'running', running_version: 1 })
    const observedFeed = await until('the feed', async () => {
      const [found] = await db.owner`select * from dc.observed_feeds where duplicates = 1`
      return found
    })
    expect(observedFeed).toMatchObject({ feed_id: 'gw1', state: 'logged-on', received: '1', duplicates: '1' })
    const [journal] = await db.owner`select bytes::float8, free_bytes::float8 from dc.observed_journals`
    const { bavail, bsize, blocks } = statfsSync(data)
    expect(journal?.free_bytes).toBeGreaterThan((bavail * bsize) / 4)
    expect(journal?.free_bytes).toBeLessThan(blocks * bsize)
  })

  test('counts what comes of a stopped source as filtered for the reason that its part names', async () => {
    await db.truncate()
    const stopped = [{ source: 'K7T882', reason: 'no consent of Birch Clearing' }]
    await publish(1, [gw1, k7t, odq({ sources: [], stopped })])
    const { running } = await run()
    const gw = await gateway(running.worker.acceptor.port('127.0.0.1:0') ?? 0)
    gw.logon()
    await gw.message('A')
    for (const number of [1, 2]) envelop(gw, sourceFill('K7T882', number))
    const row = await until('the ledger', async () => {
      const [found] = await db.owner`select * from dc.observed_ledger where session_id = 'ODQ1Z9' and received = 2`
      return found
    })
    expect(row).toMatchObject({ source_id: 'K7T882', delivered: '0', waiting: '0', filtered: '2' })
    expect(row.filtered_by).toEqual({ 'no consent of Birch Clearing': 2 })
  })

  test('does not forget what happened last when it starts anew', async () => {
    await db.truncate()
    await publish(1, [gw1, k7t, odq()])
    const first = await run()
    const peer = await client(first.running.worker.acceptor.port('localhost:0') ?? 0)
    peer.logon([
      [95, secret.length],
      [96, secret],
    ])
    await peer.message('1')
    const row = async (since: Date) => {
      const [found] = await db.owner`
        select last_logon_at, last_heard_at from dc.observed_targets where at > ${since} and last_logon_at is not null`
      return found
    }
    const before = await until('the logon', () => row(new Date(0)))
    await first.stop()
    const stopped = new Date()
    await run(first.data)
    const after = await until('the new start', () => row(stopped))
    expect(after.last_logon_at).toEqual(before.last_logon_at)
    expect(after.last_heard_at.getTime()).toBeGreaterThanOrEqual(before.last_heard_at.getTime())
  })

  test('follows a new version in seconds without cutting the session, and reports only what changed', async () => {
    await db.truncate()
    await publish(1, [gw1, k7t, odq()])
    const { running } = await run()
    const peer = await client(running.worker.acceptor.port('localhost:0') ?? 0)
    peer.logon([
      [95, secret.length],
      [96, secret],
    ])
    await peer.message('1')
    await publish(2, [odq({ level: 'executions' })])
    const heard = () => db.owner`select last_heard_at from dc.observed_targets where state = 'logged-on'`
    expect((await until('the logon', async () => (await heard())[0]))?.last_heard_at).not.toBeNull()
    const rows = await until('the report', async () => {
      const found =
        await db.owner`select kind, object_id, state, from_source_seq from dc.configuration_reports where number = 2`
      return found.length > 0 && found
    })
    expect([...rows]).toEqual([
      { kind: 'target', object_id: 'ODQ1Z9', state: 'running', from_source_seq: { K7T882: 1 } },
    ])
    expect(peer.isClosed).toBe(false)
  })

  test('refuses a part that it cannot run, with the reason, and runs the others', async () => {
    await db.truncate()
    const tls = { cert: '/nowhere/server.crt', key: '/nowhere/server.key' }
    const listen = [{ role: 'primary' as const, host: '127.0.0.2', port: 0, tls }]
    const later = target({ sessionId: 'LATER1', sources: ['K7T882'], listen })
    const wrong = { ...target({ sessionId: 'WRONG1', sources: ['K7T882'] }), level: 'everything' }
    const more = Object.entries({ LATER1: later, WRONG1: wrong })
    await publish(1, [gw1, k7t, odq(), ...more.map(([id, document]) => ({ kind: 'target', id, document }))])
    await run()
    const rows = await until('the reports', async () => {
      const found =
        await db.owner`select object_id, state, detail from dc.configuration_reports where kind = 'target' order by 1`
      return found.length === 3 && found
    })
    expect([...rows]).toEqual([
      { object_id: 'LATER1', state: 'refused', detail: expect.stringMatching(/^tls: ENOENT.*server.crt/) },
      { object_id: 'ODQ1Z9', state: 'running', detail: null },
      { object_id: 'WRONG1', state: 'refused', detail: expect.stringMatching(/^target WRONG1: level: /) },
    ])
    const rowsOf = () => db.owner`select session_id, since, at from dc.observed_targets order by 1`
    const before = await until('the targets', async () => (await rowsOf()).length > 0 && rowsOf())
    const [self] = await db.owner`select heard_at from dc.observed_connectors`
    await until('another report', async () => {
      const [now] = await db.owner`select heard_at from dc.observed_connectors`
      return now?.heard_at > self?.heard_at
    })
    expect(await rowsOf()).toEqual(before) // nobody came: nothing to say, and since when nobody did stands
  })

  test('writes refused Logons down, and keeps the newest ten thousand', async () => {
    await db.truncate()
    await publish(1, [gw1, k7t, odq()])
    await db.owner`insert into dc.observed_refused_logons (environment, connector, at, kind, claimed, address, code, says)
      select 'sandbox', 'main', now(), 'target', 'OLD', '', 'credentials', '' from generate_series(1, 10005)`
    const { running } = await run()
    const peer = await client(running.worker.acceptor.port('localhost:0') ?? 0, { sessionId: 'NOBODY' })
    peer.logon()
    const [row] = await until('the row', async () => {
      const found = await db.owner`select * from dc.observed_refused_logons where claimed = 'NOBODYN'`
      return found.length > 0 && found
    })
    expect(row).toMatchObject({ kind: 'target', object_id: null, code: 'unknown-comp-id' })
    const unproven = await client(running.worker.acceptor.port('localhost:0') ?? 0)
    unproven.logon([
      [95, 5],
      [96, 'wrong'],
    ])
    const says = await until('the reason', async () => {
      const [found] = await db.owner`select says from dc.observed_refused_logons where object_id = 'ODQ1Z9'`
      return found?.says
    })
    expect(says).toBe('Invalid logon. Logout forced. The password is not one that is valid now.')
    const [{ count } = {}] = await db.owner`select count(*)::int from dc.observed_refused_logons`
    expect(count).toBe(10_000)
  })

  test('starts with what it ran last while the database is down', async () => {
    await db.truncate()
    await publish(1, [gw1, k7t, odq()])
    const first = await run()
    await first.stop()
    const file = `${first.data}/applied.json`
    expect(readFileSync(file, 'utf8')).not.toContain(secret)
    expect(statSync(file).mode & 0o777).toBe(0o600)
    const stop = new AbortController()
    const running = await new Promise<Running>((resolve, reject) => {
      const url = new URL(db.urls.dc_connector)
      url.port = '1'
      const ended = runFromDatabase(
        {
          url: url.href,
          environment: 'sandbox',
          name: 'main',
          data: first.data,
          release: 'test',
          log: pino({ level: 'silent' }),
          onFatal: reject,
          onReady: resolve,
        },
        stop.signal,
      )
      ended.catch(reject)
      onTestFinished(async () => {
        stop.abort()
        await ended
      })
    })
    const peer = await client(running.worker.acceptor.port('localhost:0') ?? 0)
    peer.logon([
      [95, secret.length],
      [96, secret],
    ])
    await peer.message('1')
  })

  test('delivers on while the database is away, and reports how things stand when it is back', async () => {
    await db.truncate()
    await publish(1, [gw1, k7t, odq()])
    const way = await cuttable(db.urls.dc_connector)
    const { running } = await run(temporaryDirectory(), way.url)
    const { acceptor } = running.worker
    const gw = await gateway(acceptor.port('127.0.0.1:0') ?? 0)
    gw.logon()
    await gw.message('A')
    const peer = await client(acceptor.port('localhost:0') ?? 0)
    peer.logon([
      [95, secret.length],
      [96, secret],
    ])
    await peer.message('1')
    const delivered = (count: number) =>
      until(`${count} in the ledger`, async () => {
        const [row] = await db.owner`select delivered from dc.observed_ledger where session_id = 'ODQ1Z9'`
        return Number(row?.delivered) === count
      })
    envelop(gw, sourceFill('K7T882', 1))
    await delivered(1)
    way.cut()
    for (let n = 2; n <= 50; n++) envelop(gw, sourceFill('K7T882', n))
    await peer.message('8', 50)
    await until('attempts to come back', () => way.refused >= 3)
    for (let n = 51; n <= 60; n++) envelop(gw, sourceFill('K7T882', n))
    await peer.message('8', 60)
    expect(peer.isClosed).toBe(false)
    way.isCut = false
    await delivered(60)
  })

  test('runs on with what it ran last when the database was put back to before it, and says so', async () => {
    await db.truncate()
    await publish(1, [gw1, k7t, odq()])
    const first = await run()
    await publish(2, [odq({ level: 'executions' })])
    await until('version 2', () => first.running.worker.running?.version === 2)
    await first.stop()
    await db.truncate()
    await publish(1, [gw1, k7t, odq({ level: 'acknowledgments' })])
    const { running } = await run(first.data)
    expect(running.worker.running).toMatchObject({ version: 2, targets: [{ level: 'executions' }] })
    const [alarm] = await until('the alarm', async () => {
      const found = await db.owner`select kind, says from dc.observed_alarms where code = 'configuration'`
      return found.length > 0 && found
    })
    expect(alarm).toEqual({
      kind: 'connector',
      says: 'The wanted configuration is version 1, older than version 2, which has run here: what ran last runs on until a version above 2 is wanted.',
    })
    const [self] = await db.owner`select running_version from dc.observed_connectors`
    expect(self).toEqual({ running_version: 2 })
    await publish(2, [odq({ level: 'all' })])
    await until('the other 2', async () => {
      const found = await db.owner`select says from dc.observed_alarms where says like 'Version 2 of%'`
      return found.length > 0
    })
    await publish(3, [])
    const reports = await until('the reports', async () => {
      const rows = await db.owner`select object_id, state from dc.configuration_reports where number = 3 order by 1`
      return rows.length === 3 && rows
    })
    expect(reports.map(({ state }) => state)).toEqual(['running', 'running', 'running'])
    expect(running.worker.running).toMatchObject({ version: 3, targets: [{ level: 'all' }] })
    expect(running.worker.alarms.all).toEqual([])
  })
})
