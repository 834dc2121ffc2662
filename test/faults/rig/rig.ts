import { type ChildProcess, fork } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { patienceMs } from '#test/support/patience.ts'
import { compileProgram, type Program } from '#test/support/program.ts'
import { judge } from './account.ts'
import { Client } from './client.ts'
import { ConfigurationDatabase } from './configuration-database.ts'
import type { Answer, Order } from './connector-child.ts'
import { Gateway } from './gateway.ts'
import type { SmallDisk } from './small-disk.ts'
import { few, snapshot, type Wanted } from './wanted.ts'

export const segmentBytes = 2 * 1024 * 1024
const besideThis = (name: string) => fileURLToPath(new URL(name, import.meta.url))
/** The module that the journal's thread writes with: a disk that is full on demand, and one that has so much room. */
const writes = { told: besideThis('../../journal/faulty-write.mjs'), bounded: besideThis('./bounded-write.mjs') }

export type RigOptions = { disk?: SmallDisk; wanted?: Wanted; followsDatabase?: boolean }
type Look = Extract<Answer, { event: 'look' }>

/**
 * A connector in a process of its own, three gateways and three clients (or as many as `wanted` says), which cover
 * every way in and out. Parts that break are started again; when all is quiet, what each side has seen is compared.
 */
export class Rig {
  readonly journal: string
  kills = 0
  private child: ChildProcess | undefined
  private isWanted = false
  private stderr = ''
  private readonly dead: string[] = []

  private constructor(
    readonly dir: string,
    readonly gateways: readonly Gateway[],
    readonly clients: readonly Client[],
    private readonly program: Program,
    private readonly disk: SmallDisk | undefined,
    readonly database: ConfigurationDatabase | undefined,
  ) {
    this.journal = join(disk?.here ?? dir, 'data', 'journal')
  }

  /**
   * On a disk of its own, or among the temporary files; with its configuration in a file, or in a database of its own.
   */
  static async start({ disk, wanted = few, followsDatabase = false }: RigOptions = {}): Promise<Rig> {
    const dir = mkdtempSync(join(tmpdir(), 'faults-'))
    const [targetPort = 0, ...feedPorts] = await freePorts(1 + wanted.gateways.length)
    const document = snapshot(wanted, feedPorts, targetPort)
    writeFileSync(join(dir, 'config.json'), JSON.stringify(document))
    const rig = new Rig(
      dir,
      wanted.gateways.map((one, i) => new Gateway(feedPorts[i] ?? 0, one)),
      wanted.targets.map(({ sessionId, protocol, sources }) => new Client(targetPort, sessionId, protocol, sources)),
      await compileProgram(besideThis('./connector-child.ts')),
      disk,
      followsDatabase ? await ConfigurationDatabase.start(document) : undefined,
    )
    await rig.launch()
    return rig
  }

  /** By `SSS NUMBER`: every source message handed over that this client must receive. */
  sentTo({ sources }: Client): ReadonlySet<string> {
    const all = this.gateways.flatMap(({ sent }) => [...sent.keys()])
    return new Set(all.filter((what) => sources.includes(what.slice(0, 3))))
  }

  /** How many of them. */
  due({ sources }: Client): number {
    const counts = sources.flatMap((id) => this.gateways.map((gateway) => gateway.counts.get(id) ?? 0))
    return counts.reduce((sum, count) => sum + count, 0)
  }

  get total(): number {
    return this.gateways.reduce((sum, { sent }) => sum + sent.size, 0)
  }

  /** About so many more messages, a part by each gateway: `atOnce` of them every 5 ms or so. */
  async flow(messages: number, atOnce?: number): Promise<void> {
    const part = Math.ceil(messages / this.gateways.length)
    await Promise.all(this.gateways.map((gateway) => gateway.flow(part, atOnce)))
  }

