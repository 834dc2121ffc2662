/*
 * A target is one FIX session to a client, and the copies that are sent in it. This file is the session's life: who may
 * log on, what a client may ask for, how a session ends. The copies are in copies.ts, behind what outlet.ts describes,
 * so that a cursor and a resend know nothing of connections and Logons.
 *
 *   Acceptor -- take: a first message names the target --.
 *                                                        v
 *   Connection -- frame, garbled, drained, closed --> Target -- inputs --> Peer: the FIX session and its numbers
 *                                                        |  <-- effects --
 *                                                        v
 *   Intake -- live: a message was journaled ---------> Copies -- bytes --> Wire: they leave when they are durable
 *                                                        |-- Cursor              copies that waited
 *                                                        |-- ResendJob           by FIX resend, under their old numbers
 *                                                        `-- ApplicationResends  by application, under new numbers
 *
 *   stage        what happens                                           the copies meanwhile
 *   nobody       tick: after its grace period the queue counts          classic: they wait (state/waiting.ts)
 *                                                                       dc4: they get their numbers all the same
 *   take         the connection is ours; the Logon is its first input   the same
 *   verify       Admission judges the credentials; a password takes     the same
 *                time, and nothing more is read until it is judged
 *   loggedOn     the journal notes the Logon                            Copies.begin: first what waits, then live
 *   frame        a Resend Request, or an application message            live, and what is asked for between them
 *   end, part    a Logout goes out, and the connection closes behind    live until the connection has closed
 *                it; part gives the connection up at once
 *   away         however it ended: the journal notes the end            Copies.end: the cursor and all resends stop
 *
 * A second connection that names the target is not let in: it only makes the session check whether the first one lives
 * (wire/second-logon.ts). A connection that has not logged on has to make way.
 */

import type { TargetState } from '#connector/state/state.ts'
import { type Connection, parted, type Reader } from '#connector/wire/connection.ts'
import type { Door } from '#connector/wire/door.ts'
import type { Lane } from '#connector/wire/lanes.ts'
import { Peer } from '#connector/wire/peer.ts'
import { secondLogon } from '#connector/wire/second-logon.ts'
import type { Exchange } from '#domain/configuration/snapshot.ts'
import type { Message } from '#fix/message.ts'
import type { LogonCredentials } from '#fix/session-state.ts'
import { MsgType, Tag } from '#fix/tags.ts'
import { Admission, backupRefused } from './admission.ts'
import { Copies } from './copies.ts'
import type { CopySources } from './copying/copying.ts'
import type { Sweep } from './sweep.ts'
import type { TargetCore } from './target-core.ts'
import { blankTargetReport, type TargetReport } from './target-report.ts'
import { targetSession } from './target-session.ts'

/**
 * Characters of a MsgType(35) that are repeated to its sender; for messages kept for a resend the journal has a limit.
 */
const longestType = 32

/** A target session: its Logon, the copies on it, its resends. */
export class Target implements Reader {
  readonly peer: Peer
  readonly copies: Copies
  readonly report: TargetReport
  private readonly admission: Admission
  private connection: Connection | undefined
  private why = ''
  /** Since when nobody is logged on, by the steady clock: the queue's grace starts here. */
  private awaySinceMs: number

  constructor(
    readonly id: number,
    readonly core: TargetCore,
    sources: CopySources,
    private exchange: Exchange,
    public config: Lane,
    private readonly door: Door,
    sweep: Sweep,
  ) {
    this.admission = new Admission(core, door, config)
    this.report = blankTargetReport(core.clock.wallMs())
    this.awaySinceMs = core.clock.steadyMs()
    this.peer = new Peer(
      id,
      core,
      () => this.state,
      {
        accept: (message, effect) => this.application(message, effect.nextIn),
        setAside: () => undefined, // a client's messages are for us, not for others
        verify: ({ credentials }) => this.verify(credentials),
        loggedOn: () => this.loggedOn(),
        serveResend: (asked) => this.copies.resendFrom(asked.id, asked.begin, asked.end),
        gapFilled: () => undefined,
        lost: () => undefined, // a client sends nothing that we could lose
        refused: () => undefined, // an acceptor is not refused
        note: ({ code, text }) => this.noted(code, text),
        disconnecting: (reason) => {
          this.why = reason
        },
      },
      targetSession(exchange, config),
    )
    const note = (code: string, text: string) => this.noted(code, text)
    this.copies = new Copies(id, core, sources, exchange, config, this.peer, this.report, note, sweep)
  }

