import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { decodeControl } from '#connector/state/control.ts'
import { recoverState } from '#connector/state/recovery.ts'
import { judgeTerms } from '#connector/state/routing.ts'
import { emptyState } from '#connector/state/state.ts'
import { Random } from '#gateway-sim/random.ts'
import { openJournal } from '#journal/open-journal.ts'
import { writeWorld } from '#test/db/world.ts'
import { client, feed, gateway, password, target, temporaryDirectory } from '#test/support/connector.ts'
import { publishParts, until } from '#test/support/database-connector.ts'
import { type FixPeer, fieldOf } from '#test/support/fix-peer.ts'
import { type FreshDb, freshDb } from '#test/support/fresh-db.ts'
import { envelop, sourceFill } from '#test/support/source-flow.ts'

const commandLine = fileURLToPath(new URL('../../app/cli/drop-copy.mjs', import.meta.url))
const rounds = 3
const copiesPerRound = 3
const sources = ['K7T882']

let db: FreshDb
beforeAll(async () => {
  db = await freshDb()
  await writeWorld(db.owner)
  await db.owner`delete from dc.connector_leases` // only the sample rows have its leader
})
afterAll(() => db.close())

type Running = { child: ChildProcess; feedPort: number; targetPort: number }

/** `drop-copy connector` on the database, as the portal starts it. */
async function launch(data: string): Promise<Running> {
  const args = ['connector', '--database', db.urls.dc_connector, '--environment', 'sandbox', '--data', data]
  const child = spawn(process.execPath, [commandLine, ...args, '--log-level', 'fatal'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const ports: Record<string, number> = {}
  for await (const line of createInterface({ input: child.stdout })) {
    const said: { event: string; address?: string; port?: number } = JSON.parse(line)
    if (said.event === 'listening' && said.address) ports[said.address] = said.port ?? 0
    if (said.event === 'ready') break
  }
  child.stdout.resume()
  return { child, feedPort: ports['127.0.0.1:0'] ?? 0, targetPort: ports['localhost:0'] ?? 0 }
}

async function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  const gone = new Promise((resolve) => child.once('exit', resolve))
  child.kill(signal)
  await gone
}

/** Logs on under its own next number, or a given one: the numbers were set while the client was away. */
async function loggedOn(connect: () => Promise<FixPeer>, body: Parameters<FixPeer['logon']>[0], seqNum = 1) {
  for (let next = seqNum; ; ) {
    const peer = await connect()
    peer.seqNum = next
    peer.logon(body)
    const answer = await peer.until('an answer', () => peer.received.find(({ type }) => type === 'A' || type === '5'))
    if (answer.type === 'A') {
      await peer.message('1')
      return { peer, answer }
    }
    next = Number(fieldOf(answer, 789))
    await peer.closed()
  }
}

type Asked = { action: string; kind: 'feed' | 'target'; expected?: number; next?: number }

async function ask({ action, kind, expected = undefined, next = undefined }: Asked): Promise<string> {
  const id = randomUUID()
  const [askedAt, session] = [new Date(), kind === 'feed' ? 'gw1' : 'ODQ1Z9']
  await db.owner`insert into dc.session_commands ${db.owner({
    ...{ id, environment: 'sandbox', action, kind, session, expected: expected ?? null, next: next ?? null },
    ...{ reason: 'Proved.', operator: 'test', asked_at: askedAt, expires_at: new Date(askedAt.getTime() + 600_000) },
  })}`
  return id
}

const publish = (version: number, paused: boolean) =>
  publishParts(db, version, [
    { kind: 'feed', id: 'gw1', document: feed() },
    { kind: 'source', id: 'K7T882', document: { id: 'K7T882', feed: 'gw1', gateway: 'cgw' } },
    { kind: 'target', id: 'ODQ1Z9', document: target({ sources, paused }) },
  ])

/** Every command that the journal holds, oldest first, with the state that the command reached. */
async function journaled(data: string) {
  const state = emptyState(judgeTerms)
  const events = {
    onDurable: () => undefined,
    onPressure: () => undefined,
    onFatal: (error: Error) => {
      throw error
    },
  }
  const { journal } = await recoverState(
    (hooks) => openJournal(join(data, 'journal'), { durability: 'os' }, hooks),
    state,
    events,
  )
  const ids: string[] = []
  await journal.scan(journal.start, journal.end, (record) => {
    if (record.type !== 'X') return undefined
    const control = decodeControl(record)
    if (control.kind === 'command') ids.push(control.id)
    return undefined
  })
  await journal.close()
  const named = <T extends { name: string }>(all: Record<number, T>, name: string) =>
    Object.values(all).find((one) => one.name === name)
  return { ids, target: named(state.data.targets, 'ODQ1Z9'), feed: named(state.data.feeds, 'gw1') }
}

test('whenever the connector is killed, each command has its effect once, and the client its copies', async () => {
  const random = new Random(19)
  const data = temporaryDirectory()
  let version = 2
  await publish(version, false)
  const asked = new Map<string, Asked>()
  const copies: { number: number; previous: string | undefined }[] = []
  const outcomes = async () => db.owner`
    select command_id, state from dc.session_command_outcomes where command_id = any(${[...asked.keys()]})`
  let [clientNext, gatewayNext] = [1, 1]
  for (let round = 0; ; round++) {
    const { child, feedPort, targetPort } = await launch(data)
    await until('every outcome', async () => (await outcomes()).length === asked.size)
    const gw = await loggedOn(() => gateway(feedPort), [], gatewayNext)
    const { peer } = await loggedOn(() => client(targetPort), password(), clientNext)
    for (let i = 1; i <= copiesPerRound; i++) envelop(gw.peer, sourceFill('K7T882', round * copiesPerRound + i))
    await peer.until('its copies', () => peer.of('8').length >= copiesPerRound)
    copies.push(...peer.of('8').map((one) => ({ number: Number(fieldOf(one, 1181)), previous: fieldOf(one, 1350) })))
    ;[clientNext, gatewayNext] = [peer.seqNum, gw.peer.seqNum]
    gw.peer.destroy()
    if (round === rounds) {
      await ended(child, 'SIGTERM')
      break
    }
    const high = 1_000 * (round + 1)
    const series: Asked[] = [
      { action: 'log-out', kind: 'target' },
      { action: 'set-number', kind: 'target', expected: high, next: high },
      { action: 'accept-reset', kind: 'feed' },
      { action: 'reset', kind: 'target' },
      { action: 'set-number', kind: 'feed', next: 10_000 + high },
      { action: 'reset', kind: 'target' },
    ]
    const killed = wait(random.below(120)).then(() => ended(child, 'SIGKILL'))
    for (const one of series) asked.set(await ask(one), one)
    await publish(++version, true)
    await publish(++version, false)
    await killed
  }
  const states = new Map((await outcomes()).map(({ command_id: id, state }): [string, string] => [id, state]))
  const done = [...asked.keys()].filter((id) => states.get(id) === 'done')
  const doneOf = (action: string) => done.filter((id) => asked.get(id)?.action === action).length
  const found = await journaled(data)
  expect(found.ids).toEqual(done) // each once, in the order asked
  expect([...states.values()]).not.toContain('expired')
  expect(doneOf('reset')).toBe(2 * rounds)
  expect(doneOf('set-number')).toBe(2 * rounds)
  expect(found.target?.epoch).toBe(1 + doneOf('reset'))
  expect(found.feed?.epoch).toBe(1 + doneOf('accept-reset'))
  const total = (rounds + 1) * copiesPerRound
  expect(copies.map(({ number }) => number)).toEqual(Array.from({ length: total }, (_, i) => i + 1))
  expect(copies.map(({ previous }) => previous)).toEqual(
    Array.from({ length: total }, (_, i) => (i === 0 ? undefined : `${i}`)),
  )
})
