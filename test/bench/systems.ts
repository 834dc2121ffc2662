import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { SnapshotInput } from '#domain/configuration/snapshot.ts'
import { freePorts } from '#test/support/app.ts'
import type { FeedEnd } from './load.ts'
import { groupsOf, range, type Shape } from './scenarios.ts'
import type { TargetEnd } from './sink.ts'

/** The ports of a system. */
export type Ends = { feeds: FeedEnd[]; targets: TargetEnd[] }

export type System = Ends & {
  /** CPU seconds the process has used so far, all threads. */
  cpuSeconds(): number
  /** Its resident memory, MB: now, and at its peak. */
  rssMb(): number
  peakMb(): number
  /** The system's log, for a run that went wrong. */
  log(): string
  /** Ends the system in order and removes what it wrote. */
  stop(): Promise<void>
  /** SIGKILL; what the system wrote stays. */
  kill(): Promise<void>
}

const root = fileURLToPath(new URL('../..', import.meta.url))
const ticksPerSecond = 100

export const temporaryDirectory = () => mkdtempSync(join(tmpdir(), 'drop-copy-bench-'))

/** Our connector, as `npm start` builds it, from a snapshot: policy `fix`. */
export async function startConnector(shape: Shape): Promise<System> {
  const dir = temporaryDirectory()
  return startConnectorIn(dir, await connectorEnds(shape, dir))
}

/** Where a connector of this shape listens; its configuration is written to the directory. */
export async function connectorEnds(shape: Shape, dir: string): Promise<Ends> {
  const ports = await freePorts(shape.sources + shape.targets)
  const isPlain = shape.dialect === 'plain'
  const feeds = range(shape.sources).map((i) => ({
    ...feedEnd(ports[i] ?? 0, i),
    ...(isPlain ? {} : { encapsulates: sourceId(i) }),
  }))
  const targets = range(shape.targets).map((i) => targetEnd(ports[shape.sources + i] ?? 0, i))
  writeFileSync(join(dir, 'config.json'), JSON.stringify(snapshot(shape, feeds, targets)))
  return { feeds, targets }
}

/**
 * Start the connector in this directory, for the first time or again on what it has. `from`: where its configuration
 * is; absent: a file.
 */
export async function startConnectorIn(
  dir: string,
  ends: Ends,
  from = ['--config', join(dir, 'config.json')],
): Promise<System> {
  const where = [...from, '--data', join(dir, 'data')]
  const log = openSync(join(dir, 'log'), 'a')
  const child = start(['--enable-source-maps', 'build/cli.js', 'connector', ...where], dir, log)
  closeSync(log)
  await saidReady(child)
  return { ...ends, ...measures(child, dir) }
}

/**
 * The relay that only reads, appends and writes: always plain feeds and classic copies, whatever dialect and protocol
 * the shape names.
 */
export async function startRelay(shape: Shape): Promise<System> {
  const dir = temporaryDirectory()
  const { durability, sources } = shape
  const options = JSON.stringify({ data: dir, durability, sources, groups: groupsOf(shape) })
  const child = start(['--import', 'tsx', 'test/bench/relay.ts', options], dir)
  // only the relay of this folder writes it
  const ports = JSON.parse(await saidReady(child)) as { feeds: number[]; targets: number[] }
  return { feeds: ports.feeds.map(feedEnd), targets: ports.targets.map(targetEnd), ...measures(child, dir) }
}

/** The independent engine from npm with its own file store: plain feeds and classic copies, as with the relay. */
export async function startJspurefix(shape: Shape): Promise<System> {
  const dir = temporaryDirectory()
  const ports = await freePorts(shape.sources + shape.targets)
  const feeds = ports.slice(0, shape.sources).map(feedEnd)
  const targets = ports.slice(shape.sources).map(targetEnd)
  const options = JSON.stringify({ data: dir, feeds, targets, groups: groupsOf(shape) })
  const child = start(['--import', 'tsx', 'test/bench/jspurefix-relay.ts', options], dir)
  await saidReady(child)
  return { feeds, targets, ...measures(child, dir) }
}

