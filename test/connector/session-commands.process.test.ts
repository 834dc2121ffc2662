import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { carryOut } from '#connector/run/commands/carry-out.ts'
import type { Worker } from '#connector/run/worker.ts'
import { writeWorld } from '#test/db/world.ts'
import {
  client,
  feed,
  gateway,
  password,
  snapshot,
  start,
  target,
  temporaryDirectory,
} from '#test/support/connector.ts'
import { publishParts, runOnDatabase, until, untilHeardOf } from '#test/support/database-connector.ts'
import { type FixPeer, fieldOf } from '#test/support/fix-peer.ts'
import { type FreshDb, freshDb } from '#test/support/fresh-db.ts'
import { envelop, sourceFill } from '#test/support/source-flow.ts'
import { writeTestKey } from '#test/support/test-key.ts'

const commandLine = fileURLToPath(new URL('../../app/cli/drop-copy.mjs', import.meta.url))

let db: FreshDb
beforeAll(async () => {
  db = await freshDb()
  await writeWorld(db.owner)
  await db.owner`delete from dc.connector_leases` // its leader is of the sample rows alone
})
afterAll(() => db.close())

type Ended = { code: number; out: string; err: string }

/** `drop-copy session …`, as an operator types it. */
function session(directory: string, ...args: string[]): Promise<Ended> {
  const env = { ...process.env, MODE: 'sandbox', DATA_DIR: directory, DATABASE_URL: db.ownerUrl }
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [commandLine, 'session', ...args], { env }, (_, out, err) =>
      resolve({ code: child.exitCode ?? -1, out, err }),
    )
  })
}

async function logOn(port: number, seqNum: number): Promise<FixPeer> {
  const peer = await client(port)
  peer.seqNum = seqNum
  peer.logon(password())
  return peer
}

const gatewayAt = async (port: number, seqNum: number): Promise<FixPeer> => {
  const peer = await gateway(port)
  peer.seqNum = seqNum
  peer.logon()
  return peer
}

describe('drop-copy session', () => {
  test('says what it will do, has the connector do it, says what became of it, and leaves an event', async () => {
    await publishParts(db, 2, [
      { kind: 'feed', id: 'gw1', document: feed() },
      { kind: 'source', id: 'K7T882', document: { id: 'K7T882', feed: 'gw1', gateway: 'cgw' } },
      { kind: 'target', id: 'ODQ1Z9', document: target({ sources: ['K7T882'] }) },
    ])
    const directory = temporaryDirectory()
    writeTestKey(directory)
    const reason = ['--reason', 'Asked by the desk.']

    const early = await session(directory, 'reset', 'ODQ1Z9', ...reason, '--yes')
    expect(early).toMatchObject({ code: 4, out: expect.stringMatching(/^No connector runs: .* before \d\d:\d\d UTC/m) })
    await db.owner`alter table dc.session_commands disable trigger never_changed`
    await db.owner`update dc.session_commands set expires_at = now() - interval '1 second' where reason <> 'x'`

    const { running } = await runOnDatabase(db.urls.dc_connector)
    await untilHeardOf(db)
    const { acceptor } = running.worker
    const [feedPort, targetPort] = [acceptor.port('127.0.0.1:0') ?? 0, acceptor.port('localhost:0') ?? 0]
    await until('the outcome', async () => {
      const [row] = await db.owner`select state from dc.session_command_outcomes where connector = 'main'`
      return row?.state === 'expired'
    })
    const gw = await gatewayAt(feedPort, 1)
    await gw.message('A')
    const first = await logOn(targetPort, 1)
    await first.message('1')
    envelop(gw, sourceFill('K7T882', 1))
    await first.message('8')
    await until('the report', async () => {
      const [row] = await db.owner`select 1 from dc.observed_targets where connector = 'main' and state = 'logged-on'`
      return row !== undefined
    })

    const asked = await session(directory, 'log-out', 'ODQ1Z9', ...reason)
    expect(asked).toMatchObject({ code: 2, err: expect.stringContaining('add --yes') })
    const out = await session(directory, 'log-out', 'odq1z9', ...reason, '--yes')
    expect(out).toMatchObject({ code: 0, err: '' })
    expect(out.out.trim().split('\n')).toEqual([
      expect.stringMatching(/^The client of ODQ1Z9 is logged out and may log on again at once\..* 0 copies wait/),
      'The client was logged out; it may log on again.',
    ])
    expect(fieldOf(await first.message('5'), 58)).toBe('Logged out by the operator')
    await first.closed()

    const set = await session(
      directory,
      'set-number',
      'ODQ1Z9',
      '--expected',
      '900',
      '--next',
      '500',
      ...reason,
      '--yes',
    )
    expect(set.out).toContain('Its next number is expected to be 900, ours will be 500.')
    const second = await logOn(targetPort, 900)
    expect(await second.message('A')).toMatchObject({ seqNum: 500 })
    await second.message('1')
    envelop(gw, sourceFill('K7T882', 2))
    expect(fieldOf(await second.message('8'), 1350)).toBe('1')

    expect(await session(directory, 'reset', 'ODQ1Z9', ...reason, '--yes')).toMatchObject({ code: 0 })
    const farewell = await second.message('5')
    expect([fieldOf(farewell, 789), fieldOf(farewell, 58)]).toEqual(['1', 'Sequence numbers changed by the operator'])
    await second.closed()
    envelop(gw, sourceFill('K7T882', 3))
    const third = await logOn(targetPort, 1)
    expect(await third.message('A')).toMatchObject({ seqNum: 1 })
    const copy = await third.message('8')
    expect([fieldOf(copy, 1181), fieldOf(copy, 1350)]).toEqual(['3', '2'])

    gw.destroy()
    await until('the gateway’s end', () => !running.worker.feeds.get('gw1')?.isConnected)
    const restarted = await gatewayAt(feedPort, 1)
    expect(fieldOf(await restarted.message('5'), 58)).toMatch(/Expected \[\d+\] Received 1\b/)
    expect(running.worker.alarms.all).toMatchObject([
      { code: 'feed-refused', id: 'gw1', says: expect.stringContaining('drop-copy session accept-reset gw1') },
    ])
    const accepted = await session(directory, 'accept-reset', 'gw1', ...reason, '--yes')
    expect(accepted).toMatchObject({ code: 0, out: expect.stringContaining('1 is expected of the gateway') })
    const back = await gatewayAt(feedPort, 1)
    await back.message('A')
    expect(running.worker.alarms.all).toEqual([])
    envelop(back, sourceFill('K7T882', 4))
    await third.until('the copy', () => third.of('8').some((one) => fieldOf(one, 1181) === '4'))

    const list = await until('the report of the logon', async () => {
      const listed = await session(directory, 'list') // as last reported, once a second
      return /^ODQ1Z9 +target +sandbox +logged-on/m.test(listed.out) && listed
    })
    expect(list.out).toMatch(/ gw1 accept-reset by .*\(Asked by the desk\.\): done: 1 is expected/)
    const events = await db.owner`select action, object_kind, object_id, for_firm is not null as shown, reason
      from dc.audit_events where action like 'session.%' order by seq`
    expect(events.map((event) => event.action)).toEqual(
      ['reset', 'log-out', 'set-number', 'reset', 'accept-reset'].map((one) => `session.${one}`),
    )
    expect(events.at(-2)).toMatchObject({ object_kind: 'target', object_id: 'ODQ1Z9', shown: true })
  })
})

