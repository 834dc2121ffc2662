import { type ListAsked, pageSize, type RowKey, writeKey } from './ask.ts'

/** Rows of a page, with the places that the pages beside it begin at; null: there is no such page. */
export interface PlacedPage<Row> {
  rows: Row[]
  next: RowKey | null
  previous: RowKey | null
}

/** How many rows a list has; `isMore`: it has more than were counted. */
export interface RowCount {
  rows: number
  isMore: boolean
}

/** "51–100 of 5,214", and the addresses' part that leads to the pages beside this one. */
interface Pager {
  first: number
  last: number
  total: RowCount
  next: string | null
  previous: string | null
}

/** A page of a list, as its component shows it. */
export interface ListPage<Row> {
  rows: Row[]
  pager: Pager
  asked: Pick<ListAsked, 'search' | 'filters' | 'sort'>
  note: string | null
}

/** A page that was read, with its number of rows and what was asked for. */
export function listPage<Row>(asked: ListAsked, page: PlacedPage<Row>, total: RowCount): ListPage<Row> {
  const { search, filters, sort } = asked
  const isBeyond = asked.from?.side === 'after' && page.previous === null
  return {
    rows: page.rows,
    pager: pagerOf(asked, page, total),
    asked: { search, filters, sort },
    note: isBeyond ? 'Nothing follows there any more. This is the first page.' : asked.note,
  }
}

/**
 * The number of the first row comes from the address, and only there is it a guess: on the first page and the last one
 * it is known.
 */
function pagerOf({ sort, row }: ListAsked, { rows, next, previous }: PlacedPage<unknown>, total: RowCount): Pager {
  const isCounted = !total.isMore
  const known = previous === null ? 1 : next === null && isCounted ? total.rows - rows.length + 1 : undefined
  const most = isCounted ? total.rows - rows.length + 1 : row
  const first = rows.length === 0 ? 0 : (known ?? Math.max(2, Math.min(row, most)))
  const last = first + Math.max(0, rows.length - 1)
  return {
    ...{ first, last, total },
    next: next && `after=${writeKey(next, sort)}&row=${last + 1}`,
    previous: previous && `before=${writeKey(previous, sort)}&row=${Math.max(1, first - pageSize)}`,
  }
}
