import type { FeedState } from '#connector/state/state.ts'
import { type Connection, parted, type Reader } from '#connector/wire/connection.ts'
import type { Door } from '#connector/wire/door.ts'
import { Peer } from '#connector/wire/peer.ts'
import { secondLogon } from '#connector/wire/second-logon.ts'
import type { SnapshotFeed } from '#domain/configuration/snapshot.ts'
import { gapFillDraft } from '#fix/drafts.ts'
import { acceptInSequence } from '#fix/fast-path.ts'
import type { Message } from '#fix/message.ts'
import { postponeSilence } from '#fix/session.ts'
import type { AsideReason } from '#fix/session-state.ts'
import type { Dialect } from './dialects/dialect.ts'
import type { FeedCore } from './feed-core.ts'
import { feedCredentials, feedSession } from './feed-session.ts'
import type { Intake } from './intake.ts'

type FeedReport = {
  sinceMs: number
  address: string
  lastHeardMs: number
  lastReceivedMs: number
  received: number
  /** Messages kept aside, and duplicates, since the start. */
  aside: number
  duplicates: number
  /** Why the feed is down or refused, in words; '' when nothing is wrong. */
  detail: string
}

/** How long a gateway is left unread before a Logout tells it so. */
const fullLogoutMs = 60_000

/** A feed session, whichever side connects: its messages go to the intake in order, each once. */
export class Feed implements Reader {
  readonly peer: Peer
  readonly report: FeedReport
  readonly dialect: Dialect
  protected connection: Connection | undefined
  /** Since when the disk is full, by the steady clock; 0: there is room. */
  private fullSinceMs = 0
  private paused = false
  private isUp = false

  constructor(
    readonly id: number,
    readonly core: FeedCore,
    public config: SnapshotFeed,
    private readonly intake: Intake,
    protected readonly door: Door,
  ) {
    this.dialect = intake.dialectOf(config)
    this.report = {
      sinceMs: core.clock.wallMs(),
      address: '',
      lastHeardMs: 0,
      lastReceivedMs: 0,
      received: 0,
      aside: 0,
      duplicates: 0,
      detail: '',
    }
    this.peer = new Peer(
      id,
      core,
      () => this.state,
      {
        accept: (message, effect) => this.accepted(message, effect.nextIn, effect.resent),
        setAside: (message, { seqNum, why }) => this.setAside(message, seqNum, why),
        verify: (effect) => this.verify(effect.credentials),
        loggedOn: () => this.loggedOn(),
        serveResend: (effect) => this.serveResend(effect),
        gapFilled: (from, to) => this.gapFilled(from, to),
        lost: (from, to) => this.lost(from, to, 'not recoverable'),
        refused: ({ text, retry }) => this.refused(text, retry),
        note: ({ code, text }) => this.noted(code, text),
        disconnecting: (reason) => {
          this.report.detail = reason
        },
      },
      feedSession(config),
    )
  }

  get name(): string {
    return this.config.id
  }

  get state(): FeedState {
    return this.core.state.data.feeds[this.id]! // named before a feed is made
  }

  get isConnected(): boolean {
    return this.connection !== undefined
  }

  /** How many messages recovery still asks for. */
  get missing(): number {
    const { phase, nextIn } = this.peer.session
    return phase.kind === 'live' && phase.gap ? phase.gap.highest - nextIn + 1 : 0
  }

  /** A Logon named this feed. */
  take(connection: Connection, message: Message) {
    if (this.peer.isAwaitingLogon) this.part('') // unproven: it must not keep out the rightful peer
    if (this.connection) return this.second(connection, message)
    this.adopt(connection)
    this.peer.input({ type: 'message', message })
  }

  frame(message: Message): void {
    this.report.lastHeardMs = this.core.wallMs
    const { session } = this.peer
    const { steadyMs, clocksMs } = this.core
    if (acceptInSequence(session, message, steadyMs, clocksMs)) this.accepted(message, session.nextIn, false)
    else this.peer.input({ type: 'message', message })
  }

  garbled(reason: string): void {
    this.peer.input({ type: 'garbled', reason })
  }

  drained(): void {}

  closed(): void {
    this.gone(this.report.detail)
    this.connection = undefined
    this.report.sinceMs = this.core.wallMs
    this.peer.detach()
  }

  /** Closes the connection without a byte more. */
  cut(): void {
    this.connection?.destroy()
  }

  end(text: string): void {
    if (this.peer.isLive) this.peer.input({ type: 'logout', text, close: true })
    else if (!this.peer.isClosing) this.connection?.destroy()
  }

