import type { CopyKey } from '#connector/state/fold.ts'
import { Membership } from '#connector/state/membership.ts'
import type { TargetState } from '#connector/state/state.ts'
import { type Connection, parted, type Reader } from '#connector/wire/connection.ts'
import type { Door } from '#connector/wire/door.ts'
import type { Lane } from '#connector/wire/lanes.ts'
import { Peer } from '#connector/wire/peer.ts'
import { secondLogon } from '#connector/wire/second-logon.ts'
import type { Wire } from '#connector/wire/wire.ts'
import type { Exchange } from '#domain/configuration/snapshot.ts'
import { constant } from '#dropcopy/constant.ts'
import type { SourceMessage } from '#dropcopy/source-message.ts'
import type { Message } from '#fix/message.ts'
import { reserve } from '#fix/session.ts'
import type { LogonCredentials } from '#fix/session-state.ts'
import { MsgType, Tag } from '#fix/tags.ts'
import { Admission, backupRefused } from './admission.ts'
import { ApplicationResends } from './application-resend.ts'
import { ClassicCopying } from './copying/classic-copying.ts'
import type { Copying, CopySource, CopySources, CopyTerms } from './copying/copying.ts'
import { Dc4Copying } from './copying/dc4-copying.ts'
import { CatchUp } from './cursor.ts'
import { Deliveries } from './deliveries.ts'
import { Recent } from './recent.ts'
import { ResendJob } from './resend.ts'
import type { Sweep } from './sweep.ts'
import type { TargetCore } from './target-core.ts'
import { blankTargetReport, type TargetReport } from './target-report.ts'
import { targetSession } from './target-session.ts'

/** Characters of a MsgType(35) that are repeated to its sender; what is kept for a resend has a bound in the journal. */
const longestType = 32

// One set of terms for all copies: writing one is never interrupted.
const terms: CopyTerms = {
  targetSeqNum: 0,
  previous: 0,
  applResend: false,
  possResend: false,
  sendingTime: constant(''),
  origSendingTime: undefined,
}

/** A target session: its Logon, the copies on it, its resends. */
export class Target implements Reader {
  readonly peer: Peer
  readonly deliveries: Deliveries
  readonly report: TargetReport
  private readonly admission: Admission
  private connection: Connection | undefined
  private copying: Copying
  private ready = false
  private why = ''
  /** Since when nobody is logged on, steady: the queue's grace runs from here. */
  private awaySinceMs: number
  private resend: ResendJob | undefined
  readonly membership: Membership
  readonly applicationResends = new ApplicationResends(this, (code, text) => this.noted(code, text))
  readonly catchUp: CatchUp
  readonly recent = new Recent()

  constructor(
    readonly id: number,
    readonly core: TargetCore,
    readonly sources: CopySources,
    private exchange: Exchange,
    public config: Lane,
    private readonly door: Door,
    sweep: Sweep,
  ) {
    this.copying = this.copyingFor(exchange, config)
    this.admission = new Admission(core, door, config)
    this.report = blankTargetReport(core.clock.wallMs())
    this.awaySinceMs = core.clock.steadyMs()
    this.deliveries = new Deliveries(id, core.journal, core.state)
    this.membership = new Membership(core.state)
    this.catchUp = new CatchUp(this, sweep)
    this.peer = new Peer(
      id,
      core,
      () => this.state,
      {
        accept: (message, effect) => this.application(message, effect.nextIn),
        setAside: () => undefined, // what a client sends is for us, not for others
        verify: ({ credentials }) => this.verify(credentials),
        loggedOn: () => this.loggedOn(),
        serveResend: ({ id: resendId, begin, end }) => {
          this.report.resends++
          this.resend = new ResendJob(this, resendId, begin, end)
          void this.resend.run()
        },
        gapFilled: () => undefined,
        lost: () => undefined, // a client has nothing that we could lose
        refused: () => undefined, // an acceptor is not refused
        note: ({ code, text }) => this.noted(code, text),
        disconnecting: (reason) => {
          this.why = reason
        },
      },
      targetSession(exchange, config),
    )
  }

  get name(): string {
    return this.config.name
  }

  get state(): TargetState {
    return this.core.state.data.targets[this.id]! // named before a target is made
  }

  /** Logged on and past the messages that follow a Logon. */
  get isOnline(): boolean {
    return this.ready
  }

  get resendReport(): { kind: string; from: number; to: number; next: number; sinceMs: number } | undefined {
    if (this.resend?.isAlive) return { kind: 'fix', ...this.resend.report }
    const { report } = this.applicationResends
    return report && { kind: 'application', ...report }
  }

  /** Copies waiting that are not yet numbered in this turn. */
  get behind(): number {
    return this.state.waiting.total - this.deliveries.waited
  }

