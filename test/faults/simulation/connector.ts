import { type Arrival, identify, type Known } from '#connector/feeds/identity.ts'
import { applyControl, type Control, controlKind, encodeControl } from '#connector/state/control.ts'
import { applyDelivery, applyInbound, applyMessage, applySession, flag } from '#connector/state/fold.ts'
import { Replay } from '#connector/state/recovery.ts'
import { emptyState, restore, type State, serialise } from '#connector/state/state.ts'
import { previousOf } from '#connector/state/waiting.ts'
import { encodeDraft, gapFillDraft } from '#fix/drafts.ts'
import { acceptInSequence } from '#fix/fast-path.ts'
import { nextDeadlineMs } from '#fix/heartbeat.ts'
import { noMemory } from '#fix/memory.ts'
import type { Message } from '#fix/message.ts'
import { ResendPlan } from '#fix/resend.ts'
import { createSession, isLive, reserve } from '#fix/session.ts'
import type { Draft, Effect, Input, Session, SessionConfig } from '#fix/session-state.ts'
import { step } from '#fix/step.ts'
import type { DeliveryRecord, JournalRecord, MessageRecord } from '#journal/records.ts'

/** Ids as the first records give them out. */
const [feedId, targetId] = [1, 2] as const
/** Classes 0 to 2 pass, class 3 does not. */
const judge = () => Int8Array.from([-1, -1, -1, 0])
export const isEligible = (cls: number): boolean => cls < 3

type WithoutTime<T> = T extends unknown ? Omit<T, 'nowMs'> : never
type Queued = { after: number; frame: Buffer }

/** One of the connector's two sessions: its frames wait until what they build on is durable. */
class Side {
  session: Session
  queued: Queued[] = []
  closing = false

  constructor(
    readonly id: number,
    readonly config: SessionConfig,
    numbers: { nextIn: number; nextOut: number },
  ) {
    this.session = createSession(config, numbers)
  }
}

/**
 * The connector without files and sockets: real sessions, the real fold, and a journal that is a list
 * of records whose end is lost in a crash. What may leave, when it is numbered and what a restart
 * builds on are the rules of connector/run/core.ts.
 */
export class PretendConnector {
  nowMs = 0
  state: State = emptyState(judge)
  readonly log: JournalRecord[] = []
  durable = 0
  readonly wrong: string[] = []
  feed: Side
  target: Side
  private readonly heads: { at: number; bytes: Uint8Array }[] = []
  private committed = ''
  private batch = 1

  constructor(
    readonly streams: readonly string[],
    feed: SessionConfig,
    target: SessionConfig,
    queueDepth: number | 'all',
  ) {
    this.control({ kind: 'name', what: 'feed', id: feedId, name: 'gw1' })
    this.control({ kind: 'name', what: 'target', id: targetId, name: 'ODQ1Z9' })
    for (const [i, name] of streams.entries()) this.control({ kind: 'name', what: 'stream', id: i + 1, name })
    this.control({ kind: 'week', week: '2024-03-03' })
    const sources = streams.map((_, i) => i + 1)
    const terms = { level: 'all', filters: {}, sources, revoked: [], queueDepth, queueGraceS: 0 }
    this.control({ kind: 'cut', version: 1, digest: '', targets: [{ id: targetId, terms }], gone: [] })
    this.feed = new Side(feedId, feed, { nextIn: 1, nextOut: 1 })
    this.target = new Side(targetId, target, { nextIn: 1, nextOut: 1 })
    this.commit()
  }

  get row() {
    return this.state.data.targets[targetId]! // named first of all
  }

  do(side: Side, input: WithoutTime<Input>): void {
    // the union with its time put back
    const result = step(side.session, { ...input, nowMs: this.nowMs } as Input)
    side.session = result.session
    for (const effect of result.effects) this.run(side, effect)
  }

  receive(side: Side, message: Message): void {
    if (side === this.feed && acceptInSequence(side.session, message, this.nowMs))
      this.take(message, side.session.nextIn, false)
    else this.do(side, { type: 'message', message })
  }

  tick(side: Side): void {
    if (nextDeadlineMs(side.session) <= this.nowMs) this.do(side, { type: 'tick' })
  }

  disconnected(side: Side): void {
    const wasLive = isLive(side.session)
    side.queued = []
    side.closing = false
    this.do(side, { type: 'disconnected' })
    if (side === this.target && wasLive) this.control({ kind: 'logoff', session: targetId })
  }

  /** What was appended is durable, and may leave. */
  commit(): void {
    this.durable = this.log.length
    this.batch++
    this.committed = Buffer.from(serialise(this.state)).toString()
  }

