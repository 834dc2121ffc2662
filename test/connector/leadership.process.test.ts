import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { cpSync } from 'node:fs'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import type { Running } from '#connector/run.ts'
import { runFromDatabase } from '#connector/run-database.ts'
import { listLastReports } from '#db/queries/readiness.ts'
import { connectorReasons } from '#domain/status/readiness.ts'
import { sessionsState } from '#domain/status/state.ts'
import { verdict } from '#domain/status/verdict.ts'
import { commandSession } from '#services/command-session.ts'
import { client, feed, gateway, keptLog, password, target, temporaryDirectory } from '#test/support/connector.ts'
import { publishParts, until } from '#test/support/database-connector.ts'
import { FixPeer, fieldOf, type Received, utc } from '#test/support/fix-peer.ts'
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
    { kind: 'target', id: 'ODQ1Z9', document: target({ sources: ['K7T882'], protocol: 'dc4' }) },
  ])
})

type Begun = {
  data: string
  lines: ReturnType<typeof keptLog>['lines']
  /** Once it leads. */
  running: Promise<Running>
  /** Once it has ended. */
  ended: Promise<void>
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
  const end = async () => {
    stop.abort()
    await ended
  }
  onTestFinished(() => end().catch(() => undefined))
  return { data, lines, running, ended, stop: end }
}

/** What a client was told under each number, over all connectors: no number may stand for two messages. */
class Told {
  readonly byNumber = new Map<number, string>()
  /** The next number of each end. */
  next = { gateway: 1, client: 1 }
  take(messages: readonly Received[]): void {
    for (const message of messages) {
      const inner = /<RTRF>(.*)<\/RTRF>/s.exec(message.text)?.[1] ?? `${message.type} ${fieldOf(message, 112) ?? ''}`
      const before = this.byNumber.get(message.seqNum)
      if (fieldOf(message, 43) === 'Y') continue
      expect(before === undefined || before === inner, `number ${message.seqNum} was used twice`).toBe(true)
      this.byNumber.set(message.seqNum, inner)
    }
  }
  get last(): number {
    return Math.max(0, ...this.byNumber.keys())
  }
}

const targetPort = ({ worker }: Running) => worker.acceptor.port('localhost:0') ?? 0
const feedPort = ({ worker }: Running) => worker.acceptor.port('127.0.0.1:0') ?? 0

/** A gateway hands over fills `from` to `to`, and a client that logs on receives them. @returns the client, still logged on */
async function deliver(running: Running, told: Told, from: number, to: number): Promise<FixPeer> {
  const gw = await gateway(feedPort(running))
  gw.seqNum = told.next.gateway
  gw.logon()
  await gw.message('A')
  const peer = await client(targetPort(running))
  peer.seqNum = told.next.client
  peer.logon(password())
  await peer.message('1')
  const before = peer.of('n').length
  for (let number = from; number <= to; number++) envelop(gw, sourceFill('K7T882', number))
  await peer.until('the copies', () => peer.of('n').length >= before + to - from + 1)
  told.take(peer.received)
  told.next = { gateway: gw.seqNum, client: peer.seqNum }
  gw.destroy()
  return peer
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
    word: sessionsState(ledger, heard).word,
    sentence: verdict([], 0, heard).sentence,
    reasons: connectorReasons({ ...{ environment: 'sandbox', child: 'running' }, heard, report: report.report }),
  }
}

const refusal = () =>
  until('the refusal', async () => (await said()).reasons.find((one) => one.code === 'refused-to-lead'))

describe('a connector on an older copy of the data directory', () => {
  /** 5 fills, a copy of the directory, 20 more by the original. */
  async function aged() {
    const told = new Told()
    const first = begin()
    const early = await deliver(await first.running, told, 1, 5)
    early.destroy()
    await first.stop()
    const copy = temporaryDirectory()
    cpSync(first.data, copy, { recursive: true, filter: (path) => !path.endsWith('lock') })
    const again = begin(first.data)
    const running = await again.running
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
    const { lines, running: leading, stop } = begin(copy, { takeOver: 'The disk is lost.' })
    const running = await leading
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

    const of = { kind: 'connector', environment: 'sandbox', ownerId: null, session: 'sandbox' } as const
    const by = { operator: 'root', reason: 'Clients have compared.', id: randomUUID() }
    await db.database.asJobs((tx) => commandSession(tx, of, { action: 'acknowledge' }, by, new Date()))
    await until('the end of the alarm', async () => (await said()).reasons.length === 0)
    expect(running.worker.alarms.all.map((alarm) => alarm.code)).not.toContain('took-over')
    await stop()
  })
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
  const { lineage } = await first.running.then(async (running) => {
    await untilReported(running)
    return (await lease()) ?? { lineage: '' }
  })
  await first.stop()
  const empty = begin()
  expect((await refusal()).says).toContain('its data directory is empty, and another journal has led here before')
  await empty.stop()
  expect(await lease()).toMatchObject({ lineage })
  const again = begin(first.data)
  await again.running
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
  const running = await led.running
  await untilReported(running)
  expect(alsoLeads).toBe(false)
  expect((await said()).reasons.filter((one) => one.code === 'refused-to-lead')).toEqual([]) // one does lead
  await other?.stop()
  await led.stop()
})

