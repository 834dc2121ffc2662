import type { Socket } from 'node:net'
import { encodeDraft, gapFillDraft } from '#fix/drafts.ts'
import type { Field } from '#fix/encode.ts'
import { acceptInSequence } from '#fix/fast-path.ts'
import { Framer, frameLimits } from '#fix/framer.ts'
import { nextDeadlineMs } from '#fix/heartbeat.ts'
import { decode, Message } from '#fix/message.ts'
import { createSession, isLive, lastProcessed, reserve } from '#fix/session.ts'
import type { Effect, Input, LogonCredentials, LogonRequest, Session, SessionConfig } from '#fix/session-state.ts'
import { step } from '#fix/step.ts'

type News = Extract<Effect, { type: 'reset' | 'gap-filled' | 'lost' | 'refused' | 'note' }>
type InputBody = Input extends infer One ? (One extends Input ? Omit<One, 'nowMs'> : never) : never

/** Callbacks to the owner of a peer, all called in order from within the socket's event. */
interface PeerHandlers {
  /** Every well-formed message as it comes in, before the session judges it. */
  seen?(message: Message): void
  /** An application message, each once and in order; the message is reused afterwards. */
  accept(message: Message, seqNum: number, resent: boolean): void
  loggedOn?(logon: LogonRequest): void
  /** Send again what went out as begin..end, then `finishResend(id)`.  */
  serveResend(id: number, begin: number, end: number): void
  /** Acceptor: a text refuses the Logon. */
  verify?(credentials: LogonCredentials): string | undefined
  news?(effect: News): void
  /** The connection is gone; the session can be attached to another one. */
  closed(reason: string): void
}

/** Epoch milliseconds that never jump: start time + monotonic elapsed. */
export const steadyNowMs = (): number => Math.floor(performance.timeOrigin + performance.now())

/**
 * A FIX session on real sockets for those who keep no journal (the simulated gateway, the client): what the session
 * transmits leaves at once. One connection at a time.
 */
export class FixPeer {
  session: Session
  private readonly handlers: PeerHandlers
  private readonly message = new Message()
  private socket: Socket | undefined
  private timer: NodeJS.Timeout | undefined
  private timerAtMs = Number.POSITIVE_INFINITY
  private reason = 'connection closed'

  constructor(config: SessionConfig, numbers: { nextIn: number; nextOut: number }, handlers: PeerHandlers) {
    this.session = createSession(config, numbers)
    this.handlers = handlers
  }

  get live(): boolean {
    return isLive(this.session)
  }

  get attached(): boolean {
    return this.socket !== undefined
  }

  /** Bytes that the socket has not taken yet. */
  get queuedBytes(): number {
    return this.socket?.writableLength ?? 0
  }

  /** Take a connected socket over; an initiator logs on. */
  attach(socket: Socket): void {
    if (this.socket) throw new Error('unreachable: a second connection for one peer')
    this.socket = socket
    this.reason = 'connection closed'
    socket.setNoDelay(true)
    const framer = new Framer(frameLimits.live)
    socket.on('data', (chunk: Buffer) => this.receive(framer, chunk, socket))
    socket.on('error', (error) => {
      this.reason = error.message
    })
    socket.on('close', () => this.lost(socket))
    this.input({ type: 'connected' })
  }

  /**
   * Send a message of the owner's under the next number. Not from within a handler: the session's own messages go
   * first.
   */
  send(msgType: string, body: readonly Field[]): void {
    const nowMs = steadyNowMs()
    const seqNum = reserve(this.session, 1, nowMs)
    const draft = { msgType, body, lastProcessed: lastProcessed(this.session) }
    this.write(encodeDraft(this.session, seqNum, draft, nowMs))
  }

  /** Write bytes whose numbers were reserved. */
  write(bytes: Uint8Array): void {
    this.socket?.write(bytes)
  }

  /** Call back once the socket has room again or is gone; soon when nothing is queued. */
  whenDrained(call: () => void): void {
    const { socket } = this
    if (!socket || socket.writableLength === 0) {
      setImmediate(call)
      return
    }
    const once = () => {
      socket.off('drain', once)
      socket.off('close', once)
      call()
    }
    socket.on('drain', once)
    socket.on('close', once)
  }

