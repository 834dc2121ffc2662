import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { give, isHeld, lastCopied, takeBack } from '#connector/state/given.ts'
import { emptyRow } from '#connector/state/ledger.ts'
import { type Chain, emptyChain, hold, previousOf } from '#connector/state/waiting.ts'

const all = Array.from({ length: 60 }, (_, i) => i + 1)

/** Numbers of one source: which of them were eligible, and which of those were held rather than delivered. */
const sources = fc
  .tuple(fc.uniqueArray(fc.constantFrom(...all), { maxLength: 50 }), fc.uniqueArray(fc.constantFrom(...all)))
  .map(([eligible, out]) => {
    const numbers = eligible.sort((a, b) => a - b)
    return { eligible: numbers, held: numbers.filter((n) => out.includes(n)) }
  })
const requests = fc.array(fc.tuple(fc.constantFrom(...all), fc.constantFrom(...all)), { maxLength: 12 })

/** What is delivered between two that are held ends the absence. */
function chainOf({ eligible, held }: { eligible: number[]; held: number[] }): Chain {
  const chain = emptyChain()
  let absence = 0
  for (const number of eligible) {
    if (!held.includes(number)) {
      absence++
      chain.epoch = 1
      chain.head = number
    } else hold(chain, emptyRow(), { position: number * 100, stream: 1, epoch: 1, number, late: false }, absence)
  }
  return chain
}

/** Sends a range again as a resend does; answers which copies were held until now. */
function resend(chain: Chain, eligible: readonly number[], begin: number, end: number): number[] {
  const brought: number[] = []
  let previous = 0
  for (const number of eligible.filter((n) => n >= begin && n <= end)) {
    if (isHeld(chain, 1, number, false)) {
      brought.push(number)
      give(chain, 1, number, previous)
    }
    previous = number
  }
  return brought
}

describe('held copies brought by application', () => {
  test('are each brought for the first time once, whatever is asked for in whatever order', () => {
    fc.assert(
      fc.property(sources, requests, (source, asked) => {
        const chain = chainOf(source)
        const brought = asked.flatMap(([begin, end]) => resend(chain, source.eligible, begin, end))
        const within = source.held.filter((n) => asked.some(([begin, end]) => n >= begin && n <= end))
        expect(brought.sort((a, b) => a - b)).toEqual(within)
        for (const n of source.held) expect(isHeld(chain, 1, n, false)).toBe(!within.includes(n))
      }),
    )
  })

  test('leave what 1350 names, and the newest number, as they were', () => {
    fc.assert(
      fc.property(sources, requests, (source, asked) => {
        const chain = chainOf(source)
        const before = all.map((n) => previousOf(chain, 1, n))
        const last = lastCopied(chain)
        for (const [begin, end] of asked) resend(chain, source.eligible, begin, end)
        expect(all.map((n) => previousOf(chain, 1, n))).toEqual(before)
        expect(lastCopied(chain)).toEqual(last)
        expect(last.number).toBe(source.eligible.at(-1) ?? 0)
      }),
    )
  })

  test('are kept as one interval a request, whatever the holes in its numbers', () => {
    const eligible = [2, 4, 8, 16]
    const chain = chainOf({ eligible, held: eligible })
    resend(chain, eligible, 1, 8)
    expect(chain.given).toEqual([{ epoch: 1, from: 2, to: 8 }])
    resend(chain, eligible, 8, 60)
    expect(chain.given).toEqual([{ epoch: 1, from: 2, to: 16 }])
  })

  test('do not stand for a late one that is held only afterwards', () => {
    const chain = chainOf({ eligible: [2, 8], held: [2, 8] })
    resend(chain, [2, 8], 1, 9)
    hold(chain, emptyRow(), { position: 5000, stream: 1, epoch: 1, number: 5, late: true }, 9)
    expect([2, 5, 8].map((n) => isHeld(chain, 1, n, n === 5))).toEqual([false, true, false])
    give(chain, 1, 5, 2)
    expect(isHeld(chain, 1, 5, true)).toBe(false)
    expect(chain.given).toEqual([{ epoch: 1, from: 2, to: 8 }])
  })

  test('are forgotten number by number', () => {
    const chain: Chain = { ...emptyChain(), given: [{ epoch: 1, from: 3, to: 5 }] }
    for (const n of [3, 5, 4]) takeBack(chain, 1, n)
    expect(chain.given).toEqual([])
  })

  test('of an epoch say nothing of the next', () => {
    const chain = chainOf({ eligible: [1, 2], held: [1, 2] })
    resend(chain, [1, 2], 1, 2)
    hold(chain, emptyRow(), { position: 900, stream: 1, epoch: 2, number: 1, late: false }, 5)
    expect(isHeld(chain, 2, 1, false)).toBe(true)
    expect(lastCopied(chain)).toEqual({ epoch: 2, number: 1 })
  })
})
