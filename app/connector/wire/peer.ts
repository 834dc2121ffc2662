import { type Numbers, nextEpoch } from '#connector/state/state.ts'
import { encodeDraft, logoutDraft } from '#fix/drafts.ts'
import type { Field } from '#fix/encode.ts'
import { nextDeadlineMs } from '#fix/heartbeat.ts'
import type { Message } from '#fix/message.ts'
import { createSession, lastProcessed, reserve, withConfig, withNumbers } from '#fix/session.ts'
import type { Draft, Effect, Input, Session, SessionConfig } from '#fix/session-state.ts'
import { step } from '#fix/step.ts'
import { isSessionType, MsgType } from '#fix/tags.ts'
import type { Wire } from './wire.ts'
import type { WireCore } from './wire-core.ts'

type Of<T extends Effect['type']> = Extract<Effect, { type: T }>

/** What differs between the owners of a session (feeds, targets); the rest is the same for all. */
type PeerEvents = {
  accept(message: Message, effect: Of<'accept'>): void
  /** The session rejected an application message, which will not come again. */
  setAside(message: Message, effect: Of<'set-aside'>): void
  verify(effect: Of<'verify'>): void
  loggedOn(effect: Of<'logged-on'>): void
  serveResend(effect: Of<'serve-resend'>): void
  /** The peer has no application messages under these numbers. */
  gapFilled(begin: number, end: number): void
  lost(begin: number, end: number): void
  refused(effect: Of<'refused'>): void
  note(effect: Of<'note'>): void
  /** The session wants its connection closed; that happens when everything sent has left. */
  disconnecting(reason: string): void
}

/** Distributes over a union, which the built-in Omit does not do. */
type WithoutTime<T> = T extends unknown ? Omit<T, 'nowMs' | 'clocksMs'> : never
export type PeerInput = WithoutTime<Input>

/** Drives one FIX session: inputs in, effects carried out in order, everything through the open batch. */
export class Peer {
  session: Session
  wire: Wire | undefined
  private running = false
  /** Time has nothing to do before this. Sending and hearing put a deadline off; only an input can bring one nearer. */
  private restsUntilMs = 0
  private readonly pending: PeerInput[] = []
  /** What an effect wants to send goes out behind what its step has already numbered. */
  private readonly deferred: (() => void)[] = []

  constructor(
    readonly id: number,
    readonly core: WireCore,
    private readonly numbers: () => Numbers,
    private readonly events: PeerEvents,
    config: SessionConfig,
  ) {
    this.session = createSession(config, numbers())
  }

  /** A new connection takes the session over, with the present rules. */
  attach(wire: Wire, config: SessionConfig): void {
    this.wire = wire
    this.session = withConfig(this.session, config)
    this.input({ type: 'connected' })
  }

  /** Something other than the session changed its numbers in the state: a new week, an operator. */
  renumber(config: SessionConfig): void {
    if (this.wire) throw new Error('bug: renumbered while connected')
    this.session = createSession(config, this.numbers())
  }

  /** The number expected of the peer is about to be set: a Logout that states it (789) states the new one. */
  expect(nextIn: number): void {
    this.session = withNumbers(this.session, { nextIn })
  }

  get isLive(): boolean {
    return this.session.phase.kind === 'live'
  }

  /** Connected, but without a Logon to act upon: the peer has no claim to the session yet. */
  get isAwaitingLogon(): boolean {
    return this.session.phase.kind === 'awaiting-logon'
  }

  /** Our last message is on its way: the connection closes behind it. */
  get isClosing(): boolean {
    return this.session.phase.kind === 'closing'
  }

  get isConnected(): boolean {
    return this.wire !== undefined
  }

  /** One input, then all its effects, then the next: an input raised by an effect waits for its turn. */
  input(input: PeerInput): void {
    this.core.turn()
    this.pending.push(input)
    if (this.running) return
    this.running = true
    try {
      for (let next = this.pending.shift(); next; next = this.pending.shift()) {
        // the union again, with its time
        const { steadyMs: nowMs, clocksMs } = this.core
        const result = step(this.session, { ...next, nowMs, clocksMs } as Input)
        this.session = result.session
        for (const effect of result.effects) this.run(effect)
        for (const send of this.deferred.splice(0)) send()
      }
    } finally {
      this.running = false
      this.restsUntilMs = 0
      this.pending.length = 0
      this.deferred.length = 0
    }
  }

