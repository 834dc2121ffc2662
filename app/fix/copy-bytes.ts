/** Shorter than this, bytes one at a time are as fast. */
const short = 16

// views of the memories used last: bytes go from a socket's to the journal's and from there to another socket's
let newest: DataView = new DataView(new ArrayBuffer(0))
let second: DataView = newest
let third: DataView = newest

/**
 * Copy `from[start, end)` to `out` at `at`, four bytes at a time; answers where it ends. For hot paths: `set` needs a view of the part
 * first, which costs more than copying it and has to be collected. The two must not overlap.
 */
export function copyBytes(out: Uint8Array, at: number, from: Uint8Array, start: number, end: number): number {
  const length = end - start
  if (length < short) {
    for (let i = 0; i < length; i++) out[at + i] = from[start + i]! // inside by the callers' bounds
    return at + length
  }
  const source = viewOf(from.buffer)
  const target = viewOf(out.buffer)
  let read = from.byteOffset + start
  let write = out.byteOffset + at
  const last = from.byteOffset + end - 4
  for (; read <= last; read += 4, write += 4) target.setInt32(write, source.getInt32(read, true), true)
  for (; read < last + 4; read++, write++) target.setUint8(write, source.getUint8(read))
  return at + length
}

function viewOf(memory: ArrayBufferLike): DataView {
  if (memory === newest.buffer) return newest
  if (memory === second.buffer) return second
  if (memory !== third.buffer) third = new DataView(memory)
  const found = third
  third = second
  second = newest
  newest = found
  return found
}
