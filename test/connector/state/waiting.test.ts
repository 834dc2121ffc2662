import { describe, expect, test } from 'vitest'
import { cursorOf, emptyWaiting, keepNewest, stopCounting } from '#connector/state/waiting.ts'

const copy = (number: number) => ({ position: number * 100, stream: 1, epoch: 1, number, late: false })
const numbers = (count: number) => Array.from({ length: count }, (_, i) => i + 1)

describe('the queue of a client that is away', () => {
  test.each([1, 2, 7, 1000])('keeps the newest %d and pushes the others out, oldest first', (depth) => {
    const waiting = emptyWaiting()
    const all = numbers(2500)
    const out = all.map((number) => keepNewest(waiting, copy(number), depth)).filter((one) => one !== undefined)
    expect(out).toEqual(all.slice(0, -depth).map(copy))
    expect(waiting.total).toBe(depth)
    expect(cursorOf(waiting)).toBe((2500 - depth + 1) * 100)
    stopCounting(waiting)
    expect(waiting.runs).toEqual([(2500 - depth + 1) * 100, 2500 * 100])
  })

  test('stays small however many have passed through it', () => {
    const waiting = emptyWaiting()
    for (const number of numbers(10_000)) keepNewest(waiting, copy(number), 100)
    expect(waiting.counted.length).toBeLessThanOrEqual(2 * 100 * 5 + 5)
  })

  test('takes a copy with the same work however deep it is', () => {
    const all = numbers(20_000).map(copy)
    const workOf = (depth: number) => {
      const waiting = emptyWaiting()
      const begin = process.cpuUsage()
      for (const one of all) keepNewest(waiting, one, depth)
      const { user, system } = process.cpuUsage(begin)
      expect(waiting.total).toBe(depth)
      return user + system
    }
    const shallow = workOf(100)
    expect(workOf(10_000)).toBeLessThan(20 * shallow) // a shift of all of them for each costs hundreds of times as much
  })
})
