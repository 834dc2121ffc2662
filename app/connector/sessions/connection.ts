import type { Socket } from 'node:net'
import type { Core } from '#connector/core.ts'
import { Framer, frameLimits } from '#fix/framer.ts'
import { decodeIn, Message } from '#fix/message.ts'
import { type Budget, Wire } from './wire.ts'

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
  private readonly framer = new Framer(frameLimits.beforeLogon)
  private held = 0
  private isReading = false
  private isClosed = false

  constructor(
    private readonly core: Core,
    readonly socket: Socket,
    budget: Budget,
    public reader: Reader,
    /** The address it was accepted at; '' when we connected. */
    readonly listener = '',
  ) {
    this.address = socket.remoteAddress ?? ''
    this.wire = new Wire(socket, budget, () => this.reader.drained())
    socket.on('data', (chunk: Buffer) => this.data(chunk))
    socket.on('error', () => undefined) // 'close' follows
    socket.on('close', () => this.closed())
  }

  /** The peer is who it says: longer frames are let through. */
  authenticated(frameBytes: number = frameLimits.live): void {
    this.framer.limit = frameBytes
  }

  /** Stop reading until as many `release`s as `hold`s. Frames already read stay where they are. */
  hold(): void {
    this.held++
    this.socket.pause()
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
    if (this.held === 0) this.socket.resume()
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
    try {
      while (this.held === 0 && !this.isClosed && this.wire.isOpen) {
        const { framer } = this
        const status = framer.next()
        if (status === 'more') return
        if (status === 'garbled') this.reader.garbled(framer.fault)
        else {
          decodeIn(framer.memory, framer.start, framer.end, message)
          this.reader.frame(message)
        }
      }
    } finally {
      this.isReading = false
    }
  }

  private closed(): void {
    if (this.isClosed) return
    this.isClosed = true
    this.core.turn()
    this.wire.lost()
    this.reader.closed()
  }
}
