import { type CopyKey, deliveryKind, flag } from '#connector/state/fold.ts'
import { isHeld } from '#connector/state/given.ts'
import { Membership } from '#connector/state/membership.ts'
import type { TargetState } from '#connector/state/state.ts'
import type { Lane } from '#connector/wire/lanes.ts'
import type { Peer } from '#connector/wire/peer.ts'
import type { Wire } from '#connector/wire/wire.ts'
import type { Exchange } from '#domain/configuration/snapshot.ts'
import { constant } from '#dropcopy/constant.ts'
import type { SourceMessage } from '#dropcopy/source-message.ts'
import type { Message } from '#fix/message.ts'
import { reserve } from '#fix/session.ts'
import type { MessageRecord } from '#journal/records.ts'
import { ApplicationResends } from './application-resend.ts'
import { ClassicCopying } from './copying/classic-copying.ts'
import type { Copying, CopySource, CopySources, CopyTerms } from './copying/copying.ts'
import { Dc4Copying } from './copying/dc4-copying.ts'
import { Cursor } from './cursor.ts'
import { Deliveries } from './deliveries.ts'
import type { Outlet, Resent, Room } from './outlet.ts'
import { Recent } from './recent.ts'
import { ResendJob } from './resend.ts'
import type { Sweep } from './sweep.ts'
import type { TargetCore } from './target-core.ts'
import type { TargetReport } from './target-report.ts'

// One object serves all copies: nothing interrupts the writing of a copy.
const terms: CopyTerms = {
  targetSeqNum: 0,
  previous: 0,
  applResend: false,
  possResend: false,
  sendingTime: constant(''),
  origSendingTime: undefined,
}

/** The copies of one target: live copies, copies that waited, and copies sent again on request. */
export class Copies implements Outlet {
  readonly membership: Membership
  readonly recent = new Recent()
  private readonly deliveries: Deliveries
  private readonly cursor: Cursor
  private readonly applicationResends: ApplicationResends
  private resend: ResendJob | undefined
  private copying: Copying
  /** A client is logged on, so numbered copies are also written. */
  private isWriting = false

  constructor(
    readonly id: number,
    readonly core: TargetCore,
    readonly sources: CopySources,
    exchange: Exchange,
    private config: Lane,
    readonly peer: Peer,
    readonly report: TargetReport,
    private readonly note: (code: string, text: string) => void,
    sweep: Sweep,
  ) {
    this.copying = this.copyingFor(exchange, config)
    this.deliveries = new Deliveries(id, core.journal, core.state)
    this.membership = new Membership(core.state)
    this.cursor = new Cursor(this, sweep)
    this.applicationResends = new ApplicationResends(this, note)
  }

  get name(): string {
    return this.config.name
  }

  get state(): TargetState {
    return this.core.state.data.targets[this.id]! // named before a target is made
  }

  get isOnline(): boolean {
    return this.isWriting
  }

  get behind(): number {
    return this.state.waiting.total - this.deliveries.waited
  }

  /** Where copies get their numbers without a client, no room is needed. */
  has(room: Room): boolean {
    return this.isWriting ? this.peer.wire?.[room] === true : this.copying.numbersAlways
  }

  get hasRoomToSpare(): boolean {
    return this.isWriting && this.peer.wire?.hasRoomToSpare === true
  }

  get resendReport(): { kind: string; from: number; to: number; next: number; sinceMs: number } | undefined {
    if (this.resend?.isAlive) return { kind: 'fix', ...this.resend.report }
    const { report } = this.applicationResends
    return report && { kind: 'application', ...report }
  }

  reconfigure(exchange: Exchange, config: Lane): void {
    this.config = config
    this.copying = this.copyingFor(exchange, config)
  }

  /** Numbers and chains are taken from the state again: a week has begun, or a failover has moved them. */
  restart(): void {
    this.copying.restart()
  }

  /** The client has logged on: waiting copies go out first. */
  begin(): void {
    this.copying.restart()
    this.applicationResends.begin()
    this.isWriting = true
    this.report.isCatchingUp = this.behind > 0
    if (this.behind > 0) this.cursor.wake()
  }

