import { flag, isByApplication } from '#connector/state/fold.ts'
import { isRevoked } from '#connector/state/membership.ts'
import { mayBeAgain } from '#connector/state/state.ts'
import { constant } from '#dropcopy/constant.ts'
import { blankSourceMessage, readSource } from '#dropcopy/source-message.ts'
import { decode, Message } from '#fix/message.ts'
import { type ResendItem, ResendPlan } from '#fix/resend.ts'
import { lastProcessed } from '#fix/session.ts'
import type { Draft } from '#fix/session-state.ts'
import { MsgType, Tag } from '#fix/tags.ts'
import { formatUtc, parseUtc } from '#fix/time.ts'
import type { JournalReader } from '#journal/read.ts'
import type { DeliveryRecord, MessageRecord, SessionRecord } from '#journal/records.ts'
import type { Outlet } from './outlet.ts'
import { fetch, Pace } from './pace.ts'

/** Recovery window of a FIX resend (spec §5). */
const windowMs = 48 * 3_600_000

const source = blankSourceMessage()
const kept = new Message(64)

/**
 * Serves one Resend Request from the journal: copies are rebuilt with 43 and 122, everything else becomes Gap Fills
 * that never pass the requested end. Writes only while there is room, so that neither memory nor live copies suffer.
 */
export class ResendJob {
  readonly report: { from: number; to: number; next: number; sinceMs: number }
  private readonly deliveries: JournalReader
  private readonly messages: JournalReader
  private readonly plan: ResendPlan
  private readonly epoch: number
  private readonly pace: Pace

  constructor(
    private readonly outlet: Outlet,
    readonly id: number,
    begin: number,
    private readonly end: number,
    private readonly onFinished: (job: ResendJob) => void,
  ) {
    const { journal, wallMs } = outlet.core
    this.report = { from: begin, to: end, next: begin, sinceMs: wallMs }
    this.deliveries = journal.reader()
    this.messages = journal.reader()
    this.plan = new ResendPlan(begin, end)
    this.epoch = outlet.state.epoch
    this.pace = new Pace(outlet)
  }

  /** Call when there may be room again. */
  wake(): void {
    this.pace.wake()
  }

  async run(): Promise<void> {
    const { outlet } = this
    try {
      outlet.core.flushDeliveries()
      await this.serve()
      if (!this.isAlive) return
      outlet.core.turn()
      for (const item of this.plan.finish()) if (item.type === 'gap-fill') this.gapFill(item)
      this.onFinished(this)
    } catch (cause) {
      outlet.core.fail(new Error(`a resend to ${outlet.name}`, { cause }))
    } finally {
      this.deliveries.close()
      this.messages.close()
    }
  }

  get isAlive(): boolean {
    return this.pace.isAlive
  }

  private isOld(sentMs: number): boolean {
    return this.outlet.core.wallMs - sentMs > windowMs
  }

  private async serve(): Promise<void> {
    const { core, id } = this.outlet
    while (this.report.next <= this.end && this.isAlive) {
      const position = core.journal.findDeliveryFrom(id, this.epoch, this.report.next)
      if (position < 0) return
      const record = await fetch(this.deliveries, position)
      if (!record)
        this.report.next++ // an unreadable number becomes part of a Gap Fill
      else if (record.type === 'D') await this.copies(record)
      else if (record.type === 'S') this.kept(record)
      else throw new Error(`bug: ${position} is neither a delivery nor a session record`)
    }
  }

