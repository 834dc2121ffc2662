import { writeCount } from '#domain/figures.ts'
import type { Sort } from '#domain/list/ask.ts'
import type { ListPage, RowCount } from '#domain/list/page.ts'

/** Where in a list the page begins: what a change of order, filter or search leaves behind. */
const place = ['after', 'before', 'row']

/**
 * The query of the same list, changed: null takes a name away. It names the order and the filters in force, also where
 * this page's address left them to the list, which may decide otherwise a moment later.
 */
export function listQuery(
  search: string,
  asked: Pick<ListPage<unknown>['asked'], 'filters' | 'sort'>,
  changes: Readonly<Record<string, string | null>> = {},
): string {
  const params = new URLSearchParams(search)
  for (const name of place) params.delete(name)
  const inForce = { ...asked.filters, sort: asked.sort.key, dir: asked.sort.dir }
  for (const [name, value] of Object.entries<string | null | undefined>({ ...inForce, ...changes })) {
    if (value === null) params.delete(name)
    else if (value !== undefined) params.set(name, value)
  }
  return `?${params}`
}

/** The query of the same list in another order. */
export const sortQuery = (search: string, sort: Sort): string => listQuery(search, { filters: {}, sort })

/** The query of the page beside this one; `at` is what `Pager` has for it. */
export const beside = (search: string, asked: ListPage<unknown>['asked'], at: string): string =>
  listQuery(search, asked, Object.fromEntries(new URLSearchParams(at)))

/** `5,214`, `10,000+`. */
export const writeRowCount = ({ rows, isMore }: RowCount): string => writeCount(rows) + (isMore ? '+' : '')
