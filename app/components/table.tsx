import { Link, useLocation } from '@remix-run/react'
import type { ReactNode } from 'react'

export interface Column<Row> {
  key: string
  head: string
  cell: (row: Row) => ReactNode
  /** Numbers are aligned right, text left. */
  number?: boolean
  /** As narrow as its content. */
  tight?: boolean
  /** The server sorts by this key when the head is pressed. */
  sortable?: boolean
  /** Text of more than a few words: in a folded row it goes below its heading. */
  wide?: boolean
  /** Whether the cell is empty: a folded row leaves it out, and a table drops a column that is empty in every row. */
  blank?: (row: Row) => boolean
  /** Whether a folded row may leave the cell out although a table keeps the column: a zero among figures. */
  folded?: (row: Row) => boolean
}

export interface Sort {
  key: string
  dir: 'asc' | 'desc'
}

/** `?sort=key&dir=desc`, only for keys the page offers. */
export function readSort(request: Request, keys: readonly string[], otherwise: Sort): Sort {
  const params = new URL(request.url).searchParams
  const key = params.get('sort') ?? ''
  return keys.includes(key) ? { key, dir: params.get('dir') === 'desc' ? 'desc' : 'asc' } : otherwise
}

/** Compares two rows' values: numbers and dates by size, text by letters, empty values last. */
export function compareBy<Row>(value: (row: Row) => string | number | bigint | Date | null, dir: 'asc' | 'desc') {
  const sign = dir === 'asc' ? 1 : -1
  return (a: Row, b: Row) => {
    const [x, y] = [value(a), value(b)]
    if (x === null || y === null) return x === y ? 0 : x === null ? 1 : -1
    if (typeof x === 'string' && typeof y === 'string') return sign * x.localeCompare(y, 'en')
    return x < y ? -sign : x > y ? sign : 0
  }
}

/**
 * Rows with a sticky head; where the page is narrow every row folds under its first column. An
 * empty table is one sentence and what fills it.
 */
export function Table<Row>({
  caption,
  columns,
  rows,
  rowKey,
  sort,
  empty,
  foot,
}: {
  caption: string
  columns: readonly Column<Row>[]
  rows: readonly Row[]
  rowKey: (row: Row) => string
  sort?: Sort
  empty: ReactNode
  foot?: ReactNode
}) {
  const shown = columns.filter((column) => !column.blank || rows.some((row) => !column.blank?.(row)))
  if (rows.length === 0) return <p className="border-y border-line py-4 text-muted">{empty}</p>
  return (
    // The roles survive the folding, which would otherwise take the table's meaning away from screen readers.
    <table className="table">
      <caption className="sr-only">{caption}</caption>
      <thead>
        <tr>
          {shown.map((column) => (
            <Head key={column.key} column={column} sort={sort} />
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={rowKey(row)}>
            {shown.map((column, index) => (
              <Cell key={column.key} column={column} row={row} first={index === 0} />
            ))}
          </tr>
        ))}
      </tbody>
      {foot && <tfoot>{foot}</tfoot>}
    </table>
  )
}

function Cell<Row>({ column, row, first }: { column: Column<Row>; row: Row; first: boolean }) {
  const look = [
    column.number && 'number',
    column.tight && 'tight',
    column.wide && 'wide',
    (column.blank?.(row) || column.folded?.(row)) && 'blank',
  ]
  const className = look.filter(Boolean).join(' ') || undefined
  if (first)
    return (
      <th scope="row" className={className}>
        {column.cell(row)}
      </th>
    )
  return (
    <td className={className} data-label={column.head || undefined}>
      {column.cell(row)}
    </td>
  )
}

function Head<Row>({ column, sort }: { column: Column<Row>; sort: Sort | undefined }) {
  const location = useLocation()
  const className = [column.number && 'number', column.tight && 'tight'].filter(Boolean).join(' ') || undefined
  const active = sort?.key === column.key ? sort.dir : undefined
  if (!column.sortable || !sort)
    return (
      <th scope="col" className={className}>
        {column.head || <span className="sr-only">Actions</span>}
      </th>
    )
  const params = new URLSearchParams(location.search)
  params.set('sort', column.key)
  params.set('dir', active === 'asc' ? 'desc' : 'asc')
  return (
    <th scope="col" className={className} aria-sort={active && (active === 'asc' ? 'ascending' : 'descending')}>
      <Link
        to={`?${params}`}
        preventScrollReset
        className={`inline-flex items-center gap-1 hover:text-text ${column.number ? 'flex-row-reverse' : ''}`}
      >
        {column.head}
        <span aria-hidden="true" className={active ? 'text-text' : 'opacity-40'}>
          {active === 'desc' ? '↓' : '↑'}
        </span>
      </Link>
    </th>
  )
}
