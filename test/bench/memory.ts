import { startLoad, startSink, within } from './programs.ts'
import type { Latencies } from './receiver.ts'
import { progress, shown, shownMs, type Table } from './report.ts'
import { run } from './run.ts'
import { oneToOne, type Shape } from './scenarios.ts'
import type { TargetEnd } from './sink.ts'
import { storm } from './storm.ts'
import { startConnector } from './systems.ts'

const twoTargets: Shape = { ...oneToOne, targets: 2 }
/** One target with a client that reads, ten for the storm. */
const elevenTargets: Shape = { ...oneToOne, targets: 11 }
const liveS = 16
const standstillS = 60
const pausedS = 10
const stormS = 14
const logonsPerSecond = 50

/** What the other targets' clients do while the first one reads: `done` when they have everything they wait for. */
type Company = (
  targets: TargetEnd[],
  messages: number,
) => { ready: Promise<unknown>; done: Promise<unknown>; end(): void }

const afterAWhile = (messages: number) => Math.floor(messages / 8)
const read: Company = (targets, copies) => startSink({ targets, copies, latency: false, warmUp: 0 })
const stopReading: Company = (targets, copies) =>
  startSink({ targets, copies, latency: false, warmUp: 0, pause: { after: afterAWhile(copies), ms: pausedS * 1000 } })
const askForEverything: Company = (targets, copies) =>
  startSink({
    targets,
    copies,
    latency: false,
    warmUp: 0,
    again: { after: Math.floor(copies / 2), by: ['fix'], history: 0 },
  })
const stayAway: Company = () => ({ ready: Promise.resolve(), done: Promise.resolve(), end: () => undefined })
const reconnect: Company = (targets) => ({
  ready: Promise.resolve(),
  done: storm(targets, logonsPerSecond, stormS).then(({ logons, refused }) =>
    progress(`memory: ${logons} logons, ${refused} refused`),
  ),
  end: () => undefined,
})

/**
 * The peak of the connector's memory when a client stops reading, asks for everything, or many reconnect, and the peak
 * of the same run without; live copies come at half of what the connector can do. The first target's client only reads,
 * and must not notice.
 */
export async function memoryTable(): Promise<Table> {
  const saturated = await run({ name: 'memory', shape: twoTargets, messages: 200_000, perSecond: 0 }, startConnector)
  const perSecond = Math.round(saturated.copiesPerS / twoTargets.targets / 2)
  const rows: string[][] = []
  const measure = async (name: string, shape: Shape, company: Company, without?: Outcome) => {
    const outcome = await live(shape, perSecond, company)
    const more = without ? shown(outcome.peakMb - without.peakMb) : ''
    const { p50, p99, max } = outcome.latencies
    rows.push([
      name,
      shown(outcome.peakMb),
      more,
      ...[p50, p99, max].map((micros) => shownMs(micros / 1000)),
      shown(outcome.lagS, 2),
    ])
    progress(`memory, ${rows.at(-1)?.join(', ')}`)
    return outcome
  }
  const reading = await measure('both read', twoTargets, read)
  await measure(`one stops reading for ${pausedS} s`, twoTargets, stopReading, reading)
  await measure('one asks for everything once more', twoTargets, askForEverything, reading)
  const away = await measure('one reads, ten are away', elevenTargets, stayAway)
  await measure(`the ten log on ${logonsPerSecond} times a second`, elevenTargets, reconnect, away)
  const head = ['peak MB', 'more than without', 'the other: p50 ms', 'p99 ms', 'longest', 'last copy after, s']
  return { head: [`1 source at ${shown(perSecond)}/s, half of saturation`, ...head], rows }
}

type Outcome = { peakMb: number; latencies: Latencies; lagS: number }

async function live(shape: Shape, perSecond: number, company: Company): Promise<Outcome> {
  const system = await startConnector(shape)
  const messages = perSecond * liveS
  const [first, ...others] = system.targets
  const sink = startSink({ targets: first ? [first] : [], copies: messages, latency: true, warmUp: messages / 10 })
  const load = startLoad({ feeds: system.feeds, kind: shape.kind, messages, perSecond })
  await within(standstillS, sink.ready)
  const theirs = company(others, messages)
  try {
    await within(standstillS, theirs.ready)
    load.start()
    const [sent, arrived] = await within(liveS + standstillS, Promise.all([load.done, sink.done, theirs.done]))
    const lagS = Math.max(0, arrived.lastMicros - sent.lastMicros) / 1e6
    return { peakMb: system.peakMb(), latencies: arrived.latencies, lagS }
  } finally {
    load.end()
    sink.end()
    theirs.end()
    await system.stop()
  }
}
