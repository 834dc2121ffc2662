/** Where in a list the page begins: what a change of order, filter or search leaves behind. */
const place = ['after', 'before', 'row']

/** The query of the same list, changed: null takes a name away. Begins at the first page. */
export function listQuery(search: string, changes: Readonly<Record<string, string | null>> = {}): string {
  const params = new URLSearchParams(search)
  for (const name of place) params.delete(name)
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) params.delete(name)
    else params.set(name, value)
  }
  return `?${params}`
}

/** The query of the page beside this one; `at` is what `Pager` has for it. */
export const beside = (search: string, at: string): string =>
  listQuery(search, Object.fromEntries(new URLSearchParams(at)))
