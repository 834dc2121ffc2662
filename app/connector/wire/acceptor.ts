import { createServer, type Server, type Socket } from 'node:net'
import type { Message } from '#fix/message.ts'
import { type Address, addressKey } from './address.ts'
import { type Allowance, BeforeLogon } from './before-logon.ts'
import { Connection, type Reader } from './connection.ts'
import type { FailureLimit } from './credentials.ts'
import { Secured, type Tls } from './tls.ts'
import { portsOf } from './transport.ts'
import type { Budget } from './wire.ts'
import type { Turns } from './wire-core.ts'

/** Takes a connection over together with its first message. */
export type Taker = { take(connection: Connection, message: Message): void }

/**
 * Who takes a first message; `ignore`: no answer, the connection stays until its time is up; `close`: without a byte.
 */
type Resolve = (listener: string, message: Message, address: string) => Taker | 'ignore' | 'close'

/** What to do with a connection whose first bytes are no readable message: the same two answers. */
type Unreadable = (listener: string, fault: string, address: string) => 'ignore' | 'close'

/** A connection has this long to send its Logon (spec §2.10). */
const logonMs = 60_000

/** Listeners shared by all feeds and targets configured on their address: the Logon decides which of them is meant. */
export class Acceptor {
  private readonly servers = new Map<string, Server>()
  /** By address, for addresses that use TLS. */
  private readonly secured = new Map<string, Secured>()
  /** What each connection may still cost, by the peer's address and by name. */
  private readonly unauthenticated = new Map<string, Map<string, Allowance>>()
  private readonly sockets = new Set<Socket>()
  private readonly beforeLogon: BeforeLogon

  constructor(
    private readonly core: Turns & { readonly clock: { steadyMs(): number } },
    private readonly budget: Budget,
    private readonly failures: FailureLimit,
    private readonly resolve: Resolve,
    private readonly unreadable: Unreadable,
    private readonly perAddress: () => number,
    /** A peer was turned away before its Logon: a handshake failed, or it sent too much of something else. */
    private readonly turnedAway: (code: 'tls' | 'before-logon', listener: string, why: string, address: string) => void,
  ) {
    this.beforeLogon = new BeforeLogon(() => core.clock.steadyMs(), perAddress)
  }

  /** @throws the system's error when the address cannot be listened on */
  async listen(address: Address): Promise<void> {
    const key = addressKey(address)
    const server = createServer({ pauseOnConnect: false }, (socket) => this.knocked(key, socket))
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(address.port, address.host, () => {
        server.off('error', reject)
        server.on('error', () => undefined) // one accept failed; the next may not
        resolve()
      })
    })
    this.servers.set(key, server)
  }

  /** The port in use: differs from the port asked for when that was 0. */
  port(key: string): number | undefined {
    const address = this.servers.get(key)?.address()
    return typeof address === 'object' && address !== null ? address.port : undefined
  }

  get keys(): string[] {
    return [...this.servers.keys()]
  }

  /** Accepts no new connections here; existing ones stay. */
  unlisten(key: string): void {
    this.servers.get(key)?.close()
    this.servers.delete(key)
    this.secured.delete(key)
  }

  stop(): void {
    for (const key of this.keys) this.unlisten(key)
  }

  destroyAll(): void {
    for (const socket of this.sockets) socket.destroy()
  }

  authenticated(connection: Connection): void {
    this.unauthenticated.get(connection.address)?.delete(connection.ports)
  }

  /**
   * Sets how connections to this address are encrypted from now on, or that they are not. @throws when a file is not
   * what it should be: nothing changes then
   */
  secure(key: string, tls: Tls | undefined): void {
    if (!tls) this.secured.delete(key)
    else if (!isSame(this.secured.get(key)?.tls, tls))
      this.secured.set(
        key,
        new Secured(tls, {
          secured: (socket) => this.accepted(key, socket),
          failed: (why, address) => this.turnedAway('tls', key, `No TLS at ${key}: ${why}`, address),
        }),
      )
  }

  /** Loads renewed certificate files. @throws when one is not what it should be: the old one stays in use */
  renew(): string[] {
    return [...this.secured].flatMap(([key, secured]) => (secured.renew() ? [key] : []))
  }

  private knocked(key: string, socket: Socket): void {
    const address = socket.remoteAddress ?? ''
    const waiting = this.unauthenticated.get(address) ?? new Map<string, Allowance>()
    if (this.isShut(address) || waiting.size >= this.perAddress()) {
      socket.destroy()
      return
    }
    this.unauthenticated.set(address, waiting)
    this.sockets.add(socket)
    const ports = portsOf(socket)
    waiting.set(
      ports,
      this.beforeLogon.open(address, () => this.overspent(key, address)),
    )
    socket.once('close', () => {
      this.sockets.delete(socket)
      waiting.delete(ports)
      if (waiting.size === 0 && this.unauthenticated.get(address) === waiting) this.unauthenticated.delete(address)
    })
    const secured = this.secured.get(key)
    if (secured) secured.take(socket)
    else this.accepted(key, socket)
  }

  private overspent(key: string, address: string): void {
    const shut = this.beforeLogon.isShut(address) ? ' Its connections are closed unread for up to a minute.' : ''
    this.turnedAway('before-logon', key, `${address} sent too much without a Logon at ${key}.${shut}`, address)
  }

  private isShut(address: string): boolean {
    return this.failures.isShut(address, this.core.clock.steadyMs()) || this.beforeLogon.isShut(address)
  }

  /** All bytes from now on are FIX. */
  private accepted(key: string, socket: Socket): void {
    const allowance = this.unauthenticated.get(socket.remoteAddress ?? '')?.get(portsOf(socket))
    const stage = new Stage(key, this.resolve, this.unreadable)
    stage.connection = new Connection(this.core, socket, this.budget, stage, key, allowance)
  }
}

const isSame = (a: Tls | undefined, b: Tls): boolean => JSON.stringify(a) === JSON.stringify(b)

/** Reads a connection until its first message tells whom it is for. */
class Stage implements Reader {
  connection: Connection | undefined
  private readonly timer = setTimeout(() => this.connection?.destroy(), logonMs)

  constructor(
    private readonly key: string,
    private readonly resolve: Resolve,
    private readonly unreadable: Unreadable,
  ) {
    this.timer.unref()
  }

  frame(message: Message): void {
    const { connection } = this
    if (!connection) return
    if (message.isGarbled) {
      this.garbled('fields')
      return
    }
    const taker = this.resolve(this.key, message, connection.address)
    if (taker === 'ignore') return
    clearTimeout(this.timer)
    if (taker === 'close') connection.destroy()
    else taker.take(connection, message)
  }

  /** A peer that repeats such messages soon uses up what a connection may cost before its Logon. */
  garbled(fault: string): void {
    const { connection } = this
    if (connection && this.unreadable(this.key, fault, connection.address) === 'close') connection.destroy()
  }

  drained(): void {}

  closed(): void {
    clearTimeout(this.timer)
  }
}