test('with a database put back to yesterday the journal leads, says so, and uses no number again', async () => {
  const told = new Told()
  const first = begin()
  const running = await first.running
  const peer = await deliver(running, told, 1, 5)
  peer.destroy()
  await untilReported(running)
  await first.stop()
  const [yesterday] = await db.owner`select * from dc.connector_leases`
  const again = begin(first.data)
  const second = await again.running
  const late = await deliver(second, told, 6, 15)
  late.destroy()
  await untilReported(second)
  await again.stop()
  await db.owner`delete from dc.connector_leases`
  await db.owner`insert into dc.connector_leases ${db.owner({ ...yesterday, numbers: db.owner.json(yesterday?.numbers), renewed_at: new Date(Date.now() - 86_400_000), deadline: new Date(Date.now() - 86_400_000) } as never)}`
  const third = begin(first.data)
  const restored = await third.running
  const newest = await deliver(restored, told, 16, 20)
  newest.destroy()
  expect(restored.worker.alarms.all.map((alarm) => alarm.code)).toContain('database-behind')
  expect((await lease())?.term).toBeGreaterThan(Number(yesterday?.term))
  await third.stop()
})

describe('a leader that stood still while another took over', () => {
  test('writes nothing more when it goes on: no byte to a client, no report, and it ends', async () => {
    const told = new Told()
    const data = temporaryDirectory()
    const copyFrom = begin(data)
    ;(await deliver(await copyFrom.running, told, 1, 5)).destroy()
    await copyFrom.stop()
    const copy = temporaryDirectory()
    cpSync(data, copy, { recursive: true, filter: (path) => !path.endsWith('lock') })

    const old = await startChild(data)
    const peer = await client(old.port('localhost:0'))
    peer.seqNum = told.next.client
    peer.logon(password())
    await peer.message('1')
    told.take(peer.received)
    told.next.client = peer.seqNum + 1
    await until('the renewal', async () => Number((await lease())?.term) === 2)
    old.child.kill('SIGSTOP')
    const seen = peer.received.length

    const taken = begin(copy, { takeOver: 'The first machine does not answer.' })
    const running = await taken.running
    const moved = await deliver(running, told, 6, 10)
    const reported = await until('a report of the new leader', async () => {
      const [row] = await db.owner<{ term: number }[]>`select term from dc.observed_connectors`
      return Number(row?.term) > 2 && row
    })
    old.child.kill('SIGCONT')
    expect(await old.exit).toBe(4)
    await peer.closed()
    told.take(peer.received)
    expect(peer.received.length).toBe(seen)
    const [after] = await db.owner<{ term: number }[]>`select term from dc.observed_connectors`
    expect(after).toEqual(reported)
    moved.destroy()
    await taken.stop()
  })
})

/** A connector in a process of its own, so that it can be stopped as a machine stops. */
async function startChild(
  data: string,
): Promise<{ child: ChildProcess; exit: Promise<number | null>; port(key: string): number }> {
  const commandLine = fileURLToPath(new URL('../../app/cli/drop-copy.mjs', import.meta.url))
  const args = ['--database', db.urls.dc_connector, '--environment', 'sandbox', '--data', data]
  const child = spawn(process.execPath, [commandLine, 'connector', ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk
  })
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk
  })
  const exit = new Promise<number | null>((resolve) => child.once('exit', resolve))
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await exit
  })
  for (const deadline = Date.now() + 60_000; !stdout.includes('"ready"'); await new Promise((r) => setTimeout(r, 50)))
    if (Date.now() > deadline || child.exitCode !== null) throw new Error(`it is not ready: ${stdout} ${stderr}`)
  const listening = stdout.split('\n').flatMap((line) => (line.includes('"listening"') ? [JSON.parse(line)] : []))
  return { child, exit, port: (key) => listening.find(({ address }) => address === key)?.port ?? 0 }
}

test('with a way to the database that swallows everything it delivers on, and leads again when the way is open', async () => {
  const told = new Told()
  const way = await swallowing(db.urls.dc_connector)
  const { running: leading, lines, stop } = begin(undefined, { url: way.url })
  const running = await leading
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

/** A way to the database on which, when asked to, nothing goes on in either direction, and nothing is closed. */
async function swallowing(url: string): Promise<{ url: string; swallows: boolean }> {
  const to = new URL(url)
  const way = { url: '', swallows: false }
  const open = new Set<Socket>()
  const server = createServer((socket) => {
    const onward = connect(Number(to.port), to.hostname)
    for (const [from, into] of [
      [socket, onward],
      [onward, socket],
    ] as const) {
      open.add(from)
      from.on('error', () => into.destroy())
      from.on('close', () => into.destroy())
      from.on('data', (chunk) => {
        if (!way.swallows) into.write(chunk)
      })
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    for (const socket of open) socket.destroy()
    server.close()
  })
  const { port } = server.address() as AddressInfo // it listens
  way.url = Object.assign(new URL(url), { hostname: '127.0.0.1', port: `${port}` }).href
  return way
}
