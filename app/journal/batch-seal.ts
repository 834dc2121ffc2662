import { crc32 } from 'node:zlib'
import { align8, BATCH_MAGIC, type Memory, TRAILER_BYTES, TRAILER_MAGIC } from './layout.ts'

/** Begin the header of an open batch: a scan may reach the batch before it is sealed, and the memory may be reused. */
export function beginHeader({ view }: Memory, begin: number, batch: number, nowMs: number): void {
  view.setUint32(begin, BATCH_MAGIC, true)
  view.setFloat64(begin + 16, batch, true)
  view.setFloat64(begin + 24, nowMs, true)
}

/**
 * End the batch whose header was begun at `begin` and whose records end at `at`. Returns its length.
 * @param crc of the batch before
 */
export function sealBatch({ bytes, view }: Memory, begin: number, at: number, crc: number, nowMs: number): number {
  const trailerAt = begin + align8(at - begin)
  bytes.fill(0, at, trailerAt)
  const length = trailerAt + TRAILER_BYTES - begin
  view.setUint32(begin + 4, length, true)
  view.setUint32(begin + 12, crc, true)
  view.setFloat64(begin + 24, nowMs, true)
  view.setUint32(begin + 8, crc32(bytes.subarray(begin + 12, trailerAt)), true)
  view.setUint32(trailerAt, TRAILER_MAGIC, true)
  view.setUint32(trailerAt + 4, view.getFloat64(begin + 16, true) % 0x100000000, true)
  return length
}

/** The crc of a sealed batch. */
export const crcOfSealed = ({ view }: Memory, begin: number): number => view.getUint32(begin + 8, true)
