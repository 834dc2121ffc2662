import { Framer, type FrameStatus, frameLimits } from '#fix/framer.ts'
import { decodeIn, Message } from '#fix/message.ts'
import type { Allowance } from './before-logon.ts'
import { portsOf, type Transport } from './transport.ts'
import { type Budget, Wire } from './wire.ts'
import type { Turns } from './wire-core.ts'

/** The reader of a connection: the acceptor until the Logon decides, then a feed or a target. */
export type Reader = {
  /** One whole frame, decoded; the message is reused for the next one. */
  frame(message: Message): void
  garbled(reason: string): void
  /** There is room in the socket again. */
  drained(): void
  closed(): void
}

/** Reads what still comes on a connection after its session has left it. */
export const parted: Reader = {
  frame: () => undefined,
  garbled: () => undefined,
  drained: () => undefined,
  closed: () => undefined,
}

/** Only one message is decoded at a time, so one object serves all connections. */
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
    /** The address that accepted it; '' when we connected. */
    readonly listener = '',
    /** What it may cost until it has logged on. Absent: we connected to a known address. */
    private allowance?: Allowance,
  ) {
    this.address = transport.remoteAddress ?? ''
    this.ports = portsOf(transport)
    this.wire = new Wire(transport, budget, () => this.reader.drained())
    transport.on('data', (chunk: Buffer) => this.data(chunk))
    transport.on('error', () => undefined) // 'close' follows
    transport.on('close', () => this.closed())
  }

  /** The Logon's credential is right: what the connection has cost is given back, even if it is not let in now. */
  proved(): void {
    this.allowance?.giveBack()
    this.allowance = undefined
  }

  /** The peer has proved who it is: longer frames are accepted. */
  authenticated(frameBytes: number = frameLimits.live): void {
    this.framer.limit = frameBytes
    this.proved()
  }

  /** Stops reading until `release` was called as often as `hold`. Frames already read stay where they are. */
  hold(): void {
    this.held++
    this.transport.pause()
  }

  release(): void {
    if (--this.held > 0 || this.isClosed) return
    setImmediate(() => this.resume())
  }

  /** Closes without a byte more. */
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
    let isGarbled = false // reported once a chunk: a peer that sends nothing else costs only its bytes
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

  /** False: the connection has cost too much without a Logon, and is closed without a byte. */
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
