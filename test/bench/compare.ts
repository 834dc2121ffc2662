import { median, progress, shown, shownMs, type Table } from './report.ts'
import { evenly, type Run, run, runDirect } from './run.ts'
import { atRates, ceilings, copiesPerMessage, flatOut, type Scenario } from './scenarios.ts'
import { startConnector, startJspurefix, startRelay } from './systems.ts'

type Pair = { relay: Run; ours: Run }
type Asked = (name: string) => boolean

const pairsBeside = 2
const enginePairs = 2
/** Copies that the engine is given. */
const engineCopies = 6_000
/** A rate is sustained when everything is delivered within so many seconds after the last message was handed over. */
const sustainedS = 1
/** How many seconds a lower rate is driven. */
const sustainedFor = 4
const partsOfRate = [0.95, 0.9, 0.85, 0.8, 0.7, 0.6, 0.5]

/** What generator and sink can do without a system between them. */
export async function ceilingTable(isAsked: Asked): Promise<Table> {
  const rows: string[][] = []
  for (const scenario of ceilings.filter(({ name }) => isAsked(`ceiling, ${name}`)))
    rows.push([scenario.name, shown(await runDirect(scenario))])
  return { head: ['generator to sink, nothing between', 'messages/s'], rows }
}

/** Relay and connector in turn, each as fast as it takes messages. */
export async function flatOutTable(isAsked: Asked, pairs: number): Promise<Table> {
  const rows: string[][] = []
  for (const scenario of flatOut.filter(({ name }) => isAsked(name))) {
    const runs = await takeTurns(scenario, pairs)
    const lagS = (of: keyof Pair) => Math.max(...runs.map((pair) => pair[of].lagS))
    rows.push([
      scenario.name,
      ...compared(runs, (one) => one.copiesPerS, shown),
      ...compared(
        runs,
        (one) => one.cpuPerMillion,
        (cpu) => shown(cpu, 2),
      ),
      `${shown(median(runs.map(({ relay }) => relay.peakMb)))} / ${shown(median(runs.map(({ ours }) => ours.peakMb)))}`,
      `${shown(lagS('relay'), 2)} / ${shown(lagS('ours'), 2)}`,
      await sustained(scenario, runs),
    ])
  }
  const rate = ['copies/s, relay', 'connector', 'ratio']
  const cpu = ['CPU s per million, relay', 'connector', 'ratio']
  return { head: ['flat out', ...rate, ...cpu, 'peak MB', 'last copy after, s', 'sustained, copies/s'], rows }
}

/**
 * The rate that the connector sustains: its flat-out rate when every run's last copy came in time. Otherwise most of
 * the late copies were held by sockets between generator and connector, so the connector is driven at parts of that
 * rate for some seconds until one is sustained.
 */
async function sustained(scenario: Scenario, runs: Pair[]): Promise<string> {
  const copiesPerS = median(runs.map(({ ours }) => ours.copiesPerS))
  if (runs.every(({ ours }) => ours.lagS <= sustainedS)) return shown(copiesPerS)
  for (const part of partsOfRate) {
    const perSecond = Math.floor((copiesPerS * part) / copiesPerMessage(scenario.shape))
    const messages = evenly(Math.max(scenario.messages, perSecond * sustainedFor), scenario.shape)
    const { lagS } = await run({ ...scenario, perSecond, messages }, startConnector)
    progress(`${scenario.name} at ${shown(perSecond)}/s: last copy after ${shown(lagS, 2)} s`)
    if (lagS <= sustainedS)
      return `${shown(part * copiesPerS)} (${shown(part * 100)} %, last after ${shown(lagS, 2)} s)`
  }
  return 'none'
}

