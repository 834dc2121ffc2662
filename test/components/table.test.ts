import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compareBy, readSort } from '#app/components/table.tsx'

describe('the order asked for in an address', () => {
  const asked = (query: string) =>
    readSort(new Request(`http://portal/groups?${query}`), ['name', 'sources'], { key: 'state', dir: 'asc' })

  test('is taken for columns that can be sorted by, and is the page’s own otherwise', () => {
    expect(asked('sort=name&dir=desc')).toEqual({ key: 'name', dir: 'desc' })
    expect(asked('sort=name')).toEqual({ key: 'name', dir: 'asc' })
    expect(asked('sort=name&dir=sideways')).toEqual({ key: 'name', dir: 'asc' })
    expect(asked('sort=password')).toEqual({ key: 'state', dir: 'asc' })
    expect(asked('')).toEqual({ key: 'state', dir: 'asc' })
  })
})

describe('rows in order', () => {
  const sorted = <T extends string | number | Date | null>(values: T[], dir: 'asc' | 'desc') =>
    [...values].sort(compareBy((value: T) => value, dir))

  test('have nothing last, whichever way they are sorted', () => {
    expect(sorted([2, null, 1], 'asc')).toEqual([1, 2, null])
    expect(sorted([2, null, 1], 'desc')).toEqual([2, 1, null])
  })

  test('stand by size, by time or by letters', () => {
    expect(sorted([10, 9, 100], 'asc')).toEqual([9, 10, 100])
    expect(sorted(['Cedar', 'alder', 'Birch'], 'asc')).toEqual(['alder', 'Birch', 'Cedar'])
    const [early, late] = [new Date(1), new Date(2)]
    expect(sorted([late, early], 'asc')).toEqual([early, late])
  })

  test('descending are ascending read backwards, where no two are equal', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer()), (values) => {
        expect(sorted(values, 'desc')).toEqual(sorted(values, 'asc').reverse())
      }),
    )
  })
})