  /** Sends the copies of one D that are in the range. The record is reused, so the values needed are copied first. */
  private async copies(record: Readonly<DeliveryRecord>): Promise<void> {
    const { firstNumber, count, kind, sendingTimeMs, position: numberedAt } = record
    const first = Math.max(this.report.next, firstNumber)
    const last = Math.min(this.end, firstNumber + count - 1)
    if (first > last) {
      this.report.next = this.end + 1 // the nearest copies are above the range: the rest of it holds none
      return
    }
    const from = first - firstNumber
    const positions = record.messages.slice(from, last - firstNumber + 1)
    const distances = record.chain.slice(from, last - firstNumber + 1)
    const sentText = formatUtc(sendingTimeMs)
    const isOld = this.isOld(sendingTimeMs)
    const sent = constant(sentText)
    for (let number = first; number <= last && this.isAlive; number++) {
      if (!this.outlet.hasRoomToSpare) await this.pace.room()
      const position = positions[number - first]!
      this.report.next = number + 1
      const message = this.messages.peek(position) ?? (await fetch(this.messages, position))
      if (!this.isAlive) return
      if (!message) continue // it will be gap-filled
      if (message.type !== 'M') throw new Error(`bug: ${position} is no message, though a delivery names it`)
      this.outlet.core.turn()
      const gone = isOld || isRevoked(this.outlet.state, message.stream, message.position)
      for (const item of this.plan.push(number, gone ? 'revoked' : 'application')) {
        if (item.type === 'gap-fill') this.gapFill(item)
        else this.copy(message, number, distances[number - first]!, kind, sent, sendingTimeMs, numberedAt)
      }
    }
  }

  private copy(
    m: Readonly<MessageRecord>,
    number: number,
    distance: number,
    kind: number,
    sent: ReturnType<typeof constant>,
    sentMs: number,
    numberedAt: number,
  ): void {
    const { wallMs, sendingTime, state } = this.outlet.core
    const from = this.outlet.sources.byStream(m.stream)
    readSource(m, m.start, m.end - m.start, m.bodyAt, m.at797, source)
    this.outlet.copyAgain(source, from, {
      targetSeqNum: number,
      previous: distance > 0 ? m.number - distance : 0,
      possResend: (m.flags & flag.possResend) !== 0 || mayBeAgain(state.data, m.position, numberedAt),
      applResend: isByApplication(kind) || (m.flags & flag.late) !== 0,
      sendingTime: sentMs > wallMs ? sent : sendingTime, // if the clock was set back since: 52 is never before 122
      origSendingTime: sent,
    })
  }

  /** Sends an application message of ours again as it was, with 43 and 122. */
  private kept(record: Readonly<SessionRecord>): void {
    const { number } = record
    if (number > this.end) {
      this.report.next = this.end + 1
      return
    }
    const { core, peer } = this.outlet
    core.turn()
    decode(record.bytes.subarray(record.start, record.end), kept)
    const draft = draftOf(kept)
    for (const item of this.plan.push(number, this.isOld(draft.origSendingTimeMs ?? 0) ? 'revoked' : 'application')) {
      if (item.type === 'gap-fill') this.gapFill(item)
      else peer.sendAgain(number, draft)
    }
    this.report.next = number + 1
  }

  private gapFill(item: Extract<ResendItem, { type: 'gap-fill' }>): void {
    const { core, peer } = this.outlet
    peer.sendAgain(item.seqNum, {
      msgType: MsgType.SequenceReset,
      body: [
        [Tag.NewSeqNo, item.newSeqNo],
        [Tag.GapFillFlag, 'Y'],
      ],
      lastProcessed: lastProcessed(peer.session),
      origSendingTimeMs: core.wallMs,
    })
  }
}

/** The fields of a stored frame of ours without header and trailer. */
function draftOf(message: Message): Draft {
  const body: [number, string][] = []
  for (let i = 3; i < message.count - 1; i++) {
    const tag = message.tagAt(i)
    if (!headerTags.has(tag)) body.push([tag, message.strAt(i)])
  }
  const time = message.find(Tag.SendingTime)
  const sentMs = time < 0 ? Number.NaN : parseUtc(message.bytes, message.startAt(time), message.endAt(time))
  const lastProcessed = message.int(Tag.LastMsgSeqNumProcessed) ?? 0
  return { msgType: message.msgType, body, lastProcessed, origSendingTimeMs: sentMs }
}

const headerTags = new Set([34, 43, 49, 50, 52, 56, 57, 97, 122, 142, 143, 369])
