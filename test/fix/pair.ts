import { encodeDraft, gapFillDraft } from '#fix/drafts.ts'
import type { Field } from '#fix/encode.ts'
import { nextDeadlineMs } from '#fix/heartbeat.ts'
import type { Message } from '#fix/message.ts'
import { ResendPlan } from '#fix/resend.ts'
import { isLive, reserve } from '#fix/session.ts'
import type { Effect, SessionConfig } from '#fix/session-state.ts'
import { PretendDriver } from './pretend-driver.ts'

/** How an end writes what it sends, and reads what it accepts, as a text. */
export type Application = { msgType: string; body(text: string): readonly Field[]; textOf(message: Message): string }

/** The text in 58, in what looks like an execution report. */
const inText: Application = { msgType: '8', body: (text) => [[58, text]], textOf: (message) => message.str(58) ?? '' }

/** One end: a session with a store, as a real driver has it. */
export class End {
  driver: PretendDriver
  /** Texts of the application messages sent, by number. */
  stored = new Map<number, string>()
  /** Texts accepted and numbers given up, in the order it happened. */
  accepted: string[] = []
  lost: [begin: number, end: number][] = []
  refused: string[] = []
  out: Buffer[] = []
  closing = false

  constructor(
    config: SessionConfig,
    private readonly application = inText,
  ) {
    this.driver = new PretendDriver(config)
  }

  /** Send an application message; while offline it is only numbered and stored, as a dc4 target does. */
  send(text: string): void {
    const seqNum = reserve(this.driver.session, 1, this.driver.nowMs)
    this.stored.set(seqNum, text)
    if (isLive(this.driver.session)) this.out.push(this.frame(seqNum))
  }

  private frame(seqNum: number, origSendingTimeMs?: number): Buffer {
    const { session, nowMs } = this.driver
    const { msgType, body: bodyOf } = this.application
    const body = bodyOf(this.stored.get(seqNum) ?? '')
    const again = origSendingTimeMs === undefined ? {} : { origSendingTimeMs }
    return encodeDraft(session, seqNum, { msgType, body, lastProcessed: session.nextIn - 1, ...again }, nowMs)
  }

  carryOut(effects: readonly Effect[]): void {
    for (const effect of effects) {
      if (effect.type === 'transmit') this.out.push(this.driver.frame(effect))
      else if (effect.type === 'accept') this.accepted.push(this.application.textOf(effect.message))
      else if (effect.type === 'lost') this.lost.push([effect.begin, effect.end])
      else if (effect.type === 'refused') this.refused.push(effect.text)
      else if (effect.type === 'disconnect') this.closing = true
      else if (effect.type === 'serve-resend') this.serve(effect)
    }
  }

  private serve({ id, begin, end }: Extract<Effect, { type: 'serve-resend' }>): void {
    const { session, nowMs } = this.driver
    const plan = new ResendPlan(begin, end)
    const numbers = Array.from({ length: end - begin + 1 }, (_, i) => begin + i).filter((n) => this.stored.has(n))
    for (const item of [...numbers.flatMap((n) => plan.push(n, 'application')), ...plan.finish()]) {
      const fill = () =>
        encodeDraft(
          session,
          item.seqNum,
          gapFillDraft(session, item.type === 'gap-fill' ? item.newSeqNo : 0, nowMs),
          nowMs,
        )
      this.out.push(item.type === 'resend' ? this.frame(item.seqNum, nowMs) : fill())
    }
    this.carryOut(this.driver.do({ type: 'resend-finished', id }))
  }
}

/** Two ends and a wire that loses what it is told to lose, with one clock. Nothing else is pretended. */
export class Pair {
  readonly server: End
  readonly client: End
  /** How many of the next frames towards each end arrive garbled. */
  garble = { server: 0, client: 0 }
  private connected = false

  constructor(server: SessionConfig, client: SessionConfig) {
    this.server = new End(server)
    this.client = new End(client)
  }

  connect(): void {
    if (this.connected) return
    this.connected = true
    this.server.carryOut(this.server.driver.do({ type: 'connected' }))
    this.client.carryOut(this.client.driver.do({ type: 'connected' }))
    this.flow()
  }

  /** The connection breaks: what is under way is gone. */
  cut(): void {
    if (!this.connected) return
    this.connected = false
    for (const end of [this.server, this.client]) {
      end.out = []
      end.closing = false
      end.carryOut(end.driver.do({ type: 'disconnected' }))
    }
  }

  /** Carry frames until both are silent. */
  flow(): void {
    for (;;) {
      const moved = this.carry(this.client, this.server, 'server') || this.carry(this.server, this.client, 'client')
      if (!moved && (this.server.closing || this.client.closing)) this.cut()
      if (!moved) return
    }
  }

  private carry(from: End, to: End, direction: 'server' | 'client'): boolean {
    const frame = from.out.shift()
    if (!frame) return false
    if (this.garble[direction] > 0) {
      this.garble[direction]--
      to.carryOut(to.driver.do({ type: 'garbled', reason: 'checksum' }))
    } else to.carryOut(to.driver.receive(frame))
    return true
  }

  /** Time passes for both, from deadline to deadline. */
  wait(ms: number): void {
    const until = this.server.driver.nowMs + ms
    for (;;) {
      const [due, end] = [this.server, this.client]
        .map((one) => [nextDeadlineMs(one.driver.session), one] as const)
        .sort((a, b) => a[0] - b[0])[0]! // `!`: there are two
      this.setClock(Math.max(this.server.driver.nowMs, Math.min(due, until)))
      if (due > until) return
      end.carryOut(end.driver.do({ type: 'tick' }))
      this.flow()
    }
  }

  private setClock(nowMs: number): void {
    this.server.driver.nowMs = nowMs
    this.client.driver.nowMs = nowMs
  }

  /** The wire is sound again: reconnect whenever needed and give both the time to find out what is missing. */
  heal(): void {
    this.garble = { server: 0, client: 0 }
    for (let i = 0; i < 20; i++) {
      this.connect()
      this.wait(31_000)
    }
  }
}