  /** The state as a new segment begins with it. */
  keepHead(): void {
    this.commit()
    this.heads.push({ at: this.durable, bytes: serialise(this.state) })
  }

  /** What may leave now. */
  leaving(side: Side): Buffer | undefined {
    const first = side.queued[0]
    if (!first || first.after > this.durable) return undefined
    side.queued.shift()
    return first.frame
  }

  /**
   * Killed and started again: what was not durable never was. `from`: which of the
   * heads it begins at, 0 for the first record.
   */
  crash(from: number): void {
    this.log.length = this.durable
    const head = this.heads[from - 1]
    this.state = emptyState(judge)
    if (head) restore(this.state, head.bytes)
    const replay = new Replay(this.state)
    for (const record of this.log.slice(head?.at ?? 0)) replay.apply(record)
    replay.finish({ start: 0, read: (position) => this.at(position), isDamaged: () => false })
    const replayed = Buffer.from(serialise(this.state)).toString()
    if (replayed !== this.committed) this.wrong.push(`replayed ${replayed}, not ${this.committed}`)
    this.control({ kind: 'start' })
    const { feeds, targets } = this.state.data
    this.feed = new Side(feedId, this.feed.config, feeds[feedId]!) // named first of all, like the next
    this.target = new Side(targetId, this.target.config, targets[targetId]!)
    this.commit()
  }

  /** Numbers at most so many of the copies that wait, in one delivery record. */
  catchUp(most: number): void {
    const { target, row } = this
    const facts: { message: MessageRecord; previous: number; number: number }[] = []
    const sent = new Map<number, number>()
    const from = row.waiting.runs
    for (let i = 0; i < from.length; i += 2)
      for (const record of this.log) {
        if (facts.length === Math.min(most, row.waiting.total) || record.position > from[i + 1]!) break
        if (record.type !== 'M' || record.position < from[i]! || !isEligible(record.class)) continue
        const chain = row.chains[record.stream]
        const late = (record.flags & flag.late) !== 0
        const durable = chain ? previousOf(chain, record.epoch, record.number) : 0
        const previous = late ? 0 : Math.max(durable, sent.get(record.stream) ?? 0)
        if (!late) sent.set(record.stream, record.number)
        facts.push({ message: record, previous, number: reserve(target.session, 1, this.nowMs) })
      }
    if (facts.length === 0) return
    const messages = Float64Array.from(facts, ({ message }) => message.position)
    const chain = Float64Array.from(facts, ({ message, previous }) => (previous ? message.number - previous : 0))
    const firstNumber = facts[0]!.number // there is one
    const numbered = { target: targetId, epoch: 1, kind: 0, firstNumber, count: facts.length, messages, chain }
    this.append({ type: 'D', ...numbered, sendingTimeMs: this.nowMs, ...this.place() })
    applyDelivery(this.state, numbered, (_, i) => keyOf(facts[i]!.message)) // as many as were counted
    for (const { message, previous, number } of facts) this.put(target, this.copyFrame(message, previous, number))
  }

  private run(side: Side, effect: Effect): void {
    if (effect.type === 'transmit') this.transmit(side, effect.seqNum, effect.draft)
    else if (effect.type === 'accept') this.take(effect.message, effect.nextIn, effect.resent)
    else if (effect.type === 'next-in') this.inbound(side.id, effect.nextIn)
    else if (effect.type === 'verify') this.do(side, { type: 'verified', ok: true })
    else if (effect.type === 'disconnect') side.closing = true
    else if (effect.type === 'serve-resend') this.serve(side, effect)
    else if (effect.type === 'logged-on' && side === this.target) this.control({ kind: 'logon', session: targetId })
    else if (effect.type === 'lost' && side === this.feed)
      this.control({ kind: 'loss', feed: feedId, from: effect.begin, to: effect.end, why: 'not recoverable' })
    else if (effect.type === 'reset') this.wrong.push('nobody asked for a reset')
  }

  private transmit(side: Side, seqNum: number, draft: Draft): void {
    if (draft.origSendingTimeMs === undefined) {
      const msgType = draft.msgType.charCodeAt(0)
      const none = { ...noMemory, start: 0, end: 0 }
      this.append({ type: 'S', session: side.id, epoch: 1, number: seqNum, msgType, ...none, ...this.place() })
      applySession(this.state, side.id, 1, seqNum)
    }
    this.put(side, encodeDraft(side.session, seqNum, draft, this.nowMs))
  }