const feedEnd = (port: number, i: number): FeedEnd => ({ port, senderCompId: `GW${i}`, targetCompId: 'DROPCOPY' })
const targetEnd = (port: number, i: number): TargetEnd => ({
  port,
  senderCompId: `${targetId(i)}N`,
  targetCompId: 'CME',
})
const targetId = (i: number) => `TGT${String(i).padStart(3, '0')}`
const sourceId = (i: number) => `S${String(i).padStart(2, '0')}882`

function snapshot(shape: Shape, feeds: FeedEnd[], targets: TargetEnd[]): SnapshotInput {
  const { dialect, protocol, durability } = shape
  const groups = groupsOf(shape)
  return {
    schema: 1,
    version: 1,
    exchange: { compId: 'CME', subId: 'G' },
    feeds: feeds.map(({ port, senderCompId }, i) => ({
      id: `gw${i}`,
      mode: 'accept' as const,
      host: '127.0.0.1',
      port,
      dialect,
      ...(dialect === 'plain' ? { source: sourceId(i) } : {}),
      ourCompId: 'DROPCOPY',
      theirCompId: senderCompId,
      heartbeatS: 0,
      policy: 'fix' as const,
    })),
    sources: feeds.map((_, i) => ({ id: sourceId(i), feed: `gw${i}`, gateway: 'cgw' as const })),
    targets: targets.map(({ port }, i) => ({
      sessionId: targetId(i),
      protocol,
      group: `Bench ${i}`,
      level: 'all' as const,
      sources: (groups[i] ?? []).map(sourceId),
      queueDepth: 'all' as const,
      policy: 'fix' as const,
      listen: [{ role: 'primary' as const, host: '127.0.0.1', port }],
      credentials: [],
    })),
    journal: { durability },
  }
}

/** Processes to end together with the bench. */
const running = new Map<ChildProcess, string>()
process.on('exit', () => {
  for (const [child, dir] of running) {
    child.kill('SIGKILL')
    rmSync(dir, { recursive: true, force: true, maxRetries: 5 }) // it may still be writing
  }
})

function start(args: string[], dir: string, log: number | 'inherit' = 'inherit'): ChildProcess {
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', log] })
  running.set(child, dir)
  return child
}

function saidReady(child: ChildProcess): Promise<string> {
  let said = ''
  return new Promise((resolve, reject) => {
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      said += text
      const line = said.split('\n').find((one) => one.includes('"ready"'))
      if (line) resolve(line)
    })
    child.once('exit', (code) => reject(new Error(`ended with ${code} before it was ready`)))
  })
}

function measures(child: ChildProcess, dir: string): Omit<System, keyof Ends> {
  const megabytes = (name: string) => {
    const status = readFileSync(`/proc/${child.pid}/status`, 'utf8')
    return Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1] ?? 0) / 1024
  }
  return {
    cpuSeconds: () => cpuSecondsOf(child.pid ?? 0),
    rssMb: () => megabytes('VmRSS'),
    peakMb: () => megabytes('VmHWM'),
    log: () => (existsSync(join(dir, 'log')) ? readFileSync(join(dir, 'log'), 'utf8') : ''),
    stop: async () => {
      await ended(child, 'SIGTERM')
      rmSync(dir, { recursive: true, force: true })
    },
    kill: () => ended(child, 'SIGKILL'),
  }
}

/** The resources that a process has used so far; `withEnded`: including its children that have ended. */
export function cpuSecondsOf(pid: number, withEnded = false): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  const ticks = fields.slice(11, withEnded ? 15 : 13).reduce((sum, field) => sum + Number(field), 0)
  return ticks / ticksPerSecond
}

async function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  child.removeAllListeners('exit')
  const gone = new Promise((resolve) => child.once('exit', resolve))
  child.kill(signal)
  await gone
  running.delete(child)
}