  /** Whether the next copy may be numbered. Nobody's room is asked for where copies have their numbers without a client. */
  has(room: 'hasRoom' | 'hasRoomToCatchUp' | 'hasRoomAgain'): boolean {
    return this.ready ? this.peer.wire?.[room] === true : this.copying.numbersAlways
  }

  get hasRoomToSpare(): boolean {
    return this.ready && this.peer.wire?.hasRoomToSpare === true
  }

  /** The configuration changed; what the present session does not need to be cut for takes effect at once. */
  reconfigure(config: Lane, exchange: Exchange): void {
    this.config = config
    this.exchange = exchange
    this.copying = this.copyingFor(exchange, config)
    const why = this.admission.reconfigure(config)
    if (this.connection && why) this.end(why)
  }

  /** Ends the session with a Logout. */
  end(text: string): void {
    if (this.peer.isLive) this.peer.input({ type: 'logout', text, close: true })
    else if (!this.peer.isClosing) this.connection?.destroy()
  }

  /** Ends the session and lets the connection close by itself: what follows has nothing to do with it. */
  part(text: string): void {
    const { connection } = this
    if (!connection) return
    this.end(text)
    connection.reader = parted
    this.away(() => this.peer.leave())
  }

  /** After a new week began, or a failover: numbers and chains are those of the state. */
  restart(): void {
    this.copying.restart()
    this.peer.renumber(targetSession(this.exchange, this.config))
  }

  get isConnected(): boolean {
    return this.connection !== undefined
  }

  /** Whether the client came by the address that is not in force. */
  get isOnBackup(): boolean {
    return this.ready && this.admission.isInactive(this.connection)
  }

  /** Called ten times a second for each of hundreds of targets: what costs time in here counts. */
  tick(nowMs: number): void {
    this.peer.tick(nowMs)
    this.drained() // room in all sockets together comes without a word to this one
    if (this.copying.numbersAlways && this.behind > 0 && this.has('hasRoom')) this.catchUp.wake()
    if (this.ready) return
    const { state } = this
    if (state.online || state.counting || !state.terms) return
    const graceMs = state.terms.queueGraceS * 1000
    if (nowMs - this.awaySinceMs >= graceMs) this.core.control({ kind: 'counting', target: this.id })
  }

  /** A Logon named this target. The message is the connection's first. */
  take(connection: Connection, message: Message) {
    if (this.peer.isAwaitingLogon) this.part('') // unproven: it must not keep the rightful one out
    if (this.connection) return this.second(connection, message)
    this.connection = connection
    connection.reader = this
    this.report.address = connection.address
    this.report.lastHeardMs = this.core.wallMs
    this.peer.attach(connection.wire, targetSession(this.exchange, this.config))
    this.peer.input({ type: 'message', message })
  }

  frame(message: Message): void {
    this.report.lastHeardMs = this.core.wallMs
    this.peer.input({ type: 'message', message })
  }

  garbled(reason: string): void {
    this.peer.input({ type: 'garbled', reason })
  }

  drained(): void {
    if (this.catchUp.isWaiting) this.catchUp.wake()
    this.resend?.wake()
    this.applicationResends.wake()
  }

  closed(): void {
    this.away(() => this.peer.detach())
  }

  private away(leave: () => void): void {
    const wasLive = this.ready
    this.ready = false
    this.connection = undefined
    this.resend?.wake()
    this.resend = undefined
    this.catchUp.stop()
    this.admission.left()
    this.core.flushDeliveries()
    leave()
    this.applicationResends.end()
    this.awaySinceMs = this.core.steadyMs
    if (!wasLive) return
    this.core.control({ kind: 'logoff', session: this.id })
    this.report.lastLogoffMs = this.report.sinceMs = this.core.wallMs
    this.report.lastLogoffWhy = this.why || 'the connection was closed'
    this.door.note('target', this.name, 'logged-off', this.report.lastLogoffWhy)
    this.report.behindSinceMs = 0
    this.why = ''
  }

  /** A message that was just journaled: numbered and written at once unless others wait before it or there is no room. */
  live(source: SourceMessage, from: CopySource, position: number, key: CopyKey): void {
    if (this.behind === 1 && this.has('hasRoom')) {
      const wire = this.copy(source, from, position, key)
      if (wire) this.core.touch(wire)
    } else if (this.ready || this.copying.numbersAlways) this.catchUp.wake()
  }

  /** Numbers the next copy and writes it, if somebody is there. Answers what has it to send then, of which the core is to be told. */
  copy(source: SourceMessage, from: CopySource, position: number, key: CopyKey): Wire | undefined {
    const { core } = this
    const wire = this.ready ? this.peer.wire : undefined
    if (!wire && !this.copying.numbersAlways) throw new Error(`bug: a copy for ${this.name}, which is not connected`)
    const previous = this.copying.previous(key)
    const number = reserve(this.peer.session, 1, core.steadyMs)
    terms.targetSeqNum = number
    terms.previous = previous
    terms.applResend = key.late
    terms.possResend = key.possResend
    terms.sendingTime = core.sendingTime
    terms.origSendingTime = undefined
    if (wire) this.copying.write(wire, source, from, terms)
    const distance = previous > 0 ? key.number - previous : 0
    this.deliveries.add(number, position, distance, core.wallMs, key.stream, key.epoch, key.number, key.late)
    core.build(this.deliveries)
    if (wire) this.report.lastSentMs = core.wallMs
    this.recent.add(number, position, core.wallMs)
    return wire
  }

