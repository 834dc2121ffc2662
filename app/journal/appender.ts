import type { Allocator } from './allocator.ts'
import type { BatchPort, SealedBatch } from './batch-port.ts'
import { beginHeader, crcOfSealed, sealBatch } from './batch-seal.ts'
import { Durations } from './durations.ts'
import { BATCH_BYTES, CLOSING_BYTES, H, type Memory, X_BYTES } from './layout.ts'
import type { OpenBatch } from './record-encoder.ts'
import type { Ring } from './ring.ts'
import type { Segment, Segments } from './segments.ts'
import type { Writer } from './writer.ts'

/** Where the journal ends: the next batch goes behind this point. */
export interface Tail {
  segment: Segment
  /** Offset in that segment. */
  used: number
  fd: number
  isReserve: boolean
  /** Number and crc of the last batch; 0 and 0 when there is none. */
  batch: number
  crc: number
}

interface AppenderOptions {
  batchBytes: number
  port: BatchPort
  /** The wall clock. */
  nowMs(): number
  head(): Uint8Array
  /** A segment is full; further records go to another segment. */
  onSealed(segment: Segment): void
}

interface Sealed {
  batch: number
  offset: number
  length: number
  /** Position behind its last byte. */
  end: number
  crc: number
  /** Descriptor of the segment that ends with this batch, else −1. */
  close: number
  submittedMs: number
}

const NEAR_END_BYTES = 4 << 20
const nothingSent = { batch: 0, crc: 0, position: 0, base: 0, segmentBytes: 0, start: 0, end: 0 }

/**
 * Builds batches in the ring, and hands them to the writer and to the port; one batch is in flight while one is open.
 * Knows no record but H.
 */
export class Appender implements OpenBatch {
  readonly memory: Memory
  /** Offset in the ring where the next record goes. Encoders write there and advance it. */
  at = 0
  /** An encoder asks for room before it passes this. */
  limit = 0
  /** What to add to an offset in the ring to get a position, and an offset in the segment. */
  toPosition = 0
  toSegment = 0
  /** Number of the open batch. */
  batch: number
  durableBatch: number
  durableEnd: number
  durableCrc: number
  /** How long batches took from being submitted until they were seen to be durable. */
  readonly syncs = new Durations()
  private begin = 0
  /** In the order they are written; the first ones may be written before `collect` sees it. */
  private readonly sealed: Sealed[] = []
  /** Batches that `collect` has seen written and the port has not acknowledged, in the same order. */
  private readonly written: Sealed[] = []
  /** Bytes of both lists. */
  private sealedBytes = 0
  /** The object that the port gets. */
  private readonly sent: SealedBatch
  /** The writer's count as last seen by `collect`. */
  private seen = 0
  private isWanted = false

  constructor(
    readonly ring: Ring,
    private readonly writer: Pick<Writer, 'done' | 'submit' | 'waitForOne'>,
    private readonly segments: Pick<Segments, 'close' | 'list'>,
    private readonly allocator: Pick<Allocator, 'hasReady' | 'prepare' | 'take'>,
    readonly tail: Tail,
    private readonly options: AppenderOptions,
  ) {
    this.memory = ring.memory
    this.sent = { ...nothingSent, bytes: this.memory.bytes }
    this.batch = tail.batch + 1
    this.durableBatch = tail.batch
    this.durableEnd = tail.segment.base + tail.used
    this.durableCrc = tail.crc
    if (tail.used === 0) this.writeHead()
    else this.open(0)
  }

  /** Position behind everything appended. */
  get end(): number {
    return (this.isEmpty ? this.begin : this.at) + this.toPosition
  }

  /** Everything before this position is in its file. */
  get writtenEnd(): number {
    const first = this.firstUnwritten()
    return first ? first.end - first.length : this.tail.segment.base + this.tail.used
  }

  get backlogBytes(): number {
    return this.sealedBytes + (this.isEmpty ? 0 : this.at - this.begin)
  }

  /** Whether the port still has to acknowledge sealed batches. */
  get awaitsPort(): boolean {
    return this.options.port.acknowledged < this.tail.batch
  }

  /** Part of the open segment in use. */
  get usedPart(): number {
    return this.tail.used / this.tail.segment.bytes
  }

  private get isEmpty(): boolean {
    return this.at === this.begin + BATCH_BYTES
  }

  place(position: number): number {
    return this.ring.place(position, this.at)
  }

  /**
   * Make room for a record of `bytes` from `at` on: split the batch if need be, and go on in the next segment when this
   * one is full.
   */
  makeRoom(bytes: number, mayRoll = true): void {
    this.seal()
    const need = BATCH_BYTES + bytes + CLOSING_BYTES
    if (this.tail.used + need > this.tail.segment.bytes && mayRoll) this.roll()
    if (this.tail.used + need > this.tail.segment.bytes) {
      throw new RangeError(
        `a record of ${bytes} bytes does not fit in what is left of a segment of ${this.tail.segment.bytes}`,
      )
    }
    this.open(bytes)
  }

  /**
   * Make sure that so many bytes can be appended before the next segment begins; if a segment is too small for that,
   * half a segment.
   */
  ensureAhead(bytes: number): void {
    const { segment, used } = this.tail
    if (segment.bytes - used - (this.at - this.begin) >= Math.min(bytes, segment.bytes / 2)) return
    this.seal()
    this.roll()
    this.open(0)
  }

