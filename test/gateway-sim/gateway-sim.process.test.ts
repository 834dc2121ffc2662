import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, test } from 'vitest'
import { messageClasses } from '#dropcopy/classify.ts'
import { type GatewaySim, startGatewaySim } from '#gateway-sim/gateway-sim.ts'
import type { GatewaySimOptions, SimEvent } from '#gateway-sim/options.ts'
import { FeedEnd, fieldText } from '#test/gateway-sim/feed-end.ts'

const dir = mkdtempSync(join(tmpdir(), 'sim-test-'))
const running: { stop(): Promise<unknown> }[] = []
afterEach(async () => {
  for (const one of running.splice(0)) await one.stop()
  rmSync(dir, { recursive: true, force: true })
})
const started = async (options: GatewaySimOptions): Promise<GatewaySim> => {
  const sim = await startGatewaySim(options)
  running.push(sim)
  return sim
}
const accepting = async (dialect: 'encapsulated' | 'plain', numbers?: { nextIn: number; nextOut: number }) => {
  const end = await FeedEnd.listen(dialect, numbers)
  running.unshift(end)
  return end
}
const towards = (end: FeedEnd, change: Partial<GatewaySimOptions> = {}): GatewaySimOptions => ({
  mode: 'connect',
  host: '127.0.0.1',
  port: end.port,
  dialect: end.dialect,
  ourCompId: 'GW1',
  theirCompId: 'DROPCOPY',
  sources: end.dialect === 'plain' ? ['M3P882'] : ['K7T882', 'M3P882'],
  rate: 'max',
  count: 500,
  ...change,
})

describe('an encapsulated feed that accepts', () => {
  test('gets every message once, each source ascending with holes where administrative messages stood', async () => {
    const end = await accepting('encapsulated')
    const sim = await started(towards(end))
    await sim.done
    await end.until(() => end.received.length >= 500)
    const { total, sources } = sim.sent()
    expect(end.received).toHaveLength(total)
    for (const [id, count] of Object.entries(sources)) {
      const numbers = end.received.filter((one) => one.sourceId === id).map((one) => one.seqNum)
      expect(numbers).toHaveLength(count.sent)
      expect(numbers).toEqual([...numbers].sort((a, b) => a - b))
      expect(count.last).toBeGreaterThan(count.sent)
      const tally = sim.classesOf(id)
      for (const one of end.received.filter((one) => one.sourceId === id)) {
        expect(messageClasses[tally.get(one.seqNum) - 1]).toBe(one.messageClass)
      }
    }
  })

  test('asks again after a cut and misses nothing, while production went on', async () => {
    const end = await accepting('encapsulated')
    const sim = await started(towards(end, { rate: 2000, count: 1500 }))
    await end.until(() => end.received.length > 300)
    end.cut()
    await sim.done
    await end.until(() => end.received.length >= 1500)
    expect(end.numbersTwice()).toEqual([])
    expect(end.received).toHaveLength(sim.sent().total)
    expect(sim.sent().resent).toBeGreaterThan(0)
  })

  test('is given the same numbers after a restart from the state file, and everything ever sent on request', async () => {
    const state = join(mkdtempSync(join(tmpdir(), 'sim-state-')), 'gw1.log')
    const end = await accepting('encapsulated')
    const first = await started(towards(end, { state, count: 300 }))
    await first.done
    await end.until(() => end.received.length >= 300)
    await first.stop()
    const before = first.sent().total
    const second = await started(towards(end, { state, count: 200 }))
    await second.done
    await end.until(() => end.received.length >= before + 200)
    expect(end.numbersTwice()).toEqual([])
    expect(second.sent().total).toBe(end.received.length)
    expect(new Set(end.received.map((one) => fieldText(one.text, 17))).size).toBeGreaterThan(450)

    // a peer that lost everything asks for all of it, and gets the very same source messages
    const late = await accepting('encapsulated')
    const third = await started(towards(late, { state, count: 0 }))
    await late.until(() => late.received.length >= end.received.length)
    expect(late.received.map((one) => one.text)).toEqual(end.received.map((one) => one.text))
    expect(third.sent().resent).toBe(end.received.length)
    rmSync(join(state, '..'), { recursive: true, force: true })
  })
})

