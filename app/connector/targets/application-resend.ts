import { setImmediate as nextTurn } from 'node:timers/promises'
import { cursorOf } from '#connector/state/waiting.ts'
import {
  type AckEntry,
  type ApplicationRequest,
  ackBody,
  answerLast,
  answerRange,
  inProgress,
  type RequestedRange,
  readRequest,
  reportBody,
  reportIdOf,
  requestType,
  responseError,
  responseIdOf,
  upperBound,
} from '#dropcopy/application-resend.ts'
import { blankSourceMessage, readSource } from '#dropcopy/source-message.ts'
import { rejectBody, type Violation } from '#fix/drafts.ts'
import type { Message } from '#fix/message.ts'
import { MsgType } from '#fix/tags.ts'
import type { JournalReader } from '#journal/read.ts'
import type { MessageRecord } from '#journal/records.ts'
import type { Outlet } from './outlet.ts'
import { fetch, Pace } from './pace.ts'
import { Standings } from './standings.ts'

/** Copies written before the event loop gets its turn, so that live copies go between. */
const copiesPerTurn = 500
/** Requests kept until the queue of a Logon is out; further requests are answered at once. */
const mostEarly = 32

const source = blankSourceMessage()

/** One source of a request being served: numbers `begin` to `upTo` of this stream and epoch. */
type Stretch = { applId: string; stream: number; epoch: number; begin: number; upTo: number }

/**
 * Answers the Application Message Requests(BW) of one classic target, and serves one of them at a time (spec §6, ADR
 * 17).
 */
export class ApplicationResends {
  private job: ApplicationResendJob | undefined
  /** Where the journal ended at the Logon: copies that wait before this go out first. */
  private queueEnd = 0
  /** Requests that came before the queue was out. */
  private early: Message[] = []

  constructor(
    private readonly outlet: Outlet,
    private readonly note: (code: string, text: string) => void,
  ) {}

  get report() {
    return this.running?.report
  }

  /** Call when there may be room again. */
  wake(): void {
    this.job?.wake()
  }

  /** The client has logged on. */
  begin(): void {
    this.queueEnd = this.outlet.core.journal.end
  }

  /** The connection is gone, and its requests with it. */
  end(): void {
    this.early = []
    this.wake()
  }

  /** Answers a request behind the copies that waited for the Logon (spec §6.5), and counts those copies in. */
  take(message: Message): void {
    if ((this.early.length > 0 || this.isBehindQueue) && this.early.length < mostEarly) this.early.push(message.copy())
    else this.answer(message)
  }

  /** Call when some of the waiting copies have gone out. */
  moved(): void {
    while (this.early.length > 0 && !this.isBehindQueue) {
      this.outlet.core.turn()
      this.answer(this.early.shift()!) // the loop's condition
    }
  }

  private get isBehindQueue(): boolean {
    const { core, state } = this.outlet
    core.flushDeliveries()
    const next = cursorOf(state.waiting)
    return next !== undefined && next < this.queueEnd
  }

  private answer(message: Message): void {
    const read = readRequest(message)
    this.outlet.core.flushDeliveries() // copies numbered in this turn have moved the chain
    if (!read.ok) this.reject(message, read.violation)
    else if (read.request.type === requestType.resend) this.resend(read.request)
    else this.tell(read.request)
  }

  private tell(request: ApplicationRequest): void {
    const standings = new Standings(this.outlet)
    const entries: AckEntry[] =
      request.type === requestType.list
        ? standings.list()
        : request.ranges.map((range) => answerLast(range, standings.of(range.applId)))
    this.acknowledge(request, entries)
  }

  /** The job under way, unless it ended with its connection. */
  private get running(): ApplicationResendJob | undefined {
    return this.job?.isAlive ? this.job : undefined
  }

  private resend(request: ApplicationRequest): void {
    const { running } = this
    if (!running) this.serve(request)
    else if (JSON.stringify(running.request) === JSON.stringify(request))
      this.note('resend-swallowed', `application request ${request.id} is being served`)
    else this.refuse(request, inProgress)
  }

  private serve(request: ApplicationRequest): void {
    const { outlet } = this
    const standings = new Standings(outlet)
    const granted = request.ranges.map((range) => answerRange(range, standings.of(range.applId)))
    const stretches = granted.flatMap(({ applId, begin, end, error }): Stretch[] => {
      const chain = standings.chainOf(applId)
      if (error !== undefined || !chain) return []
      return [{ applId, stream: chain.stream, epoch: chain.epoch, begin, upTo: upperBound(end, chain.last) }]
    })
    this.acknowledge(request, granted)
    if (stretches.length === 0) return
    this.job = new ApplicationResendJob(outlet, request, stretches)
    void this.job.run()
  }

