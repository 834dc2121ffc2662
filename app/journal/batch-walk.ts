import { crc32 } from 'node:zlib'
import {
  align8,
  BATCH_BYTES,
  BATCH_MAGIC,
  EMPTY_BATCH_BYTES,
  MAGIC_OF_ALL_FORMATS,
  type Memory,
  TRAILER_BYTES,
  TRAILER_MAGIC,
  UnknownFormatError,
} from './layout.ts'

/** A batch whose crc is right. */
export interface Batch {
  at: number
  length: number
  number: number
  crc: number
  /** False: only the last bytes are missing, so the write never ended. */
  hasTrailer: boolean
}

/** What is behind the last valid batch. `from` is where the next batch goes; `[from, to)` is to be cut. */
export interface Verdict {
  tail: 'clean' | 'torn' | 'suspect'
  from: number
  to: number
  /** Number of the last valid batch, 0 when there is none. */
  number: number
}

/** `[from, to)` holds no valid batch although one follows; `batches` are lost with it. */
export interface Damage {
  from: number
  to: number
  batches: number
}

const magic = Buffer.alloc(4)
magic.writeUInt32LE(BATCH_MAGIC)
const trailerMagic = Buffer.alloc(4)
trailerMagic.writeUInt32LE(TRAILER_MAGIC)

/**
 * Go through the batches of a segment, and judge what is behind the last one. If nothing valid follows the damage, an
 * unfinished write is `torn`; a finished one, recognised by a trailer of the expected number or a later one, is
 * `suspect`. A batch that lacks only its trailer counts as valid: nothing in it was promised and nothing in it is
 * wrong, so a flipped bit in a trailer costs nothing.
 * @throws UnknownFormatError at a batch of another format
 * @param last number of the batch before this segment, 0 when unknown
 */
export function* walkBatches(memory: Memory, last: number): Generator<Batch | Damage, Verdict> {
  let at = 0
  let number = last
  for (;;) {
    let batch = validBatch(memory, at)
    if (!batch) refuseOtherFormat(memory, at)
    if (!batch || batch.number <= number) {
      const expected = number + 1
      batch = nextValid(memory, at + 8, number)
      if (!batch) return judge(memory, at, expected)
      yield { from: at, to: batch.at, batches: number === 0 ? 1 : Math.max(1, batch.number - expected) }
    } else if (number > 0 && batch.number > number + 1) {
      yield { from: at, to: at, batches: batch.number - number - 1 }
    }
    yield batch
    number = batch.number
    at = batch.at + batch.length
  }
}

/**
 * Refuse a whole batch with another format's magic. The digits of formats differ from ours in at least two bits: one
 * flipped bit is damage.
 */
function refuseOtherFormat({ view }: Memory, at: number): void {
  if (at + 4 > view.byteLength) return
  const magic = view.getUint32(at, true)
  const digit = magic >>> 24
  const differs = digit ^ (BATCH_MAGIC >>> 24)
  const isDigit = digit > 0x30 && digit <= 0x39
  if ((magic & 0xffffff) !== MAGIC_OF_ALL_FORMATS || !isDigit || (differs & (differs - 1)) === 0) return
  throw new UnknownFormatError(`a batch of format ${String.fromCharCode(digit)}`)
}

/** The batch at `at` if all its bytes are right. */
export function validBatch({ bytes, view }: Memory, at: number): Batch | undefined {
  if (at + EMPTY_BATCH_BYTES > bytes.length || view.getUint32(at, true) !== BATCH_MAGIC) return undefined
  const length = view.getUint32(at + 4, true)
  if (length % 8 !== 0 || length <= EMPTY_BATCH_BYTES || at + length > bytes.length) return undefined
  const trailerAt = at + length - TRAILER_BYTES
  const crc = view.getUint32(at + 8, true)
  if (crc32(bytes.subarray(at + 12, trailerAt)) !== crc) return undefined
  const number = view.getFloat64(at + 16, true)
  return { at, length, number, crc, hasTrailer: isTrailer(view, trailerAt, number) }
}

function isTrailer(view: DataView, at: number, number: number): boolean {
  return view.getUint32(at, true) === TRAILER_MAGIC && view.getUint32(at + 4, true) === number % 0x100000000
}

/** The first valid batch at or behind `from` with a number above `number`. */
export function nextValid(memory: Memory, from: number, number: number): Batch | undefined {
  for (let at = memory.bytes.indexOf(magic, from); at >= 0; at = memory.bytes.indexOf(magic, at + 1)) {
    if (at % 8 !== 0) continue
    const batch = validBatch(memory, at)
    if (batch && batch.number > number) return batch
  }
  return undefined
}

function judge(memory: Memory, from: number, expected: number): Verdict {
  const to = endOfData(memory.bytes, from)
  const number = expected - 1
  if (to === from) return { tail: 'clean', from, to, number }
  // a batch shortly after the expected one counts too: its write began when the expected one's had finished
  const most = (to - from) / EMPTY_BATCH_BYTES
  const isFinished = trailersWithin(memory, from, to).some(
    (at) => number === 0 || (memory.view.getUint32(at + 4, true) - expected) >>> 0 < most,
  )
  return { tail: isFinished ? 'suspect' : 'torn', from, to, number }
}

/** Offsets of everything in `[from, to)` that looks like the trailer of a batch. */
export function trailersWithin({ bytes }: Memory, from: number, to: number): number[] {
  const found: number[] = []
  const last = to - TRAILER_BYTES
  for (let at = bytes.indexOf(trailerMagic, from); at >= 0 && at <= last; at = bytes.indexOf(trailerMagic, at + 1))
    if (at % 8 === 0 && at >= from + BATCH_BYTES) found.push(at)
  return found
}

const zeros = Buffer.alloc(64 * 1024)

/** Offset, a multiple of 8, behind the last byte that is not zero; `from` when all are. */
export function endOfData(bytes: Buffer, from: number): number {
  let end = bytes.length
  while (end > from) {
    const piece = Math.min(zeros.length, end - from)
    if (bytes.compare(zeros, 0, piece, end - piece, end) !== 0) break
    end -= piece
  }
  while (end > from && bytes[end - 1] === 0) end--
  return Math.min(bytes.length, from + align8(end - from))
}
