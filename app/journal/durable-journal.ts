import { setTimeout as wait } from 'node:timers/promises'
import type { Allocator } from './allocator.ts'
import type { Appender } from './appender.ts'
import { walkBatches } from './batch-walk.ts'
import type { Durations } from './durations.ts'
import { ForwardReader } from './forward-reader.ts'
import type { Indexes } from './indexes.ts'
import type { Journal } from './journal.ts'
import type { JournalEnd, SealedSegment } from './keep.ts'
import { D, D_BYTES, I, I_BYTES, M, M_BYTES, type Memory, memoryOf, S, S_BYTES, X, X_BYTES } from './layout.ts'
import type { JournalReader } from './read.ts'
import { Turns, WindowNow, Windows } from './read-window.ts'
import { RecordDecoder, writeVarint } from './record-decoder.ts'
import type { JournalRecord, MessageFields } from './records.ts'
import type { RecoveryReport } from './recovery.ts'
import { Scan } from './scan.ts'
import type { SegmentChecks } from './segment-checks.ts'
import type { Segments } from './segments.ts'

/** Two varints: a distance below 2^53 and a number of 32 bits. */
const LONGEST_COPY = 13
const MOST_COPIES = 65_535
const READS_IN_FLIGHT = 2
const CLOSE_WHEN_FULL_MS = 2_000
const none = Buffer.alloc(0)

export interface Parts {
  appender: Appender
  segments: Segments
  allocator: Allocator
  indexes: Indexes
  checks: SegmentChecks
  recovery: RecoveryReport
  batchBytes: number
  /** Ends the writer and lets the directory go. */
  release(): Promise<void>
}

/** The journal on local disk: encodes records straight into the open batch, and reads them back. */
export class DurableJournal implements Journal {
  readonly recovery: RecoveryReport
  readonly memory: Memory
  private readonly appender: Appender
  private readonly bytes: Buffer
  private readonly view: DataView
  private readonly decoder = new RecordDecoder()
  private readonly window: WindowNow
  private readonly windows: Windows
  private readonly waiting: { batch: number; resolve(): void; reject(error: Error): void }[] = []
  private failure: Error | undefined
  /** Offset in the ring of the D begun and not ended, else −1. */
  private deliveryAt = -1
  private copies = 0

  constructor(private readonly parts: Parts) {
    this.appender = parts.appender
    this.window = new WindowNow(parts.segments)
    this.windows = new Windows(parts.segments, new Turns(READS_IN_FLIGHT), () => parts.appender.writtenEnd)
    this.recovery = parts.recovery
    this.memory = parts.appender.memory
    this.bytes = this.memory.bytes
    this.view = this.memory.view
  }

  get batch(): number {
    return this.appender.batch
  }
  get durableBatch(): number {
    return this.appender.durableBatch
  }
  get durableEnd(): JournalEnd {
    const { durableEnd: position, durableBatch: batch, durableCrc: crc } = this.appender
    return { position, batch, crc }
  }
  get end(): number {
    return this.appender.end
  }
  get start(): number {
    return this.parts.segments.list[0]?.base ?? this.end
  }
  get backlogBytes(): number {
    return this.appender.backlogBytes
  }
  get syncs(): Readonly<Durations> {
    return this.appender.syncs
  }
  get isFull(): boolean {
    return this.parts.allocator.isFull
  }
  get diskBytes(): number {
    return this.parts.segments.list.reduce((sum, s) => sum + s.bytes, 0)
  }

  crcOf(batch: number): number | undefined {
    if (batch === this.appender.durableBatch) return this.appender.durableCrc
    const segment = this.parts.segments.holdingBatch(batch)
    if (!segment) return undefined
    for (const step of walkBatches(memoryOf(this.parts.segments.load(segment)), 0))
      if ('length' in step && step.number === batch) return step.crc
    return undefined
  }

  get replayFrom(): number {
    const { list } = this.parts.segments
    return list.at(-2)?.base ?? this.start
  }

  sealed(index: number): SealedSegment | undefined {
    const { segments } = this.parts
    const segment = segments.list[index]
    const behind = segments.list.slice(index + 1)
    // where the next one does not tell, the one behind it does: later, never too early
    const endedMs = firstKnown(behind, (next) => segments.beganMs(next))
    return segment && endedMs !== undefined
      ? { end: segment.base + segment.bytes, bytes: segment.bytes, endedMs }
      : undefined
  }

  appendMessage(fields: Readonly<MessageFields>, bytes: Uint8Array, start: number, end: number): number {
    const at = this.messageRoom(end - start)
    this.bytes.set(start === 0 && end === bytes.length ? bytes : bytes.subarray(start, end), at)
    return this.messageWritten(fields, end - start)
  }

