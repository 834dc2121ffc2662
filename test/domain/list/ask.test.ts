import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type ListOffer, readAsked, searchLimit, writeKey } from '#domain/list/ask.ts'

const offer: ListOffer<'name' | 'size' | 'since', 'state' | 'owner'> = {
  sorts: [
    { key: 'name', type: 'text' },
    { key: 'size', type: 'number' },
    { key: 'since', type: 'instant' },
  ],
  sort: { key: 'since', dir: 'desc' },
  filters: [
    { name: 'state', words: ['open', 'closed'], otherwise: 'open' },
    { name: 'owner', words: 'uuid' },
  ],
  id: 'uuid',
}
const id = '0b7c2f04-95f1-4a0e-8d3b-52a4d0f5c1aa'
const asked = (query: string) => readAsked(new URLSearchParams(query), offer)
const withKey = (side: string, value: string | null, sort: (typeof offer)['sort'], more = '') =>
  asked(`sort=${sort.key}&dir=${sort.dir}&${side}=${writeKey({ value, id }, sort)}${more}`)

describe('what an address asks of a list', () => {
  test('is the list’s own order and filters where it says nothing', () => {
    expect(asked('')).toEqual({
      ...{ search: '', filters: { state: 'open' }, sort: { key: 'since', dir: 'desc' } },
      ...{ from: null, row: 1, note: null },
    })
  })

  test('is sorted by the columns that are offered', () => {
    expect(asked('sort=name').sort).toEqual({ key: 'name', dir: 'asc' })
    expect(asked('sort=name&dir=desc').sort).toEqual({ key: 'name', dir: 'desc' })
    expect(asked('sort=name&dir=sideways').sort).toEqual({ key: 'name', dir: 'asc' })
  })

  test('a column that is not there leaves the list in its own order, and says so', () => {
    expect(asked('sort=password&dir=asc')).toMatchObject({
      sort: { key: 'since', dir: 'desc' },
      note: 'There is no such column to sort by.',
    })
  })

  test('is filtered by the words that are offered', () => {
    expect(asked('state=closed').filters).toEqual({ state: 'closed' })
    expect(asked('state=all').filters).toEqual({})
    expect(asked('state=constructor').filters).toEqual({ state: 'open' })
    expect(asked(`owner=${id}`).filters).toEqual({ state: 'open', owner: id })
    expect(asked("owner=' or 1=1").filters).toEqual({ state: 'open' })
  })

  test('is searched for the text without blanks around it and without characters that are no letters', () => {
    expect(asked('q=++Alder%00%0a++Trading+').search).toBe('Alder Trading')
    expect(asked('q=%25_').search).toBe('%_')
    expect(asked(`q=${encodeURIComponent('شركة النور')}`).search).toBe('شركة النور')
  })

  test('a search of ten thousand characters is cut, between letters, and says so', () => {
    const { search, note } = asked(`q=${encodeURIComponent('🦆'.repeat(10_000))}`)
    expect(search).toBe('🦆'.repeat(searchLimit))
    expect(note).toContain('the rest of the text was left out')
    expect(asked(`q=${'a'.repeat(searchLimit)}`).note).toBeNull()
  })
})

describe('the place that a page begins at', () => {
  test('is read as it was written, with the row’s number', () => {
    const sort = { key: 'since', dir: 'desc' } as const
    const value = '2026-03-02 15:00:00.123456+00'
    expect(withKey('after', value, sort, '&row=51')).toMatchObject({
      from: { side: 'after', key: { value, id } },
      row: 51,
    })
    expect(withKey('before', null, sort)).toMatchObject({ from: { side: 'before', key: { value: null, id } } })
  })

  test('holds any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 100 }), (value) => {
        fc.pre(!value.includes('\0'))
        const { from, note } = withKey('after', value, { key: 'name', dir: 'asc' })
        expect([from?.key.value, note]).toEqual([value, null])
      }),
    )
  })

  test('in another order means nothing: the first page, with a sentence', () => {
    const key = writeKey({ value: '7', id }, { key: 'size', dir: 'asc' })
    for (const query of [`sort=size&dir=desc&after=${key}`, `sort=name&after=${key}`, `after=${key}`])
      expect(asked(query)).toMatchObject({ from: null, row: 1, note: expect.stringContaining('does not exist') })
    expect(asked(`sort=size&after=${key}`)).toMatchObject({ note: null })
  })

  test('whose value the column cannot hold is none', () => {
    const broken = [
      ['size', '7; drop table'],
      ['size', '9'.repeat(40)],
      ['since', '2026-02-30 00:00:00+00'],
      ['since', 'infinity'],
      ['since', '2026-03-02 25:00:00+00'],
      ['name', 'a\0'],
    ] as const
    for (const [key, value] of broken) expect(withKey('after', value, { key, dir: 'asc' }).from).toBeNull()
  })

  test('that is broken in any way is the first page with a sentence', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.base64String(), fc.json().map(btoaText)), (text) => {
        const { from, row, note } = asked(`after=${encodeURIComponent(text)}&row=51`)
        expect([from, row]).toEqual([null, 1])
        expect(note).toContain('does not exist')
      }),
    )
  })

  test('has a row number only where that is a number', () => {
    const sort = { key: 'name', dir: 'asc' } as const
    for (const row of ['0', '-1', '1e9', '9'.repeat(20), 'x'])
      expect(withKey('after', 'a', sort, `&row=${row}`).row).toBe(1)
  })
})

const btoaText = (text: string) => Buffer.from(text).toString('base64url')