type Order = Parameters<typeof carryOut>[1]
const order = (worker: Worker, more: Partial<Order>): Order => ({
  ...{ id: '5f0c51c8-0000-4000-8000-000000000001', kind: 'target', session: 'ODQ1Z9', action: 'reset' },
  expiresMs: worker.core.clock.wallMs() + 60_000,
  ...more,
})

describe('a command', () => {
  test('that is read again is answered as it was and not carried out twice, also behind a restart', async () => {
    const before = await start(snapshot())
    const state = ({ worker }: { worker: Worker }) => worker.targets.get('ODQ1Z9')!.state
    const peer = await logOn(before.targetPort, 1)
    await peer.message('1')
    const answer = carryOut(before.worker, order(before.worker, {}))
    expect(answer).toMatchObject({ state: 'done', says: expect.stringContaining('start at 1') })
    await peer.closed()
    const next = await logOn(before.targetPort, 1)
    await next.message('1')
    expect(state(before)).toMatchObject({ epoch: 2, nextOut: 3 })
    expect(carryOut(before.worker, order(before.worker, {}))).toEqual(answer)
    expect(next.isClosed).toBe(false)
    await before.stop()
    const after = await start(snapshot(), before.data)
    const { epoch, nextOut } = state(after)
    expect(carryOut(after.worker, order(after.worker, { expiresMs: 0 }))).toEqual(answer)
    expect(state(after)).toMatchObject({ epoch, nextOut })
    expect(epoch).toBe(2)
  })

  test('is not carried out where it cannot be, with the reason', async () => {
    const { worker } = await start(snapshot())
    const answer = (more: Partial<Order>) => carryOut(worker, order(worker, more))
    expect(answer({ action: 'log-out' })).toEqual({ state: 'refused', says: 'Nobody is logged on.' })
    expect(answer({ session: 'NOBODY' }).says).toBe('Target NOBODY does not run here.')
    const set = { action: 'set-number' } as const
    expect(answer({ ...set, next: 1 }).says).toBe('Our next number is 1 and may only grow.')
    expect(answer({ ...set, next: 1_000_002 }).says).toMatch(/raises it by 1000000 at most/)
    expect(answer({ expiresMs: 0 }).state).toBe('expired')
    expect(worker.core.state.data.commands).toBeUndefined()
  })

  test('of a feed moves its number up alone, and names what it passes over as lost, once', async () => {
    const { worker, feedPort } = await start(snapshot())
    const set = (id: string, expected: number) =>
      carryOut(worker, order(worker, { id, kind: 'feed', session: 'gw1', action: 'set-number', expected }))
    const gw = await gatewayAt(feedPort, 1)
    await gw.message('A')
    expect(set('a', 2)).toMatchObject({
      state: 'refused',
      says: 'The expected number of a feed is 2 and may only grow.',
    })
    expect(set('a', 2_000_000).state).toBe('refused')
    expect(gw.isClosed).toBe(false)
    expect(set('b', 10).state).toBe('done')
    expect(set('b', 10).state).toBe('done')
    expect(fieldOf(await gw.message('5'), 789)).toBe('10')
    await gw.closed()
    expect(worker.feeds.get('gw1')!.state).toMatchObject({ epoch: 1, nextIn: 10, loss: [{ from: 2, to: 9 }] })
    const back = await gatewayAt(feedPort, 10)
    await back.message('A')
    const accept = order(worker, { id: 'c', kind: 'feed', session: 'gw1', action: 'accept-reset' })
    expect(carryOut(worker, accept)).toMatchObject({ state: 'refused', says: expect.stringContaining('logged on') })
    await back.message('1') // its answer is number 11
    back.sendAs(20, '0')
    await back.message('2')
    back.destroy()
    await back.until('its end', () => !worker.feeds.get('gw1')!.isConnected)
    const { nextOut } = worker.feeds.get('gw1')!.peer.session
    expect(carryOut(worker, accept).state).toBe('done')
    expect(worker.feeds.get('gw1')!.state).toMatchObject({ epoch: 2, nextIn: 1, nextOut })
    expect(worker.feeds.get('gw1')!.state.loss).toMatchObject([
      { from: 2, to: 9 },
      { epoch: 1, from: 12, to: 20 },
    ])
  })
})

