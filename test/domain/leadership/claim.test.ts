import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Claim, gapAfter, judgeClaim, type Lease } from '#domain/leadership/claim.ts'

const end = { position: 9_000, batch: 90, crc: 7 }
const lease: Lease = { lineage: 'a', term: 4, end, place: 'here', isLive: false, silentMs: 60_000, isEnded: false }
const claim: Claim = {
  ...{ lineage: 'a', term: 4, end, place: 'here' },
  ...{ holdsLease: 'yes', isEmpty: false, raisedIn: undefined },
}

describe('whoever claims the lease', () => {
  const older = { holdsLease: 'no', end: { ...end, batch: 80 } } as const
  const empty = { lineage: 'new', term: 0, isEmpty: true, holdsLease: 'no' } as const
  test.each<[string, Partial<Claim>, Partial<Lease> | undefined, object]>([
    ['leads where nobody ever has', { term: 0 }, undefined, { verdict: 'lead', term: 1 }],
    ['leads again with the journal that led last', {}, {}, { verdict: 'lead', term: 5 }],
    ['leads with a journal that is ahead: the database was put back', { term: 9 }, {}, { verdict: 'lead', term: 10 }],
    [
      'waits for a leader elsewhere that is alive',
      { place: 'there' },
      { isLive: true, isEnded: true },
      { verdict: 'wait' },
    ],
    ['does not wait for a process that died in its directory', {}, { isLive: true }, { verdict: 'lead', term: 5 }],
    [
      'leads with a copy once the leader has stopped in order',
      { place: 'there' },
      { isEnded: true },
      { verdict: 'lead', term: 5 },
    ],
    [
      'is refused with a copy of a journal whose leader may have gone further',
      { place: 'there' },
      {},
      { verdict: 'refuse', code: 'copied-journal' },
    ],
    ['is refused with an older copy', older, {}, { verdict: 'refuse', code: 'older-journal' }],
    ['is refused with an empty directory', empty, {}, { verdict: 'refuse', code: 'no-journal' }],
    ['is refused with another journal', { lineage: 'b' }, {}, { verdict: 'refuse', code: 'other-journal' }],
    ['is refused with a fork that is as long', { holdsLease: 'no' }, {}, { verdict: 'refuse', code: 'forked-journal' }],
    [
      'leads where its own damaged end was raised for',
      { holdsLease: 'no', raisedIn: 4 },
      {},
      { verdict: 'lead', term: 5 },
    ],
  ])('%s', (_title, own, there, expected) => {
    expect(judgeClaim({ ...claim, ...own }, there && { ...lease, ...there })).toEqual(expected)
  })

  const ends = fc.record({ position: fc.nat(), batch: fc.nat(100), crc: fc.nat(3) })
  const places = fc.constantFrom('here', 'there')
  const lineages = fc.constantFrom('a', 'b')
  const anyLease = fc.record({
    ...{ lineage: lineages, term: fc.nat(20), end: ends, place: places },
    ...{ isLive: fc.boolean(), silentMs: fc.nat(10_000_000), isEnded: fc.boolean() },
  })
  const anyClaim = fc.record({
    ...{ lineage: lineages, term: fc.nat(20), end: ends, place: places, isEmpty: fc.boolean() },
    holdsLease: fc.constantFrom('yes' as const, 'no' as const, 'unknown' as const),
    raisedIn: fc.option(fc.nat(20), { nil: undefined }),
  })

  test('leads in a higher term than all before, and never with another lineage or without the last batch reported', () => {
    fc.assert(
      fc.property(anyClaim, anyLease, (own, there) => {
        const judged = judgeClaim(own, there)
        if (judged.verdict !== 'lead') return
        expect(judged.term).toBeGreaterThan(Math.max(own.term, there.term))
        expect(own.lineage).toBe(there.lineage)
        if (own.place !== there.place) expect(there.isEnded).toBe(true)
        if (own.holdsLease === 'no') expect([own.raisedIn, own.place]).toEqual([there.term, there.place])
      }),
    )
  })

  test('never leads beside a leader in another directory that is alive', () => {
    fc.assert(
      fc.property(anyClaim, anyLease, (own, there) => {
        if (there.isLive && there.place !== own.place) expect(judgeClaim(own, there).verdict).not.toBe('lead')
      }),
    )
  })
})

test('the raise of a take-over grows with the silence, and is bounded', () => {
  expect(gapAfter({ silentMs: 0 })).toBeGreaterThanOrEqual(300_000)
  expect(gapAfter({ silentMs: 60_000 })).toBeGreaterThan(gapAfter({ silentMs: 1_000 }))
  expect(gapAfter({ silentMs: 1e12 })).toBe(1_000_000)
})
