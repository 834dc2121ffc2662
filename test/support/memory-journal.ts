import { Appender, type Tail } from '#journal/appender.ts'
import { noCopy } from '#journal/batch-port.ts'
import type { Journal, JournalHooks } from '#journal/journal.ts'
import type { JournalEnd, SealedSegment } from '#journal/keep.ts'
import { BATCH, BATCH_BYTES, type Memory, PADDING, recordBytes, TRAILER, TRAILER_BYTES } from '#journal/layout.ts'
import type { JournalReader } from '#journal/read.ts'
import { RecordDecoder } from '#journal/record-decoder.ts'
import { RecordEncoder } from '#journal/record-encoder.ts'
import type { JournalRecord } from '#journal/records.ts'
import { type RecoveryReport, recover } from '#journal/recovery.ts'
import { Ring } from '#journal/ring.ts'
import { type MemoryDisk, MemoryLookups } from './memory-disk.ts'

export interface MemoryJournalOptions {
  /**
   * Calls these one after the other, never at once: each ends the write of one batch. Absent: the writes end in later
   * turns of the event loop.
   */
  later?(endWrite: () => void): void
  /** The wall clock. */
  nowMs?(): number
  /** A batch that would grow past this is split; an eighth of a segment when absent. */
  batchBytes?: number
  /** How much may be appended and not yet written, and is read without a `load`; two segments when absent. */
  ringBytes?: number
}

/** Bytes that one `load` of a reader brings. */
const loadBytes = 64 * 1024

/**
 * A journal without files and without a thread, for tests that decide what happens when. Records, batches, segments and
 * recovery are the real ones; only the writer, the files and reading from files are replaced. The memory never fills up
 * and is never damaged.
 */
export function openMemoryJournal(
  disk: MemoryDisk,
  hooks: JournalHooks,
  options: MemoryJournalOptions = {},
): MemoryJournal {
  const { later = setImmediate, nowMs = Date.now, batchBytes = disk.segmentBytes / 8 } = options
  const ring = new Ring(options.ringBytes ?? 2 * disk.segmentBytes)
  const recovered = recover(disk, hooks)
  const lookups = new MemoryLookups(disk)
  lookups.open = recovered.entries
  const writer = new MemoryWriter(disk, ring.memory)
  const tail = recovered.tail ?? firstTail(disk)
  tail.fd = tail.segment.base
  const appender = new Appender(ring, writer, disk, new NextSegment(disk), tail, {
    batchBytes,
    port: noCopy,
    nowMs,
    head: hooks.head,
    onSealed: (segment) => lookups.seal(segment),
  })
  writer.finish()
  appender.collect()
  const journal = new MemoryJournal(disk, appender, writer, lookups, batchBytes, recovered.report)
  writer.start(later, () => {
    appender.collect()
    journal.settle()
    hooks.onDurable(appender.durableBatch)
  })
  return journal
}

function firstTail(disk: MemoryDisk): Tail {
  const segment = disk.create(0)
  disk.list.push(segment)
  return { segment, used: 0, fd: 0, isReserve: false, batch: 0, crc: 0 }
}

/** Makes the next segment when it is asked for, none ahead. */
class NextSegment {
  readonly hasReady = true
  private base: number

  constructor(private readonly disk: MemoryDisk) {
    const last = disk.list.at(-1)
    this.base = last ? last.base + last.bytes : disk.segmentBytes
  }

  prepare(base: number): void {
    this.base = base
  }

  take() {
    const { base, bytes } = this.disk.create(this.base)
    return { base, bytes, fd: base, isReserve: false }
  }
}

/** Writes from the ring to the disk on demand. */
class MemoryWriter {
  done = 0
  private readonly jobs: (() => void)[] = []
  private later: ((endWrite: () => void) => void) | undefined
  private onDone = () => {}

  constructor(
    private readonly disk: MemoryDisk,
    private readonly ring: Memory,
  ) {}

  start(later: (endWrite: () => void) => void, onDone: () => void): void {
    this.later = later
    this.onDone = onDone
  }

  submit(base: number, at: number, length: number, position: number): void {
    this.jobs.push(() => this.disk.write(base, this.ring.bytes.subarray(at, at + length), position))
    this.later?.(() => {
      if (this.finish(1) > 0) this.onDone()
    })
  }

  waitForOne(): never {
    throw new Error(
      'the ring holds nothing but what is not written yet: let a write end, or give the journal a larger ring',
    )
  }

  /** Returns how many batches were written. */
  finish(most = Number.POSITIVE_INFINITY): number {
    const jobs = this.jobs.splice(0, most)
    for (const job of jobs) job()
    this.done += jobs.length
    return jobs.length
  }

  /** What is not written yet is never written. */
  stop(): void {
    this.jobs.length = 0
    this.later = () => {}
  }
}

export class MemoryJournal extends RecordEncoder implements Journal {
  readonly isFull = false
  private readonly decoder = new RecordDecoder()
  private readonly flushes: { batch: number; resolve(): void }[] = []

