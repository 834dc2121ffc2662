import { fork, spawnSync } from 'node:child_process'
import { cpus } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import type { LoadOrder, LoadReport } from './load.ts'
import { ReportFrames } from './report-frames.ts'
import type { SinkOrder, SinkReport } from './sink.ts'
import { type Shape, type System, startConnector, startRelay } from './systems.ts'

type Scenario = { name: string; shape: Shape; messages: number; perSecond: number }
type Run = {
  copiesPerS: number
  cpuPerMillion: number
  peakMb: number
  p50Ms: number
  p99Ms: number
  lagS: number
  lateMs: number
}

const one = { sources: 1, targetsPerSource: 1, durability: 'fsync' } as const
const scenarios: Scenario[] = [
  { name: '1 source to 1 target, flat out', shape: one, messages: 300_000, perSecond: 0 },
  { name: '1 source to 4 targets, flat out', shape: { ...one, targetsPerSource: 4 }, messages: 100_000, perSecond: 0 },
  {
    name: '8 sources to 2 targets each, flat out',
    shape: { ...one, sources: 8, targetsPerSource: 2 },
    messages: 160_000,
    perSecond: 0,
  },
  { name: '1 to 1 without fsync, flat out', shape: { ...one, durability: 'os' }, messages: 300_000, perSecond: 0 },
  { name: '1 to 1 at 1,000/s', shape: one, messages: 10_000, perSecond: 1_000 },
  { name: '1 to 1 at 10,000/s', shape: one, messages: 100_000, perSecond: 10_000 },
]

const { values: options } = parseArgs({
  options: { pairs: { type: 'string', default: '3' }, only: { type: 'string' } },
})

/** Relay and connector in turn; the ratio is the median of the pairs' ratios. */
async function compare(scenario: Scenario): Promise<void> {
  const pairs: { relay: Run; ours: Run }[] = []
  for (let i = 0; i < Number(options.pairs); i++)
    pairs.push({ relay: await run(scenario, startRelay), ours: await run(scenario, startConnector) })
  const row = (label: string, digits: number, of: (run: Run) => number) => {
    const relay = median(pairs.map((pair) => of(pair.relay)))
    const ours = median(pairs.map((pair) => of(pair.ours)))
    const ratio = median(pairs.map((pair) => of(pair.ours) / of(pair.relay)))
    console.log(
      `  ${label.padEnd(30)} relay ${shown(relay, digits)}  connector ${shown(ours, digits)}  ratio ${ratio.toFixed(2)}`,
    )
  }
  console.log(`\n${scenario.name}`)
  if (scenario.perSecond === 0) row('copies per second', 0, (run) => run.copiesPerS)
  row('CPU seconds per million copies', 2, (run) => run.cpuPerMillion)
  row('peak memory, MB', 0, (run) => run.peakMb)
  if (scenario.perSecond > 0) {
    row('p50, ms', 3, (run) => run.p50Ms)
    row('p99, ms', 3, (run) => run.p99Ms)
  }
  const lag = Math.max(...pairs.map(({ ours }) => ours.lagS))
  const late = Math.max(...pairs.flatMap(({ relay, ours }) => [relay.lateMs, ours.lateMs]))
  console.log(
    `  last copy ${lag.toFixed(2)} s after the last message was handed over; generator at most ${late.toFixed(1)} ms late`,
  )
}

const shown = (value: number, digits: number) =>
  value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits }).padStart(9)

function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2
}

async function run({ shape, messages, perSecond }: Scenario, start: (shape: Shape) => Promise<System>): Promise<Run> {
  const system = await start(shape)
  try {
    const copies = messages * shape.targetsPerSource
    const latency = perSecond > 0
    const sink = await startSink({ targets: system.targets, copies, latency, warmUp: latency ? copies / 10 : 0 })
    const cpuBefore = system.cpuSeconds()
    const [{ report: load, end }, arrived] = await Promise.all([
      generate({ feeds: system.feeds, messages, perSecond }),
      sink.done,
    ])
    end()
    return {
      copiesPerS: arrived.copies / ((arrived.lastMicros - load.firstMicros) / 1e6),
      cpuPerMillion: ((system.cpuSeconds() - cpuBefore) * 1e6) / arrived.copies,
      peakMb: system.peakMb(),
      p50Ms: (arrived.latenciesMicros?.p50 ?? 0) / 1000,
      p99Ms: (arrived.latenciesMicros?.p99 ?? 0) / 1000,
      lagS: (arrived.lastMicros - load.lastMicros) / 1e6,
      lateMs: load.latestMs,
    }
  } finally {
    await system.stop()
  }
}

const program = (name: string) => fork(fileURLToPath(new URL(name, import.meta.url)), { execArgv: ['--import', 'tsx'] })

async function startSink(order: SinkOrder): Promise<{ done: Promise<SinkReport> }> {
  const child = program('./sink.ts')
  const done = new Promise<SinkReport>((resolve, reject) => {
    child.on('message', (report: SinkReport | { event: 'ready' }) => 'copies' in report && resolve(report))
    child.once('exit', (code) => reject(new Error(`the sink ended with ${code}`)))
  })
  const ready = new Promise<void>((resolve) => child.once('message', () => resolve()))
  child.send(order)
  await Promise.race([ready, done])
  return { done }
}

function generate(order: LoadOrder): Promise<{ report: LoadReport; end(): void }> {
  const child = program('./load.ts')
  child.send(order)
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the load generator ended with ${code}`)))
    child.once('message', (report: LoadReport) => {
      child.removeAllListeners('exit')
      resolve({ report, end: () => child.kill() }) // it stays until its messages have arrived: what a dead socket holds may be dropped
    })
  })
}

console.log(
  `${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown CPU'}, ${new Date().toISOString().slice(0, 10)}`,
)
console.log(
  `${new ReportFrames('GW0', 'DROPCOPY').bytes}-byte execution reports, plain feeds, policy fix; ${options.pairs} alternating pairs, medians`,
)
const built = spawnSync(process.execPath, ['app/build.mjs'], {
  cwd: fileURLToPath(new URL('../..', import.meta.url)),
  stdio: 'inherit',
})
if (built.status !== 0) process.exit(1)
for (const scenario of scenarios.filter(({ name }) => name.includes(options.only ?? ''))) await compare(scenario)
