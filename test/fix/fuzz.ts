import { nextDeadlineMs } from '#fix/heartbeat.ts'
import { decode, Message } from '#fix/message.ts'
import type { Effect, SessionConfig } from '#fix/session-state.ts'
import { Dice, mutant } from './mutants.ts'
import { acceptor, initiator, PretendDriver } from './pretend-driver.ts'
import { isSealed, readable } from './samples.ts'
import { earlyLimits, Stream } from './stream.ts'

/** What a run came to. `peakBytes`: heap and buffers above what they were when it began. */
export type Fuzzed = {
  frames: number
  accepted: number
  rejected: number
  garbled: number
  connections: number
  sent: number
  peakBytes: number
}

/** Sessions of every kind there is: target and client, gateway and feed, both policies. */
const configs: readonly SessionConfig[] = [
  acceptor('cme'),
  acceptor('fix'),
  acceptor({ preset: 'fix', fieldRules: 'session', resendChunk: 3 }),
  initiator('cme'),
  initiator('fix', { resetOnLogon: true }),
]

/**
 * Sends so many mutated frames, in chunks of any size, to sessions that are alive, and lets time and
 * drivers interfere. The same seed does the same.
 * @throws when a session does, says something malformed, accepts out of order, or keeps more than it may
 */
export function fuzz({ frames, seed }: { frames: number; seed: number }): Fuzzed {
  const total: Fuzzed = { frames: 0, accepted: 0, rejected: 0, garbled: 0, connections: 0, sent: 0, peakBytes: 0 }
  const dice = new Dice(seed)
  const before = usedBytes()
  const ends = configs.map((config) => new End(config, dice, total))
  for (let turn = 0; total.frames < frames; turn++) {
    for (const end of ends) end.turn()
    if (turn % 1024 === 0) total.peakBytes = Math.max(total.peakBytes, usedBytes() - before)
  }
  return total
}

function usedBytes(): number {
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

const message = new Message()

/** One session through all its connections. */
class End {
  private driver: PretendDriver
  private stream: Stream
  private lastAccepted = 0
  private serving = 0

  constructor(
    private readonly config: SessionConfig,
    private readonly dice: Dice,
    private readonly total: Fuzzed,
  ) {
    this.driver = new PretendDriver(config)
    this.stream = this.connect()
  }

  /** Up to nine frames, each cut anywhere, and now and then something else. */
  turn(): void {
    const { dice, driver, stream } = this
    for (let n = dice.below(9); n >= 0 && !stream.isClosed; n--) {
      const bytes = mutant(dice, driver.session, driver.nowMs)
      const cut = dice.once(3) ? dice.below(bytes.length + 1) : bytes.length
      stream.push(bytes.subarray(0, cut))
      stream.push(bytes.subarray(cut))
      this.total.frames++
    }
    this.interfere()
    this.check()
    if (stream.isClosed || dice.once(60)) this.reconnect()
  }

  private interfere(): void {
    const { dice, driver, stream } = this
    driver.verdict = !dice.once(20)
    driver.nowMs += dice.once(30) ? dice.below(90_000) : dice.below(300)
    if (nextDeadlineMs(driver.session) <= driver.nowMs) stream.carryOut(driver.do({ type: 'tick' }))
    if (dice.once(3)) stream.carryOut(driver.do({ type: 'resend-finished', id: this.serving }))
    if (dice.once(200)) stream.carryOut(driver.do({ type: 'rival-logon' }))
    if (dice.once(300)) stream.carryOut(driver.do({ type: 'logout', text: 'Good night' }))
    if (dice.once(200)) stream.carryOut(driver.do({ type: 'reset' }))
  }

  private reconnect(): void {
    this.total.garbled += this.stream.garbled
    this.driver.do({ type: 'disconnected' })
    const { nextIn, nextOut } = this.driver.session
    // a peer that claims to be at the end of all numbers is believed: only a new week helps
    if (Math.max(nextIn, nextOut) > 900_000_000) this.driver = this.renewed()
    this.stream = this.connect()
  }

  private renewed(): PretendDriver {
    this.lastAccepted = 0
    const driver = new PretendDriver(this.config)
    driver.nowMs = this.driver.nowMs
    return driver
  }

  private connect(): Stream {
    this.total.connections++
    const stream = new Stream(this.driver, (effect) => this.on(effect))
    stream.carryOut(this.driver.do({ type: 'connected' }))
    return stream
  }

  private on(effect: Effect) {
    switch (effect.type) {
      case 'transmit':
        return this.sent(effect)
      case 'accept':
        if (effect.seqNum <= this.lastAccepted) throw new Error(`${effect.seqNum} accepted after ${this.lastAccepted}`)
        this.lastAccepted = effect.seqNum
        this.total.accepted++
        return
      case 'reset':
        this.lastAccepted = 0
        return
      case 'serve-resend':
        this.serving = effect.id
        if (effect.begin < 1 || effect.end < effect.begin || effect.end >= this.driver.session.nextOut)
          throw new Error(`asked to send ${effect.begin}..${effect.end} again`)
        return
      case 'note':
        if (effect.code === 'rejected') this.total.rejected++
        this.lastAccepted = Math.min(this.lastAccepted, resetTo(effect.text) - 1)
        return
    }
  }

  /** Whatever came in, what goes out is a sound message. */
  private sent(effect: Extract<Effect, { type: 'transmit' }>): void {
    this.total.sent++
    const frame = this.driver.frame(effect)
    decode(frame, message)
    if (message.fault || message.isGarbled || message.seqNum !== effect.seqNum || !isSealed(frame))
      throw new Error(`a malformed message: ${readable(frame).slice(0, 500)}`)
  }

  private check(): void {
    const { session } = this.driver
    if (!(session.nextIn >= 1 && session.nextOut >= 1)) throw new Error(`numbers ${session.nextIn}, ${session.nextOut}`)
    const gap = session.phase.kind === 'live' ? session.phase.gap : undefined
    if (gap && (gap.early.size > earlyLimits.messages || gap.earlyBytes > earlyLimits.bytes || gap.earlyBytes < 0))
      throw new Error(`keeps ${gap.early.size} messages, ${gap.earlyBytes} bytes`)
  }
}

/**
 * The number that a Sequence Reset has made the expected one: from there on others come under numbers that were used.
 */
const resetTo = (text: string): number =>
  Number(/^Sequence Reset to (\d+)$/.exec(text)?.[1] ?? Number.POSITIVE_INFINITY)
