import type { PageFrom } from '#domain/list/ask.ts'
import type { PlacedPage } from '#domain/list/page.ts'

type Value = string | number | boolean | Date | null

/** A column of a file that programs read: its name never changes. */
interface CsvColumn<Row> {
  name: string
  value: (row: Row) => Value
}

/** Rows that are read at once for a file. */
export const csvBatch = 2000

/**
 * A whole list as a file, in the list's own order. It is read a batch at a time, each in a short transaction of its own
 * and only as fast as the browser takes it: however long the list and slow the line, one batch is in memory and no
 * connection to the database is held.
 */
export function csvResponse<Row>(
  file: { name: string; at: Date },
  columns: readonly CsvColumn<Row>[],
  read: (from: PageFrom | null) => Promise<PlacedPage<Row>>,
): Response {
  const lines = csvLines(columns, read)
  const encoder = new TextEncoder()
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await lines.next()
      if (done) controller.close()
      else controller.enqueue(encoder.encode(value))
    },
    async cancel() {
      await lines.return(undefined)
    },
  })
  const name = `${file.name}-${file.at.toISOString().slice(0, 10)}.csv`
  return new Response(body, {
    headers: {
      'Content-Type': 'text/csv; charset=utf-8; header=present',
      'Content-Disposition': `attachment; filename="${name}"`,
    },
  })
}

async function* csvLines<Row>(
  columns: readonly CsvColumn<Row>[],
  read: (from: PageFrom | null) => Promise<PlacedPage<Row>>,
): AsyncGenerator<string, undefined> {
  yield line(columns.map((column) => column.name))
  for (let from: PageFrom | null = null; ; ) {
    const page: PlacedPage<Row> = await read(from)
    if (from !== null && page.previous === null) return // the rows that followed have gone meanwhile
    if (page.rows.length > 0) yield page.rows.map((row) => line(columns.map((column) => column.value(row)))).join('')
    if (page.next === null) return
    from = { side: 'after', key: page.next }
  }
}

/** One line of RFC 4180. */
const line = (values: readonly Value[]): string => `${values.map(cell).join(',')}\r\n`

function cell(value: Value): string {
  if (value === null) return ''
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  const text = value instanceof Date ? value.toISOString() : guarded(value)
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** A spreadsheet would take a text that begins like a formula for one. */
const guarded = (text: string): string => (/^[=+\-@\t\r]/.test(text) ? `'${text}` : text)
