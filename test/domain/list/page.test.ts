import { describe, expect, test } from 'vitest'
import { type ListAsked, readAsked } from '#domain/list/ask.ts'
import { listPage } from '#domain/list/page.ts'

const sort = { key: 'name', dir: 'asc' } as const
const asked = (query = ''): ListAsked =>
  readAsked(new URLSearchParams(query), { sorts: [{ key: 'name', type: 'text' }], sort, filters: [], id: 'text' })
const from = (side: 'after' | 'before', row: number): ListAsked => ({
  ...asked(),
  ...{ row, from: { side, key: { value: 'a', id: 'a' } } },
})
const rows = (n: number) => Array.from({ length: n }, (_, index) => index)
const key = { value: 'x', id: 'x' }
const counted = (rows: number, isMore = false) => ({ rows, isMore })

describe('the numbers of a page’s rows', () => {
  test('are those of the address in the middle of a list', () => {
    const { pager } = listPage(from('after', 51), { rows: rows(50), next: key, previous: key }, counted(5214))
    expect(pager).toMatchObject({ first: 51, last: 100 })
    expect(pager.next).toMatch(/^after=.+&row=101$/)
    expect(pager.previous).toMatch(/^before=.+&row=1$/)
  })

  test('are known on the first page and on the last, whatever the address says', () => {
    const first = listPage(from('before', 77), { rows: rows(50), next: key, previous: null }, counted(60))
    expect(first.pager).toMatchObject({ first: 1, last: 50, previous: null })
    const last = listPage(from('after', 51), { rows: rows(7), next: null, previous: key }, counted(59))
    expect(last.pager).toMatchObject({ first: 53, last: 59, next: null })
  })

  test('never go beyond the list, which may have become shorter', () => {
    const { pager } = listPage(from('after', 999_999), { rows: rows(50), next: key, previous: key }, counted(120))
    expect(pager).toMatchObject({ first: 71, last: 120 })
  })

  test('stand beside “more than” where the list was not counted to its end', () => {
    const { pager } = listPage(
      from('after', 20_001),
      { rows: rows(50), next: null, previous: key },
      counted(10_000, true),
    )
    expect(pager).toMatchObject({ first: 20_001, last: 20_050, total: { rows: 10_000, isMore: true } })
  })

  test('are none where there is no row', () => {
    expect(listPage(asked(), { rows: [], next: null, previous: null }, counted(0)).pager).toMatchObject({
      first: 0,
      last: 0,
    })
  })
})

test('a page beyond the end is the first one, and says so', () => {
  const { note } = listPage(from('after', 51), { rows: rows(3), next: null, previous: null }, counted(3))
  expect(note).toBe('Nothing follows there any more. This is the first page.')
})
