import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { pino } from 'pino'
import { expect, onTestFinished, test } from 'vitest'
import type { Clock } from '#connector/run/clock.ts'
import { applySnapshot } from '#connector/run/snapshot/apply-snapshot.ts'
import { checked } from '#connector/run/snapshot/wanted-file.ts'
import { Worker } from '#connector/run/worker.ts'
import { flag } from '#connector/state/fold.ts'
import { balances } from '#test/support/balances.ts'
import { feed, gateway, type Started, snapshot, start, target, temporaryDirectory } from '#test/support/connector.ts'
import { type FixPeer, fieldOf } from '#test/support/fix-peer.ts'
import { envelop, sourceFill } from '#test/support/source-flow.ts'

const daysMs = 86_400_000
const small = { segmentBytes: 128 * 1024, ringBytes: 1024 * 1024 }

/** Runs with the real one, both clocks ahead by as much as the test says. */
function movable(): Clock & { aheadMs: number } {
  const clock = { aheadMs: 0, wallMs: () => Date.now() + clock.aheadMs, steadyMs: () => Date.now() + clock.aheadMs }
  return clock
}

const document = (policy = {}) =>
  snapshot({
    feeds: [feed({ policy: { preset: 'fix', sendingTimeS: 0 } })], // HeartBtInt 0: a week without a word is none
    targets: [
      target({ sources: ['K7T882'] }),
      target({ sessionId: 'FEWER1', sources: ['K7T882'], queueDepth: 4 }),
      target({ sessionId: 'NEVER1', sources: ['K7T882'], level: 'acknowledgments' }),
    ],
    journal: { durability: 'os', retention: policy },
  })

async function settled(peer: FixPeer): Promise<void> {
  const id = `T${peer.seqNum}`
  peer.send('1', [[112, id]])
  await peer.until('the Heartbeat', () => peer.of('0').some((message) => fieldOf(message, 112) === id))
}

async function fills(gw: FixPeer, from: number, to: number): Promise<void> {
  for (let n = from; n <= to; n++) envelop(gw, sourceFill('K7T882', n))
  await settled(gw)
}

/** Messages of K7T882 still there that came before this position. */
async function keptBefore({ worker }: Started, position: number): Promise<number> {
  const { journal, state } = worker.core
  const [id] = Object.entries(state.data.streams).find(([, { name }]) => name === 'K7T882')!
  let count = 0
  await journal.scan(journal.start, position, (record) => {
    if (record.type === 'M' && record.stream === Number(id) && (record.flags & flag.aside) === 0) count++
    return undefined
  })
  return count
}

const rowsOf = ({ worker }: Started, name: string, week: string) =>
  Object.values(worker.targets.get(name)!.state.ledger[week] ?? {})

const files = (data: string) =>
  readdirSync(join(data, 'journal'))
    .filter((name) => name.endsWith('.segment'))
    .sort()

test('retention removes the oldest segments, says what expired with them, and a start agrees', async () => {
  const clock = movable()
  const data = temporaryDirectory()
  const one = await start(document({ hours: 48 }), data, { clock, ...small })
  const gw = await gateway(one.feedPort)
  gw.logon([], 0)
  await gw.message('A')
  const first = sourceFill('K7T882', 1)
  envelop(gw, first)
  envelop(gw, sourceFill('M3P882', 1))
  await fills(gw, 2, 900)
  const { week } = one.worker.core.state.data
  const { journal, state } = one.worker.core
  const before = files(data)
  clock.aheadMs += 8 * daysMs
  await gw.until('a new week', () => state.data.week !== week)
  expect(rowsOf(one, 'ODQ1Z9', week)[0]).toMatchObject({ received: 900, held: 900, expired: 0 })
  await fills(gw, 901, 1_700)
  expect(journal.start).toBe(0)
  clock.aheadMs += 61_000
  await gw.until('fewer segments', () => journal.start > 0 && state.data.kept === journal.start)
  expect(files(data)).not.toContain(before[0])
  const began = state.data.weeks.find((one) => one.week === state.data.week)!.from
  expect(journal.start).toBeLessThanOrEqual(began)
  const held = await keptBefore(one, began)
  for (const name of ['ODQ1Z9', 'FEWER1'])
    expect(rowsOf(one, name, week)[0]).toMatchObject({ received: 900, held, expired: 900 - held })
  expect(rowsOf(one, 'NEVER1', week)[0]).toMatchObject({ held: 0, expired: 0 })
  for (const name of ['ODQ1Z9', 'FEWER1', 'NEVER1']) expect(rowsOf(one, name, week).every(balances)).toBe(true)

  envelop(gw, first) // who can say whether it was there: never a second copy
  await gw.until('it is aside', () => one.worker.feeds.get('gw1')!.state.aside === 1)
  envelop(gw, sourceFill('M3P882', 1)) // silent since, and begins again
  await settled(gw)
  expect(Object.values(state.data.streams).find(({ name }) => name === 'M3P882')).toMatchObject({
    epoch: 2,
    received: 2,
  })

  await one.stop()
  const then = structuredClone(state.data)
  const again = await start(document({ hours: 48 }), data, { clock, ...small })
  const { data: now } = again.worker.core.state // a start counts itself, and leads in a term of its own
  expect({ ...now, run: 0, term: 0 }).toEqual({ ...then, run: 0, term: 0 })
  expect(again.worker.core.journal.start).toBe(then.kept)
})

/** A journal without a policy whose oldest segments belong to a week that has ended. */
async function grown() {
  const clock = movable()
  const one = await start(document(), undefined, { clock, ...small })
  const gw = await gateway(one.feedPort)
  gw.logon([], 0)
  await gw.message('A')
  await fills(gw, 1, 700)
  clock.aheadMs += 8 * daysMs
  const { week } = one.worker.core.state.data
  await gw.until('a new week', () => one.worker.core.state.data.week !== week)
  await fills(gw, 701, 1_500)
  clock.aheadMs += 61_000
  await settled(gw)
  return { clock, one, gw }
}

test('nothing is removed without a policy, and what a start finds recorded as removed goes', async () => {
  const { clock, one, gw } = await grown()
  const { journal } = one.worker.core
  expect(journal.start).toBe(0)
  one.worker.core.control({ kind: 'retention', before: journal.sealed(0)!.end, expired: [], gone: {} })
  await one.stop()
  const again = await start(document(), one.data, { clock, ...small })
  const { kept } = again.worker.core.state.data
  await gw.until('the segment is gone', () => again.worker.core.journal.start === kept)
  expect(kept).toBeGreaterThan(0)
})

test('the first look waits for the first configuration, and comes with it', async () => {
  const { clock, one } = await grown()
  await one.stop()
  let looks = 0
  const counted: Clock = {
    wallMs: clock.wallMs,
    steadyMs: () => {
      looks++
      return clock.steadyMs()
    },
  }
  const log = pino({ level: 'silent' })
  const onFatal = (error: Error) => {
    throw error
  }
  const options = { data: one.data, durability: 'os' as const, log, onFatal, clock: counted, ...small }
  const worker = await Worker.open(options)
  onTestFinished(() => worker.stop())
  const before = looks
  await expect.poll(() => looks).toBeGreaterThan(before + 20) // some ticks with nothing configured
  const wanted = checked({ ...document({ hours: 48 }), version: 2 })
  if (!wanted.ok) throw new Error(JSON.stringify(wanted))
  await applySnapshot(worker, wanted.snapshot, wanted.digest)
  await expect.poll(() => worker.core.journal.start).toBeGreaterThan(0)
})
