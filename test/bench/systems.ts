import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { SnapshotInput } from '#domain/configuration/snapshot.ts'
import { freePorts } from '#test/support/app.ts'
import type { LoadOrder } from './load.ts'
import type { SinkOrder } from './sink.ts'

/** What is measured: each source on a feed of its own, copied to so many targets of its own. */
export type Shape = { sources: number; targetsPerSource: number; durability: 'fsync' | 'os' }

export type System = {
  feeds: LoadOrder['feeds']
  targets: SinkOrder['targets']
  /** CPU seconds the process has used so far, all threads. */
  cpuSeconds(): number
  /** Its peak of resident memory, MB. */
  peakMb(): number
  /** What it has logged, for a run that went wrong. */
  log(): string
  /** Ends it in order and removes what it wrote. */
  stop(): Promise<void>
  /** SIGKILL; what it wrote stays. */
  kill(): Promise<void>
}

const root = fileURLToPath(new URL('../..', import.meta.url))
const ticksPerSecond = 100

/** Our connector, as `npm start` builds it, from a snapshot: plain feeds, policy `fix`. */
export async function startConnector(shape: Shape): Promise<System> {
  const dir = mkdtempSync(join(tmpdir(), 'drop-copy-bench-'))
  return startConnectorIn(dir, await connectorEnds(shape, dir))
}

type Ends = Pick<System, 'feeds' | 'targets'>

/** Where a connector of this shape listens; its configuration is written to the directory. */
export async function connectorEnds(shape: Shape, dir: string): Promise<Ends> {
  const ports = await freePorts(shape.sources * (1 + shape.targetsPerSource))
  const feeds = range(shape.sources).map((i) => ({
    port: ports[i] ?? 0,
    senderCompId: `GW${i}`,
    targetCompId: 'DROPCOPY',
  }))
  const targets = range(shape.sources * shape.targetsPerSource).map((i) => ({
    port: ports[shape.sources + i] ?? 0,
    senderCompId: `${targetId(i)}N`,
    targetCompId: 'CME',
  }))
  writeFileSync(join(dir, 'config.json'), JSON.stringify(snapshot(shape, feeds, targets)))
  return { feeds, targets }
}

/** Start it there, for the first time or again on what it has. */
export async function startConnectorIn(dir: string, ends: Ends): Promise<System> {
  const where = ['--config', join(dir, 'config.json'), '--data', join(dir, 'data')]
  const args = ['--enable-source-maps', 'build/cli.js', 'connector', ...where]
  const log = openSync(join(dir, 'log'), 'a')
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', log] })
  closeSync(log)
  await saidReady(child)
  return { ...ends, ...measures(child, dir) }
}

/** The relay that does nothing but read, append and write. */
export async function startRelay(shape: Shape): Promise<System> {
  const dir = mkdtempSync(join(tmpdir(), 'drop-copy-bench-'))
  const routes = range(shape.sources).map(() => ({ feed: 0, targets: range(shape.targetsPerSource).map(() => 0) }))
  const options = JSON.stringify({ data: dir, durability: shape.durability, routes })
  const args = ['--import', 'tsx', 'test/bench/relay.ts', options]
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] })
  const line = await saidReady(child)
  const ready = JSON.parse(line) as { routes: { feed: number; targets: number[] }[] } // the relay of this folder wrote it
  return {
    feeds: ready.routes.map(({ feed }, i) => ({ port: feed, senderCompId: `GW${i}`, targetCompId: 'DROPCOPY' })),
    targets: ready.routes
      .flatMap(({ targets }) => targets)
      .map((port, i) => ({ port, senderCompId: `${targetId(i)}N`, targetCompId: 'CME' })),
    ...measures(child, dir),
  }
}

/** The independent engine from npm with its own file store; one source to one target is all that it is asked for. */
export async function startJspurefix(shape: Shape): Promise<System> {
  if (shape.sources * shape.targetsPerSource !== 1) throw new Error('unreachable: its relay has one target')
  const dir = mkdtempSync(join(tmpdir(), 'drop-copy-bench-'))
  const [feed = 0, target = 0] = await freePorts(2)
  const options = JSON.stringify({ data: dir, feed, target })
  const args = ['--import', 'tsx', 'test/bench/jspurefix-relay.ts', options]
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] })
  await saidReady(child)
  return {
    feeds: [{ port: feed, senderCompId: 'GW0', targetCompId: 'DROPCOPY' }],
    targets: [{ port: target, senderCompId: `${targetId(0)}N`, targetCompId: 'CME' }],
    ...measures(child, dir),
  }
}

const range = (count: number) => Array.from({ length: count }, (_, i) => i)
const targetId = (i: number) => `TGT${String(i).padStart(3, '0')}`
const sourceId = (i: number) => `S${String(i).padStart(2, '0')}882`

function snapshot(
  { sources, targetsPerSource, durability }: Shape,
  feeds: System['feeds'],
  targets: System['targets'],
): SnapshotInput {
  return {
    schema: 1,
    version: 1,
    exchange: { compId: 'CME', subId: 'G' },
    feeds: feeds.map(({ port, senderCompId }, i) => ({
      id: `gw${i}`,
      mode: 'accept' as const,
      host: '127.0.0.1',
      port,
      dialect: 'plain' as const,
      source: sourceId(i),
      ourCompId: 'DROPCOPY',
      theirCompId: senderCompId,
      heartbeatS: 0,
      policy: 'fix' as const,
    })),
    sources: range(sources).map((i) => ({ id: sourceId(i), feed: `gw${i}`, gateway: 'cgw' as const })),
    targets: targets.map(({ port }, i) => ({
      sessionId: targetId(i),
      protocol: 'classic' as const,
      group: `Bench ${i}`,
      level: 'all' as const,
      sources: [sourceId(Math.floor(i / targetsPerSource))],
      queueDepth: 'all' as const,
      policy: 'fix' as const,
      listen: [{ role: 'primary' as const, host: '127.0.0.1', port }],
      credentials: [],
    })),
    journal: { durability },
  }
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
  const proc = (file: string) => readFileSync(`/proc/${child.pid}/${file}`, 'utf8')
  return {
    cpuSeconds: () => {
      const fields = proc('stat').split(') ')[1]?.split(' ') ?? []
      return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond
    },
    peakMb: () => Number(/VmHWM:\s+(\d+)/.exec(proc('status'))?.[1] ?? 0) / 1024,
    log: () => (existsSync(join(dir, 'log')) ? readFileSync(join(dir, 'log'), 'utf8') : ''),
    stop: async () => {
      await ended(child, 'SIGTERM')
      rmSync(dir, { recursive: true, force: true })
    },
    kill: () => ended(child, 'SIGKILL'),
  }
}

async function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  child.removeAllListeners('exit')
  const gone = new Promise((resolve) => child.once('exit', resolve))
  child.kill(signal)
  await gone
}