  messageRoom(maxBytes: number): number {
    if (this.appender.tail.isReserve) throw new Error('the disk is full: the journal takes no messages')
    return this.room(M_BYTES + maxBytes) + M_BYTES
  }

  messageWritten(fields: Readonly<MessageFields>, length: number): number {
    const { appender, view } = this
    const { at } = appender
    view.setUint8(at, M)
    view.setUint8(at + 1, fields.class)
    view.setUint16(at + 2, fields.flags, true)
    view.setUint32(at + 4, length, true)
    view.setUint16(at + 8, fields.stream, true)
    view.setUint16(at + 10, fields.epoch, true)
    view.setUint16(at + 12, fields.feed, true)
    view.setUint16(at + 14, fields.bodyAt, true)
    view.setUint32(at + 16, fields.number, true)
    view.setUint32(at + 20, fields.feedNumber, true)
    view.setUint32(at + 24, fields.digest, true)
    view.setUint16(at + 28, fields.at797, true)
    view.setUint16(at + 30, fields.feedEpoch, true)
    this.parts.indexes.open.addMessage(fields.stream, fields.epoch, fields.number, at + appender.toSegment)
    appender.at = at + M_BYTES + length
    return at + appender.toPosition
  }

  beginDelivery(target: number, epoch: number, kind: number, firstNumber: number, sendingTimeMs: number): number {
    // from here to endDelivery nothing may ask for the state, so no new segment may begin: leave room for the longest D
    this.appender.ensureAhead(2 * this.parts.batchBytes)
    return this.putDelivery(this.room(D_BYTES + LONGEST_COPY), target, epoch, kind, firstNumber, sendingTimeMs)
  }

  private putDelivery(
    at: number,
    target: number,
    epoch: number,
    kind: number,
    firstNumber: number,
    sendingTimeMs: number,
  ): number {
    const { view } = this
    view.setUint8(at, D)
    view.setUint8(at + 1, kind)
    view.setUint16(at + 2, epoch, true)
    view.setUint16(at + 4, target, true)
    view.setUint32(at + 12, firstNumber, true)
    view.setFloat64(at + 16, sendingTimeMs, true)
    this.deliveryAt = at
    this.copies = 0
    this.appender.at = at + D_BYTES
    return at + this.appender.toPosition
  }

  addCopy(messagePosition: number, chainDistance: number): void {
    const { appender } = this
    if (appender.at + LONGEST_COPY > appender.limit || this.copies === MOST_COPIES) this.continueDelivery()
    const distance = this.deliveryAt + appender.toPosition - messagePosition
    const at = writeVarint(this.bytes, appender.at, distance)
    appender.at = writeVarint(this.bytes, at, chainDistance)
    this.copies++
  }

  endDelivery(): void {
    const { appender, view, deliveryAt: at } = this
    this.deliveryAt = -1
    if (this.copies === 0) {
      appender.at = at
      return
    }
    view.setUint16(at + 6, this.copies, true)
    view.setUint32(at + 8, appender.at - at - D_BYTES, true)
    const first = view.getUint32(at + 12, true)
    const target = view.getUint16(at + 4, true)
    const epoch = view.getUint16(at + 2, true)
    this.parts.indexes.open.addDelivery(target, epoch, first, first + this.copies - 1, at + appender.toSegment)
  }

  appendSession(
    session: number,
    epoch: number,
    number: number,
    msgType: number,
    bytes: Uint8Array = none,
    start = 0,
    end = bytes.length,
  ): number {
    if (end - start > 0xffff) throw new RangeError(`a session record of ${end - start} bytes: its length has 16 bits`)
    const at = this.room(S_BYTES + end - start)
    const { view, appender } = this
    view.setUint8(at, S)
    view.setUint8(at + 1, msgType)
    view.setUint16(at + 2, session, true)
    view.setUint32(at + 4, number, true)
    view.setUint16(at + 8, epoch, true)
    view.setUint16(at + 10, end - start, true)
    if (end > start) {
      this.bytes.set(bytes.subarray(start, end), at + S_BYTES)
      this.parts.indexes.open.addDelivery(session, epoch, number, number, at + appender.toSegment)
    }
    appender.at = at + S_BYTES + end - start
    return at + appender.toPosition
  }

  appendInbound(session: number, next: number): number {
    const at = this.room(I_BYTES)
    this.view.setUint16(at, I, true)
    this.view.setUint16(at + 2, session, true)
    this.view.setUint32(at + 4, next, true)
    this.appender.at = at + I_BYTES
    return at + this.appender.toPosition
  }

