/** Bytes seen both ways: as an array for single bytes, as a view for four at a time. The two begin at the same byte. */
export interface Memory {
  readonly bytes: Buffer
  readonly view: DataView
}

/** Costs more than copying a message: make one for a chunk or a buffer, not for each message in it. */
export const memoryOf = (bytes: Buffer): Memory => ({
  bytes,
  view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength),
})

export const noMemory = memoryOf(Buffer.alloc(0))

/**
 * Copy `from[start, end)` to `out` at `at`, four bytes at a time; answers where it ends. The two must not overlap. For
 * hot paths: it takes a third of the time of `set`, which needs an array of the part, and leaves no garbage.
 */
export function copyBytes(out: DataView, at: number, from: DataView, start: number, end: number): number {
  let write = at
  let read = start
  for (const whole = end - 3; read < whole; read += 4, write += 4) out.setInt32(write, from.getInt32(read, true), true)
  for (; read < end; read++, write++) out.setUint8(write, from.getUint8(read))
  return write
}
