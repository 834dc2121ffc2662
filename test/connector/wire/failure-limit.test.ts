import { describe, expect, test } from 'vitest'
import { FailureLimit } from '#connector/wire/credentials.ts'

describe('addresses whose Logons fail', () => {
  test('are shut out after five within a minute, until that minute is over', () => {
    const limit = new FailureLimit()
    for (const at of [0, 1_000, 2_000, 3_000]) limit.failed('192.0.2.1', at)
    expect(limit.isShut('192.0.2.1', 4_000)).toBe(false)
    limit.failed('192.0.2.1', 4_000)
    expect(limit.isShut('192.0.2.1', 59_999)).toBe(true)
    expect(limit.isShut('192.0.2.2', 59_999)).toBe(false)
    expect(limit.isShut('192.0.2.1', 60_000)).toBe(false)
  })

  test('are remembered up to ten thousand, the newest first', () => {
    const limit = new FailureLimit()
    const address = (i: number) => `10.0.${i >> 8}.${i & 255}`
    for (let i = 0; i <= 10_000; i++) for (let n = 0; n < 5; n++) limit.failed(address(i), 1_000 + i)
    expect([0, 1, 10_000].map((i) => limit.isShut(address(i), 11_000))).toEqual([false, true, true])
  })
})
