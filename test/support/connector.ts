import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { onTestFinished } from 'vitest'
import { type Running, runConnector } from '#connector/run/run-connector.ts'
import type { Wanted, WantedSource } from '#connector/run/snapshot/wanted.ts'
import { checked } from '#connector/run/snapshot/wanted-file.ts'
import type { WorkerOptions } from '#connector/run/worker.ts'
import type { SnapshotInput } from '#domain/configuration/snapshot.ts'
import { FixPeer } from './fix-peer.ts'

export function temporaryDirectory(): string {
  const dir = mkdtempSync(join(tmpdir(), 'connector-test-'))
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }))
  return dir
}

type Shape = Partial<SnapshotInput> & { version?: number }

/** One encapsulated accepting feed, two sources, one classic target; every port free. */
export function snapshot(more: Shape = {}): SnapshotInput {
  return {
    schema: 1,
    version: 1,
    exchange: { compId: 'CME', subId: 'G' },
    feeds: [feed()],
    sources: [
      { id: 'K7T882', feed: 'gw1', gateway: 'cgw' },
      { id: 'M3P882', feed: 'gw1', gateway: 'cgw' },
    ],
    targets: [target()],
    journal: { durability: 'os' },
    ...more,
  }
}

export const feed = (more: Partial<SnapshotInput['feeds'][number]> = {}): SnapshotInput['feeds'][number] => ({
  id: 'gw1',
  mode: 'accept',
  host: '127.0.0.1',
  port: 0,
  dialect: 'encapsulated',
  ourCompId: 'DROPCOPY',
  theirCompId: 'GW1',
  heartbeatS: 30,
  ...more,
})

export const target = (more: Partial<SnapshotInput['targets'][number]> = {}): SnapshotInput['targets'][number] => ({
  sessionId: 'ODQ1Z9',
  protocol: 'classic',
  group: 'Desk 7',
  level: 'all',
  sources: ['K7T882', 'M3P882'],
  queueDepth: 'all',
  listen: [{ role: 'primary', host: 'localhost', port: 0 }],
  credentials: [{ kind: 'password', password: 'secret' }],
  ...more,
})

/** The wanted configuration, which a test can change. */
export class Wish implements WantedSource {
  private wake: () => void = () => undefined
  reports: { version: number; parts: readonly unknown[] }[] = []
  constructor(private document: unknown) {}
  async read(): Promise<Wanted> {
    return checked(this.document)
  }
  watch(wake: () => void): void {
    this.wake = wake
  }
  report(version: number, parts: readonly unknown[]): void {
    this.reports.push({ version, parts })
  }
  async stop(): Promise<void> {}
  become(document: unknown): void {
    this.document = document
    this.wake()
  }
}

export type Started = Running & {
  wish: Wish
  data: string
  feedPort: number
  targetPort: number
  port(key: string): number
}

/** A log whose lines a test can read. */
export function keptLog() {
  const lines: { level: number; msg: string; code?: string; [object: string]: unknown }[] = []
  const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(JSON.parse(line)) })
  return { log, lines }
}

/** A connector in this process; it ends with the test. */
export async function start(
  document: SnapshotInput,
  data = temporaryDirectory(),
  more: Partial<WorkerOptions> = {},
): Promise<Started> {
  const wish = new Wish(document)
  const first = await wish.read()
  if (!first.ok) throw new Error(JSON.stringify(first))
  const log = pino({ level: 'silent' })
  const onFatal = (error: Error) => {
    throw error
  }
  const running = await runConnector({ wanted: wish, first, data, log, onFatal, needsEveryListener: true, ...more })
  let stopped: Promise<void> | undefined
  const stop = () => {
    stopped ??= running.stop()
    return stopped
  }
  onTestFinished(stop)
  const { acceptor } = running.worker
  const port = (key: string) => acceptor.port(key) ?? 0
  return { ...running, stop, wish, data, feedPort: port('127.0.0.1:0'), targetPort: port('localhost:0'), port }
}

/** A gateway that connects to the accepting feed. */
export async function gateway(port: number, more: { sender?: string } = {}): Promise<FixPeer> {
  return FixPeer.connect(port, {
    sender: more.sender ?? 'GW1',
    target: 'DROPCOPY',
    subId: 'GW',
    targetSubId: 'DC',
    locationId: 'US,IL',
  })
}

/** A drop copy client of a target. */
export async function client(
  port: number,
  more: { sessionId?: string; automatic?: boolean; host?: string | undefined } = {},
): Promise<FixPeer> {
  const { sessionId = 'ODQ1Z9', automatic = true, host } = more
  const identity = {
    sender: `${sessionId}N`,
    target: 'CME',
    subId: 'RISK01',
    targetSubId: 'G',
    locationId: 'US,IL',
    automatic,
  }
  return FixPeer.connect(port, identity, host)
}

export const password = (text = 'secret') =>
  [
    [95, text.length],
    [96, text],
  ] as const
