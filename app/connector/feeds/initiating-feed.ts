import { connect, type Socket } from 'node:net'
import { feedAddresses } from '#connector/wire/address.ts'
import { Connection } from '#connector/wire/connection.ts'
import type { Door } from '#connector/wire/door.ts'
import { connectSecured } from '#connector/wire/tls.ts'
import type { Budget } from '#connector/wire/wire.ts'
import type { SnapshotFeed } from '#domain/configuration/snapshot.ts'
import { Feed } from './feed.ts'
import type { FeedCore } from './feed-core.ts'
import type { Intake } from './intake.ts'
import { numberAsked } from './number-asked.ts'

const firstDelayMs = 200
const longestDelayMs = 5_000
/** An address that does not answer is given up after this time, and the next address is tried. */
const givenUpAfterMs = 10_000
const backupRefused = 'Backup session not allowed'

/** A feed that we connect to: tries its addresses in turn, with growing pauses while none answers. */
export class InitiatingFeed extends Feed {
  /** The socket until it is connected; then the connection owns it and closes it behind the last bytes. */
  private socket: Socket | undefined
  private timer: NodeJS.Timeout | undefined
  private attempts = 0
  private address = 0
  /** The next attempt is made at once: the gateway told us our number, or sent us to its other address. */
  private isAtOnce = false
  private stopped = true

  constructor(
    id: number,
    core: FeedCore,
    config: SnapshotFeed,
    intake: Intake,
    door: Door,
    private readonly budget: Budget,
    private readonly connectMs = givenUpAfterMs,
  ) {
    super(id, core, config, intake, door)
  }

  start(): void {
    if (!this.stopped) return
    this.stopped = false
    this.connect()
  }

  stop(): void {
    this.stopped = true
    clearTimeout(this.timer)
    this.socket?.destroy()
    this.socket = undefined
  }

  override closed(): void {
    super.closed()
    this.later()
  }

  protected override refused(text: string, retry: boolean): void {
    super.refused(text, retry)
    if (!retry && numberAsked(text) !== undefined) this.door.note('feed', this.name, 'low-number', text)
    if (text.includes(backupRefused)) this.address++
    this.isAtOnce = retry || text.includes(backupRefused)
  }

  protected override loggedOn(): void {
    super.loggedOn()
    this.attempts = 0
  }

  private connect(): void {
    if (this.stopped || this.isConnected) return
    const addresses = feedAddresses(this.config)
    const { host, port } = addresses[this.address % addresses.length]! // a feed has at least its own address
    const failed = (cause: unknown) => {
      this.report.detail = `${host}:${port}: ${cause instanceof Error ? cause.message : String(cause)}`
      this.address++
      this.later()
    }
    const { tls } = this.config
    let socket: Socket
    try {
      socket = tls ? connectSecured(host, port, tls) : connect({ host, port })
    } catch (cause) {
      failed(cause) // a file cannot be used
      return
    }
    this.socket = socket
    const deadline = setTimeout(() => socket.destroy(new Error('no answer')), this.connectMs)
    socket.once('close', () => clearTimeout(deadline))
    socket.once('error', failed)
    socket.once(tls ? 'secureConnect' : 'connect', () => {
      clearTimeout(deadline)
      socket.off('error', failed)
      this.socket = undefined
      this.core.turn()
      this.report.address = `${host}:${port}`
      this.adopt(new Connection(this.core, socket, this.budget, this))
    })
  }

  private later(): void {
    if (this.stopped) return
    // at once, but each address only once: all of them may send us away
    const isAtOnce = this.isAtOnce && this.attempts < feedAddresses(this.config).length
    const delayMs = isAtOnce ? 0 : Math.min(firstDelayMs * 2 ** this.attempts, longestDelayMs)
    this.attempts++
    this.isAtOnce = false
    clearTimeout(this.timer)
    this.timer = setTimeout(() => this.connect(), delayMs)
  }
}
