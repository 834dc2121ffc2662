import { createServer, type Server, type Socket } from 'node:net'
import type { Message } from '#fix/message.ts'
import { Connection, type Reader } from './connection.ts'
import type { Core } from './core.ts'
import type { FailureLimit } from './credentials.ts'
import { type Address, addressKey } from './settings.ts'
import type { Budget } from './wire.ts'

/** Takes a connection over together with its first message. */
export type Taker = { take(connection: Connection, message: Message): void }

/** Who a first message is for; `ignore`: no answer, the connection stays until its time is up; `close`: without a byte. */
export type Resolve = (listener: string, message: Message, address: string) => Taker | 'ignore' | 'close'

/** A connection has this long to send its Logon (spec §2.10). */
const logonMs = 60_000

/** Listeners shared by whoever is configured on their address: the Logon decides. */
export class Acceptor {
  private readonly servers = new Map<string, Server>()
  private readonly unauthenticated = new Map<string, Set<Connection>>()
  private readonly sockets = new Set<Socket>()

  constructor(
    private readonly core: Core,
    private readonly budget: Budget,
    private readonly failures: FailureLimit,
    private readonly resolve: Resolve,
    private readonly perAddress: () => number,
  ) {}

  /** @throws what the system says when the address cannot be had */
  async listen(address: Address): Promise<void> {
    const key = addressKey(address)
    const server = createServer({ pauseOnConnect: false }, (socket) => this.accepted(key, socket))
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(address.port, address.host, () => {
        server.off('error', reject)
        server.on('error', () => undefined) // an accept that failed: the next one may not
        resolve()
      })
    })
    this.servers.set(key, server)
  }

  /** The port in use: another than asked for when that was 0. */
  port(key: string): number | undefined {
    const address = this.servers.get(key)?.address()
    return typeof address === 'object' && address !== null ? address.port : undefined
  }

  get keys(): string[] {
    return [...this.servers.keys()]
  }

  /** No new connections here; those that are stay. */
  unlisten(key: string): void {
    this.servers.get(key)?.close()
    this.servers.delete(key)
  }

  stop(): void {
    for (const key of this.keys) this.unlisten(key)
  }

  destroyAll(): void {
    for (const socket of this.sockets) socket.destroy()
  }

  authenticated(connection: Connection): void {
    this.unauthenticated.get(connection.address)?.delete(connection)
  }

  private accepted(key: string, socket: Socket): void {
    const address = socket.remoteAddress ?? ''
    const waiting = this.unauthenticated.get(address) ?? new Set()
    if (this.failures.isShut(address, this.core.clock.steadyMs()) || waiting.size >= this.perAddress()) {
      socket.destroy()
      return
    }
    this.unauthenticated.set(address, waiting)
    this.sockets.add(socket)
    const stage = new Stage(key, this.resolve)
    const connection = new Connection(this.core, socket, this.budget, stage, key)
    stage.connection = connection
    waiting.add(connection)
    socket.once('close', () => {
      this.sockets.delete(socket)
      waiting.delete(connection)
      if (waiting.size === 0 && this.unauthenticated.get(address) === waiting) this.unauthenticated.delete(address)
    })
  }
}

/** Reads a connection until its first message says whose it is. */
class Stage implements Reader {
  connection: Connection | undefined
  private readonly timer = setTimeout(() => this.connection?.destroy(), logonMs)

  constructor(
    private readonly key: string,
    private readonly resolve: Resolve,
  ) {
    this.timer.unref()
  }

  frame(message: Message): void {
    const { connection } = this
    if (!connection || message.isGarbled) return
    const taker = this.resolve(this.key, message, connection.address)
    if (taker === 'ignore') return
    clearTimeout(this.timer)
    if (taker === 'close') connection.destroy()
    else taker.take(connection, message)
  }

  /** Passed over, as after the Logon: whoever repeats it runs into the timer. */
  garbled(): void {}
  drained(): void {}

  closed(): void {
    clearTimeout(this.timer)
  }
}
