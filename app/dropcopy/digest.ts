/**
 * A 32-bit digest of `view[start, end)` (MurmurHash3), chained over several ranges by passing the last answer as `seed`.
 * It tells two messages of one number apart; it is no protection against somebody who wants a collision.
 */
export function digest(view: DataView, start: number, end: number, seed: number): number {
  let hash = seed
  let at = start
  for (const whole = end - 3; at < whole; at += 4) {
    hash ^= scramble(view.getInt32(at, true))
    hash = (hash << 13) | (hash >>> 19)
    hash = (Math.imul(hash, 5) + 0xe6546b64) | 0
  }
  let rest = 0
  for (let i = end - 1; i >= at; i--) rest = (rest << 8) | view.getUint8(i)
  hash ^= scramble(rest) ^ (end - start)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

function scramble(word: number): number {
  const mixed = Math.imul(word, 0xcc9e2d51)
  return Math.imul((mixed << 15) | (mixed >>> 17), 0x1b873593)
}