/** The time of a copy from when it was due to leave the generator until the sink has it. */
export async function latencyTable(isAsked: Asked, pairs: number): Promise<Table> {
  const rows: string[][] = []
  for (const scenario of atRates.filter(({ name }) => isAsked(name))) {
    const runs = await takeTurns(scenario, pairs)
    const relays = runs.map(({ relay }) => relay.latencies.p99)
    rows.push([
      scenario.name,
      ...compared(runs, (one) => one.latencies.p50 / 1000, shownMs),
      ...compared(runs, (one) => one.latencies.p99 / 1000, shownMs),
      shown(Math.max(...relays) / Math.min(...relays), 2),
      shown(Math.max(...runs.flatMap(({ relay, ours }) => [relay.lateMs, ours.lateMs])), 1),
    ])
  }
  const p50 = ['p50 ms, relay', 'connector', 'ratio']
  const p99 = ['p99 ms, relay', 'connector', 'ratio']
  return { head: ['at a fixed rate', ...p50, ...p99, "relay's p99 within", 'generator late, ms'], rows }
}

/** The engine from npm is so much slower that it gets fewer messages; the connector gets as many as elsewhere. */
export async function engineTable(isAsked: Asked, pairs: number): Promise<Table> {
  const rows: string[][] = []
  for (const scenario of flatOut.filter(({ name, isCompared }) => isCompared && isAsked(`jspurefix, ${name}`))) {
    const messages = evenly(engineCopies / copiesPerMessage(scenario.shape), scenario.shape)
    const [theirs, ours]: [Run[], Run[]] = [[], []]
    for (let i = 0; i < Math.min(pairs, enginePairs); i++) {
      const engine = await run({ ...scenario, messages }, startJspurefix)
      const connector = await run(scenario, startConnector)
      progress(`jspurefix: ${shown(engine.copiesPerS)} copies/s, the connector ${shown(connector.copiesPerS)}`)
      theirs.push(engine)
      ours.push(connector)
    }
    const ratio = (of: (run: Run) => number, digits: number) =>
      shown(median(ours.map((one, i) => of(one) / of(theirs[i] ?? one))), digits)
    rows.push([
      scenario.name,
      shown(median(theirs.map(({ copiesPerS }) => copiesPerS))),
      shown(median(ours.map(({ copiesPerS }) => copiesPerS))),
      ratio(({ copiesPerS }) => copiesPerS, 1),
      shown(median(theirs.map(({ cpuPerMillion }) => cpuPerMillion))),
      shown(median(ours.map(({ cpuPerMillion }) => cpuPerMillion)), 2),
      ratio(({ cpuPerMillion }) => cpuPerMillion, 3),
    ])
  }
  const cpu = ['CPU s per million, jspurefix', 'connector', 'ratio']
  return { head: ['flat out', 'copies/s, jspurefix', 'connector', 'ratio', ...cpu], rows }
}

async function takeTurns(scenario: Scenario, pairs: number): Promise<Pair[]> {
  const runs: Pair[] = []
  for (let i = 0; i < (scenario.beside ? Math.min(pairs, pairsBeside) : pairs); i++) {
    const pair = { relay: await run(scenario, startRelay), ours: await run(scenario, startConnector) }
    runs.push(pair)
    const told = ({ copiesPerS, cpuPerMillion, latencies }: Run) =>
      scenario.perSecond > 0
        ? `p99 ${shownMs(latencies.p99 / 1000)} ms`
        : `${shown(copiesPerS)}/s at ${shown(cpuPerMillion, 2)}`
    progress(`${scenario.name}: relay ${told(pair.relay)}, connector ${told(pair.ours)}`)
  }
  return runs
}

/** The median of each system, and the median of the pairs' ratios. */
function compared(runs: Pair[], of: (run: Run) => number, show: (value: number) => string): string[] {
  const ratio = median(runs.map(({ relay, ours }) => of(ours) / of(relay)))
  return [
    show(median(runs.map(({ relay }) => of(relay)))),
    show(median(runs.map(({ ours }) => of(ours)))),
    shown(ratio, 2),
  ]
}