  /** Passes time to the session if something is due. Called ten times a second for each of hundreds of sessions. */
  tick(nowMs: number): void {
    if (!this.wire || nowMs < this.restsUntilMs) return
    this.restsUntilMs = nextDeadlineMs(this.session)
    if (this.restsUntilMs <= nowMs) this.input({ type: 'tick' })
  }

  /** The connection is gone. */
  detach(): void {
    this.wire?.lost()
    this.wire = undefined
    this.input({ type: 'disconnected' })
  }

  /** Leaves the connection to itself: it closes when everything sent has left. */
  leave(): void {
    this.wire = undefined
    this.input({ type: 'disconnected' })
  }

  /** Sends a message of ours under the next number; application messages are kept for a resend. */
  send(msgType: string, body: readonly Field[]): void {
    if (this.running) this.deferred.push(() => this.sendNow(msgType, body))
    else this.sendNow(msgType, body)
  }

  private sendNow(msgType: string, body: readonly Field[]): void {
    const seqNum = reserve(this.session, 1, this.core.steadyMs)
    this.transmit(seqNum, { msgType, body, lastProcessed: lastProcessed(this.session) })
  }

  /** Sends again under a number used before: nothing new to keep. 52 is never before 122, even if the clock was set. */
  sendAgain(seqNum: number, draft: Draft): void {
    const sentMs = Math.max(this.core.wallMs, draft.origSendingTimeMs ?? 0)
    this.put(encodeDraft(this.session, seqNum, draft, sentMs))
  }

  /**
   * Sends a Logout on a connection other than the session's own, and closes that connection. The Logout uses up the
   * session's next number (spec §2.6).
   */
  logoutOn(wire: Wire, text: string): void {
    this.core.turn()
    const draft = logoutDraft(this.session, text)
    const seqNum = reserve(this.session, 1, this.session.lastOutMs) // the session's own connection sends nothing
    const frame = encodeDraft(this.session, seqNum, draft, this.core.wallMs)
    this.journalNumber(seqNum, draft, frame)
    wire.frame(frame)
    wire.close()
    this.core.touch(wire)
  }

  put(frame: Uint8Array): void {
    if (!this.wire) return
    this.wire.frame(frame)
    this.core.touch(this.wire)
  }

  private transmit(seqNum: number, draft: Draft): void {
    const frame = encodeDraft(this.session, seqNum, draft, this.core.wallMs)
    if (draft.origSendingTimeMs === undefined) this.journalNumber(seqNum, draft, frame)
    this.put(frame)
  }

  private journalNumber(seqNum: number, draft: Draft, frame: Uint8Array): void {
    const keep = !isSessionType(draft.msgType) || draft.msgType === MsgType.BusinessMessageReject
    this.core.used(this.id, this.numbers().epoch, seqNum, draft.msgType, keep ? frame : undefined)
  }

  private run(effect: Effect) {
    switch (effect.type) {
      case 'transmit':
        return this.transmit(effect.seqNum, effect.draft)
      case 'accept':
        return this.events.accept(effect.message, effect)
      case 'set-aside':
        return this.events.setAside(effect.message, effect)
      case 'next-in':
        return this.core.inbound(this.id, effect.nextIn)
      case 'verify':
        return this.events.verify(effect)
      case 'logged-on':
        return this.events.loggedOn(effect)
      case 'serve-resend':
        return this.events.serveResend(effect)
      case 'reset':
        return this.restart()
      case 'gap-filled':
        return this.events.gapFilled(effect.begin, effect.end)
      case 'lost':
        return this.events.lost(effect.begin, effect.end)
      case 'refused':
        return this.events.refused(effect)
      case 'disconnect':
        this.events.disconnecting(effect.reason)
        return this.closeWhenSent()
      case 'note':
        return this.events.note(effect)
    }
  }

  private restart(): void {
    const epoch = nextEpoch(this.numbers().epoch)
    this.core.control({ kind: 'numbers', session: this.id, epoch, nextIn: 1, nextOut: 1 })
  }

  private closeWhenSent(): void {
    if (!this.wire) return
    this.wire.close()
    this.core.touch(this.wire)
  }
}
