import { copyBytes } from '#fix/memory.ts'

/**
 * A 32-bit digest of `view[start, end)` (MurmurHash3), chained over several ranges by passing the last answer as
 * `seed`. It tells two messages of one number apart; it is no protection against somebody who wants a collision.
 */
export function digest(view: DataView, start: number, end: number, seed: number): number {
  let hash = seed
  let at = start
  for (const whole = end - 3; at < whole; at += 4) hash = mixed(hash, view.getInt32(at, true))
  return finished(hash, view, at, end, end - start)
}

/**
 * The same while the bytes are copied to `out` at `to`, in one walk: the copy costs almost nothing. They must not
 * overlap.
 */
export function digestAndCopy(
  view: DataView,
  start: number,
  end: number,
  seed: number,
  out: DataView,
  to: number,
): number {
  let hash = seed
  let at = start
  let write = to
  for (const whole = end - 3; at < whole; at += 4, write += 4) {
    const word = view.getInt32(at, true)
    out.setInt32(write, word, true)
    hash = mixed(hash, word)
  }
  copyBytes(out, write, view, at, end)
  return finished(hash, view, at, end, end - start)
}

function mixed(seed: number, word: number): number {
  const hash = seed ^ scramble(word)
  return (Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64) | 0
}

/** With the up to three bytes that are left, and the length of the whole. */
function finished(seed: number, view: DataView, at: number, end: number, length: number): number {
  let rest = 0
  for (let i = end - 1; i >= at; i--) rest = (rest << 8) | view.getUint8(i)
  let hash = seed ^ scramble(rest) ^ length
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

function scramble(word: number): number {
  const spread = Math.imul(word, 0xcc9e2d51)
  return Math.imul((spread << 15) | (spread >>> 17), 0x1b873593)
}
