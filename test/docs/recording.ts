import { spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { type AddressInfo, connect, createServer } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { SnapshotInput } from '#domain/configuration/snapshot.ts'
import { startGatewaySim } from '#gateway-sim/gateway-sim.ts'
import { Inbox } from '../support/fix-peer.ts'
import { patienceMs } from '../support/patience.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** `>` from the client, `<` from the service. */
export type Line = { from: '>' | '<'; text: string }
/** The heading under which the document shows them, and the frames in order. */
export type Scene = { title: string; lines: Line[] }

const messages = 4

/** Where a connector runs, what wants it to become another one, and its end. */
export type Connector = Awaited<ReturnType<typeof startConnector>>

/** A connector in a process of its own that runs an example of `docs/examples` on free ports. */
export async function startConnector(directory: string, name: string) {
  const [feedPort = 0, targetPort = 0, backupPort = 0] = await freePorts(3)
  // the example is checked by the connector that is given it
  const example = JSON.parse(readFileSync(join(root, 'docs/examples', name), 'utf8')) as SnapshotInput
  const feeds = example.feeds.map((one) => ({ ...one, port: feedPort }))
  const ports = { primary: targetPort, backup: backupPort }
  const targets = example.targets.map((one) => ({
    ...one,
    listen: one.listen.map((address) => ({ ...address, port: ports[address.role] })),
  }))
  const running: SnapshotInput = { ...example, feeds, targets }
  const config = join(directory, 'config.json')
  writeFileSync(config, JSON.stringify(running))
  const entry = join(root, 'app/cli/drop-copy.mjs')
  const child = spawn(process.execPath, [entry, 'connector', '--config', config, '--data', join(directory, 'data')], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  await new Promise<void>((resolve, reject) => {
    child.stdout.on('data', (chunk: Buffer) => chunk.includes('ready') && resolve())
    void gone.then(() => reject(new Error('the connector did not start')))
  })
  const stop = async () => {
    child.kill('SIGTERM')
    await gone
  }
  const become = (change: (from: SnapshotInput) => SnapshotInput) => {
    writeFileSync(config, JSON.stringify(change(running)))
    child.kill('SIGHUP')
  }
  return { feedPort, targetPort, backupPort, become, stop }
}

async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer()
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      return server
    }),
  )
  return servers.map((server) => {
    const { port } = server.address() as AddressInfo // listening on TCP
    server.close()
    return port
  })
}

/** What the scenes are played through. */
export type Tap = Awaited<ReturnType<typeof tap>>

/** Stands between a client and each of the ports, and writes down whole frames in the order in which they pass. */
export async function tap(...targetPorts: number[]) {
  let lines: Line[] = []
  const taps = await Promise.all(targetPorts.map((port) => between(port, (line) => lines.push(line))))
  const scene = async (title: string, play: () => Promise<void>): Promise<Scene> => {
    lines = []
    await play()
    return { title, lines }
  }
  /** The highest number that one side has used so far in this scene. */
  const highest = (side: Line['from']) =>
    Math.max(0, ...lines.filter(({ from }) => from === side).map(({ text }) => Number(/\|34=(\d+)/.exec(text)?.[1])))
  return { ports: taps.map(({ port }) => port), scene, highest, close: () => taps.forEach(({ close }) => void close()) }
}

async function between(targetPort: number, note: (line: Line) => void) {
  const server = createServer((client) => {
    const target = connect(targetPort, '127.0.0.1')
    for (const [socket, other, from] of [
      [client, target, '>'],
      [target, client, '<'],
    ] as const) {
      const inbox = new Inbox()
      socket.on('data', (chunk) => {
        for (const { text } of inbox.push(chunk)) note({ from, text })
        other.write(chunk)
      })
      socket.on('error', () => undefined)
      socket.on('close', () => other.end()) // what the other one still has to say is written down
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo // listening on TCP
  return { port, close: () => server.close() }
}

/**
 * A few source messages, handed over before any client comes. Answers how many of them the target's level lets through.
 */
export async function feed(port: number, count = messages): Promise<number> {
  const gateway = await startGatewaySim({
    mode: 'connect',
    host: '127.0.0.1',
    port,
    dialect: 'encapsulated',
    ourCompId: 'GW1',
    theirCompId: 'DROPCOPY',
    sources: ['K7T882'],
    seed: 44,
    rate: 'max',
    count,
  })
  await gateway.done
  const { sources } = await gateway.stop()
  const { 'order-reject': rejects = 0, 'cancel-reject': cancelRejects = 0 } = sources.K7T882?.classes ?? {}
  return count - rejects - cancelRejects
}

export async function within(promise: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('the copies did not come')), patienceMs)
  })
  await Promise.race([promise, late]).finally(() => clearTimeout(timer))
}

/** As the document shows it. */
export const printed = ({ title, lines }: Scene): string =>
  [`### ${title}`, '', '```', ...lines.map(({ from, text }) => `${from} ${text}`), '```'].join('\n')
