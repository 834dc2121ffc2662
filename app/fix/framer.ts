import { checksumHolds } from './checksum.ts'
import { type Memory, memoryOf, noMemory } from './memory.ts'

/**
 * Why bytes were passed over.
 * `checksum`: a whole frame, skipped by its BodyLength. `length`: the frame does not end where its BodyLength says; the
 * next `8=FIX` is looked for. Told once for all bytes up to the next whole frame, however many beginnings are among
 * them. `too-long`: longer than the limit; skipped by its BodyLength without being kept. `not-fix`: bytes that begin no
 * frame.
 */
type FrameFault = 'checksum' | 'length' | 'too-long' | 'not-fix'

/** What `next()` found. Read the frame after 'frame', `fault` after 'garbled'; 'more': nothing until the next push. */
export type FrameStatus = 'frame' | 'garbled' | 'more'

/** Bytes of one frame, head and trailer included. Before the Logon and after it. */
export const frameLimits = { beforeLogon: 4 * 1024, live: 64 * 1024 } as const

/** A BodyLength(9) above this is taken for a wrong one: what it would skip could be the rest of the day. */
const maxSkip = 16 * 1024 * 1024

/** Bytes of `8=FIX…` before its SOH must come, and digits of BodyLength(9): the known client writes six. */
const maxBeginString = 16
const maxDigits = 9
const trailerLength = 7
/** Bytes that are brought together at once: no frame is shorter. */
const wholeHead = 24

/**
 * Cuts a byte stream into frames. Push a chunk, then call `next()` until it says 'more'; stop calling when you do not
 * want to read on. However the stream is cut into chunks, the same frames and faults come out.
 *
 * A frame that arrives whole in one chunk is left there; another one gets a buffer of its own. It stays valid as long
 * as nobody overwrites the chunk. Memory held: one frame of at most twice the limit.
 */
export class Framer {
  /** Bytes of the longest frame let through; set it to `frameLimits.live` once the peer is logged on. */
  limit: number
  /** The frame found last is `memory.bytes[start, end)`. */
  memory: Memory = noMemory
  start = 0
  end = 0
  fault: FrameFault = 'not-fix'
  /** Bytes looked at so far: what reading has cost. Always in proportion to the bytes pushed. */
  looked = 0

  private chunk: Memory = noMemory
  private chunkAt = 0
  /**
   * A frame cut by the end of a chunk waits here: [holdAt, holdEnd) of hold. Never overwritten, views may point into
   * it.
   */
  private hold: Memory = noMemory
  private holdAt = 0
  private holdEnd = 0
  /** Bytes of a too long frame still to be passed over. */
  private skipping = 0
  /** Looking for the next `8=FIX`; the byte before the present position decides whether it may begin a frame. */
  private lost = false
  private before = 0
  /** No whole frame has been found since a fault was told. */
  private told = false

  constructor(limit: number = frameLimits.beforeLogon) {
    this.limit = limit
  }

  /** Only after `next()` has said 'more'. */
  push(chunk: Buffer): void {
    if (this.chunkAt < this.chunk.bytes.length) throw new Error('unreachable: pushed before the last chunk was used up')
    this.chunk = memoryOf(chunk)
    this.chunkAt = 0
  }

  /** The frame found last, as an array of its own that shares its bytes. */
  get frame(): Buffer {
    return this.memory.bytes.subarray(this.start, this.end)
  }

  next(): FrameStatus {
    for (;;) {
      if (this.skipping > 0) this.skip()
      const holding = this.holdEnd > this.holdAt
      if (!holding && this.chunkAt === this.chunk.bytes.length) return 'more'
      const memory = holding ? this.hold : this.chunk
      const { bytes } = memory
      const end = holding ? this.holdEnd : bytes.length
      if (this.lost && !this.rescan(bytes, holding ? this.holdAt : this.chunkAt, end, holding)) continue
      const start = holding ? this.holdAt : this.chunkAt
      const found = this.examine(bytes, start, end, holding)
      if (found === garbled) return 'garbled'
      if (found === again) continue
      if (found < 0) {
        if (this.gather(-found, holding)) continue
        return 'more'
      }
      this.memory = memory
      this.start = start
      this.end = start + found
      this.consume(found, holding)
      this.looked += found
      this.told = false
      if (checksumHolds(memory.view, start, start + found)) return 'frame'
      this.fault = 'checksum'
      return 'garbled'
    }
  }

  /**
   * The length of the whole frame at `start`; minus the bytes needed to say more; `garbled`, with `fault` set; or
   * `again` when what looked like a beginning was none.
   */
  private examine(bytes: Buffer, start: number, end: number, holding: boolean): number {
    let at = start
    for (; at < start + beginning.length; at++) {
      if (at === end) return -(end - start + 1)
      if (bytes[at] !== beginning[at - start]) return this.lose('not-fix', bytes, start, holding)
    }
    this.lost = false
    const last = Math.min(end, start + maxBeginString)
    const soh = fieldEnd(bytes, at, last)
    this.looked += (soh < 0 ? last : soh + maxDigits) - start
    if (soh < 0) return end - start < maxBeginString ? -(end - start + 1) : this.lose('length', bytes, start, holding)
    let bodyLength = 0
    for (at = soh + 1; ; at++) {
      if (at === end) return -(end - start + 1)
      const c = bytes[at]! // `!`: at < end
      const digitAt = at - soh - 3
      if (c === 1 && digitAt > 0) break
      const fits = digitAt === -2 ? c === 57 : digitAt === -1 ? c === 61 : c >= 48 && c <= 57 && digitAt < maxDigits
      if (!fits) return this.lose('length', bytes, start, holding)
      if (digitAt >= 0) bodyLength = bodyLength * 10 + c - 48
    }
    const total = at + 1 - start + bodyLength + trailerLength
    if (total > this.limit) return this.passOver(total, bytes, start, end, holding)
    if (total > end - start) return -total
    return endsHere(bytes, start + total) ? total : this.lose('length', bytes, start, holding)
  }

