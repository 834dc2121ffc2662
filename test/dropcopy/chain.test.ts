import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type CopyFacts, chainLink, readCopy } from '#dropcopy/chain.ts'
import { decode, Message } from '#fix/message.ts'
import { copies, sources, wire } from './vectors.ts'

const facts = (frame: Buffer) => {
  const message = new Message()
  decode(frame, message)
  return readCopy(message)
}
const copy = (seqNum: number, previous: number, applResend = false): CopyFacts => ({
  sourceId: 'K7T882',
  seqNum,
  previous,
  applResend,
})

test('a copy says of which source it is, and which copy came before', () => {
  expect(facts(wire(copies.c5))).toEqual(copy(120, 117))
  expect(facts(wire(copies.c14))).toEqual(copy(117, 0, true))
  expect(facts(sources.newOrder)).toBeUndefined()
})

describe('the chain of a source', () => {
  test('starts where a copy names none before it', () => {
    expect(chainLink(0, copy(9, 0))).toBe('start')
    expect(chainLink(241_000, copy(515, 0))).toBe('start')
  })
  test('goes on with the copy that names the last one, whatever numbers lie between', () => {
    expect(chainLink(117, copy(120, 117))).toBe('next')
    expect(chainLink(0, copy(120, 117))).toBe('next')
  })
  test('has a gap when a copy names a later one than the last', () => {
    expect(chainLink(117, copy(125, 120))).toBe('gap')
  })
  test('knows a copy that came before', () => {
    expect(chainLink(125, copy(120, 117))).toBe('duplicate')
    expect(chainLink(120, copy(120, 117))).toBe('duplicate')
  })
  test('is broken by a copy that passes over the last one', () => {
    expect(chainLink(120, copy(125, 117))).toBe('gap')
  })
  test('is not touched by an application resend', () => {
    expect(chainLink(120, copy(5, 0, true))).toBe('aside')
  })
  test('of any ascending run of copies is next from end to end, and a gap wherever some are left out', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 99 }), { minLength: 3 }), fc.nat(), (numbers, pick) => {
        const run = numbers.sort((a, b) => a - b).map((n, i, all) => copy(n, all[i - 1] ?? 0))
        const links = (list: CopyFacts[]) => list.slice(1).map((one, i) => chainLink(list[i]!.seqNum, one))
        expect(new Set(links(run))).toEqual(new Set(['next']))
        const lost = 1 + (pick % (run.length - 2))
        expect(links(run.filter((_, i) => i !== lost))[lost - 1]).toBe('gap')
      }),
    )
  })
})
