import type { SegmentEntries } from './entry-list.ts'
import { D, D_BYTES, I, I_BYTES, M, M_BYTES, type Memory, S, S_BYTES, X, X_BYTES } from './layout.ts'
import { writeVarint } from './record-decoder.ts'
import type { MessageFields } from './records.ts'

/** Two varints: a distance below 2^53 and a number of 32 bits. */
const LONGEST_COPY = 13
const MOST_COPIES = 65_535
const none = Buffer.alloc(0)

/** The batch into which records are written. */
export interface OpenBatch {
  readonly memory: Memory
  /** Offset in `memory` where the next record goes. */
  at: number
  /** Ask for room before a record passes this offset. */
  readonly limit: number
  /** What to add to an offset in `memory` to get a position, and an offset in the segment. */
  readonly toPosition: number
  readonly toSegment: number
  /** Whether the segment is the reserve, which takes no messages. */
  readonly tail: { readonly isReserve: boolean }
  /** Make room for a record of `bytes` from `at` on, in this batch or another; without `mayRoll`, in this segment. */
  makeRoom(bytes: number, mayRoll?: boolean): void
  /** Make sure that so many bytes can be appended before the next segment begins. */
  ensureAhead(bytes: number): void
  /** Returns the number of the batch to wait for. */
  commit(): number
}

/** Encodes records directly into the open batch, and indexes what can be looked up. */
export class RecordEncoder {
  readonly memory: Memory
  private readonly bytes: Buffer
  private readonly view: DataView
  /** Offset in `memory` of the D that is begun but not ended, else −1. */
  private deliveryAt = -1
  private copies = 0

  constructor(
    private readonly open: OpenBatch,
    /** `open`: the entries of the open batch's segment. */
    private readonly indexes: { readonly open: SegmentEntries },
    /** The size at which a batch is split. */
    private readonly batchBytes: number,
  ) {
    this.memory = open.memory
    this.bytes = this.memory.bytes
    this.view = this.memory.view
  }

  appendMessage(fields: Readonly<MessageFields>, bytes: Uint8Array, start: number, end: number): number {
    const at = this.messageRoom(end - start)
    this.bytes.set(start === 0 && end === bytes.length ? bytes : bytes.subarray(start, end), at)
    return this.messageWritten(fields, end - start)
  }

  messageRoom(maxBytes: number): number {
    if (this.open.tail.isReserve) throw new Error('the disk is full: the journal takes no messages')
    return this.room(M_BYTES + maxBytes) + M_BYTES
  }

  messageWritten(fields: Readonly<MessageFields>, length: number): number {
    const { open, view } = this
    const { at } = open
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
    this.indexes.open.addMessage(fields.stream, fields.epoch, fields.number, at + open.toSegment)
    open.at = at + M_BYTES + length
    return at + open.toPosition
  }

  beginDelivery(target: number, epoch: number, kind: number, firstNumber: number, sendingTimeMs: number): number {
    // until endDelivery nothing may ask for the state, so no new segment may begin: leave room for the longest D
    this.open.ensureAhead(2 * this.batchBytes)
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
    this.open.at = at + D_BYTES
    return at + this.open.toPosition
  }

  addCopy(messagePosition: number, chainDistance: number): void {
    const { open } = this
    if (open.at + LONGEST_COPY > open.limit || this.copies === MOST_COPIES) this.continueDelivery()
    const distance = this.deliveryAt + open.toPosition - messagePosition
    const at = writeVarint(this.bytes, open.at, distance)
    open.at = writeVarint(this.bytes, at, chainDistance)
    this.copies++
  }

  endDelivery(): void {
    const { open, view, deliveryAt: at } = this
    this.deliveryAt = -1
    if (this.copies === 0) {
      open.at = at
      return
    }
    view.setUint16(at + 6, this.copies, true)
    view.setUint32(at + 8, open.at - at - D_BYTES, true)
    const first = view.getUint32(at + 12, true)
    const target = view.getUint16(at + 4, true)
    const epoch = view.getUint16(at + 2, true)
    this.indexes.open.addDelivery(target, epoch, first, first + this.copies - 1, at + open.toSegment)
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
    const { view, open } = this
    view.setUint8(at, S)
    view.setUint8(at + 1, msgType)
    view.setUint16(at + 2, session, true)
    view.setUint32(at + 4, number, true)
    view.setUint16(at + 8, epoch, true)
    view.setUint16(at + 10, end - start, true)
    if (end > start) {
      this.bytes.set(bytes.subarray(start, end), at + S_BYTES)
      this.indexes.open.addDelivery(session, epoch, number, number, at + open.toSegment)
    }
    open.at = at + S_BYTES + end - start
    return at + open.toPosition
  }

  appendInbound(session: number, next: number): number {
    const at = this.room(I_BYTES)
    this.view.setUint16(at, I, true)
    this.view.setUint16(at + 2, session, true)
    this.view.setUint32(at + 4, next, true)
    this.open.at = at + I_BYTES
    return at + this.open.toPosition
  }

  appendControl(kind: number, bytes: Uint8Array): number {
    const at = this.room(X_BYTES + bytes.length)
    this.view.setUint8(at, X)
    this.view.setUint8(at + 1, kind)
    this.view.setUint16(at + 2, 0, true)
    this.view.setUint32(at + 4, bytes.length, true)
    this.bytes.set(bytes, at + X_BYTES)
    this.open.at = at + X_BYTES + bytes.length
    return at + this.open.toPosition
  }

  commit(): number {
    if (this.deliveryAt >= 0) throw new Error('a delivery record was begun and not ended')
    return this.open.commit()
  }

  /** Where the next record goes, with room for its `bytes`. */
  private room(bytes: number): number {
    const { open } = this
    if (this.deliveryAt >= 0) throw new Error('a delivery record was begun and not ended')
    if (open.at + bytes > open.limit) open.makeRoom(bytes)
    return open.at
  }

  /** The batch or the D is full: end this D and begin another that continues the numbers. */
  private continueDelivery(): void {
    const { view, deliveryAt: at, copies } = this
    const first = view.getUint32(at + 12, true) + copies
    const fixed = [view.getUint16(at + 4, true), view.getUint16(at + 2, true), view.getUint8(at + 1)] as const
    const sendingTimeMs = view.getFloat64(at + 16, true)
    this.endDelivery()
    this.open.makeRoom(D_BYTES + LONGEST_COPY, false)
    this.putDelivery(this.open.at, ...fixed, first, sendingTimeMs)
  }
}
