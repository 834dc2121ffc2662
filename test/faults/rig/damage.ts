import { closeSync, openSync, readdirSync, readFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { Random } from '#gateway-sim/random.ts'
import { walkBatches } from '#journal/batch-walk.ts'
import { memoryOf } from '#journal/layout.ts'

/** The newest segment with anything written, and where its last whole batch ends. */
function newest(dir: string): { path: string; bytes: Buffer; end: number; from: number } {
  const names = readdirSync(dir).filter((name) => name.endsWith('.segment'))
  for (const name of names.sort().reverse()) {
    const path = join(dir, name)
    const bytes = readFileSync(path)
    const walk = walkBatches(memoryOf(bytes), 0)
    let step = walk.next()
    let [end, from] = [0, 0]
    for (; !step.done; step = walk.next())
      if ('length' in step.value) {
        const { at, length } = step.value
        if (from === 0) from = at + length
        end = at + length
      }
    if (end > 0) return { path, bytes, end, from }
  }
  throw new Error(`no segment of ${dir} holds a batch`)
}

/** A write that the power cut short: the beginning of a batch, without its end, follows the last one. */
export function tearTail(dir: string, random: Random): void {
  const { path, bytes, end, from } = newest(dir)
  const whole = bytes.subarray(from, Math.max(from, end))
  const length = Math.min(whole.length >> 1, random.between(8, 4_096))
  const part = length > 8 ? whole.subarray(0, length) : Buffer.alloc(64, 0x55)
  if (end + part.length < bytes.length) put(path, part, end)
}

/**
 * Flips one bit of the synced bytes, behind the first batch, which holds the state or the names that all else builds
 * on.
 * @returns its place
 */
export function flipBit(dir: string, random: Random): number {
  const { path, bytes, end, from } = newest(dir)
  if (end <= from) return -1
  const at = random.between(from, end - 1)
  const flipped = (bytes[at] ?? 0) ^ (1 << random.below(8))
  put(path, Buffer.from([flipped]), at)
  return at
}

function put(path: string, bytes: Buffer, at: number): void {
  const fd = openSync(path, 'r+')
  try {
    writeSync(fd, bytes, 0, bytes.length, at)
  } finally {
    closeSync(fd)
  }
}