  appendControl(kind: number, bytes: Uint8Array): number {
    const at = this.room(X_BYTES + bytes.length)
    this.view.setUint8(at, X)
    this.view.setUint8(at + 1, kind)
    this.view.setUint16(at + 2, 0, true)
    this.view.setUint32(at + 4, bytes.length, true)
    this.bytes.set(bytes, at + X_BYTES)
    this.appender.at = at + X_BYTES + bytes.length
    return at + this.appender.toPosition
  }

  commit(): number {
    if (this.deliveryAt >= 0) throw new Error('a delivery record was begun and not ended')
    return this.appender.commit()
  }

  flush(): Promise<void> {
    const batch = this.commit()
    if (batch <= this.durableBatch) return Promise.resolve()
    if (this.failure) return Promise.reject(this.failure)
    return new Promise((resolve, reject) => this.waiting.push({ batch, resolve, reject }))
  }

  /** Something became durable. */
  settle(): void {
    while (this.waiting[0] && this.waiting[0].batch <= this.durableBatch) this.waiting.shift()?.resolve()
  }

  /** Nothing will be durable any more. */
  fail(error: Error): void {
    this.failure = error
    for (const { reject } of this.waiting.splice(0)) reject(error)
  }

  read(position: number): JournalRecord {
    const place = this.appender.place(position)
    if (place >= 0) return this.decoder.decode(this.appender.memory, place, position)
    const at = this.window.find(position)
    return this.decoder.decode(this.window.memory, at, position)
  }

  isDamaged(position: number): boolean {
    if (this.appender.place(position) >= 0) return false
    this.parts.checks.lookNow(position)
    return this.parts.checks.isDamaged(position)
  }

  reader(): JournalReader {
    return new ForwardReader(this.appender, this.windows, this.parts.checks)
  }

  scan(
    from: number,
    to: number,
    visit: (record: JournalRecord) => boolean | undefined,
    onDamage: (from: number, to: number) => void = () => {},
  ): Promise<number> {
    const { appender, parts } = this
    const request = { from, to, visit, onDamage }
    return this.windows.lent((window) => new Scan(parts.segments, window, appender, parts.checks, request).run())
  }

  findDelivery(target: number, epoch: number, number: number): number {
    return this.parts.indexes.findDelivery(target, epoch, number)
  }

  findDeliveryFrom(target: number, epoch: number, number: number): number {
    return this.parts.indexes.findDeliveryFrom(target, epoch, number)
  }

  findMessage(stream: number, epoch: number, number: number): number {
    return this.parts.indexes.findMessage(stream, epoch, number)
  }

  findMessageFrom(stream: number, epoch: number, number: number): number {
    return this.parts.indexes.findMessageFrom(stream, epoch, number)
  }

  findMessages(stream: number, epoch: number, from: number, to: number): number[] {
    return this.parts.indexes.findMessages(stream, epoch, from, to)
  }

  async removeBefore(position: number): Promise<number> {
    const { segments, indexes } = this.parts
    for (let oldest = segments.list[0]; oldest && segments.list.length > 1; oldest = segments.list[0]) {
      if (oldest.base + oldest.bytes > position) break
      indexes.forget(oldest)
      await segments.remove(oldest)
    }
    return this.start
  }

  async close(): Promise<void> {
    if (!this.failure) {
      const flushed = this.flush()
      await (this.isFull ? Promise.race([flushed, wait(CLOSE_WHEN_FULL_MS)]) : flushed)
    }
    this.fail(new Error('the journal is closed'))
    await this.parts.release()
  }

  /** Where the next record goes, with room for `bytes` of it. */
  private room(bytes: number): number {
    const { appender } = this
    if (this.deliveryAt >= 0) throw new Error('a delivery record was begun and not ended')
    if (appender.at + bytes > appender.limit) appender.makeRoom(bytes)
    return appender.at
  }

  /** The batch or the D is full: end this D and begin another that goes on with the numbers. */
  private continueDelivery(): void {
    const { view, deliveryAt: at, copies } = this
    const first = view.getUint32(at + 12, true) + copies
    const fixed = [view.getUint16(at + 4, true), view.getUint16(at + 2, true), view.getUint8(at + 1)] as const
    const sendingTimeMs = view.getFloat64(at + 16, true)
    this.endDelivery()
    this.appender.makeRoom(D_BYTES + LONGEST_COPY, false)
    this.putDelivery(this.appender.at, ...fixed, first, sendingTimeMs)
  }
}

function firstKnown<T, V>(list: readonly T[], look: (one: T) => V | undefined): V | undefined {
  for (const one of list) {
    const value = look(one)
    if (value !== undefined) return value
  }
  return undefined
}
