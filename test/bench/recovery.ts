import { rmSync } from 'node:fs'
import { startLoad, startSink, within } from './programs.ts'
import { progress, shown, shownMs, type Table } from './report.ts'
import { oneToOne } from './scenarios.ts'
import type { SinkReport } from './sink.ts'
import { connectorEnds, type System, startConnectorIn, temporaryDirectory } from './systems.ts'

const livePerSecond = 1_000
/** Live copies before anything is asked for; the first are not measured. */
const quiet = 6_000
const warmUp = 1_000
const slowestPerSecond = 5_000

/**
 * A connector with a long journal is killed: how long until it is ready, and then a client asks for all of it, by FIX resend and by
 * application, while live copies go on.
 */
export async function recoveryTable(messages: number): Promise<Table> {
  const dir = temporaryDirectory()
  try {
    const ends = await connectorEnds(oneToOne, dir)
    const first = await startConnectorIn(dir, ends)
    const filling = await fill(first, messages)
    await first.kill()
    const fromMs = performance.now()
    const again = await startConnectorIn(dir, ends)
    const readyS = (performance.now() - fromMs) / 1000
    progress(`recovery: ready after ${shown(readyS, 2)} s`)
    const startMb = again.peakMb()
    const report = await askAgain(again, messages)
    const endMb = again.peakMb()
    await again.stop()
    const rows = [
      ...fillingRows(filling),
      ['ready after SIGKILL and start, process start included', `${shown(readyS, 2)} s`],
    ]
    for (const one of report.again) rows.push(...againRows(one, report))
    rows.push([
      'peak MB: filled, started again, after the resends',
      [filling.peakMb, startMb, endMb].map((mb) => shown(mb)).join(', '),
    ])
    return { head: [`${shown(messages)} messages journaled`, 'measured'], rows }
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

type Filling = { copiesPerS: number; firstCpu: number; lastCpu: number; peakMb: number }
type Sample = { copies: number; cpuSeconds: number }

async function fill(system: System, messages: number): Promise<Filling> {
  const samples: Sample[] = []
  const told = (copies: number) => {
    if (copies > (samples.at(-1)?.copies ?? 0)) samples.push({ copies, cpuSeconds: system.cpuSeconds() })
    if (samples.length % 20 === 10) progress(`recovery: ${shown(copies)} of ${shown(messages)} messages`)
  }
  const sink = startSink({ targets: system.targets, copies: messages, latency: false, warmUp: 0 }, told)
  const load = startLoad({ feeds: system.feeds, kind: oneToOne.kind, messages, perSecond: 0 })
  try {
    await sink.ready
    load.start()
    const [sent, arrived] = await within(60 + messages / slowestPerSecond, Promise.all([load.done, sink.done]))
    return {
      copiesPerS: arrived.copies / ((arrived.lastMicros - sent.firstMicros) / 1e6),
      firstCpu: cpuPerMillion(samples, 0.05 * messages, 0.25 * messages), // it has warmed up
      lastCpu: cpuPerMillion(samples, 0.8 * messages, messages),
      peakMb: system.peakMb(),
    }
  } finally {
    load.end()
    sink.end()
  }
}

/** CPU seconds per million copies; NaN when the journal is too short to tell. */
function cpuPerMillion(samples: Sample[], from: number, to: number): number {
  const inside = samples.filter(({ copies }) => copies >= from && copies <= to)
  const [a, b] = [inside[0], inside.at(-1)]
  return a && b ? ((b.cpuSeconds - a.cpuSeconds) * 1e6) / (b.copies - a.copies) : Number.NaN
}

async function askAgain(system: System, messages: number): Promise<SinkReport> {
  const targets = system.targets.map((target) => ({ ...target, number: 2 })) // it has sent nothing but a Logon
  const feeds = system.feeds.map((feed) => ({ ...feed, number: messages + 2 }))
  const again = { after: quiet, by: ['fix' as const, 'application' as const], history: messages }
  const sink = startSink({ targets, copies: quiet, latency: true, warmUp, again })
  const load = startLoad({ feeds, kind: oneToOne.kind, messages: Number.MAX_SAFE_INTEGER, perSecond: livePerSecond })
  try {
    await sink.ready
    load.start()
    return await within(60 + (2 * messages) / slowestPerSecond, sink.done)
  } finally {
    load.end()
    sink.end()
  }
}

const fillingRows = ({ copiesPerS, firstCpu, lastCpu }: Filling) => [
  ['filled at, copies/s', shown(copiesPerS)],
  ['CPU s per million copies with a short and with a long journal', `${shown(firstCpu, 2)}, ${shown(lastCpu, 2)}`],
]

function againRows({ by, copies, seconds, latencies }: SinkReport['again'][number], { latencies: before }: SinkReport) {
  const name = by === 'fix' ? 'FIX resend' : 'Application Resend'
  const pair = (of: 'p50' | 'p99') => `${shownMs(before[of] / 1000)}, ${shownMs(latencies[of] / 1000)}`
  return [
    [`${name} of everything, copies/s`, shown(copies / seconds)],
    [`live p50 ms at ${shown(livePerSecond)}/s, before and meanwhile`, pair('p50')],
    [`live p99 ms at ${shown(livePerSecond)}/s, before and meanwhile`, pair('p99')],
  ]
}
