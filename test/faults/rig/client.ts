import { type FixPeer, fieldOf, type Received } from '#test/support/fix-peer.ts'
import { Account } from './account.ts'
import { Party } from './party.ts'

/** After this long without progress, ask again for what is missing: the request may have been refused, or cut off. */
const askAgainMs = 500

/** A client of the service: keeps its account, and asks for what it misses until it has everything. */
export class Client extends Party {
  readonly account: Account
  /** The first three characters of each of its sources. */
  readonly sources: readonly string[]
  /** When each copy came first, by `SSS NUMBER`. */
  readonly cameAtMs = new Map<string, number>()
  /** TestReqID(112) of every Heartbeat that answered. */
  readonly answers = new Set<string>()
  /** Copies that came by a resend. */
  again = 0
  private askedMs = 0
  private askedFor = 0
  private readonly timer: NodeJS.Timeout

  constructor(
    port: number,
    readonly session: string,
    protocol: 'classic' | 'dc4',
    sources: readonly string[],
  ) {
    super(port, {
      sender: `${session}N`,
      target: 'CME',
      subId: 'RISK01',
      targetSubId: 'G',
      locationId: 'US,IL',
    })
    this.account = new Account(protocol === 'classic')
    this.sources = sources.map((id) => id.slice(0, 3))
    this.timer = setInterval(() => this.askIfMissing(), 50)
  }

  /** Whether every number up to the highest is accounted for. */
  get isWhole(): boolean {
    return this.account.next > this.account.highest
  }

  /** Stops reading; the connector has to notice. */
  freeze(): void {
    this.peer?.socket.pause()
  }

  thaw(): void {
    this.peer?.socket.resume()
  }

  request(begin: number, end: number): void {
    this.peer?.send('2', [
      [7, begin],
      [16, end],
    ])
  }

  /** A Test Request. */
  ask(id: string): void {
    this.peer?.send('1', [[112, id]])
  }

  override async stop(): Promise<void> {
    clearInterval(this.timer)
    await super.stop()
  }

  protected logon(peer: FixPeer): void {
    this.askedFor = 0
    peer.logon([
      [95, 6],
      [96, 'secret'],
    ])
  }

  protected hear(_peer: FixPeer, message: Received): void {
    const { account } = this
    const before = account.distinct.size
    const id = message.type === '0' ? fieldOf(message, 112) : undefined
    if (id !== undefined) this.answers.add(id)
    if (fieldOf(message, 43) === 'Y' && message.type !== '4') this.again++
    account.take(message)
    if (account.distinct.size > before) {
      const copy = account.byNumber.get(message.seqNum)
      if (copy) this.cameAtMs.set(`${copy.source} ${copy.sourceNumber}`, performance.now())
    }
  }

  private askIfMissing(): void {
    const { next } = this.account
    if (!this.isLive || this.isWhole) return
    const now = performance.now()
    if (this.askedFor === next && now - this.askedMs < askAgainMs) return
    if (this.askedFor !== next && this.askedFor > 0 && now - this.askedMs < 100) return // the copies are coming in
    this.askedFor = next
    this.askedMs = now
    this.request(next, 0)
  }
}
