import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type ResendItem, ResendPlan } from '#fix/resend.ts'

type Stored = Parameters<ResendPlan['push']>[1]
const plan = (begin: number, end: number, stored: readonly (readonly [number, Stored])[]): ResendItem[] => {
  const made = new ResendPlan(begin, end)
  return [...stored.flatMap(([seqNum, kind]) => made.push(seqNum, kind)), ...made.finish()]
}
const short = (items: readonly ResendItem[]) =>
  items.map((item) => (item.type === 'resend' ? `${item.seqNum}` : `${item.seqNum}→${item.newSeqNo}`)).join(' ')

describe('what answers a Resend Request', () => {
  test.each([
    [
      'copies alone',
      3,
      5,
      [
        [3, 'application'],
        [4, 'application'],
        [5, 'application'],
      ],
      '3 4 5',
    ],
    [
      'administrative messages at both ends and in the middle',
      1,
      6,
      [
        [1, 'administrative'],
        [2, 'application'],
        [3, 'administrative'],
        [4, 'administrative'],
        [5, 'application'],
        [6, 'administrative'],
      ],
      '1→2 2 3→5 5 6→7',
    ],
    [
      'revoked copies as if they had never been there',
      1,
      3,
      [
        [1, 'application'],
        [2, 'revoked'],
        [3, 'application'],
      ],
      '1 2→3 3',
    ],
    [
      'numbers no longer stored',
      1,
      9,
      [
        [8, 'application'],
        [9, 'application'],
      ],
      '1→8 8 9',
    ],
    ['nothing stored at all', 4, 9, [], '4→10'],
    [
      'what lies outside the range',
      4,
      5,
      [
        [3, 'application'],
        [4, 'application'],
        [5, 'application'],
        [6, 'application'],
      ],
      '4 5',
    ],
  ] as [string, number, number, [number, Stored][], string][])('%s', (_, begin, end, stored, items) => {
    expect(short(plan(begin, end, stored))).toBe(items)
  })

  test('whatever is stored, each number is answered for exactly once, in order, and none beyond the end', () => {
    const kinds = fc.array(fc.constantFrom<Stored | undefined>('application', 'administrative', 'revoked', undefined), {
      maxLength: 40,
    })
    fc.assert(
      fc.property(kinds, fc.integer({ min: 1, max: 50 }), fc.nat({ max: 45 }), (stored, begin, span) => {
        const end = begin + span
        const known = stored.flatMap((kind, i): [number, Stored][] => (kind ? [[i + 1, kind]] : []))
        const items = plan(begin, end, known)
        const answered = items.flatMap((item) =>
          item.type === 'resend'
            ? [item.seqNum]
            : Array.from({ length: item.newSeqNo - item.seqNum }, (_, i) => item.seqNum + i),
        )
        expect(answered).toEqual(Array.from({ length: span + 1 }, (_, i) => begin + i))
        const resent = items.filter((item) => item.type === 'resend').map((item) => item.seqNum)
        expect(resent).toEqual(
          known.filter(([n, kind]) => kind === 'application' && n >= begin && n <= end).map(([n]) => n),
        )
      }),
    )
  })
})