  constructor(
    private readonly disk: MemoryDisk,
    private readonly appender: Appender,
    private readonly writer: MemoryWriter,
    private readonly lookups: MemoryLookups,
    batchBytes: number,
    readonly recovery: RecoveryReport,
  ) {
    super(appender, lookups, batchBytes)
  }

  /**
   * The process dies; so many batches are written all the same, without the process being told. Open the disk again to
   * go on.
   */
  crash(reached = 0): void {
    this.writer.finish(reached)
    this.writer.stop()
    this.disk.dropUnwritten()
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
    return this.disk.list[0]?.base ?? this.end
  }
  get backlogBytes(): number {
    return this.appender.backlogBytes
  }
  get syncs() {
    return this.appender.syncs
  }
  get diskBytes(): number {
    return this.disk.list.length * this.disk.segmentBytes
  }
  get replayFrom(): number {
    return this.disk.list.at(-2)?.base ?? this.start
  }

  flush(): Promise<void> {
    const batch = this.commit()
    if (batch <= this.durableBatch) return Promise.resolve()
    return new Promise((resolve) => this.flushes.push({ batch, resolve }))
  }

  settle(): void {
    while (this.flushes[0] && this.flushes[0].batch <= this.durableBatch) this.flushes.shift()?.resolve()
  }

  read(position: number): JournalRecord {
    const found = this.find(position)
    if (!found || position >= this.end) throw new Error(`nothing of the journal is at ${position}`)
    return this.decoder.decode(found.memory, found.at, position)
  }

  isDamaged(position: number): boolean {
    return !this.find(position)
  }

  /** The place of these bytes; undefined: they are gone. */
  find(position: number): { memory: Memory; at: number } | undefined {
    const place = this.appender.place(position)
    if (place >= 0) return { memory: this.appender.memory, at: place }
    const segment = this.disk.holding(position)
    return segment && { memory: this.disk.file(segment.base), at: position - segment.base }
  }

  isRecent(position: number): boolean {
    return this.appender.place(position) >= 0
  }

  reader(): JournalReader {
    return new MemoryReader(this)
  }

  async scan(from: number, to: number, visit: (record: JournalRecord) => boolean | undefined): Promise<number> {
    const decoder = new RecordDecoder()
    let position = from
    while (position < to && position < this.end) {
      const found = this.find(position)
      const first = found ? found.memory.view.getUint8(found.at) : PADDING
      if (found && first === BATCH) {
        decoder.enter(found.memory, found.at)
        position += BATCH_BYTES
      } else if (first === TRAILER) position += TRAILER_BYTES
      else if (found && first !== PADDING) {
        const record = decoder.decode(found.memory, found.at, position)
        position += recordBytes(found.memory.view, found.at, found.memory.bytes.length - found.at)
        if (visit(record) === false) break
      } else if (found && position % 8 > 0) position += 8 - (position % 8)
      else {
        const next = this.disk.above(position)
        if (!next) break
        position = next.base
      }
    }
    return position
  }

  findDelivery(target: number, epoch: number, number: number): number {
    return this.lookups.findDelivery(target, epoch, number)
  }
  findDeliveryFrom(target: number, epoch: number, number: number): number {
    return this.lookups.findDeliveryFrom(target, epoch, number)
  }
  findMessage(stream: number, epoch: number, number: number): number {
    return this.lookups.findMessage(stream, epoch, number)
  }
  findMessageFrom(stream: number, epoch: number, number: number): number {
    return this.lookups.findMessageFrom(stream, epoch, number)
  }
  findMessages(stream: number, epoch: number, from: number, to: number): number[] {
    return this.lookups.findMessages(stream, epoch, from, to)
  }

  sealed(index: number): SealedSegment | undefined {
    const segment = this.disk.list[index]
    const next = this.disk.list[index + 1]
    const endedMs = next && this.disk.beganMs(next)
    return segment && endedMs !== undefined
      ? { end: segment.base + segment.bytes, bytes: segment.bytes, endedMs }
      : undefined
  }

  crcOf(batch: number): number | undefined {
    return batch === this.durableBatch ? this.durableEnd.crc : this.disk.crcOf(batch)
  }

  async removeBefore(position: number): Promise<number> {
    const { list } = this.disk
    for (let oldest = list[0]; oldest && list.length > 1; oldest = list[0]) {
      if (oldest.base + oldest.bytes > position) break
      this.disk.remove(oldest)
    }
    return this.start
  }

  async close(): Promise<void> {
    await this.flush()
    this.writer.stop()
  }
}

/** Bytes that are not recent have to be loaded first, as from files. */
class MemoryReader implements JournalReader {
  private readonly decoder = new RecordDecoder()
  /** The bytes loaded last: `[from, to)`. */
  private from = 0
  private to = 0

  constructor(private readonly journal: MemoryJournal) {}

  peek(position: number): JournalRecord | undefined {
    const isHere = this.journal.isRecent(position) || (position >= this.from && position < this.to)
    const found = isHere ? this.journal.find(position) : undefined
    return found && this.decoder.decode(found.memory, found.at, position)
  }

  async load(position: number): Promise<boolean> {
    if (!this.journal.find(position)) return false
    this.from = position
    this.to = position + loadBytes
    return true
  }

  close(): void {
    this.to = 0
  }
}
