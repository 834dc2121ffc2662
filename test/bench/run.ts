import { startLoad, startSink, within } from './programs.ts'
import type { Latencies } from './receiver.ts'
import { copiesPerMessage, type Scenario, type Shape } from './scenarios.ts'
import type { System } from './systems.ts'

export type Run = {
  copiesPerS: number
  cpuPerMillion: number
  peakMb: number
  latencies: Latencies
  /** From the last message handed over to the last copy. */
  lagS: number
  /** How late the generator was at most. */
  lateMs: number
}

/** A run that is not over so long after it should be stands still. */
const standstillS = 60
/** This part of the copies of a measured latency is left out. */
const warmUp = 0.1

/** Drives one system through one scenario. */
export async function run(scenario: Scenario, start: (shape: Shape) => Promise<System>): Promise<Run> {
  const { shape, messages, perSecond } = scenario
  const system = await start(shape)
  const copies = messages * copiesPerMessage(shape)
  const latency = perSecond > 0
  const sink = startSink({ targets: system.targets, copies, latency, warmUp: latency ? copies * warmUp : 0 })
  const load = startLoad({ feeds: system.feeds, kind: shape.kind, messages, perSecond })
  const atMostS = standstillS + (latency ? messages / perSecond : 0)
  try {
    await within(standstillS, sink.ready)
    const cpuBefore = system.cpuSeconds()
    load.start()
    const [sent, arrived] = await within(atMostS, Promise.all([load.done, sink.done]))
    return {
      copiesPerS: arrived.copies / ((arrived.lastMicros - sent.firstMicros) / 1e6),
      cpuPerMillion: ((system.cpuSeconds() - cpuBefore) * 1e6) / arrived.copies,
      peakMb: system.peakMb(),
      latencies: arrived.latencies,
      lagS: (arrived.lastMicros - sent.lastMicros) / 1e6,
      lateMs: sent.latestMs,
    }
  } catch (error) {
    console.error(`${scenario.name}: the sink has ${sink.received()} of ${copies} copies; the log ends:`)
    console.error(system.log().split('\n').slice(-20).join('\n'))
    throw error
  } finally {
    load.end() // not before its messages have arrived: what a dead socket holds may be dropped
    sink.end()
    await system.stop()
  }
}

/** Messages a second from the generator to the sink with nothing between them. */
export async function runDirect({ shape, messages }: Scenario): Promise<number> {
  const sink = startSink({ targets: [], copies: messages, latency: false, warmUp: 0, listens: shape.sources })
  try {
    const { ports } = await within(standstillS, sink.ready)
    const feeds = ports.map((port, i) => ({ port, senderCompId: `GW${i}`, targetCompId: 'DROPCOPY' }))
    const load = startLoad({ feeds, kind: shape.kind, messages, perSecond: 0 })
    load.start()
    const [sent, arrived] = await within(standstillS, Promise.all([load.done, sink.done]))
    load.end()
    return arrived.copies / ((arrived.lastMicros - sent.firstMicros) / 1e6)
  } finally {
    sink.end()
  }
}
