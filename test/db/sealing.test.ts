import { describe, expect, test } from 'vitest'
import { open, seal, sealedKey } from '#db/sealing.ts'

const key = Buffer.alloc(32, 7)
const what = sealedKey('00000000-0000-4000-8000-000000000001', 'EXAMPLEACCESSKEY0001')

describe('what is sealed', () => {
  test('opens with its key, for what it was sealed for', () => {
    expect(open(key, seal(key, 'secret', what), what)).toBe('secret')
  })
  test('looks another each time, and shows nothing', () => {
    const [one, two] = [seal(key, 'secret', what), seal(key, 'secret', what)]
    expect(one.equals(two)).toBe(false)
    expect(one.includes('secret')).toBe(false)
  })
  test('does not open in another row, with another key, or after a bit has flipped', () => {
    const sealed = seal(key, 'secret', what)
    expect(() => open(key, sealed, sealedKey('another', 'EXAMPLEACCESSKEY0001'))).toThrow()
    expect(() => open(Buffer.alloc(32, 8), sealed, what)).toThrow()
    sealed[sealed.length - 1]! ^= 1 // a sealed text has at least its tag
    expect(() => open(key, sealed, what)).toThrow()
  })
})
