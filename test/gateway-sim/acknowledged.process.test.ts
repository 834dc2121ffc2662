import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { startGatewaySim } from '#gateway-sim/gateway-sim.ts'
import type { GatewaySimOptions } from '#gateway-sim/options.ts'
import { FeedEnd } from '#test/gateway-sim/feed-end.ts'
import { snapshot, temporaryDirectory } from '#test/support/connector.ts'
import { ConnectorProcess, onPorts, writeConfig } from '#test/support/connector-process.ts'
import { dropCopyIn } from '#test/support/drop-copy.ts'

const commandLine = join(import.meta.dirname, '../../app/cli/drop-copy.mjs')

/** A connector in a process of its own, and `drop-copy gateway-sim --exit` on its feed. */
async function bothEnds(...more: string[]) {
  const dir = temporaryDirectory()
  const { document, feedPort } = await onPorts(snapshot())
  const connector = new ConnectorProcess(writeConfig(dir, document), join(dir, 'data'))
  await connector.start()
  const where = ['--connect', `127.0.0.1:${feedPort}`, '--sources', 'K7T882,M3P882']
  const run = dropCopyIn(dir, 'gateway-sim', ...where, '--exit', ...more)
  const events = () =>
    run.out
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line))
  const total = () => events().findLast(({ event }) => event === 'sent')?.total ?? 0
  return { connector, run, events, total }
}

const messagesIn = (data: string): number =>
  JSON.parse(spawnSync(process.execPath, [commandLine, 'journal', 'stat', data, '--json']).stdout.toString()).messages

describe('drop-copy gateway-sim --exit', () => {
  test('ends with 0 when the connector has everything in its journal, though it was killed in mid-run', async () => {
    const { connector, run, events, total } = await bothEnds('--rate', '500', '--count', '2500')
    await expect.poll(total).toBeGreaterThan(500)
    await connector.kill()
    await expect.poll(() => run.out).toContain('"event":"done"') // all is sent, and nobody takes it
    expect(run.child.exitCode).toBeNull()
    await connector.start()
    expect(await run.ended, run.err).toBe(0)
    await connector.kill()
    expect(total()).toBeGreaterThanOrEqual(2500)
    expect(messagesIn(connector.data)).toBe(total())
    expect(events().filter(({ event }) => event === 'acknowledged')).toHaveLength(1)
  })

  test('ends with 1 and says how many were not acknowledged when it is stopped while the connector is dead', async () => {
    const { connector, run, total } = await bothEnds('--rate', '500', '--count', '1500')
    await expect.poll(total).toBeGreaterThan(300)
    await connector.kill()
    await expect.poll(() => run.out).toContain('"event":"done"')
    run.child.kill('SIGINT')
    expect(await run.ended).toBe(1)
    const left = Number(/GW1: (\d+) messages sent and not acknowledged/.exec(run.err)?.[1])
    expect(left).toBeGreaterThanOrEqual(total() - messagesIn(connector.data))
    expect(left).toBeLessThanOrEqual(total())
    expect(run.out).not.toContain('"event":"acknowledged"')
  })
})

describe('a gateway that waits for acknowledgments', () => {
  const started = async (end: FeedEnd, more: Partial<GatewaySimOptions> = {}) => {
    const names = { ourCompId: 'GW1', theirCompId: 'DROPCOPY', sources: ['K7T882'] }
    const where = { mode: 'connect', host: '127.0.0.1', port: end.port, dialect: 'encapsulated' } as const
    const sim = await startGatewaySim({ ...where, ...names, rate: 'max', count: 300, ...more })
    onTestFinished(async () => {
      await sim.stop()
      await end.stop()
    })
    return sim
  }

  test('asks a peer that writes no 369 with a Test Request', async () => {
    const end = await FeedEnd.listen('encapsulated', undefined, false)
    const sim = await started(end)
    await sim.whenAcknowledged(60_000)
    expect(sim.unacknowledged).toBe(0)
    expect(end.received).toHaveLength(sim.sent().total)
  })

  test('gives up when the peer is away for too long, and knows what is left', async () => {
    const end = await FeedEnd.listen('encapsulated')
    const sim = await started(end, { rate: 200, count: 600 })
    await end.until(() => end.received.length >= 100)
    await end.stop()
    await sim.done
    await sim.whenAcknowledged(300)
    expect(sim.isSent).toBe(true)
    expect(sim.unacknowledged).toBeGreaterThanOrEqual(sim.sent().total - end.received.length)
    const left = sim.unacknowledged
    await sim.stop()
    expect(sim.unacknowledged).toBe(left)
  })
})
