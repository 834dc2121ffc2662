import { setImmediate as nextTurn } from 'node:timers/promises'
import { nextValid, validBatch } from './batch-walk.ts'
import {
  BATCH,
  BATCH_BYTES,
  BATCH_MAGIC,
  EMPTY_BATCH_BYTES,
  type Memory,
  memoryOf,
  PADDING,
  recordBytes,
  TRAILER,
  TRAILER_BYTES,
} from './layout.ts'
import { LARGEST_READ, type Window } from './read-window.ts'
import { RecordDecoder } from './record-decoder.ts'
import type { JournalRecord } from './records.ts'
import type { SegmentChecks } from './segment-checks.ts'
import type { Segment, Segments } from './segments.ts'

/** Where recent bytes are, and where the journal ends at any moment. */
interface Recent {
  readonly end: number
  /** Everything before this position is in its file. */
  readonly writtenEnd: number
  readonly memory: Memory
  place(position: number): number
}

interface ScanRequest {
  from: number
  to: number
  /** False: stop behind this record. */
  visit(record: JournalRecord): boolean | undefined
  onDamage(from: number, to: number): void
}

/**
 * One pass over the journal, record by record: from memory while the bytes are there, else through a window of the
 * file. Batches read from a file are checked by their crc, except one in whose middle the scan begins.
 */
export class Scan {
  private readonly decoder = new RecordDecoder()
  private position: number
  /** Where the bytes read since other work had its turn begin. */
  private turnFrom: number
  private isStopped = false

  constructor(
    private readonly segments: Segments,
    private readonly window: Window,
    private readonly recent: Recent,
    private readonly checks: SegmentChecks,
    private readonly request: ScanRequest,
  ) {
    this.position = request.from
    this.turnFrom = request.from
  }

  /** @returns where to go on */
  async run(): Promise<number> {
    while (this.goesOn()) {
      const place = this.recent.place(this.position)
      if (place >= 0) this.step(this.recent.memory, place)
      else await this.stepInFile()
      if (this.position - this.turnFrom > LARGEST_READ) {
        this.turnFrom = this.position
        await nextTurn()
      }
    }
    return this.position
  }

  private goesOn(): boolean {
    return !this.isStopped && this.position < this.request.to && this.position < this.recent.end
  }

  /** One step over the bytes here, which are all in memory. */
  private step(memory: Memory, at: number): void {
    const { position } = this
    const first = memory.view.getUint8(at)
    if (first === BATCH) {
      this.decoder.enter(memory, at)
      this.position += BATCH_BYTES
    } else if (first === TRAILER) this.position += TRAILER_BYTES
    else if (first === PADDING) this.position += 8 - (position % 8)
    else {
      this.position += recordBytes(memory.view, at, memory.view.byteLength - at)
      const isWanted = this.request.visit(this.decoder.decode(memory, at, position))
      if (isWanted === false) this.isStopped = true
    }
  }

  private async stepInFile(): Promise<void> {
    const { position } = this
    const segment = this.segments.holding(position)
    if (!segment) return this.leaveGone()
    // perhaps in the middle of a batch, whose crc is not checked here
    if (position === this.request.from && (await this.checks.damages(position)))
      return this.segments.holding(position) ? this.resync(segment) : this.leaveGone()
    if (!this.window.has(position, 8)) await this.window.load(position)
    if (!this.window.has(position, 1)) return this.leaveGone()
    const first = this.window.memory.view.getUint8(position - this.window.from)
    if (position % 8 === 0 && first === PADDING) return this.leaveIfEnded(segment)
    if (first === TRAILER || first === PADDING) return this.step(this.window.memory, position - this.window.from)
    if (first === BATCH) return this.batchInFile(segment)
    return this.recordInFile(segment)
  }

  /** Visits all of a checked batch. */
  private async batchInFile(segment: Segment): Promise<void> {
    const { position, window } = this
    const length = await this.batchLength(segment)
    if (length > 0 && !window.has(position, length)) await window.load(position, length)
    const at = () => this.position - window.from
    if (length === 0 || !window.has(position, length) || !validBatch(window.memory, at())) return this.resync(segment)
    const trailer = position + length - TRAILER_BYTES
    while (this.position < trailer && this.goesOn()) this.step(window.memory, at())
    if (this.position === trailer && this.goesOn()) this.position += TRAILER_BYTES
  }

  /** Length of the batch here by its header, 0 when that is impossible. */
  private async batchLength(segment: Segment): Promise<number> {
    const { position, window } = this
    if (!window.has(position, EMPTY_BATCH_BYTES)) await window.load(position)
    if (!window.has(position, EMPTY_BATCH_BYTES)) return 0
    const { view } = window.memory
    const length = view.getUint32(position - window.from + 4, true)
    const isBatch = view.getUint32(position - window.from, true) === BATCH_MAGIC
    return isBatch && position + length <= segment.base + segment.bytes ? length : 0
  }

  /** Visits a record of the batch in whose middle the scan began. */
  private async recordInFile(segment: Segment): Promise<void> {
    try {
      if (!this.window.hasRecord(this.position)) await this.window.loadRecord(this.position)
    } catch {
      return this.resync(segment)
    }
    this.step(this.window.memory, this.position - this.window.from)
  }

  /** No batch begins here: the segment has ended, unless bytes behind the zeros show that it is damaged. */
  private async leaveIfEnded(segment: Segment): Promise<void> {
    if (segment === this.segments.list.at(-1)) return this.resync(segment)
    const { position, window } = this
    const at = position - window.from
    const rest = window.memory.bytes.subarray(at, Math.min(window.to - window.from, at + EMPTY_BATCH_BYTES))
    if (rest.some((byte) => byte !== 0) || this.missesBatches()) return this.resync(segment)
    this.leave(segment.base + segment.bytes - 1)
  }

  /** Whether there are zeros, or the end of the file, where batches were. */
  private missesBatches(): boolean {
    const { batch } = this.decoder
    const behind = this.segments.numberBehind(this.position)
    const wasRemoved = this.position < (this.segments.list[0]?.base ?? 0)
    return batch > 0 && !wasRemoved && behind !== undefined && behind > batch + 1
  }

  /** The file, or the rest of it, is missing: it was removed, or was cut short. */
  private leaveGone(): void {
    const from = this.position
    const isMissing = this.missesBatches()
    this.leave(from)
    if (isMissing) this.request.onDamage(from, this.position)
  }

  /** The bytes here are damaged: go on at the next valid batch, in this segment or the next. */
  private async resync(segment: Segment): Promise<void> {
    const from = this.position
    const memory = memoryOf(await this.segments.loadLater(segment))
    const next = nextValid(memory, from - segment.base + 1, 0)
    if (next) this.position = segment.base + next.at
    else this.leave(segment.base + segment.bytes - 1)
    if (next && this.position === from + TRAILER_BYTES) return // only a trailer was damaged: no record was lost
    await this.checks.met(from, this.position)
    this.request.onDamage(from, this.position)
  }

  /** Go on in the next segment above this position. */
  private leave(position: number): void {
    const next = this.segments.above(position)
    if (next) this.position = next.base
    else this.isStopped = true
  }
}
