import { Framer, type FrameStatus, frameLimits } from '#fix/framer.ts'
import { decodeIn, Message } from '#fix/message.ts'
import type { Allowance } from './before-logon.ts'
import { portsOf, type Transport } from './transport.ts'
import { type Budget, Wire } from './wire.ts'
import type { Turns } from './wire-core.ts'

/** Whoever reads a connection: the acceptor until the Logon decides, then a feed or a target. */
export type Reader = {
  /** One whole frame, decoded; the message is reused for the next one. */
  frame(message: Message): void
  garbled(reason: string): void
  /** There is room in the socket again. */
  drained(): void
  closed(): void
}

/** Reads what a connection still says after its session has left it. */
export const parted: Reader = {
  frame: () => undefined,
  garbled: () => undefined,
  drained: () => undefined,
  closed: () => undefined,
}

/** Decoding happens in one place at a time, so one message serves all connections. */
const message = new Message(256)

/** One TCP connection: bytes to frames to its reader, and the wire back. */
export class Connection {
  readonly wire: Wire
  readonly address: string
  readonly ports: string
  private readonly framer = new Framer(frameLimits.beforeLogon)
  private held = 0
  private isReading = false
  private isClosed = false

  constructor(
    private readonly core: Turns,
    private readonly transport: Transport,
    budget: Budget,
    public reader: Reader,
    /** The address it was accepted at; '' when we connected. */
    readonly listener = '',
    /** What it may cost until it has logged on. Absent: we connected, and know to whom. */
    private allowance?: Allowance,
  ) {
    this.address = transport.remoteAddress ?? ''
    this.ports = portsOf(transport)
    this.wire = new Wire(transport, budget, () => this.reader.drained())
    transport.on('data', (chunk: Buffer) => this.data(chunk))
    transport.on('error', () => undefined) // 'close' follows
    transport.on('close', () => this.closed())
  }

  /**
   * What its Logon proved itself with is right: what it has cost so far is nobody's, whether it is let in now or not.
   */
  proved(): void {
    this.allowance?.giveBack()
    this.allowance = undefined
  }

  /** The peer is who it says: longer frames are let through. */
  authenticated(frameBytes: number = frameLimits.live): void {
    this.framer.limit = frameBytes
    this.proved()
  }

  /** Stop reading until as many `release`s as `hold`s. Frames already read stay where they are. */
  hold(): void {
    this.held++
    this.transport.pause()
  }

  release(): void {
    if (--this.held > 0 || this.isClosed) return
    setImmediate(() => this.resume())
  }

  /** Closed without a byte more. */
  destroy(): void {
    this.wire.lost()
  }

  private resume(): void {
    if (this.held > 0 || this.isClosed) return
    this.core.turn()
    this.read()
    if (this.held === 0) this.transport.resume()
  }

  private data(chunk: Buffer): void {
    if (!this.wire.isOpen) return
    this.core.turn()
    this.framer.push(chunk)
    this.read()
  }

  private read(): void {
    if (this.isReading) return
    this.isReading = true
    let isGarbled = false // told once a chunk: a peer that sends nothing else costs its bytes and no more
    try {
      while (this.held === 0 && !this.isClosed && this.wire.isOpen) {
        const { framer } = this
        const looked = framer.looked
        const status = framer.next()
        if (this.allowance && !this.spend(framer.looked - looked, status)) return
        if (status === 'more') return
        if (status === 'garbled') {
          if (!isGarbled) this.reader.garbled(framer.fault)
          isGarbled = true
        } else {
          decodeIn(framer.memory, framer.start, framer.end, message)
          this.reader.frame(message)
        }
      }
    } finally {
      this.isReading = false
    }
  }

  /** False: it has cost too much without a Logon, and is closed without a byte. */
  private spend(bytes: number, status: FrameStatus): boolean {
    if (!this.allowance || this.allowance.spend(bytes, status === 'more' ? 0 : 1)) return true
    this.allowance = undefined
    this.destroy()
    return false
  }

  private closed(): void {
    if (this.isClosed) return
    this.isClosed = true
    this.core.turn()
    this.wire.lost()
    this.reader.closed()
  }
}
