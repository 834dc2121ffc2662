import { type ChildProcess, fork } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { recoverState } from '#connector/state/recovery.ts'
import { judgeTerms } from '#connector/state/routing.ts'
import { emptyState } from '#connector/state/state.ts'
import { Random } from '#gateway-sim/random.ts'
import { writeWorld } from '#test/db/world.ts'
import { feed, target, temporaryDirectory } from '#test/support/connector.ts'
import { freePorts } from '#test/support/connector-process.ts'
import { publishParts, until } from '#test/support/database-connector.ts'
import { type FreshDb, freshDb } from '#test/support/fresh-db.ts'
import { judge } from './rig/account.ts'
import { Client } from './rig/client.ts'
import { Gateway } from './rig/gateway.ts'

const program = fileURLToPath(new URL('./rig/database-child.ts', import.meta.url))
const random = new Random(20_240_304)
const sources = ['K7T882', 'M3P882']
const kills = 3
const commandsEachLife = 8
const operator = 'storm'

let db: FreshDb
beforeAll(async () => {
  db = await freshDb()
  await writeWorld(db.owner)
})
afterAll(() => db.close())

/** The connector, which is there again after each kill. */
class Life {
  private child: ChildProcess | undefined
  constructor(private readonly data: string) {
    onTestFinished(() => this.kill())
  }

  start(): Promise<void> {
    const child = fork(program, [db.urls.dc_connector, this.data], {
      execArgv: ['--import', 'tsx'],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    this.child = child
    return new Promise((resolve, reject) => {
      child.once('message', () => resolve())
      child.once('exit', (code, signal) => reject(new Error(`the connector ended: ${code ?? signal}`)))
    })
  }

  async kill(): Promise<void> {
    const { child } = this
    this.child = undefined
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGKILL')
    await ended
  }
}

/** A feed of two sources, a target that gets them and one that gets nothing: its numbers are reset while nothing is under way. */
async function publish(feedPort: number, targetPort: number): Promise<void> {
  const listen = [{ role: 'primary' as const, host: '127.0.0.1', port: targetPort }]
  await publishParts(db, 2, [
    { kind: 'feed', id: 'gw1', document: feed({ port: feedPort }) },
    ...sources.map((id) => ({ kind: 'source', id, document: { id, feed: 'gw1', gateway: 'cgw' } })),
    { kind: 'target', id: 'ODQ1Z9', document: target({ sources, listen, policy: 'fix' }) },
    { kind: 'target', id: 'FIX001', document: target({ sessionId: 'FIX001', sources: [], listen, policy: 'fix' }) },
  ])
}

type Command = { id: string; session: string; action: string; next: number | null }

/** What an operator asks for, as the command line writes it. */
async function ask(command: Command): Promise<void> {
  await db.owner`insert into dc.session_commands ${db.owner({
    ...command,
    environment: 'sandbox',
    kind: 'target',
    reason: 'Asked by the desk.',
    operator,
    asked_at: new Date(),
    expires_at: new Date(Date.now() + 600_000),
  })}`
}

test('commands to sessions are carried out once each while the connector is killed, and a client’s counts are right', {
  timeout: 90_000,
}, async () => {
  const data = temporaryDirectory()
  const [feedPort = 0, targetPort = 0] = await freePorts(2)
  await publish(feedPort, targetPort)
  const life = new Life(data)
  await life.start()
  const gateway = new Gateway(feedPort, { feed: 'gw1', compId: 'GW1', sources })
  const client = new Client(targetPort, 'ODQ1Z9')
  onTestFinished(async () => void (await Promise.all([gateway.stop(), client.stop()])))

  const asked: Command[] = []
  for (let i = 0; i <= kills; i++) {
    const load = gateway.flow(400, 2)
    for (let n = 0; n < commandsEachLife; n++) {
      const next = 1_000 * (asked.length + 1) // grows by more than copies use up: ours may only grow
      const command = random.pick([
        { session: 'ODQ1Z9', action: 'set-number', next },
        { session: 'FIX001', action: 'reset', next: null },
      ])
      asked.push({ id: randomUUID(), ...command })
      await ask(asked.at(-1)!) // just put there
      await wait(random.below(40))
    }
    if (i < kills) {
      await life.kill()
      await life.start()
    }
    await load
  }
  const outcomes = await until('all outcomes', async () => {
    const rows = await db.owner`select id, state, says from dc.session_command_outcomes
      join dc.session_commands on id = command_id where operator = ${operator}`
    return rows.length === asked.length && rows
  })
  const says = new Map(outcomes.map((row) => [row.id, `${row.state}: ${row.says}`]))
  for (const { id, next } of asked)
    expect(says.get(id)).toMatch(next ? `ours will be ${next}.` : 'done: Both directions start at 1.')
  await gateway.flow(3) // so that whatever went missing before is noticed
  const { account } = client
  await until('everything', () => client.isWhole && account.distinct.size === gateway.sent.size)
  const { lost, doubled, chain } = judge(account, new Set(gateway.sent.keys()))
  expect({ lost, doubled, chain, wrong: account.wrong }).toEqual({ lost: [], doubled: [], chain: [], wrong: [] })
  await life.kill()

  const { targets, commands } = await stateOf(join(data, 'journal'))
  expect(commands?.map(({ id }) => id)).toEqual(asked.map(({ id }) => id))
  const resets = asked.filter(({ action }) => action === 'reset').length
  const epochs = new Map(Object.values(targets).map(({ name, epoch }) => [name, epoch]))
  expect(epochs).toEqual(new Map([...['ODQ1Z9', 'FIX001'].map((name, i) => [name, 1 + i * resets] as const)]))
})

async function stateOf(dir: string) {
  const state = emptyState(judgeTerms)
  const events = {
    onDurable: () => undefined,
    onPressure: () => undefined,
    onFatal: (error: Error) => {
      throw error
    },
  }
  const { journal } = await recoverState(dir, { durability: 'os' }, state, events)
  await journal.close()
  return state.data
}
