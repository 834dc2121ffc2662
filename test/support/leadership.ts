import { spawn } from 'node:child_process'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished } from 'vitest'
import type { Running } from '#connector/run/run-connector.ts'
import { client, gateway, password } from './connector.ts'
import { type FixPeer, fieldOf, type Received } from './fix-peer.ts'
import { envelop, sourceFill } from './source-flow.ts'

/** A step that never ends is reported by name, with the log before it. */
export async function within<T>(what: string, step: Promise<T>, logged: () => readonly string[]): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    const say = () => reject(new Error(`${what} never came; logged last:\n${logged().slice(-12).join('\n')}`))
    timer = setTimeout(say, 45_000)
  })
  try {
    return await Promise.race([step, late])
  } finally {
    clearTimeout(timer)
  }
}

/** What clients were told under each number, over all connectors: no number may mean two messages. */
export class Told {
  readonly byNumber = new Map<number, string>()
  /** The next number of each end. */
  next = { gateway: 1, client: 1 }
  take(messages: readonly Received[]): void {
    for (const message of messages) {
      const inner = /<RTRF>(.*)<\/RTRF>/s.exec(message.text)?.[1] ?? `${message.type} ${fieldOf(message, 112) ?? ''}`
      const before = this.byNumber.get(message.seqNum)
      if (fieldOf(message, 43) === 'Y') continue
      expect(before === undefined || before === inner, `number ${message.seqNum} was used twice`).toBe(true)
      this.byNumber.set(message.seqNum, inner)
    }
  }
  get last(): number {
    return Math.max(0, ...this.byNumber.keys())
  }
}

export const targetPort = ({ worker }: Running) => worker.acceptor.port('localhost:0') ?? 0
export const feedPort = ({ worker }: Running) => worker.acceptor.port('127.0.0.1:0') ?? 0

/**
 * A gateway hands over fills `from` to `to`, and a client that logs on receives them.
 * @returns the client, still logged on
 */
export async function deliver(running: Running, told: Told, from: number, to: number): Promise<FixPeer> {
  const gw = await gateway(feedPort(running))
  gw.seqNum = told.next.gateway
  gw.logon()
  await gw.message('A')
  const peer = await client(targetPort(running))
  peer.seqNum = told.next.client
  peer.logon(password())
  await peer.message('1')
  const before = peer.of('n').length
  for (let number = from; number <= to; number++) envelop(gw, sourceFill('K7T882', number))
  await peer.until('the copies', () => peer.of('n').length >= before + to - from + 1)
  told.take(peer.received)
  told.next = { gateway: gw.seqNum, client: peer.seqNum }
  gw.destroy()
  return peer
}

/** A connector in a process of its own, so that it can stop as a machine stops. */
export async function startChild(url: string, data: string, more: readonly string[] = []) {
  const commandLine = fileURLToPath(new URL('../../app/cli/drop-copy.mjs', import.meta.url))
  const args = ['--database', url, '--environment', 'sandbox', '--data', data, ...more]
  const child = spawn(process.execPath, [commandLine, 'connector', ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk
  })
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk
  })
  const exit = new Promise<number | null>((resolve) => child.once('exit', resolve))
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await exit
  })
  for (const deadline = Date.now() + 60_000; !stdout.includes('"ready"'); await wait(50))
    if (Date.now() > deadline || child.exitCode !== null) throw new Error(`it is not ready: ${stdout} ${stderr}`)
  const listening = stdout.split('\n').flatMap((line) => (line.includes('"listening"') ? [JSON.parse(line)] : []))
  const port = (key: string): number => listening.find(({ address }) => address === key)?.port ?? 0
  return { child, exit, port, logged: () => stderr.split('\n') }
}

/**
 * A way to the database that can be told to pass nothing on in either direction, without closing anything. `forget`
 * does this for the connections that exist now.
 */
export async function swallowing(url: string): Promise<{ url: string; swallows: boolean; forget(): void }> {
  const to = new URL(url)
  let generation = 0
  const forget = () => {
    generation++
  }
  const way = { url: '', swallows: false, forget }
  const open = new Set<Socket>()
  const server = createServer((socket) => {
    const own = generation
    const onward = connect(Number(to.port), to.hostname)
    for (const [from, into] of [
      [socket, onward],
      [onward, socket],
    ] as const) {
      open.add(from)
      from.on('error', () => into.destroy())
      from.on('close', () => into.destroy())
      from.on('data', (chunk) => {
        if (!way.swallows && own === generation) into.write(chunk)
      })
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    for (const socket of open) socket.destroy()
    server.close()
  })
  const { port } = server.address() as AddressInfo // it listens
  way.url = Object.assign(new URL(url), { hostname: '127.0.0.1', port: `${port}` }).href
  return way
}
