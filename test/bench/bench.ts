import { spawnSync } from 'node:child_process'
import { cpus, loadavg } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { startLoad, startSink } from './programs.ts'
import { measureRecovery } from './recovery.ts'
import { ReportFrames } from './report-frames.ts'
import { type Shape, type System, startConnector, startJspurefix, startRelay } from './systems.ts'

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

/** A run that is not over so long after it should be stands still. */
const standstillS = 60

const help = `npm run bench -- [--pairs 5] [--only TEXT] [--journal 5000000]

  --pairs N    how often relay and connector take turns
  --only TEXT  scenarios whose name has this in it
  --journal N  messages in the journal of the recovery
`
const { values: options } = parseArgs({
  options: {
    pairs: { type: 'string', default: '5' },
    only: { type: 'string', default: '' },
    journal: { type: 'string', default: '5000000' },
    help: { type: 'boolean', default: false },
  },
})
if (options.help) {
  process.stdout.write(help)
  process.exit(0)
}

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

/** The engine from npm is so much slower that it gets fewer messages, and the connector as many as elsewhere. */
async function compareWithEngine(): Promise<void> {
  const flatOut = { shape: one, perSecond: 0 }
  const ratios: number[] = []
  console.log('\njspurefix with its file store, 1 source to 1 target, flat out')
  for (let i = 0; i < Number(options.pairs); i++) {
    const engine = await run({ ...flatOut, name: 'jspurefix', messages: 6_000 }, startJspurefix)
    const ours = await run({ ...flatOut, name: 'connector', messages: 300_000 }, startConnector)
    ratios.push(ours.copiesPerS / engine.copiesPerS)
    const [theirs, mine] = [engine, ours].map((one) => shown(one.copiesPerS, 0))
    console.log(`  copies per second              engine ${theirs}  connector ${mine}`)
  }
  console.log(`  ratio ${median(ratios).toFixed(1)} (median of the pairs)`)
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
  const copies = messages * shape.targetsPerSource
  const latency = perSecond > 0
  const sink = startSink({ targets: system.targets, copies, latency, warmUp: latency ? copies / 10 : 0 })
  const load = startLoad({ feeds: system.feeds, messages, perSecond })
  const late = deadline(standstillS + (latency ? messages / perSecond : 0))
  try {
    await Promise.race([sink.ready, late.passed])
    const cpuBefore = system.cpuSeconds()
    load.start()
    const [sent, arrived] = await Promise.race([Promise.all([load.done, sink.done]), late.passed])
    return {
      copiesPerS: arrived.copies / ((arrived.lastMicros - sent.firstMicros) / 1e6),
      cpuPerMillion: ((system.cpuSeconds() - cpuBefore) * 1e6) / arrived.copies,
      peakMb: system.peakMb(),
      p50Ms: arrived.latenciesMicros.p50 / 1000,
      p99Ms: arrived.latenciesMicros.p99 / 1000,
      lagS: (arrived.lastMicros - sent.lastMicros) / 1e6,
      lateMs: sent.latestMs,
    }
  } catch (error) {
    console.error(`the sink has ${sink.received()} of ${copies} copies; the log ends:`)
    console.error(system.log().split('\n').slice(-20).join('\n'))
    throw error
  } finally {
    late.cancel()
    load.end() // not before its messages have arrived: what a dead socket holds may be dropped
    sink.end()
    await system.stop()
  }
}

/** Rejects when a run takes longer than any that works. */
function deadline(seconds: number): { passed: Promise<never>; cancel(): void } {
  let timer: NodeJS.Timeout | undefined
  const passed = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not finished after ${seconds} s`)), seconds * 1000)
  })
  return { passed, cancel: () => clearTimeout(timer) }
}

console.log(
  `${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown CPU'}, ${new Date().toISOString().slice(0, 10)}, load average ${loadavg()[0]?.toFixed(1)}`,
)
console.log(
  `${new ReportFrames('GW0', 'DROPCOPY').bytes}-byte execution reports, plain feeds, policy fix; ${options.pairs} alternating pairs, medians`,
)
const built = spawnSync(process.execPath, ['app/build.mjs'], {
  cwd: fileURLToPath(new URL('../..', import.meta.url)),
  stdio: 'inherit',
})
if (built.status !== 0) process.exit(1)
const isAsked = (name: string) => name.includes(options.only)
for (const scenario of scenarios.filter(({ name }) => isAsked(name))) await compare(scenario)
if (isAsked('jspurefix')) await compareWithEngine()
if (isAsked('recovery')) await measureRecovery(Number(options.journal))
