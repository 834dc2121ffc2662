/** Every other byte of four. */
const odd = 0x00ff00ff
/** Bytes after which two sums of 16 bits side by side may be full. */
const block = 256

/**
 * Sum of the bytes of `view[start, end)`, not reduced. Sums of neighbouring parts add up, so a message made of pieces
 * that stay and pieces that change needs only the changed ones summed again. CheckSum(10) = sum modulo 256.
 */
export function sumBytes(view: DataView, start: number, end: number): number {
  let sum = 0
  let at = start
  for (const whole = end - 7; at < whole; ) {
    let pairs = 0
    for (const last = Math.min(whole, at + block); at < last; at += 8) {
      const first = view.getInt32(at, true)
      const second = view.getInt32(at + 4, true)
      pairs = (pairs + (first & odd) + ((first >>> 8) & odd) + (second & odd) + ((second >>> 8) & odd)) | 0
    }
    sum += (pairs & 0xffff) + (pairs >>> 16)
  }
  for (; at < end; at++) sum += view.getUint8(at)
  return sum
}

/**
 * Write `10=ddd` and its SOH (7 bytes) at `at`, for a message whose earlier bytes sum to `sum`; returns the offset
 * behind it.
 */
export function writeTrailer(out: DataView, at: number, sum: number): number {
  const value = sum & 255
  out.setUint8(at, 49)
  out.setUint8(at + 1, 48)
  out.setUint8(at + 2, 61)
  out.setUint8(at + 3, 48 + ((value / 100) | 0))
  out.setUint8(at + 4, 48 + (((value / 10) | 0) % 10))
  out.setUint8(at + 5, 48 + (value % 10))
  out.setUint8(at + 6, 1)
  return at + trailerLength
}

/** Bytes of `10=ddd` and its SOH. */
export const trailerLength = 7

/** A frame whose last seven bytes are still to be written gets them. */
export function sealFrame(frame: Uint8Array): void {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.length)
  const at = frame.length - trailerLength
  writeTrailer(view, at, sumBytes(view, 0, at))
}

/** CheckSum(10) as the trailer at `at` says it. */
export const statedSum = (view: DataView, at: number): number =>
  (view.getUint8(at + 3) - 48) * 100 + (view.getUint8(at + 4) - 48) * 10 + view.getUint8(at + 5) - 48

/** Whether a whole frame's last seven bytes are `10=ddd|` with the true sum of the bytes before it. */
export function checksumHolds(view: DataView, start: number, end: number): boolean {
  const at = end - trailerLength
  return at >= start && statedSum(view, at) === (sumBytes(view, start, at) & 255)
}
