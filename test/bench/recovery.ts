import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startLoad, startSink } from './programs.ts'
import { connectorEnds, type Shape, type System, startConnectorIn } from './systems.ts'

const shape: Shape = { sources: 1, targetsPerSource: 1, durability: 'fsync' }
const livePerSecond = 1_000
/** Live copies before the resend is asked for; the first are not measured. */
const quiet = 6_000
const warmUp = 1_000

/**
 * A connector with a long journal is killed: how long until it is ready, and then a client asks for all of it at once while live copies
 * go on.
 */
export async function measureRecovery(messages: number): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'drop-copy-bench-'))
  try {
    const ends = await connectorEnds(shape, dir)
    const first = await startConnectorIn(dir, ends)
    await fill(first, messages)
    await first.kill()
    const from = performance.now()
    const again = await startConnectorIn(dir, ends)
    const readyS = (performance.now() - from) / 1000
    console.log(`\nrecovery, ${messages.toLocaleString('en')} messages journaled and delivered`)
    console.log(`  ready ${readyS.toFixed(2)} s after SIGKILL and start, process start included`)
    await resendAll(again, messages)
    await again.stop()
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

async function fill({ feeds, targets }: System, messages: number): Promise<void> {
  const sink = startSink({ targets, copies: messages, latency: false, warmUp: 0 })
  const load = startLoad({ feeds, messages, perSecond: 0 })
  await sink.ready
  load.start()
  await Promise.all([load.done, sink.done])
  load.end()
}

async function resendAll(system: System, messages: number): Promise<void> {
  const mbBefore = system.peakMb()
  const targets = system.targets.map((target) => ({ ...target, number: 2 })) // it has sent nothing but a Logon
  const feeds = system.feeds.map((feed) => ({ ...feed, number: messages + 2 }))
  const sink = startSink({ targets, copies: messages, latency: true, warmUp, resendAfter: quiet })
  const load = startLoad({ feeds, messages: quiet * 100, perSecond: livePerSecond })
  await sink.ready
  load.start()
  const { copies, lastMicros, askedMicros, latenciesMicros, meanwhileMicros } = await sink.done
  load.end()
  const perSecond = copies / ((lastMicros - askedMicros) / 1e6)
  const ms = (micros: number) => (micros / 1000).toFixed(2)
  console.log(`  FIX resend of everything: ${Math.round(perSecond).toLocaleString('en')} copies a second`)
  console.log(
    `  live p99 at ${livePerSecond}/s: ${ms(latenciesMicros.p99)} ms before it, ${ms(meanwhileMicros.p99)} ms meanwhile (p50 ${ms(latenciesMicros.p50)} and ${ms(meanwhileMicros.p50)})`,
  )
  console.log(`  peak memory ${mbBefore.toFixed(0)} MB before, ${system.peakMb().toFixed(0)} MB after`)
}
