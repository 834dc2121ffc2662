import { rmSync } from 'node:fs'
import { startLoad, startSink, within } from './programs.ts'
import { progress, shown, shownMs, type Table } from './report.ts'
import { endsAfter, flow, type Sent, slowestPerSecond } from './run.ts'
import { oneToOne } from './scenarios.ts'
import type { SinkReport } from './sink.ts'
import { connectorEnds, type System, startConnectorIn, temporaryDirectory } from './systems.ts'

const livePerSecond = 1_000
/** Live copies before the first request; the first of them are not measured. */
const quiet = 6_000
const warmUp = 1_000

/**
 * A connector with a long journal is killed: measures the time until it is ready, and then a client asks for
 * everything, by FIX resend and by application, while live copies go on.
 */
export async function recoveryTable(messages: number): Promise<Table> {
  const dir = temporaryDirectory()
  try {
    const ends = await connectorEnds(oneToOne, dir)
    const first = await startConnectorIn(dir, ends)
    const sent: Sent = { messages: 0, connections: 0 }
    const filling = await fill(first, messages, sent)
    await first.kill()
    const fromMs = performance.now()
    const again = await startConnectorIn(dir, ends)
    const readyS = (performance.now() - fromMs) / 1000
    progress(`recovery: ready after ${shown(readyS, 2)} s`)
    const startMb = again.peakMb()
    const report = await askAgain(again, sent)
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

type Filling = { copiesPerS: number; shortCpu: number; longCpu: number; peakMb: number }

/**
 * CPU seconds per million copies are measured on a part near the beginning, after the warm-up, and on the last part.
 */
async function fill(system: System, messages: number, sent: Sent): Promise<Filling> {
  const part = Math.floor(messages / 16)
  const told = everyTenth((copies) =>
    progress(`recovery: ${shown(sent.messages + copies)} messages journaled and delivered`),
  )
  const some = (count: number) => flow(system, oneToOne, count, sent, told)
  await some(part)
  const short = await some(part)
  const most = await some(messages - 3 * part)
  const long = await some(part)
  return {
    copiesPerS: most.copiesPerS,
    shortCpu: short.cpuPerMillion,
    longCpu: long.cpuPerMillion,
    peakMb: system.peakMb(),
  }
}

function everyTenth(call: (copies: number) => void): (copies: number) => void {
  let count = 0
  return (copies) => {
    if (++count % 10 === 0) call(copies)
  }
}

async function askAgain(system: System, sent: Sent): Promise<SinkReport> {
  const { messages } = sent
  const { feeds, targets } = endsAfter(system, sent)
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

const fillingRows = ({ copiesPerS, shortCpu, longCpu }: Filling) => [
  ['filled at, copies/s', shown(copiesPerS)],
  ['CPU s per million copies with a short and with a long journal', `${shown(shortCpu, 2)}, ${shown(longCpu, 2)}`],
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
