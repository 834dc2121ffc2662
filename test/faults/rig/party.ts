import { connect, createServer, type Server, type Socket } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { FixPeer, type Memory, type Received } from '#test/support/fix-peer.ts'

type Options = ConstructorParameters<typeof FixPeer>[1]

/**
 * A peer that reports everything as it comes, and can cut its next frame in the middle together with the connection.
 */
class RigPeer extends FixPeer {
  isLive = false
  cutsNext = false
  private isCut = false

  constructor(
    socket: FixPeer['socket'],
    options: Options,
    private readonly hear: (peer: RigPeer, message: Received) => void,
  ) {
    super(socket, options)
  }

  override write(bytes: Uint8Array): void {
    if (this.isCut) return
    if (this.cutsNext) {
      this.isCut = true
      this.socket.write(bytes.subarray(0, bytes.length >> 1), () => this.socket.destroy())
    } else super.write(bytes)
  }

  protected override take(message: Received): void {
    if (message.type === 'A') this.isLive = true
    super.take(message)
    this.received.length = 0
    this.hear(this, message)
  }
}

/**
 * One end of a session that returns whenever its connection is gone, and remembers its numbers. It connects, or is
 * connected to.
 */
export abstract class Party {
  readonly memory: Memory = { seqNum: 1, sent: new Map() }
  /** Stays away while true. */
  isAway = false
  logons = 0
  protected peer: RigPeer | undefined
  private isStopped = false
  private readonly done: Promise<void>
  private readonly server: Server | undefined

  constructor(
    readonly port: number,
    private readonly options: Omit<Options, 'memory'>,
    protected readonly listens = false,
  ) {
    if (listens) this.server = createServer((socket) => void this.live(socket)).listen(port, '127.0.0.1')
    this.done = listens ? Promise.resolve() : this.run()
  }

  get isLive(): boolean {
    return this.peer?.isLive === true && !this.peer.isClosed
  }

  /**
   * The connection breaks. The end is not live from now on, since anything asked of it before it returns would be lost.
   */
  cut(): void {
    if (this.peer) this.peer.isLive = false
    this.peer?.destroy()
  }

  async stop(): Promise<void> {
    this.isStopped = true
    this.server?.close()
    this.cut()
    await this.done
  }

  protected abstract logon(peer: FixPeer): void
  protected abstract hear(peer: FixPeer, message: Received): void

  private async run(): Promise<void> {
    while (!this.isStopped) {
      if (!this.isAway) await this.knock().catch(() => undefined)
      await wait(20)
    }
  }

  private async knock(): Promise<void> {
    const socket = connect(this.port, '127.0.0.1')
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve)
      socket.once('error', reject)
    })
    await this.live(socket)
  }

  /** One connection from beginning to end. */
  private async live(socket: Socket): Promise<void> {
    const ended = new Promise((resolve) => socket.once('close', resolve))
    const peer = new RigPeer(socket, { ...this.options, memory: this.memory }, (from, message) => {
      if (message.type === 'A') this.logons++
      this.hear(from, message)
    })
    this.peer = peer
    if (this.isStopped) peer.destroy()
    if (!this.listens) this.logon(peer)
    await ended
  }
}
