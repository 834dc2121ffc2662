import { setTimeout as wait } from 'node:timers/promises'
import type { Allocator } from './allocator.ts'
import type { Appender } from './appender.ts'
import { walkBatches } from './batch-walk.ts'
import type { Durations } from './durations.ts'
import { ForwardReader } from './forward-reader.ts'
import type { Indexes } from './indexes.ts'
import type { Journal } from './journal.ts'
import type { JournalEnd, SealedSegment } from './keep.ts'
import { memoryOf } from './layout.ts'
import type { JournalReader } from './read.ts'
import { Turns, WindowNow, Windows } from './read-window.ts'
import { RecordDecoder } from './record-decoder.ts'
import { RecordEncoder } from './record-encoder.ts'
import type { JournalRecord } from './records.ts'
import type { RecoveryReport } from './recovery.ts'
import { Scan } from './scan.ts'
import type { SegmentChecks } from './segment-checks.ts'
import type { Segments } from './segments.ts'

const READS_IN_FLIGHT = 2
/** The longest that a full disk, or a port that does not acknowledge, delays closing. */
const CLOSE_MS = 2_000

interface Parts {
  appender: Appender
  segments: Segments
  allocator: Allocator
  indexes: Indexes
  checks: SegmentChecks
  recovery: RecoveryReport
  batchBytes: number
  /** Ends the writer and releases the directory. */
  release(): Promise<void>
}

/** The journal on local disk: appends go to the appender's open batch, reads come from memory or files. */
export class DurableJournal extends RecordEncoder implements Journal {
  readonly recovery: RecoveryReport
  private readonly appender: Appender
  private readonly decoder = new RecordDecoder()
  private readonly window: WindowNow
  private readonly windows: Windows
  private readonly waiting: { batch: number; resolve(): void; reject(error: Error): void }[] = []
  private failure: Error | undefined

  constructor(private readonly parts: Parts) {
    super(parts.appender, parts.indexes, parts.batchBytes)
    this.appender = parts.appender
    this.window = new WindowNow(parts.segments)
    this.windows = new Windows(parts.segments, new Turns(READS_IN_FLIGHT), () => parts.appender.writtenEnd)
    this.recovery = parts.recovery
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
    // if the next segment does not tell, a later one does: a later time, never an earlier one
    const endedMs = firstKnown(behind, (next) => segments.beganMs(next))
    return segment && endedMs !== undefined
      ? { end: segment.base + segment.bytes, bytes: segment.bytes, endedMs }
      : undefined
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

  /** Nothing more will become durable. */
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
      const mayWaitInVain = this.isFull || this.appender.awaitsPort
      await (mayWaitInVain ? Promise.race([flushed, wait(CLOSE_MS)]) : flushed)
    }
    this.fail(new Error('the journal is closed'))
    await this.parts.release()
  }
}

function firstKnown<T, V>(list: readonly T[], look: (one: T) => V | undefined): V | undefined {
  for (const one of list) {
    const value = look(one)
    if (value !== undefined) return value
  }
  return undefined
}
