import { describe, expect, test } from 'vitest'
import { copyBytes, memoryOf } from '#fix/memory.ts'

describe('copying bytes', () => {
  test('brings every length from every offset to every offset, and touches nothing beside it', () => {
    const from = Buffer.from(Array.from({ length: 200 }, (_, i) => i + 1)).subarray(3)
    for (let length = 0; length < 70; length++)
      for (let offset = 0; offset < 5; offset++) {
        const out = Buffer.alloc(120).subarray(1 + offset)
        expect(copyBytes(memoryOf(out).view, 7, memoryOf(from).view, offset, offset + length)).toBe(7 + length)
        const expected = Buffer.alloc(out.length)
        from.copy(expected, 7, offset, offset + length)
        expect(out.equals(expected)).toBe(true)
      }
  })
})