  /**
   * Give up the byte at `start` and look for a frame behind it. Told once for each run of bytes without a whole frame.
   */
  private lose(fault: FrameFault, bytes: Buffer, start: number, holding: boolean): number {
    const { told } = this
    this.told = true
    this.looked++
    this.before = bytes[start]! // `!`: examine only loses what is there
    this.consume(1, holding)
    this.lost = true
    this.fault = fault
    return told ? again : garbled
  }

  private passOver(total: number, bytes: Buffer, start: number, end: number, holding: boolean): number {
    if (total > maxSkip) return this.lose('too-long', bytes, start, holding)
    const here = Math.min(total, end - start)
    this.skipping = total - here
    this.consume(here, holding)
    this.looked += here
    this.told = false
    this.fault = 'too-long'
    return garbled
  }

  /** Pass over what belongs to a too long frame. Nothing is held meanwhile. */
  private skip(): void {
    const here = Math.min(this.skipping, this.chunk.bytes.length - this.chunkAt)
    this.chunkAt += here
    this.skipping -= here
    this.looked += here
  }

  /**
   * Move to the next `8=FIX` or what may become one; false when there is none in [from, end). One right behind `>` or
   * `=` begins no frame: it is a message inside a data field, `213=<RTRF>8=FIX…`, and must never be taken for a
   * session message.
   */
  private rescan(bytes: Buffer, from: number, end: number, holding: boolean): boolean {
    let before = this.before
    for (let at = from; at < end; at++) {
      const c = bytes[at]! // `!`: at < end
      if (c === 56 && before !== 62 && before !== 61 && mayBegin(bytes, at, end)) {
        this.before = before
        this.looked += at - from
        this.consume(at - from, holding)
        return true
      }
      before = c
    }
    this.before = before
    this.looked += end - from
    this.consume(end - from, holding)
    return false
  }

  private consume(count: number, holding: boolean): void {
    if (!holding) this.chunkAt += count
    else {
      this.holdAt += count
      if (this.holdAt === this.holdEnd) this.hold = noMemory
      if (this.holdAt === this.holdEnd) this.holdAt = this.holdEnd = 0
    }
  }

  /** Bring `need` bytes from the present position on together in `hold`; false when the chunk has no byte to add. */
  private gather(need: number, holding: boolean): boolean {
    const { bytes } = this.chunk
    const have = holding ? this.holdEnd - this.holdAt : bytes.length - this.chunkAt
    if (!holding) {
      this.hold = memoryOf(Buffer.allocUnsafe(Math.max(need, 256)))
      bytes.copy(this.hold.bytes, 0, this.chunkAt)
      this.holdAt = 0
      this.holdEnd = have
      this.chunkAt = bytes.length
      return false
    }
    if (this.holdAt + Math.max(need, wholeHead) > this.hold.bytes.length) {
      const wider = memoryOf(Buffer.allocUnsafe(Math.max(need * 2, 256)))
      this.hold.bytes.copy(wider.bytes, 0, this.holdAt, this.holdEnd)
      this.hold = wider
      this.holdAt = 0
      this.holdEnd = have
    }
    const taken = Math.min(Math.max(need, wholeHead) - have, bytes.length - this.chunkAt)
    bytes.copy(this.hold.bytes, this.holdEnd, this.chunkAt, this.chunkAt + taken)
    this.holdEnd += taken
    this.chunkAt += taken
    return taken > 0
  }
}

/** Answers of `examine` that are no length: no frame is that short. */
const garbled = 0
const again = 1
/** `8=FIX` */
const beginning = [56, 61, 70, 73, 88]

function fieldEnd(bytes: Buffer, from: number, end: number): number {
  for (let at = from; at < end; at++) if (bytes[at] === 1) return at
  return -1
}

function mayBegin(bytes: Buffer, at: number, end: number): boolean {
  for (let i = 1; i < 5 && at + i < end; i++) if (bytes[at + i] !== beginning[i]) return false
  return true
}

/** Whether a frame's last bytes before `end` are SOH `10=ddd` SOH. */
function endsHere(bytes: Buffer, end: number): boolean {
  const at = end - trailerLength
  if (bytes[at - 1] !== 1 || bytes[at] !== 49 || bytes[at + 1] !== 48 || bytes[at + 2] !== 61) return false
  for (let i = at + 3; i < at + 6; i++) if (bytes[i]! < 48 || bytes[i]! > 57) return false // `!`: inside the frame
  return bytes[at + 6] === 1
}