  input(body: InputBody): void {
    // a body with its nowMs is an Input again
    const turn = step(this.session, { ...body, nowMs: steadyNowMs() } as Input)
    this.session = turn.session
    for (const effect of turn.effects) this.carryOut(effect)
    this.schedule()
  }

  finishResend(id: number): void {
    this.input({ type: 'resend-finished', id })
  }

  /** A Gap Fill in answer to a Resend Request: under `seqNum`, up to just below `newSeqNo`. */
  gapFill(seqNum: number, newSeqNo: number): void {
    const nowMs = steadyNowMs()
    this.write(encodeDraft(this.session, seqNum, gapFillDraft(this.session, newSeqNo, nowMs), nowMs))
  }

  /** Log out and wait until the connection is closed; at once when there is none. */
  async logout(text = ''): Promise<void> {
    const { socket } = this
    if (!socket) return
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
    this.input({ type: 'logout', text })
    await closed
  }

  /** Cut the connection without a word, as a crash would. */
  drop(): void {
    this.socket?.destroy()
  }

  private receive(framer: Framer, chunk: Buffer, socket: Socket): void {
    framer.push(chunk)
    for (let status = framer.next(); status !== 'more'; status = framer.next()) {
      if (this.socket !== socket) return
      if (status === 'garbled') this.input({ type: 'garbled', reason: framer.fault })
      else this.take(framer.frame)
    }
  }

  private take(frame: Buffer): void {
    const { message } = this
    decode(frame, message)
    this.handlers.seen?.(message)
    if (acceptInSequence(this.session, message, steadyNowMs())) {
      this.handlers.accept(message, this.session.nextIn - 1, false)
    } else this.input({ type: 'message', message })
  }

  private carryOut(effect: Effect): void {
    switch (effect.type) {
      case 'transmit':
        this.write(encodeDraft(this.session, effect.seqNum, effect.draft, steadyNowMs()))
        break
      case 'accept':
        this.handlers.accept(effect.message, effect.seqNum, effect.resent)
        break
      case 'logged-on':
        this.handlers.loggedOn?.(effect.logon)
        break
      case 'serve-resend':
        this.handlers.serveResend(effect.id, effect.begin, effect.end)
        break
      case 'verify':
        this.answerVerify(effect.credentials)
        break
      case 'disconnect':
        this.hangUp(effect.reason)
        break
      case 'next-in':
      case 'set-aside': // its `rejected` note says so
        break
      default:
        this.handlers.news?.(effect)
    }
  }

  private answerVerify(credentials: LogonCredentials): void {
    const refusal = this.handlers.verify?.(credentials)
    this.input(refusal === undefined ? { type: 'verified', ok: true } : { type: 'verified', ok: false, text: refusal })
  }

  /** Everything written is sent first; a peer that does not close its side is cut after a second. */
  private hangUp(reason: string): void {
    const { socket } = this
    if (!socket) return
    this.reason = reason
    socket.end()
    const cut = setTimeout(() => socket.destroy(), 1000)
    socket.once('close', () => clearTimeout(cut))
  }

  private lost(socket: Socket): void {
    if (this.socket !== socket) return
    this.socket = undefined
    clearTimeout(this.timer)
    this.timerAtMs = Number.POSITIVE_INFINITY
    this.input({ type: 'disconnected' })
    this.handlers.closed(this.reason)
  }

  /** The timer is only ever moved closer; when it fires too early, it is set again. */
  private schedule(): void {
    const atMs = nextDeadlineMs(this.session)
    if (!this.socket || atMs >= this.timerAtMs) return
    clearTimeout(this.timer)
    this.timerAtMs = atMs
    const delayMs = Math.min(2 ** 31 - 1, Math.max(1, atMs - steadyNowMs()))
    this.timer = setTimeout(() => {
      this.timerAtMs = Number.POSITIVE_INFINITY
      if (!this.socket) return
      if (nextDeadlineMs(this.session) <= steadyNowMs()) this.input({ type: 'tick' })
      else this.schedule()
    }, delayMs)
  }
}
