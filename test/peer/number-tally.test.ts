import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { NumberTally } from '#peer/number-tally.ts'

const seqNum = fc.oneof(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 300_000 }))

describe('a tally', () => {
  test('counts like a map, whatever numbers come in whatever order', () => {
    fc.assert(
      fc.property(fc.array(seqNum, { maxLength: 200 }), (numbers) => {
        const tally = new NumberTally()
        const map = new Map<number, number>()
        for (const n of numbers) {
          map.set(n, (map.get(n) ?? 0) + 1)
          expect(tally.count(n)).toBe(map.get(n))
        }
        expect(tally.size).toBe(map.size)
        expect([...tally.entries()]).toEqual([...map].sort(([a], [b]) => a - b))
        if (map.size > 0)
          expect([tally.lowest, tally.highest]).toEqual([Math.min(...map.keys()), Math.max(...map.keys())])
      }),
      { numRuns: 40 },
    )
  })
  test('comes back from its runs as it was', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 3 }))), (pairs) => {
        const tally = new NumberTally()
        for (const [n, value] of pairs) tally.set(n, value)
        expect([...NumberTally.fromRuns(tally.runs()).entries()]).toEqual([...tally.entries()])
      }),
    )
  })
  test('keeps a run without holes as one entry', () => {
    expect(
      NumberTally.fromRuns([
        [10, 5000, 1],
        [5002, 5002, 2],
      ]).runs(),
    ).toEqual([
      [10, 5000, 1],
      [5002, 5002, 2],
    ])
  })
  test('with a limit forgets the oldest, goes on counting, and takes what is too old for forgotten', () => {
    const tally = new NumberTally(20_000)
    for (let n = 1; n <= 100_000; n++) tally.count(n)
    tally.count(5)
    expect([tally.size, tally.get(100_000), tally.get(95_000), tally.get(70_000), tally.get(5)]).toEqual([
      100_000, 1, 1, 0, 0,
    ])
    expect(tally.runs(99_000)).toEqual([[99_000, 100_000, 1]])
  })
  test('answers 0 for what it never saw, and forgets what is set to 0', () => {
    const tally = new NumberTally()
    tally.set(7, 1)
    tally.set(7, 0)
    expect([tally.get(7), tally.get(1_000_000), tally.size]).toEqual([0, 0, 0])
  })
})