test('with other sources than last time it goes on with the numbers, and with IDs never used before', async () => {
  const state = join(mkdtempSync(join(tmpdir(), 'sim-state-')), 'gw1.log')
  const end = await accepting('encapsulated')
  const first = await started(towards(end, { state, count: 200 }))
  await first.done
  await first.stop()
  const second = await started(towards(end, { state, count: 200, sources: ['K7T882', 'A1B882'] }))
  await second.done
  await end.until(() => end.received.length >= second.sent().total)
  expect(end.numbersTwice()).toEqual([])
  const ids = end.received.map((one) => fieldText(one.text, 17)).filter((id) => id !== '')
  expect(new Set(ids).size).toBe(ids.length)
  rmSync(join(state, '..'), { recursive: true, force: true })
})

describe('a plain feed that initiates', () => {
  test('finds the gateway listening, checks its password, and takes its numbers as those of the source', async () => {
    const sim = await started({
      mode: 'listen',
      host: '127.0.0.1',
      port: 0,
      dialect: 'plain',
      ourCompId: 'GW2',
      theirCompId: 'DROPCOPY',
      password: 'secret',
      sources: ['M3P882'],
      rate: 'max',
      count: 400,
    })
    const end = await FeedEnd.connect('plain', sim.port, 'GW2', 'secret')
    running.unshift(end)
    await sim.done
    await end.until(() => end.received.length >= 400)
    const tally = sim.classesOf('M3P882')
    expect(end.received.map((one) => one.seqNum)).toEqual([...tally.entries()].map(([seqNum]) => seqNum))
  })

  test('is refused with a wrong password', async () => {
    const events: SimEvent[] = []
    const sim = await started({
      mode: 'listen',
      host: '127.0.0.1',
      port: 0,
      dialect: 'plain',
      ourCompId: 'GW2',
      theirCompId: 'DROPCOPY',
      password: 'secret',
      sources: ['M3P882'],
      onEvent: (event) => events.push(event),
    })
    const end = await FeedEnd.connect('plain', sim.port, 'GW2', 'guess')
    running.unshift(end)
    await end.until(() => end.refused !== undefined)
    expect(end.refused).toBe('Invalid logon.')
    expect(sim.live).toBe(false)
  })
})

describe('playing a log', () => {
  const line = (seqNum: number, time: string) =>
    `8=FIX.4.2|9=0|35=8|34=${seqNum}|49=CME|50=G|52=20240304-13:00:${time}|56=M3P882N|57=OP1|369=7|1=A|17=X${seqNum}|39=2|150=2|10=000|`
  const log = [
    '# captured',
    line(100, '00.000'),
    `13:00:00 > ${line(101, '00.050')}`,
    line(105, '00.100'),
    line(110, '00.150'),
  ]
  const path = join(mkdtempSync(join(tmpdir(), 'sim-log-')), 'flow.log')

  test('keeps its source numbers, inside the envelope', async () => {
    writeFileSync(path, log.join('\n'))
    const end = await accepting('encapsulated')
    const sim = await started(towards(end, { count: undefined, replay: { path, pace: 'max' } }))
    await sim.done
    await end.until(() => end.received.length >= 4)
    expect(end.received.map((one) => [one.sourceId, one.seqNum])).toEqual(
      [100, 101, 105, 110].map((n) => ['M3P882', n]),
    )
  })

  test('keeps them on a plain feed too, holes filled, from a gzip file at its own pace', async () => {
    writeFileSync(`${path}.gz`, gzipSync(log.map((text) => text.replaceAll('|', '\x01')).join('\n')))
    const end = await accepting('plain')
    const begun = performance.now()
    const sim = await started(towards(end, { count: undefined, replay: { path: `${path}.gz`, pace: 'own' } }))
    await sim.done
    await end.until(() => end.received.length >= 4)
    expect(performance.now() - begun).toBeGreaterThan(150)
    expect(end.received.map((one) => one.seqNum)).toEqual([100, 101, 105, 110])
  })
})
