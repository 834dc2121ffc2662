import { setTimeout as wait } from 'node:timers/promises'
import { type FixPeer, fieldOf, type Received } from '#test/support/fix-peer.ts'
import { envelop, sourceFill } from '#test/support/source-flow.ts'
import { Party } from './party.ts'

export const sources = ['K7T882', 'M3P882'] as const

/** The order-entry gateway: hands over the messages of both sources, keeps all of them, and can be told to do so badly. */
export class Gateway extends Party {
  /** Source messages handed over, by source: 1 to this. */
  readonly sent = new Map<string, number>(sources.map((source) => [source, 0]))
  /** When each was, and under which number of the feed first, by `SSS NUMBER`. */
  readonly feedNumbers = new Map<string, number>()
  readonly sentAtMs = new Map<string, number>()
  private readonly inner = new Map<string, Buffer>()
  private turn = 0
  private hasForgotten = false

  constructor(port: number) {
    super(port, { sender: 'GW1', target: 'DROPCOPY', subId: 'GW', targetSubId: 'DC', locationId: 'US,IL' })
  }

  get total(): number {
    return [...this.sent.values()].reduce((sum, count) => sum + count, 0)
  }

  /** Hands over `count` more, `each` every 5 ms or so while it is logged on. */
  async flow(count: number, each = 10): Promise<void> {
    for (let left = count; left > 0; await wait(5)) {
      for (let i = 0; i < each && left > 0 && this.isLive; i++, left--) this.next()
    }
  }

  /** One connection later: the next frame is cut in its middle. */
  cutMidMessage(): void {
    if (this.peer) this.peer.cutsNext = true
  }

  /** Numbers that were used for something which is not sent: a Resend Request brings messages of them, or a Gap Fill. */
  skip(numbers: number, messages: number): void {
    this.memory.seqNum += numbers
    const { peer } = this
    if (!peer) return
    const write = peer.write
    peer.write = () => undefined // lost on the way
    for (let i = 0; i < messages; i++) this.next()
    peer.write = write
  }

  /** The newest messages of a source once more under new numbers of the feed. */
  repeat(source: string, count: number): void {
    const highest = this.sent.get(source) ?? 0
    for (let n = Math.max(1, highest - count + 1); n <= highest && this.peer; n++)
      envelop(this.peer, this.inner.get(`${source} ${n}`) ?? Buffer.alloc(0))
  }

  /** It has forgotten its numbers: logs on with 34=1, is told what is expected, and goes on there. */
  backToOne(): void {
    this.hasForgotten = true
    this.cut()
  }

  protected logon(peer: FixPeer): void {
    if (this.hasForgotten) this.memory.seqNum = 1
    this.hasForgotten = false
    peer.logon()
  }

  protected hear(_peer: FixPeer, message: Received): void {
    const expected = Number(fieldOf(message, 789))
    if (message.type === '5' && expected > this.memory.seqNum) this.memory.seqNum = expected
  }

  private next(): void {
    const { peer } = this
    if (!peer) return
    const source = sources[this.turn++ % sources.length] ?? sources[0]
    const number = (this.sent.get(source) ?? 0) + 1
    const message = sourceFill(source, number)
    this.inner.set(`${source} ${number}`, message)
    this.sent.set(source, number)
    this.sentAtMs.set(`${source.slice(0, 3)} ${number}`, performance.now())
    this.feedNumbers.set(`${source.slice(0, 3)} ${number}`, this.memory.seqNum)
    envelop(peer, message)
  }
}
