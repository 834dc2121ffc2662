import { setTimeout as wait } from 'node:timers/promises'
import type { Random } from '#gateway-sim/random.ts'
import { type FixPeer, fieldOf, type Received } from '#test/support/fix-peer.ts'
import { envelop, fillBody, sourceFill } from '#test/support/source-flow.ts'
import { Party } from './party.ts'

/** How a gateway hands its messages over: in envelopes or plain, on connections that it makes or that we make. */
export type GatewayOptions = {
  feed: string
  compId: string
  sources: readonly string[]
  isPlain?: boolean
  listens?: boolean
}

/** An order-entry gateway: hands over the messages of its sources, keeps all of them, and can be told to misbehave. */
export class Gateway extends Party {
  /** Source messages handed over, by `SSS NUMBER`: when, and under which number of the feed first. */
  readonly sent = new Map<string, { atMs: number; feedNumber: number }>()
  /** How many, by `SSS`. */
  readonly counts = new Map<string, number>()
  private readonly inner = new Map<string, Buffer[]>()
  private turn = 0
  private hasForgotten = false
  /** Its next number before it forgot: messages that were on the way then are asked for. */
  private knew = 1
  /** Its Logon will be answered with the number that it forgot, and nothing that follows the Logon is read. */
  private isRefused = false

  constructor(
    port: number,
    readonly kind: GatewayOptions,
  ) {
    const ends = { sender: kind.compId, target: 'DROPCOPY', subId: 'GW', targetSubId: 'DC', locationId: 'US,IL' }
    super(port, ends, kind.listens)
  }

  override get isLive(): boolean {
    return super.isLive && !this.isRefused
  }

  /** Hands over `count` more, `atOnce` every 5 ms or so while it is logged on. */
  async flow(count: number, atOnce = 5): Promise<void> {
    for (let left = count; left > 0; await wait(5)) {
      for (let i = 0; i < atOnce && left > 0 && this.isLive; i++, left--) this.next()
    }
  }

  /** Hands over `count` more at once, or nothing while it is not logged on. */
  offer(count: number): void {
    for (let i = 0; i < count && this.isLive; i++) this.next()
  }

  /** One connection later: the next frame is cut in its middle. */
  cutMidMessage(): void {
    if (this.peer) this.peer.cutsNext = true
  }

  /** Uses up numbers without sending messages: a Resend Request brings messages of them, or a Gap Fill. */
  skip(numbers: number, messages: number): void {
    this.memory.seqNum += numbers
    const { peer } = this
    if (!peer) return
    const write = peer.write
    peer.write = () => undefined // lost on the way
    for (let i = 0; i < messages; i++) this.next()
    peer.write = write
  }

  /**
   * Sends the newest messages of a source once more under new numbers of the feed; on a plain feed those would be other
   * messages.
   */
  repeat(random: Random, count: number): void {
    const source = random.pick(this.kind.sources)
    for (const message of (this.inner.get(source) ?? []).slice(-count)) if (this.peer) envelop(this.peer, message)
  }

  /** The gateway has forgotten its numbers: logs on with 34=1, is told the expected number, and goes on there. */
  backToOne(): void {
    this.hasForgotten = true
    this.cut()
  }

  protected logon(peer: FixPeer): void {
    this.isRefused = this.hasForgotten
    if (this.hasForgotten) {
      this.knew = this.memory.seqNum
      this.memory.seqNum = 1
    }
    this.hasForgotten = false
    peer.logon()
  }

  protected hear(peer: FixPeer, message: Received): void {
    if (message.type === 'A' && this.listens) this.logon(peer)
    // the end that opened the session says this in words only
    const expected = Number(fieldOf(message, 789) ?? /Expected \[(\d+)\]/.exec(fieldOf(message, 58) ?? '')?.[1])
    if (message.type === '5' && expected > this.memory.seqNum) this.memory.seqNum = Math.max(expected, this.knew)
  }

  private next(): void {
    const { peer } = this
    if (!peer) return
    const { sources, isPlain } = this.kind
    const source = sources[this.turn++ % sources.length] ?? ''
    const feedNumber = this.memory.seqNum
    const before = this.inner.get(source) ?? []
    const number = isPlain ? feedNumber : before.length + 1
    const id = source.slice(0, 3)
    const what = `${id} ${number}`
    if (!this.sent.has(what)) this.counts.set(id, (this.counts.get(id) ?? 0) + 1)
    this.sent.set(what, { atMs: performance.now(), feedNumber })
    if (isPlain) {
      peer.send('8', fillBody(number))
      return
    }
    const message = sourceFill(source, number)
    this.inner.set(source, before)
    before.push(message)
    envelop(peer, message)
  }
}