  private refuse(request: ApplicationRequest, why: string): void {
    const entries = request.ranges.map((range: RequestedRange) => ({ ...range, error: responseError.notAvailable }))
    this.acknowledge(request, entries, why)
    this.note('application-refused', `${request.id}: ${why}`)
  }

  private acknowledge(request: ApplicationRequest, entries: readonly AckEntry[], why?: string): void {
    const { peer, core } = this.outlet
    const id = responseIdOf(peer.session.config.identity.senderCompId, request.id, core.wallMs)
    peer.send(MsgType.ApplicationMessageRequestAck, ackBody(request, entries, id, why))
  }

  private reject(message: Message, violation: Violation): void {
    const { peer } = this.outlet
    const { seqNum, msgType } = message
    peer.send(MsgType.Reject, rejectBody(peer.session, { seqNum, msgType }, violation))
    this.note('rejected', `${seqNum}: ${violation.text}`)
  }
}

/**
 * Sends what one request was granted, source by source: copies from the journal under new numbers with 1352=Y, each
 * naming the copy sent before it, and a BY behind each source. Writes only while there is room to spare, so that
 * neither live copies nor memory suffer.
 */
class ApplicationResendJob {
  readonly report: { from: number; to: number; next: number; sinceMs: number }
  private readonly messages: JournalReader
  private readonly pace: Pace
  /** Copies that waited when the request came go out live: two positions per stretch. */
  private readonly waiting: readonly number[]
  /** Copies journaled from here on go out live. */
  private readonly end: number
  private inTurn = 0
  private isDone = false

  constructor(
    private readonly outlet: Outlet,
    readonly request: ApplicationRequest,
    private readonly stretches: readonly Stretch[],
  ) {
    const { journal, wallMs } = outlet.core
    this.messages = journal.reader()
    this.pace = new Pace(outlet)
    this.waiting = [...outlet.state.waiting.runs]
    this.end = journal.end
    const to = stretches.reduce((sum, { begin, upTo }) => sum + Math.max(0, upTo - begin + 1), 0)
    this.report = { from: 1, to, next: 1, sinceMs: wallMs }
  }

  get isAlive(): boolean {
    return !this.isDone && this.pace.isAlive
  }

  wake(): void {
    this.pace.wake()
  }

  async run(): Promise<void> {
    const { core, name } = this.outlet
    try {
      await Promise.resolve() // the answer to the request goes first
      for (const [i, stretch] of this.stretches.entries()) {
        if (!this.isAlive) return
        const last = await this.serve(stretch)
        if (!this.isAlive) return
        // the next request may come as soon as the client has read the last report
        this.isDone = i === this.stretches.length - 1
        this.finish(stretch, last)
        await nextTurn()
      }
    } catch (cause) {
      core.fail(new Error(`an application resend to ${name}`, { cause }))
    } finally {
      this.isDone = true
      this.messages.close()
    }
  }

  /** Answers the last number sent, 0 if none. */
  private async serve({ stream, epoch, begin, upTo }: Stretch): Promise<number> {
    const { core } = this.outlet
    const before = this.report.next
    core.flushDeliveries() // includes copies from an earlier stretch of the same source
    let last = 0
    for (const position of core.journal.findMessages(stream, epoch, begin, upTo)) {
      if (this.isLeftOut(position)) continue
      if (++this.inTurn % copiesPerTurn === 0) await nextTurn()
      if (!this.outlet.hasRoomToSpare) await this.pace.room()
      if (!this.isAlive) return last
      const message = this.messages.peek(position) ?? (await fetch(this.messages, position))
      if (!this.isAlive) return last
      if (!message) continue // damaged: the alarm names it, and it is left out here
      if (message.type !== 'M') throw new Error(`bug: ${position} is no message, though the index says so`)
      const { number } = message
      this.report.next = before + number - begin
      if (!this.outlet.membership.isCopyOf(this.outlet.state, message)) continue
      core.turn()
      this.copy(message, last)
      last = number
    }
    this.report.next = before + upTo - begin + 1
    return last
  }

  private isLeftOut(position: number): boolean {
    const { waiting } = this
    if (position >= this.end) return true
    for (let i = 0; i < waiting.length; i += 2) if (position >= waiting[i]! && position <= waiting[i + 1]!) return true
    return false
  }

  private copy(m: Readonly<MessageRecord>, previous: number): void {
    readSource(m, m.start, m.end - m.start, m.bodyAt, m.at797, source)
    this.outlet.copyByApplication(source, this.outlet.sources.byStream(m.stream), m, previous)
  }

  private finish({ applId }: Stretch, last: number): void {
    const { core, peer } = this.outlet
    core.turn()
    const id = reportIdOf(peer.session.config.identity.senderCompId, applId, core.wallMs)
    peer.send(MsgType.ApplicationMessageReport, reportBody(applId, last, id))
  }
}