  /** Ends the session and lets the connection close by itself: what follows does not concern the session. */
  part(text: string): void {
    const { connection } = this
    if (!connection) return
    this.end(text)
    connection.reader = parted
    this.gone(text)
    this.connection = undefined
    this.peer.leave()
  }

  /** A session has ended: the groups that it feeds are late from now on. */
  private gone(why: string): void {
    if (this.isUp) this.door.note('feed', this.name, 'logged-off', why || 'the connection was closed')
    this.isUp = false
  }

  /**
   * The disk is full, or too much waits for it: we read nothing more but go on sending heartbeats, and the silence that
   * follows is not the gateway's fault.
   */
  press(isFull: boolean, isBehind: boolean): void {
    if (!isFull) this.fullSinceMs = 0
    else if (this.fullSinceMs === 0) this.fullSinceMs = this.core.clock.steadyMs()
    const want = isFull || isBehind
    if (want === this.paused) return
    this.paused = want
    if (want) this.connection?.hold()
    else this.connection?.release()
  }

  tick(nowMs: number): void {
    if (this.paused) postponeSilence(this.peer.session, nowMs)
    this.peer.tick(nowMs)
    if (this.fullSinceMs > 0 && nowMs - this.fullSinceMs > fullLogoutMs) this.end('Disk full')
  }

  protected adopt(connection: Connection): void {
    this.connection = connection
    connection.reader = this
    if (this.paused) connection.hold()
    this.report.address = connection.address
    this.peer.attach(connection.wire, feedSession(this.config))
  }

  /** An initiator reacts in its own way; an acceptor is never refused. */
  protected refused(text: string, _retry: boolean): void {
    this.report.detail = text
  }

  private accepted(message: Message, nextIn: number, resent: boolean): void {
    this.report.received++
    this.report.lastReceivedMs = this.core.wallMs
    if (!this.intake.take(this, message, nextIn - 1, resent)) this.core.inbound(this.id, nextIn)
  }

  /**
   * No message that a gateway sent may be lost, even a faulty one: every number that is used up has its message in the
   * journal.
   */
  private setAside(message: Message, feedNumber: number, why: AsideReason): void {
    this.report.received++
    this.report.lastReceivedMs = this.core.wallMs
    this.intake.setAside(this, message, feedNumber, why)
  }

  private verify(given: Parameters<Door['check']>[0]) {
    const { connection } = this
    const answer = this.door.check(given, feedCredentials(this.config), false)
    const decide = ({ ok }: { ok: boolean }) => {
      if (this.connection !== connection || !connection) return
      this.door.judged(connection, ok)
      this.peer.input({ type: 'verified', ok })
    }
    if (!(answer instanceof Promise)) return decide(answer)
    connection?.hold()
    void answer.then(decide, () => decide({ ok: false })).finally(() => connection?.release())
  }

  protected loggedOn(): void {
    this.report.sinceMs = this.core.wallMs
    this.report.detail = ''
    this.isUp = true
    this.door.note('feed', this.name, 'logged-on', this.report.address)
    this.door.authenticated(this.connection)
  }

  /** We send a gateway session messages only, so one Gap Fill answers all that it asks for (spec §5). */
  private serveResend({ id, begin, end }: { id: number; begin: number; end: number }): void {
    this.peer.sendAgain(begin, gapFillDraft(this.peer.session, end + 1, this.core.wallMs))
    this.peer.input({ type: 'resend-finished', id })
  }

  /** The gateway no longer has the messages that these numbers had in a damaged part of the journal. */
  private gapFilled(from: number, to: number): void {
    for (const one of this.state.unread ?? []) {
      const [first, last] = [Math.max(from, one.from), Math.min(to, one.to)]
      if (one.epoch === this.state.epoch && first <= last)
        this.lost(first, last, 'damaged here, gap-filled by the gateway')
    }
  }

  private lost(from: number, to: number, why: string): void {
    this.core.control({ kind: 'loss', feed: this.id, from, to, why, atMs: this.core.wallMs })
    this.door.note('feed', this.name, 'lost', `${from}..${to}`)
  }

  private second(connection: Connection, message: Message): void {
    const credentials = feedCredentials(this.config)
    const identity = { kind: 'feed' as const, name: this.name, credentials, required: false }
    void secondLogon(this.door, identity, connection, message).then((isRival) => {
      if (isRival && this.connection) this.peer.input({ type: 'rival-logon' })
    })
  }

  private noted(code: string, text: string): void {
    if (code === 'refused-logon') {
      this.report.detail = text
      this.door.refused('feed', this.name, this.config.theirCompId, this.report.address, code, text)
    }
    this.door.note('feed', this.name, code, text)
  }
}