  /** A source message, `SOURCE NUMBER CLASS` in 58; what is known already only moves the feed's number. */
  private take(message: Message, nextIn: number, resent: boolean): void {
    const [name = '', numberText, classText] = (message.str(58) ?? '').split(' ')
    const stream = this.streams.indexOf(name) + 1
    const number = Number(numberText)
    const known = this.knownOf(stream)
    const arrival: Arrival = {
      number,
      digest: number,
      possResend: false,
      recovered: resent,
      sendingTimeMs: 0,
      requestTime: '',
    }
    const verdict = identify(arrival, known)
    if (verdict.kind !== 'new' && verdict.kind !== 'late') {
      if (verdict.kind !== 'duplicate') this.wrong.push(`${name} ${number} is ${verdict.kind}`)
      this.inbound(feedId, nextIn)
      return
    }
    const fact = {
      class: Number(classText),
      flags: verdict.kind === 'late' ? flag.late : 0,
      stream,
      epoch: verdict.epoch,
      feed: feedId,
      feedEpoch: 1,
      number,
      feedNumber: nextIn - 1,
    }
    const rest = { digest: number, bodyAt: 0, at797: 0, ...noMemory, start: 0, end: 0 }
    const record = { type: 'M' as const, ...fact, ...rest, ...this.place() }
    this.append(record)
    applyMessage(this.state, record.position, fact)
  }

  private knownOf(stream: number): Known {
    const state = this.state.data.streams[stream]!
    const find = (epoch: number, number: number) =>
      this.log.find((r) => r.type === 'M' && r.stream === stream && r.epoch === epoch && r.number === number)
    const found = (epoch: number, number: number) =>
      find(epoch, number) ? { digest: number, requestTime: '', lasting: 0 } : undefined
    return { ...state, find: found, newestMs: () => 0, firstMs: () => 0 }
  }

  private serve(side: Side, { id, begin, end }: Extract<Effect, { type: 'serve-resend' }>): void {
    const plan = new ResendPlan(begin, end)
    const copies = side === this.target ? this.copiesFrom(begin, end) : []
    const items = [...copies.flatMap(({ number }) => plan.push(number, 'application')), ...plan.finish()]
    for (const item of items) {
      if (item.type === 'gap-fill')
        this.put(
          side,
          encodeDraft(side.session, item.seqNum, gapFillDraft(side.session, item.newSeqNo, this.nowMs), this.nowMs),
        )
      else {
        const copy = copies.find(({ number }) => number === item.seqNum)!
        this.put(side, this.copyFrame(copy.message, copy.previous, copy.number, copy.sentMs))
      }
    }
    this.do(side, { type: 'resend-finished', id })
  }

  /** The journal's own answer to what went out under these numbers. */
  private copiesFrom(begin: number, end: number) {
    const records = this.log.filter((record): record is DeliveryRecord => record.type === 'D')
    return records.flatMap((d) =>
      [...d.messages].flatMap((position, i) => {
        const message = this.at(position)
        const [number, distance] = [d.firstNumber + i, d.chain[i]!] // as long as messages
        if (number < begin || number > end || message.type !== 'M') return []
        return [{ number, message, previous: distance > 0 ? message.number - distance : 0, sentMs: d.sendingTimeMs }]
      }),
    )
  }

  /** `SOURCE NUMBER 1350 late` in 58. */
  private copyFrame(m: MessageRecord, previous: number, number: number, sentMs?: number): Buffer {
    const { session } = this.target
    const late = m.flags & flag.late ? 'late' : ''
    const body = [[58, `${this.streams[m.stream - 1]} ${m.number} ${previous} ${late}`]] as const
    const again = sentMs === undefined ? {} : { origSendingTimeMs: sentMs }
    return encodeDraft(session, number, { msgType: '8', body, lastProcessed: session.nextIn - 1, ...again }, this.nowMs)
  }

  private put(side: Side, frame: Buffer): void {
    side.queued.push({ after: this.log.length, frame })
  }

  control(control: Control): void {
    const bytes = Buffer.from(encodeControl(control))
    const record = {
      type: 'X' as const,
      kind: controlKind(control),
      bytes,
      start: 0,
      end: bytes.length,
      ...this.place(),
    }
    this.append(record)
    applyControl(this.state, record.position, control)
  }

  private inbound(session: number, next: number): void {
    this.append({ type: 'I', session, next, ...this.place() })
    applyInbound(this.state, session, next)
  }

  private append(record: JournalRecord): void {
    this.log.push(record)
  }

  private place() {
    return { position: this.log.length * 8, batch: this.batch, wallClockMs: this.nowMs }
  }

  private at(position: number): JournalRecord {
    const record = this.log[position / 8]
    if (!record) throw new Error(`nothing is at ${position}`)
    return record
  }
}

const keyOf = ({ stream, epoch, number, flags }: MessageRecord) => ({
  stream,
  epoch,
  number,
  late: (flags & flag.late) !== 0,
})