  /** Send the open batch off: now, or when the one in flight is written. Returns the number to wait for. */
  commit(): number {
    if (this.isEmpty) return this.batch - 1
    const { batch } = this
    if (this.isWithin(NEAR_END_BYTES, 16) || (this.allocator.hasReady && this.isWithin(2 * NEAR_END_BYTES, 8))) {
      this.seal()
      this.roll()
      this.open(0)
    } else if (this.sealed.length === 0) this.sealAndOpen()
    else this.isWanted = true
    return batch
  }

  /**
   * The writer has done more, or the port has acknowledged more: start the next write. True: something became durable.
   */
  collect(): boolean {
    for (const { done } = this.writer; this.seen !== done; this.seen = (this.seen + 1) | 0) {
      // the writer never does more than was submitted
      const first = this.sealed.shift()!
      if (first.close >= 0) this.segments.close(first.close)
      this.written.push(first)
    }
    if (this.isWanted && this.sealed.length === 0) this.sealAndOpen()
    return this.settle()
  }

  /** Batches that are written and acknowledged become durable. */
  private settle(): boolean {
    const { written } = this
    const { acknowledged } = this.options.port
    const before = this.durableBatch
    for (let first = written[0]; first && first.batch <= acknowledged; first = written[0]) {
      written.shift()
      this.sealedBytes -= first.length
      this.durableBatch = first.batch
      this.durableEnd = first.end
      this.durableCrc = first.crc
      this.syncs.add(performance.now() - first.submittedMs)
    }
    return this.durableBatch > before
  }

  /** Call after the writer has ended. */
  close(): void {
    for (const { close } of this.sealed) if (close >= 0) this.segments.close(close)
    this.segments.close(this.tail.fd)
  }

  /** Whether the segment ends within so many bytes, or within this part of it. */
  private isWithin(most: number, part: number): boolean {
    const { bytes } = this.tail.segment
    return bytes - this.tail.used - (this.at - this.begin) < Math.min(most, bytes / part)
  }

  private sealAndOpen(): void {
    this.seal()
    this.open(0)
  }

  /** End the open batch and submit it, unless it is empty. Another batch must be opened before anything is appended. */
  private seal(): void {
    this.isWanted = false
    if (this.isEmpty) return
    const { begin, tail } = this
    const length = sealBatch(this.memory, begin, this.at, tail.crc, this.options.nowMs())
    tail.crc = crcOfSealed(this.memory, begin)
    this.writer.submit(tail.fd, begin, length, tail.used)
    this.send(begin, length)
    tail.used += length
    tail.batch = this.batch
    const end = tail.segment.base + tail.used
    const { crc } = tail
    this.sealed.push({ batch: this.batch, offset: begin, length, end, crc, close: -1, submittedMs: performance.now() })
    this.sealedBytes += length
    this.ring.extend(begin + length)
    this.begin += length
    this.at = this.begin + BATCH_BYTES
    this.batch++
  }

  private send(begin: number, length: number): void {
    const { sent, tail } = this
    sent.batch = this.batch
    sent.crc = tail.crc
    sent.position = tail.segment.base + tail.used
    sent.base = tail.segment.base
    sent.segmentBytes = tail.segment.bytes
    sent.start = begin
    sent.end = begin + length
    this.options.port.send(sent)
  }

  /** Open a batch with room for at least one record of `bytes`. */
  private open(bytes: number): void {
    const { tail, ring } = this
    const room = Math.max(this.options.batchBytes, BATCH_BYTES + bytes + CLOSING_BYTES)
    const begin = ring.startFor(this.begin, room)
    for (let first = this.firstUnwritten(); first; first = this.firstUnwritten()) {
      if (first.offset >= begin + room || first.offset + first.length <= begin) break
      this.writer.waitForOne(this.writer.done)
    }
    const position = tail.segment.base + tail.used
    ring.claim(position, begin, room)
    this.begin = begin
    this.at = begin + BATCH_BYTES
    this.toPosition = position - begin
    this.toSegment = tail.used - begin
    this.limit = begin + Math.min(room, tail.segment.bytes - tail.used) - CLOSING_BYTES
    beginHeader(this.memory, begin, this.batch, this.options.nowMs())
  }

  private firstUnwritten(): Sealed | undefined {
    return this.sealed[(this.writer.done - this.seen) | 0]
  }

  /** Go on in the next segment, which begins with the state. The open batch must be empty. */
  private roll(): void {
    const { tail } = this
    this.options.onSealed(tail.segment)
    const next = this.allocator.take()
    const last = this.sealed.at(-1)
    if (last) last.close = tail.fd
    else this.segments.close(tail.fd)
    tail.segment = { base: next.base, bytes: next.bytes }
    tail.fd = next.fd
    tail.isReserve = next.isReserve
    tail.used = 0
    this.segments.list.push(tail.segment)
    this.allocator.prepare(next.base + next.bytes)
    this.writeHead()
  }

  private writeHead(): void {
    const head = this.options.head()
    if (head.length + X_BYTES + BATCH_BYTES + CLOSING_BYTES > this.tail.segment.bytes) {
      throw new RangeError(`a state of ${head.length} bytes does not fit in a segment of ${this.tail.segment.bytes}`)
    }
    this.open(X_BYTES + head.length)
    const { bytes, view } = this.memory
    view.setUint8(this.at, H)
    view.setUint8(this.at + 1, 0)
    view.setUint16(this.at + 2, 0, true)
    view.setUint32(this.at + 4, head.length, true)
    bytes.set(head, this.at + X_BYTES)
    this.at += X_BYTES + head.length
    this.sealAndOpen()
  }
}
