import { Link, useLocation } from '@remix-run/react'
import type { KeyboardEvent, ReactNode } from 'react'
import type { Sort } from '#domain/list/ask.ts'
import { sortQuery } from './list/address.ts'

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
  /** A person may leave the column out of their list. */
  optional?: boolean
  /**
   * Where a folded row has the cell: on the first line, on the second, or nowhere. A table of which one column says so
   * folds each row to these two lines.
   */
  brief?: 'first' | 'second' | 'none'
  /** The row's name, for people who hear the table; without one it is the first column. */
  isName?: boolean
  /** Whether a folded row may leave the cell out although a table keeps the column: a zero among figures. */
  folded?: (row: Row) => boolean
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
  const name = Math.max(
    0,
    shown.findIndex((column) => column.isName),
  )
  const isBrief = shown.some((column) => column.brief)
  if (rows.length === 0) return <p className="border-y border-line py-4 text-muted">{empty}</p>
  return (
    // The roles survive the folding, which would otherwise take the table's meaning away from screen readers.
    <table className={isBrief ? 'table table-brief' : 'table'}>
      <caption className="sr-only">{caption}</caption>
      <thead>
        <tr>
          {shown.map((column) => (
            <Head key={column.key} column={column} sort={sort} />
          ))}
        </tr>
      </thead>
      <tbody onKeyDown={betweenRows}>
        {rows.map((row) => (
          <tr key={rowKey(row)}>
            {shown.map((column, index) => (
              <Cell key={column.key} column={column} row={row} isName={index === name} />
            ))}
          </tr>
        ))}
      </tbody>
      {foot && <tfoot>{foot}</tfoot>}
    </table>
  )
}

/** Up and down lead from the link of one row to that of the next; Enter opens it, as it does every link. */
function betweenRows(event: KeyboardEvent<HTMLTableSectionElement>) {
  const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
  const at = document.activeElement
  const row = at?.closest('tr')
  if (step === 0 || event.altKey || event.ctrlKey || event.metaKey || !row || at?.matches('input, select, textarea'))
    return
  const rows = [...event.currentTarget.rows].filter((one) => one.querySelector('a'))
  const next = rows[rows.indexOf(row) + step]?.querySelector('a')
  if (!next) return
  event.preventDefault()
  next.focus()
}

function Cell<Row>({ column, row, isName }: { column: Column<Row>; row: Row; isName: boolean }) {
  const look = [
    column.number && 'number',
    column.tight && 'tight',
    column.wide && 'wide',
    (column.blank?.(row) || column.folded?.(row)) && 'blank',
    column.brief && `brief-${column.brief}`,
  ]
  const className = look.filter(Boolean).join(' ') || undefined
  if (isName)
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
  const { search } = useLocation()
  const className = [column.number && 'number', column.tight && 'tight'].filter(Boolean).join(' ') || undefined
  const active = sort?.key === column.key ? sort.dir : undefined
  if (!column.sortable || !sort)
    return (
      <th scope="col" className={className}>
        {column.head || <span className="sr-only">Actions</span>}
      </th>
    )
  return (
    <th scope="col" className={className} aria-sort={active && (active === 'asc' ? 'ascending' : 'descending')}>
      <Link
        to={sortQuery(search, { key: column.key, dir: active === 'asc' ? 'desc' : 'asc' })}
        preventScrollReset
        className={`group inline-flex items-center gap-1 hover:text-text ${column.number ? 'flex-row-reverse' : ''} ${active ? 'text-text' : ''}`}
      >
        {column.head}
        <span
          aria-hidden="true"
          className={active ? '' : 'opacity-0 group-hover:opacity-60 group-focus-visible:opacity-60'}
        >
          {active === 'desc' ? '↓' : '↑'}
        </span>
      </Link>
    </th>
  )
}
