import { startLoad, startSink, within } from './programs.ts'
import type { Latencies } from './receiver.ts'
import { copiesPerMessage, type Scenario, type Shape } from './scenarios.ts'
import type { Ends, System } from './systems.ts'

export type Run = {
  copiesPerS: number
  cpuPerMillion: number
  peakMb: number
  latencies: Latencies
  /** From the last message handed over to the last copy. */
  lagS: number
  /** The generator's greatest delay. */
  lateMs: number
}

/** A run that is not over so long after its due end is stuck. */
const standstillS = 60
/** Messages a second that every system does at least. */
export const slowestPerSecond = 5_000
/** The part of the copies that a latency measurement leaves out at the start. */
const warmUp = 0.1
/** Messages that a flat-out system relays before it is measured, because a system that runs all day is compiled. */
const warmUpMessages = 60_000

/** Drives one system through one scenario. */
export async function run(scenario: Scenario, start: (shape: Shape) => Promise<System>): Promise<Run> {
  const { shape, messages, perSecond } = scenario
  const system = await start(shape)
  const copies = messages * copiesPerMessage(shape)
  const latency = perSecond > 0
  const sent: Sent = { messages: 0, connections: 0 }
  await flow(system, shape, evenly(Math.min(warmUpMessages, messages), shape), sent)
  const { feeds, targets } = endsAfter(system, sent)
  const sink = startSink({ targets, copies, latency, warmUp: latency ? copies * warmUp : 0 })
  const load = startLoad({ feeds, kind: shape.kind, messages, perSecond })
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
      lagS: Math.max(0, arrived.lastMicros - sent.lastMicros) / 1e6,
      lateMs: sent.latestMs,
    }
  } catch (error) {
    console.error(`${scenario.name}: the sink has ${sink.received()} of ${copies} copies; the log ends:`)
    console.error(system.log().split('\n').slice(-20).join('\n'))
    throw error
  } finally {
    load.end() // not before its messages have arrived, because a closed socket may drop what it holds
    sink.end()
    await system.stop()
  }
}

/** Rounds a number of messages down, so that every source sends equally many. */
export const evenly = (messages: number, { sources }: Shape): number => Math.floor(messages / sources) * sources

/** Messages sent so far, over all feeds; a connection begins with its Logon, which takes a number as well. */
export type Sent = { messages: number; connections: number }

/** The same ends, with the numbers of their next Logons. */
export const endsAfter = ({ feeds, targets }: Ends, { messages, connections }: Sent): Ends => ({
  feeds: feeds.map((feed) => ({ ...feed, number: messages / feeds.length + connections + 1 })),
  targets: targets.map((target) => ({ ...target, number: connections + 1 })), // they send nothing but Logons
})

/** Drives so many messages flat out, until the last copy has come. */
export async function flow(
  system: System,
  shape: Shape,
  messages: number,
  sent: Sent,
  told: (copies: number) => void = () => undefined,
) {
  const copies = messages * copiesPerMessage(shape)
  const { feeds, targets } = endsAfter(system, sent)
  const sink = startSink({ targets, copies, latency: false, warmUp: 0 }, told)
  const load = startLoad({ feeds, kind: shape.kind, messages, perSecond: 0 })
  try {
    await within(standstillS, sink.ready)
    const cpuSeconds = system.cpuSeconds()
    load.start()
    const both = Promise.all([load.done, sink.done])
    const [taken, arrived] = await within(standstillS + messages / slowestPerSecond, both)
    sent.messages += messages
    sent.connections++
    return {
      copiesPerS: copies / ((arrived.lastMicros - taken.firstMicros) / 1e6),
      cpuPerMillion: ((system.cpuSeconds() - cpuSeconds) * 1e6) / copies,
    }
  } finally {
    load.end()
    sink.end()
  }
}

/** Messages a second directly from the generator to the sink. */
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
