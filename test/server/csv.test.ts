import { describe, expect, test } from 'vitest'
import { csvResponse } from '#app/http/csv.server.ts'
import type { PageFrom } from '#domain/list/ask.ts'
import type { PlacedPage } from '#domain/list/page.ts'

type CsvColumn<Row> = Parameters<typeof csvResponse<Row>>[1][number]

const file = { name: 'things', at: new Date('2026-03-02T15:00:00Z') }
const text: CsvColumn<string>[] = [{ name: 'text', value: (row) => row }]
const onePage =
  <Row>(rows: Row[]) =>
  async (): Promise<PlacedPage<Row>> => ({ rows, next: null, previous: null })
const cells = async (rows: string[]) => {
  const lines = (await csvResponse(file, text, onePage(rows)).text()).split('\r\n')
  return lines.slice(1, -1)
}

describe('a list as a file', () => {
  test('has its columns’ names on the first line, also where it has no row', async () => {
    const answer = csvResponse(file, text, onePage<string>([]))
    expect(answer.headers.get('Content-Type')).toBe('text/csv; charset=utf-8; header=present')
    expect(answer.headers.get('Content-Disposition')).toBe('attachment; filename="things-2026-03-02.csv"')
    expect(await answer.text()).toBe('text\r\n')
  })

  test('quotes what RFC 4180 says to quote', async () => {
    expect(await cells(['plain', 'a,b', 'say "no"', 'שלום'])).toEqual(['plain', '"a,b"', '"say ""no"""', 'שלום'])
    expect(await csvResponse(file, text, onePage(['two\nlines'])).text()).toBe('text\r\n"two\nlines"\r\n')
  })

  test('guards texts that a spreadsheet would take for formulas', async () => {
    expect(await cells(['=1+1', '+49', '-1', '@sum', '\tx'])).toEqual(["'=1+1", "'+49", "'-1", "'@sum", "'\tx"])
    expect(await cells(['=HYPERLINK("x","y")'])).toEqual([`"'=HYPERLINK(""x"",""y"")"`])
  })

  test('writes numbers, instants and nothing as programs read them', async () => {
    const columns: CsvColumn<null>[] = [
      { name: 'a', value: () => -5 },
      { name: 'b', value: () => new Date('2026-03-02T15:00:00.123Z') },
      { name: 'c', value: () => null },
      { name: 'd', value: () => true },
    ]
    const lines = await csvResponse(file, columns, onePage([null])).text()
    expect(lines).toBe('a,b,c,d\r\n-5,2026-03-02T15:00:00.123Z,,true\r\n')
  })

  /** Numbers up to `all`, in pages of 1,000. */
  const numbers =
    (all: number, asked: number[]) =>
    async (from: PageFrom | null): Promise<PlacedPage<number>> => {
      const first = from === null ? 0 : Number(from.key.id)
      asked.push(first)
      const last = Math.min(first + 1000, all)
      const place = (at: number) => ({ value: null, id: String(at) })
      return {
        rows: Array.from({ length: last - first }, (_, index) => first + index),
        next: last < all ? place(last) : null,
        previous: first > 0 ? place(first) : null,
      }
    }
  const number: CsvColumn<number>[] = [{ name: 'n', value: (row) => row }]

  test('of a million rows holds one batch at a time', async () => {
    const asked: number[] = []
    const { body } = csvResponse(file, number, numbers(1_000_000, asked))
    let bytes = 0
    let largest = 0
    let lines = 0
    const reader = body!.getReader()
    for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
      bytes += piece.value.length
      largest = Math.max(largest, piece.value.length)
      for (const byte of piece.value) if (byte === 10) lines++
    }
    expect(lines).toBe(1_000_001)
    expect(bytes).toBeGreaterThan(7_000_000)
    expect(largest).toBeLessThan(10_000)
    expect(asked.length).toBe(1000)
  })

  test('is read only as far as the browser takes it, and no further once it has gone', async () => {
    const asked: number[] = []
    const reader = csvResponse(file, number, numbers(1_000_000, asked)).body!.getReader()
    for (let piece = 0; piece < 3; piece++) await reader.read()
    expect(asked.length).toBeLessThan(6)
    await reader.cancel()
    expect(asked.length).toBeLessThan(6)
  })

  test('ends where the rows that followed have gone meanwhile', async () => {
    const place = { value: null, id: '1' }
    const pages: PlacedPage<string>[] = [
      { rows: ['a'], next: place, previous: null },
      { rows: ['a'], next: place, previous: null }, // the first page again, because nothing follows
    ]
    expect(await csvResponse(file, text, async () => pages.shift()!).text()).toBe('text\r\na\r\n')
  })
})