  get name(): string {
    return this.config.name
  }

  get state(): TargetState {
    return this.core.state.data.targets[this.id]! // named before a target is made
  }

  /** Logged on, and past the messages that follow a Logon. */
  get isOnline(): boolean {
    return this.copies.isOnline
  }

  /** Copies waiting that are not yet numbered in this turn. */
  get behind(): number {
    return this.copies.behind
  }

  /** Takes a new configuration; every change that need not cut the present session takes effect at once. */
  reconfigure(config: Lane, exchange: Exchange): void {
    this.config = config
    this.exchange = exchange
    this.copies.reconfigure(exchange, config)
    const why = this.admission.reconfigure(config)
    if (this.connection && why) this.end(why)
  }

  /** Ends the session with a Logout. */
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
    this.away(() => this.peer.leave())
  }

  /** Call after a new week began, or a failover: numbers and chains are taken from the state again. */
  restart(): void {
    this.copies.restart()
    this.peer.renumber(targetSession(this.exchange, this.config))
  }

  get isConnected(): boolean {
    return this.connection !== undefined
  }

  /** Whether the client came to the address that is not in force. */
  get isOnBackup(): boolean {
    return this.isOnline && this.admission.isInactive(this.connection)
  }

  /** Called ten times a second for each of hundreds of targets: time spent in here matters. */
  tick(nowMs: number): void {
    this.peer.tick(nowMs)
    this.copies.tick()
    if (this.isOnline) return
    const { state } = this
    if (state.online || state.counting || !state.terms) return
    const graceMs = state.terms.queueGraceS * 1000
    if (nowMs - this.awaySinceMs >= graceMs) this.core.control({ kind: 'counting', target: this.id })
  }

  /** Takes a connection whose first message is a Logon naming this target. */
  take(connection: Connection, message: Message) {
    if (this.peer.isAwaitingLogon) this.part('') // unproven: it must not keep out the rightful client
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
    this.copies.wake()
  }

  closed(): void {
    this.away(() => this.peer.detach())
  }

  private away(leave: () => void): void {
    const wasLive = this.isOnline
    this.connection = undefined
    this.copies.end()
    this.admission.left()
    this.core.flushDeliveries()
    leave()
    this.awaySinceMs = this.core.steadyMs
    if (!wasLive) return
    this.core.control({ kind: 'logoff', session: this.id })
    this.report.lastLogoffMs = this.report.sinceMs = this.core.wallMs
    this.report.lastLogoffWhy = this.why || 'the connection was closed'
    this.door.note('target', this.name, 'logged-off', this.report.lastLogoffWhy)
    this.report.behindSinceMs = 0
    this.why = ''
  }

  /** Whether now is in one of the target's logon windows. */
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
    this.copies.begin()
    this.report.lastCredential = this.admission.shownCredential ?? this.report.lastCredential
    this.door.note('target', this.name, 'logged-on', this.report.address)
    this.door.authenticated(this.connection)
  }

  /** Read-only service (spec §2.10): a client may only send requests for messages, and only on a classic target. */
  private application(message: Message, nextIn: number): void {
    this.core.inbound(this.id, nextIn)
    if (message.msgType === MsgType.ApplicationMessageRequest && this.config.protocol === 'classic')
      this.copies.requested(message)
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
