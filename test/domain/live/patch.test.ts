import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { difference, patched } from '#domain/live/patch.ts'
import { markOf, readShown, writeShown } from '#domain/live/shown.ts'

const row = fc.record(
  {
    id: fc.integer({ min: 1, max: 12 }),
    state: fc.string(),
    at: fc.date({ noInvalidDate: true }),
    none: fc.constant(undefined),
  },
  { requiredKeys: ['id'] },
)
const rows = fc.uniqueArray(row, { selector: (one) => one.id })
const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom(null, undefined, true, 0, 'a'),
    fc.string(),
    fc.integer(),
    fc.date({ noInvalidDate: true }),
    rows,
    fc.array(tie('any')),
    fc.dictionary(fc.string(), tie('any')),
  ),
})).any

const over = (what: unknown) => readShown(writeShown(what))

describe('what a live page shows', () => {
  test('comes back from its text with its instants, and without what is undefined', () => {
    expect(over({ at: new Date(5), none: undefined, rows: [{ b: 1, a: null }] })).toEqual({
      at: new Date(5),
      rows: [{ b: 1, a: null }],
    })
  })
  test('has one mark, in whatever order its fields were written, and another one when anything differs', () => {
    expect(markOf({ a: 1, b: undefined, c: new Date(1) })).toBe(markOf({ c: new Date(1), a: 1 }))
    fc.assert(
      fc.property(value, (one) => {
        expect(markOf(over(one))).toBe(markOf(one))
      }),
    )
    expect(markOf({ a: 1 })).not.toBe(markOf({ a: 2 }))
    expect(markOf({ a: new Date(1) })).not.toBe(markOf({ a: new Date(2) }))
  })
  test('is nothing that its text would lose', () => {
    expect(() => writeShown({ map: new Map() })).toThrow('cannot show a Map')
  })
})

describe('a patch', () => {
  test('applied to what was shown makes what is shown now, and there is none where both are the same', () => {
    fc.assert(
      fc.property(value, value, (before, after) => {
        const patch = difference(before, after)
        const got = patch ? patched(over(before), over(patch)) : before
        expect(writeShown(got)).toBe(writeShown(after))
        expect(difference(after, after)).toBeUndefined()
      }),
    )
  })
  test('of a list of rows names the rows that differ by their key, and the order when rows came, went or moved', () => {
    const before = [
      { id: 'a', waiting: 0 },
      { id: 'b', waiting: 0 },
      { id: 'c', waiting: 0 },
    ]
    expect(difference({ rows: before }, { rows: before.with(1, { id: 'b', waiting: 4 }) })).toEqual({
      fields: { rows: { by: 'id', rows: { b: { fields: { waiting: { is: 4 } } } } } },
    })
    expect(difference(before, [before[2], before[0], { id: 'd', waiting: 1 }])).toEqual({
      by: 'id',
      rows: { d: { is: { id: 'd', waiting: 1 } } },
      order: ['c', 'a', 'd'],
    })
  })
  test('leaves what it does not name as it was, so that a page draws only what differs', () => {
    const before = { rows: [{ id: 1 }, { id: 2, state: 'x' }], other: { deep: 1 } }
    const after = patched(before, { fields: { rows: { by: 'id', rows: { 2: { fields: { state: { is: 'y' } } } } } } })
    expect(after).toEqual({ rows: [{ id: 1 }, { id: 2, state: 'y' }], other: { deep: 1 } })
    const same = after as typeof before // the patch changes a word
    expect(same.rows[0]).toBe(before.rows[0])
    expect(same.other).toBe(before.other)
  })
  test('of another content is refused', () => {
    expect(() => patched([], { by: 'id', rows: {}, order: ['a'] })).toThrow('another content')
    expect(() => patched(null, { fields: {} })).toThrow('another content')
    expect(() => patched({}, 'no patch')).toThrow('another content')
  })
})
