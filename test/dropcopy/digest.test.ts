import { describe, expect, test } from 'vitest'
import { digest, digestAndCopy } from '#dropcopy/digest.ts'

const bytes = new Uint8Array(600).map((_, i) => (i * 131 + (i >> 3)) & 255)
const view = new DataView(bytes.buffer)
const lengths = [0, 1, 2, 3, 4, 5, 7, 8, 9, 63, 64, 350, 513]

describe('a digest', () => {
  test('is MurmurHash3 as its author published it', () => {
    const text = Buffer.from('The quick brown fox jumps over the lazy dog')
    expect(digest(new DataView(text.buffer, text.byteOffset, text.length), 0, text.length, 0)).toBe(0x2e4ff723)
  })

  test.each(lengths)('of %i bytes is the same while they are copied, and the copy is exact', (length) => {
    const out = new Uint8Array(700).fill(0xee)
    const made = digestAndCopy(view, 3, 3 + length, 77, new DataView(out.buffer), 11)
    expect(made).toBe(digest(view, 3, 3 + length, 77))
    expect([...out]).toEqual([
      ...Array(11).fill(0xee),
      ...bytes.subarray(3, 3 + length),
      ...Array(689 - length).fill(0xee),
    ])
  })

  test('changes with every byte and with the seed', () => {
    const before = digest(view, 0, 100, 0)
    const seen = new Set([before, digest(view, 0, 100, 1)])
    for (let i = 0; i < 100; i++) {
      bytes[i]! ^= 1
      seen.add(digest(view, 0, 100, 0))
      bytes[i]! ^= 1
    }
    expect(seen.size).toBe(102)
  })
})
