import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePorts } from '#test/support/app.ts'
import { progress, shown, shownMs, type Table } from './report.ts'
import { type Run, run } from './run.ts'
import { oneToOne, range, type Scenario, type Shape } from './scenarios.ts'
import { connectorEnds, type System, startConnectorIn, temporaryDirectory } from './systems.ts'

const blasts = ['garbage', 'bad checksums', 'unknown Logons', 'slow frames', 'half-open connections'] as const
export type Blast = (typeof blasts)[number]
export type BlastOrder = { port: number; kind: Blast; addresses: string[] }

/** A quiet session, on which the effects of others show. */
const scenario: Scenario = { name: 'hostile', shape: oneToOne, messages: 2_000, perSecond: 200 }
/** Targets at the attacked listener, and strangers, each with an address of its own. */
const bystanders = 500
const strangers = range(5).map((i) => `127.0.0.${i + 2}`)

/** One client's latency, at rest and while strangers do their worst at a listener of the same connector. */
export async function hostileTable(): Promise<Table> {
  const quiet = await run(scenario, (shape) => startBlasted(shape))
  const rows = [rowOf('quiet', quiet, quiet)]
  for (const kind of blasts) {
    rows.push(rowOf(kind, await run(scenario, (shape) => startBlasted(shape, kind)), quiet))
    progress(`hostile, ${rows.at(-1)?.join(', ')}`)
  }
  const head = ['p50 ms', 'p99 ms', 'p99 to quiet', 'CPU s per million', 'peak MB']
  return { head: [`1 source to 1 target at 200/s, ${strangers.length} hostile addresses`, ...head], rows }
}

const rowOf = (name: string, { latencies: { p50, p99 }, cpuPerMillion, peakMb }: Run, quiet: Run): string[] => [
  name,
  shownMs(p50 / 1000),
  shownMs(p99 / 1000),
  shown(p99 / quiet.latencies.p99, 2),
  shown(cpuPerMillion),
  shown(peakMb),
]

async function startBlasted(shape: Shape, kind?: Blast): Promise<System> {
  const dir = temporaryDirectory()
  const ends = await connectorEnds(shape, dir)
  const [port = 0] = await freePorts(1)
  addBystanders(join(dir, 'config.json'), port)
  const system = await startConnectorIn(dir, ends)
  if (!kind) return system
  const order: BlastOrder = { port, kind, addresses: strangers }
  const script = fileURLToPath(new URL('./blast.ts', import.meta.url))
  const child = spawn(process.execPath, ['--import', 'tsx', script, JSON.stringify(order)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(child.stdout, 'data')
  const stop = async () => {
    child.kill('SIGKILL')
    await system.stop()
  }
  return { ...system, stop }
}

/** According to the rules under which a stranger stays connected. */
function addBystanders(path: string, port: number): void {
  const config = JSON.parse(readFileSync(path, 'utf8'))
  const [first] = config.targets
  const listen = [{ role: 'primary', host: '127.0.0.1', port }]
  const sessionId = (i: number) => `BY${String(i).padStart(4, '0')}`
  config.targets.push(...range(bystanders).map((i) => ({ ...first, sessionId: sessionId(i), policy: 'cme', listen })))
  writeFileSync(path, JSON.stringify(config))
}