  /** The client is gone, and its requests with it. */
  end(): void {
    this.isWriting = false
    this.resend?.wake()
    this.resend = undefined
    this.cursor.stop()
    this.applicationResends.end()
  }

  /** Call when there may be room again. */
  wake(): void {
    if (this.cursor.isBusy) this.cursor.wake()
    this.resend?.wake()
    this.applicationResends.wake()
  }

  /** Called ten times a second for each of hundreds of targets: time spent in here matters. */
  tick(): void {
    this.wake() // room in all sockets together is not announced to this one
    if (this.copying.numbersAlways && this.behind > 0 && this.has('hasRoom')) this.cursor.wake()
  }

  /** An Application Message Request(BW). */
  requested(message: Message): void {
    this.applicationResends.take(message)
  }

  queueMoved(): void {
    this.applicationResends.moved()
  }

  /** A Resend Request(2) for these numbers. */
  resendFrom(id: number, begin: number, end: number): void {
    this.report.resends++
    this.resend = new ResendJob(this, id, begin, end, (job) => {
      if (this.resend !== job) return
      this.resend = undefined
      this.peer.input({ type: 'resend-finished', id })
    })
    void this.resend.run()
  }

  /** Numbers and writes a message that was just journaled, unless others wait before it or there is no room. */
  live(source: SourceMessage, from: CopySource, position: number, key: CopyKey): void {
    if (this.behind === 1 && this.has('hasRoom')) {
      const wire = this.copy(source, from, position, key)
      if (wire) this.core.touch(wire)
    } else if (this.isWriting || this.copying.numbersAlways) this.cursor.wake()
  }

  copy(source: SourceMessage, from: CopySource, position: number, key: CopyKey): Wire | undefined {
    const { core } = this
    const wire = this.isWriting ? this.peer.wire : undefined
    if (!wire && !this.copying.numbersAlways) throw new Error(`bug: a copy for ${this.name}, which is not connected`)
    const previous = this.copying.previous(key)
    const number = reserve(this.peer.session, 1, core.steadyMs)
    if (wire) {
      terms.targetSeqNum = number
      terms.previous = previous
      terms.applResend = key.late
      terms.possResend = key.possResend
      terms.sendingTime = core.sendingTime
      terms.origSendingTime = undefined
      this.copying.write(wire, source, from, terms)
    }
    const distance = previous > 0 ? key.number - previous : 0
    this.deliveries.add(number, position, distance, core.wallMs, key.stream, key.epoch, key.number, key.late)
    core.build(this.deliveries)
    if (wire) this.report.lastSentMs = core.wallMs
    this.recent.add(number, position, core.wallMs)
    return wire
  }

  copyAgain(source: SourceMessage, from: CopySource, as: Readonly<Resent>): void {
    const { wire } = this.peer
    if (!wire) return
    this.copying.write(wire, source, from, as)
    this.core.touch(wire)
  }

  copyByApplication(source: SourceMessage, from: CopySource, m: Readonly<MessageRecord>, previous: number): void {
    const { core, deliveries } = this
    const { stream, epoch, number, position } = m
    const { wire } = this.peer
    const late = (m.flags & flag.late) !== 0
    const chain = this.state.chains[stream]
    const kind = chain && isHeld(chain, epoch, number, late) ? deliveryKind.held : deliveryKind.application
    const seqNum = reserve(this.peer.session, 1, core.steadyMs)
    if (wire) {
      terms.targetSeqNum = seqNum
      terms.previous = previous
      terms.applResend = true
      terms.possResend = false // a classic copy never has it
      terms.sendingTime = core.sendingTime
      terms.origSendingTime = undefined
      this.copying.write(wire, source, from, terms)
      core.touch(wire)
    }
    const distance = previous > 0 ? number - previous : 0
    deliveries.add(seqNum, position, distance, core.wallMs, stream, epoch, number, late, kind)
    core.build(deliveries)
    this.report.lastSentMs = core.wallMs
    this.recent.add(seqNum, position, core.wallMs)
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
    if (/^10*$/.test(`${count}`)) this.note('oversize', `${count} copies above 8,000 bytes, the newest with ${bytes}`)
  }
}