describe('drop-copy session fail-over', () => {
  test('cuts the client, which logs on at the other address with the jump behind it, and is done once', async () => {
    const listen = [
      { role: 'primary', host: 'localhost', port: 0 },
      { role: 'backup', host: '127.0.0.2', port: 0 },
    ]
    const salt = 'aa'
    const sha256 = createHash('sha256').update(`${salt}secret`).digest('hex')
    await db.owner`update dc.feeds set settings = ${db.owner.json(feed() as never)}`
    await db.owner`update dc.targets set listen = ${db.owner.json(listen)}`
    await db.owner`update dc.group_terms set protocol = 'dc4'`
    await db.owner`update dc.target_credentials set revoked_at = now(), revoked_by = claimed_by`
    const [credential] = await db.owner`
      insert into dc.target_credentials (target_id, kind, verifier, fingerprint, claimed_by, claimed_at)
      select target_id, kind, ${db.owner.json({ sha256, salt })}, 'bb', claimed_by, now() from dc.target_credentials
      returning id`
    const credentials = [{ kind: 'password', ref: credential?.id }]
    const document = { ...target({ sources: ['K7T882'], protocol: 'dc4' }), listen, credentials }
    const [version] = await db.owner<{ newest: number }[]>`
      select newest_version as newest from dc.environments where environment = 'sandbox'`
    await publishParts(db, (version?.newest ?? 0) + 1, [
      { kind: 'feed', id: 'gw1', document: feed() },
      { kind: 'source', id: 'K7T882', document: { id: 'K7T882', feed: 'gw1', gateway: 'cgw' } },
      { kind: 'target', id: 'ODQ1Z9', document },
    ])
    const directory = temporaryDirectory()
    writeTestKey(directory)
    await db.owner`delete from dc.connector_leases` // another journal led in the tests before
    const { running } = await runOnDatabase(db.urls.dc_connector)
    await untilHeardOf(db)
    const { acceptor } = running.worker
    const [primary, backup] = [acceptor.port('localhost:0') ?? 0, acceptor.port('127.0.0.2:0') ?? 0]
    const at = (port: number, host?: string) => client(port, { host })
    const first = await at(primary)
    first.logon(password())
    const { seqNum } = await first.message('1')

    const failOver = () =>
      session(directory, 'fail-over', 'ODQ1Z9', 'backup', '--reason', 'The primary line is down.', '--yes')
    const asked = await failOver()
    expect(asked).toMatchObject({ code: 0, err: '' })
    expect(asked.out).toMatch(
      /must log on at its backup address, 127\.0\.0\.2:0\..*is refused.*jumps by 4,000.*In force/s,
    )
    expect(fieldOf(await first.message('5'), 58)).toBe('Configuration changed. Logout forced.')
    await first.closed()
    const sentAway = await at(primary)
    sentAway.seqNum = first.seqNum
    sentAway.logon(password())
    expect(fieldOf(await sentAway.message('5'), 58)).toBe('Backup session not allowed. Logout forced.')
    await sentAway.closed()
    const second = await at(backup, '127.0.0.2')
    second.seqNum = first.seqNum
    second.logon(password())
    expect((await second.message('A')).seqNum).toBeGreaterThan(seqNum + 4_000)

    const again = await failOver()
    expect(again).toMatchObject({ code: 0, out: expect.stringContaining('in force already. Nothing is changed.') })
    expect(second.isClosed).toBe(false)
    const nowhere = await session(directory, 'fail-over', 'ODQ1Z9', 'elsewhere', '--reason', 'x', '--yes')
    expect(nowhere.code).toBe(2)
  })
})