  async launch(): Promise<void> {
    this.stderr = ''
    const { dir, disk, program } = this
    const room = disk?.way === 'bounded' ? disk.bytes : 0
    const data = disk?.data ?? join(dir, 'data')
    const command = [...(disk?.launcher ?? []), process.execPath, '--enable-source-maps']
    const [execPath = process.execPath, ...execArgv] = command
    const write = room > 0 ? writes.bounded : writes.told
    const config = this.database?.url ?? join(dir, 'config.json')
    const child = fork(program.path, [config, data, `${segmentBytes}`, `${room}`, write], {
      execPath,
      execArgv,
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    })
    this.child = child
    this.isWanted = true
    child.stderr?.on('data', (chunk: Buffer) => {
      this.stderr += chunk
    })
    child.once('exit', (code, signal) => {
      if (this.isWanted && this.child === child)
        this.dead.push(`the connector ended by itself: ${code ?? signal}\n${this.stderr.slice(-2_000)}`)
    })
    await this.answer('ready')
  }

  async kill(): Promise<void> {
    this.kills++
    await this.end('SIGKILL')
  }

  /** Stops the connector in order, as SIGTERM does. */
  async stop(): Promise<void> {
    this.order({ order: 'stop' })
    await this.end()
  }

  order(order: Order): void {
    this.child?.send(order)
  }

  async look(): Promise<Look> {
    this.order({ order: 'look' })
    return this.answer('look')
  }

  /** Waits until each client has every message that was handed over. False: not everything came. */
  async settled(): Promise<boolean> {
    const hasAll = (client: Client) =>
      client.isLive && client.isWhole && client.account.distinct.size === this.due(client)
    for (const deadline = performance.now() + patienceMs; performance.now() < deadline; await wait(20)) {
      if (this.dead.length > 0) return false
      if (this.clients.every(hasAll)) return true
    }
    return false
  }

  /**
   * Waits until nothing is on its way: the connector has read every number of the gateways, and the clients every
   * number of the connector.
   */
  async rested(): Promise<void> {
    for (const deadline = performance.now() + patienceMs; performance.now() < deadline; await wait(20)) {
      if (this.dead.length > 0) return
      const { behind, nextOut, nextIn } = await this.look()
      const isIn = this.gateways.every(({ isLive, kind, memory }) => isLive && nextIn[kind.feed] === memory.seqNum)
      const isOut = ({ isLive, session, account }: Client) =>
        isLive && behind[session] === 0 && account.next === nextOut[session]
      if (isIn && this.clients.every(isOut)) return
    }
  }

  /** The totals of all clients; `wrong` lists everything that no fault excuses. */
  verdict() {
    const judged = this.clients.map((client) => ({
      account: client.account,
      ...judge(client.account, this.sentTo(client)),
    }))
    return {
      lost: judged.flatMap(({ lost }) => lost),
      doubled: judged.flatMap(({ doubled }) => doubled),
      chain: judged.flatMap(({ chain }) => chain),
      wrong: [...this.dead, ...judged.flatMap(({ account }) => account.wrong)],
    }
  }

  async dispose(): Promise<void> {
    await Promise.all([...this.gateways, ...this.clients].map((party) => party.stop()))
    await this.end('SIGKILL')
    await this.database?.dispose()
    rmSync(this.dir, { recursive: true, force: true })
    this.program.remove()
  }

  private async end(signal?: NodeJS.Signals): Promise<void> {
    const { child } = this
    this.isWanted = false
    this.child = undefined
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const ended = new Promise((resolve) => child.once('exit', resolve))
    if (signal) child.kill(signal)
    await ended
  }

  private answer<E extends Answer['event']>(event: E): Promise<Extract<Answer, { event: E }>> {
    const { child } = this
    return new Promise((resolve, reject) => {
      const hear = (message: unknown) => {
        const answer = message as Answer // connector-child.ts sends nothing else
        if (answer.event !== event) return
        child?.off('message', hear)
        child?.off('exit', ended)
        resolve(answer as Extract<Answer, { event: E }>) // the event decides the type
      }
      const ended = (code: number | null, signal: NodeJS.Signals | null) =>
        reject(new Error(`no ${event}: ${code ?? signal}\n${this.stderr}`))
      child?.on('message', hear)
      child?.once('exit', ended)
    })
  }
}

/** Ports that are free at the moment. */
async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer()
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      return server
    }),
  )
  return servers.map((server) => {
    const address = server.address()
    server.close()
    if (typeof address !== 'object' || address === null) throw new Error('no port')
    return address.port
  })
}
