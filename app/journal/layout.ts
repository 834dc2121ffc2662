/**
 * How a segment file is laid out. Little endian throughout.
 *
 * batch: magic 4 · length 4 · crc32 4 · crc32 of the batch before 4 · number 8 (double) · wall clock 8 (double, ms) ·
 * records · zeros to a multiple of 8 · trailer (magic 4 · low half of the number 4). The crc covers everything behind
 * itself but the trailer; length is the whole batch. Batches stand back to back from offset 0, the rest of the file is
 * zero. The first byte tells what is at an address:
 */
export const PADDING = 0
export const M = 1
export const D = 2
export const S = 3
export const I = 4
export const X = 5
export const H = 6
/** First byte of a batch header. */
export const BATCH = 0xdc
/** First byte of a trailer. */
export const TRAILER = 0xfe

export const BATCH_MAGIC = 0x314a43dc
/** The first three bytes of every format's magic; the fourth is its number, as a digit. */
export const MAGIC_OF_ALL_FORMATS = BATCH_MAGIC & 0xffffff
export const TRAILER_MAGIC = 0x31454afe
export const BATCH_BYTES = 32
export const TRAILER_BYTES = 8
/** A batch without a record. */
export const EMPTY_BATCH_BYTES = BATCH_BYTES + TRAILER_BYTES
/** The most that a batch needs behind its last record. */
export const CLOSING_BYTES = 7 + TRAILER_BYTES

export const M_BYTES = 32
export const D_BYTES = 24
export const S_BYTES = 12
export const I_BYTES = 8
export const X_BYTES = 8
/** No record's fixed part is longer. */
export const LONGEST_FIXED_PART = 32

/** The journal is undamaged but holds something that this release does not know: nothing of it may be skipped. */
export class UnknownFormatError extends Error {
  override name = 'UnknownFormatError'
  constructor(what: string) {
    super(`The journal holds ${what}, which this release does not know: run the release that wrote it, or a newer one.`)
  }
}

/** The next multiple of 8; for offsets below 2 GB. */
export const align8 = (n: number): number => (n + 7) & ~7

/** Bytes of the record at `at`, of which `available` are there; −1: too few to tell. @throws when it is no record */
export function recordBytes(view: DataView, at: number, available: number): number {
  if (available < I_BYTES) return -1
  switch (view.getUint8(at)) {
    case M:
      return M_BYTES + view.getUint32(at + 4, true)
    case D:
      return available < 12 ? -1 : D_BYTES + view.getUint32(at + 8, true)
    case S:
      return available < S_BYTES ? -1 : S_BYTES + view.getUint16(at + 10, true)
    case I:
      return I_BYTES
    case X:
    case H:
      return X_BYTES + view.getUint32(at + 4, true)
    default:
      throw new UnknownFormatError(`a record of type ${view.getUint8(at)}`)
  }
}

/** Memory seen both ways: bytes for copies, a view for numbers. */
export interface Memory {
  bytes: Buffer
  view: DataView
}

export function memoryOf(bytes: Buffer): Memory {
  return { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength) }
}
