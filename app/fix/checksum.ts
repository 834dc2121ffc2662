/**
 * Sum of the bytes of `bytes[start, end)`, not reduced. Sums of neighbouring parts add up, so a message made of pieces
 * that stay and pieces that change needs only the changed ones summed again. CheckSum(10) = sum modulo 256.
 */
export function sumBytes(bytes: Uint8Array, start: number, end: number): number {
  let sum = 0
  let at = start
  // `!`: the callers' bounds lie inside the buffer
  for (const last = end - 7; at < last; at += 8) {
    sum +=
      bytes[at]! +
      bytes[at + 1]! +
      bytes[at + 2]! +
      bytes[at + 3]! +
      bytes[at + 4]! +
      bytes[at + 5]! +
      bytes[at + 6]! +
      bytes[at + 7]!
  }
  for (; at < end; at++) sum += bytes[at]!
  return sum
}

/** Write `10=ddd` and its SOH (7 bytes) at `at`, for a message whose earlier bytes sum to `sum`; returns the offset behind it. */
export function writeTrailer(out: Uint8Array, at: number, sum: number): number {
  const value = sum & 255
  out[at] = 49
  out[at + 1] = 48
  out[at + 2] = 61
  out[at + 3] = 48 + Math.trunc(value / 100)
  out[at + 4] = 48 + (Math.trunc(value / 10) % 10)
  out[at + 5] = 48 + (value % 10)
  out[at + 6] = 1
  return at + 7
}

/** Whether a whole frame's last seven bytes are `10=ddd|` with the true sum of what stands before. */
export function checksumHolds(frame: Uint8Array): boolean {
  const at = frame.length - 7
  if (at < 0) return false
  const said = (frame[at + 3]! - 48) * 100 + (frame[at + 4]! - 48) * 10 + (frame[at + 5]! - 48) // inside by the line above
  return said === (sumBytes(frame, 0, at) & 255)
}