  /** Writes a copy that is sent again: under its own number with its first sending's time in 122, or by application under a new one. */
  copyAgain(
    source: SourceMessage,
    from: CopySource,
    number: number,
    more: Pick<CopyTerms, 'previous' | 'applResend' | 'possResend' | 'sendingTime' | 'origSendingTime'>,
  ): void {
    const wire = this.peer.wire
    if (!wire) return
    terms.targetSeqNum = number
    terms.previous = more.previous
    terms.applResend = more.applResend
    terms.possResend = more.possResend
    terms.sendingTime = more.sendingTime
    terms.origSendingTime = more.origSendingTime
    this.copying.write(wire, source, from, terms)
    this.core.touch(wire)
  }

  resendFinished(job: ResendJob): void {
    if (this.resend !== job) return
    this.resend = undefined
    this.peer.input({ type: 'resend-finished', id: job.id })
  }

  private copyingFor(exchange: Exchange, { protocol, sessionId, segment }: Lane): Copying {
    if (protocol === 'classic') return new ClassicCopying(exchange, sessionId, () => this.state)
    const { compId, subId } = exchange
    return new Dc4Copying(
      { compId, subId: segment ?? subId },
      sessionId,
      () => this.peer.session,
      (bytes) => this.oversized(bytes),
    )
  }

  private oversized(bytes: number): void {
    const count = ++this.report.oversize
    if (/^10*$/.test(`${count}`))
      this.door.note('target', this.name, 'oversize', `${count} copies above 8,000 bytes, the newest with ${bytes}`)
  }

  /** Whether now lies in one of the target's logon windows. */
  get isOpen(): boolean {
    return this.admission.isOpen
  }

  private verify(given: LogonCredentials) {
    const { connection } = this
    const { credentials } = this.config
    const answer = this.admission.check(given, credentials, this.isProofRequired)
    const decide = (verdict: Awaited<typeof answer>) => {
      if (this.connection !== connection || !connection) return
      this.peer.input(this.admission.decide(verdict, given, credentials, connection))
    }
    if (!(answer instanceof Promise)) return decide(answer)
    connection?.hold()
    void answer.then(decide, () => decide({ ok: false })).finally(() => connection?.release())
  }

  private get isProofRequired(): boolean {
    return this.peer.session.config.policy.credentials === 'required'
  }

  private loggedOn(): void {
    this.core.control({ kind: 'logon', session: this.id })
    this.report.lastLogonMs = this.report.sinceMs = this.core.wallMs
    this.copying.restart()
    this.applicationResends.begin()
    this.ready = true
    this.report.isCatchingUp = this.behind > 0
    this.report.lastCredential = this.admission.shownCredential ?? this.report.lastCredential
    this.door.note('target', this.name, 'logged-on', this.report.address)
    if (this.behind > 0) this.catchUp.wake()
    this.door.authenticated(this.connection)
  }

  /** Read-only service (spec §2.10): what a client may send is a request for messages, and that on a classic target. */
  private application(message: Message, nextIn: number): void {
    this.core.inbound(this.id, nextIn)
    if (message.msgType === MsgType.ApplicationMessageRequest && this.config.protocol === 'classic')
      this.applicationResends.take(message)
    else this.unsupported(message)
  }

  private unsupported(message: Message): void {
    const msgType = message.msgType.slice(0, longestType)
    this.peer.send(MsgType.BusinessMessageReject, [
      [Tag.RefSeqNum, message.seqNum],
      [Tag.RefMsgType, msgType],
      [Tag.BusinessRejectReason, 3],
      [Tag.Text, `Unsupported message type ${msgType}: this session only delivers copies`],
    ])
  }

  private second(connection: Connection, message: Message): void {
    const { credentials, protocol } = this.config
    const identity = { kind: 'target' as const, name: this.name, credentials, required: this.isProofRequired }
    const isBackup = protocol === 'dc4' && this.admission.isInactive(connection)
    const farewell = () => this.peer.logoutOn(connection.wire, backupRefused)
    void secondLogon(this.door, identity, connection, message, isBackup ? farewell : undefined).then((isRival) => {
      if (isRival && this.connection) this.peer.input({ type: 'rival-logon' })
    })
  }

  private noted(code: string, text: string): void {
    if (code === 'refused-logon') this.door.refused('target', this.name, this.name, this.report.address, code, text)
    this.door.note('target', this.name, code, text)
  }
}
