import type postgres from 'postgres'

type Row = Record<string, unknown>

const atOnce = 2_000

/**
 * Insert rows of one shape: some thousands a statement, as one parameter. Keys are the columns; what a statement leaves
 * out gets its default.
 */
export async function insertRows(sql: postgres.ISql, table: string, rows: readonly Row[]): Promise<void> {
  const [first] = rows
  if (!first) return
  const columns = Object.keys(first)
    .map((name) => `"${name}"`)
    .join(', ')
  for (let i = 0; i < rows.length; i += atOnce) {
    const text = JSON.stringify(rows.slice(i, i + atOnce))
    await sql.unsafe(
      `insert into dc.${table} (${columns}) overriding system value
       select ${columns} from json_populate_recordset(null::dc.${table}, $1::text::json)`,
      [text],
    )
  }
}

export const iso = (ms: number): string => new Date(ms).toISOString()
/** A period as PostgreSQL writes it. */
export const during = ({ fromMs, untilMs }: { fromMs: number; untilMs: number | null }): string =>
  `[${iso(fromMs)},${untilMs === null ? '' : iso(untilMs)})`
