/** Rows of a page. */
export const pageSize = 50
/** Characters of a search text. */
export const searchLimit = 100

/** What the values of a column are: one that an address names is checked before the database sees it. */
export type ValueType = 'text' | 'number' | 'instant' | 'uuid'

export interface Sort<Key extends string = string> {
  key: Key
  dir: 'asc' | 'desc'
}

/** A filter by its name in an address, and the values that it may have there. */
interface OfferedFilter<Name extends string> {
  name: Name
  words: readonly string[] | 'uuid'
  /** Holds where the address names none; the word `all` chooses every row all the same. */
  otherwise?: string
}

/** What may be asked of a list. Everything else that an address says is ignored. */
export interface ListOffer<SortKey extends string = string, Filter extends string = string> {
  /** What can be sorted by, and the values that the column holds. */
  sorts: readonly { key: SortKey; type: ValueType }[]
  /** The order where an address names none. */
  sort: Sort<SortKey>
  filters: readonly OfferedFilter<Filter>[]
  /** Of the unique column that decides between rows with equal values. */
  id: ValueType
}

/** A row as a place in the order: its value, null where it has none, and its id. Both as PostgreSQL writes them. */
export interface RowKey {
  value: string | null
  id: string
}

/** From where a page is read: the rows after a row, or those before it. */
export interface PageFrom {
  side: 'after' | 'before'
  key: RowKey
}

/** What is asked of a list. */
export interface ListAsked<SortKey extends string = string, Filter extends string = string> {
  /** Empty: nothing is searched for. */
  search: string
  /** The chosen word of each filter; absent: every row. */
  filters: Readonly<Partial<Record<Filter, string>>>
  sort: Sort<SortKey>
  /** Null: the first page. */
  from: PageFrom | null
  /** The number of the page's first row, as the address has it: a claim, which rows that come and go make wrong. */
  row: number
  /** What could not be answered as it was asked, in a sentence; null: nothing. */
  note: string | null
}

/** What an address asks of a list. None is an error, whatever it says: the note tells what was left out. */
export function readAsked<S extends string, F extends string>(
  params: URLSearchParams,
  offer: ListOffer<S, F>,
): ListAsked<S, F> {
  const named = params.get('sort')
  const sortable = offer.sorts.find(({ key }) => key === named)
  const sort: Sort<S> = sortable
    ? { key: sortable.key, dir: params.get('dir') === 'desc' ? 'desc' : 'asc' }
    : offer.sort
  const value = offer.sorts.find(({ key }) => key === sort.key)?.type ?? 'text'
  const { from, isBroken } = readFrom(params, { value, id: offer.id }, sort)
  const { search, isLong } = readSearch(params.get('q') ?? '')
  const notes = [
    isLong && `A search has at most ${searchLimit} characters: the rest of the text was left out.`,
    named !== null && !sortable && 'There is no such column to sort by.',
    isBroken && 'The page that the address names does not exist. This is the first one.',
  ]
  return {
    search,
    filters: readFilters(params, offer.filters),
    sort,
    from,
    row: from ? readRow(params.get('row') ?? '') : 1,
    note: notes.filter(Boolean).join(' ') || null,
  }
}

/** The word that chooses every row where a filter would otherwise hold. */
export const everyRow = 'all'

function readSearch(typed: string): { search: string; isLong: boolean } {
  const most = 4 * searchLimit // before the text is looked at letter by letter
  const letters = [
    ...typed
      .slice(0, most)
      .replace(/[\p{Cc}\p{Cs}\s]+/gu, ' ')
      .trim(),
  ]
  const search = letters.slice(0, searchLimit).join('').trim()
  return { search, isLong: letters.length > searchLimit || typed.length > most }
}

function readFilters<F extends string>(
  params: URLSearchParams,
  filters: readonly OfferedFilter<F>[],
): Partial<Record<F, string>> {
  const chosen: Partial<Record<F, string>> = {}
  for (const { name, words, otherwise } of filters) {
    const asked = params.get(name) ?? ''
    const isOffered = words === 'uuid' ? isValue('uuid', asked) : words.includes(asked)
    if (isOffered) chosen[name] = asked
    else if (otherwise !== undefined && asked !== everyRow) chosen[name] = otherwise
  }
  return chosen
}

const readRow = (text: string): number => (/^[1-9]\d{0,8}$/.test(text) ? Number(text) : 1)

type KeyTypes = { value: ValueType; id: ValueType }

function readFrom(params: URLSearchParams, types: KeyTypes, sort: Sort): { from: PageFrom | null; isBroken: boolean } {
  const side = params.has('before') ? 'before' : 'after'
  const text = params.get(side)
  if (text === null) return { from: null, isBroken: false }
  const key = readKey(text, types, sort)
  return { from: key && { side, key }, isBroken: key === null }
}

/** A place as an address carries it. The order is part of it, because a place in one order means nothing in another. */
export const writeKey = ({ value, id }: RowKey, { key, dir }: Sort): string => toBase64Url([key, dir, value, id])

function readKey(text: string, types: KeyTypes, sort: Sort): RowKey | null {
  const parts = fromBase64Url(text)
  if (parts?.length !== 4) return null
  const [key, dir, value, id] = parts
  if (key !== sort.key || dir !== sort.dir) return null
  if (typeof id !== 'string' || !isValue(types.id, id)) return null
  if (value === null) return { value, id }
  return typeof value === 'string' && isValue(types.value, value) ? { value, id } : null
}

const forms: Readonly<Record<ValueType, RegExp>> = {
  text: /^[^\0\p{Cs}]{0,500}$/u,
  number: /^-?\d{1,18}$/,
  instant: /^[12]\d{3}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01]) ([01]\d|2[0-3])(:[0-5]\d){2}(\.\d{1,6})?\+00$/,
  uuid: /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/,
}

const isValue = (type: ValueType, text: string): boolean =>
  forms[type].test(text) && !(type === 'instant' && isNoDay(text.slice(0, 10)))

/** `2026-02-30` is no day. */
function isNoDay(day: string): boolean {
  const at = new Date(`${day}T00:00:00Z`)
  return Number.isNaN(at.getTime()) || at.toISOString().slice(0, 10) !== day
}

/** Longer than any place that a list writes. */
const keyLimit = 3000

function toBase64Url(parts: readonly (string | null)[]): string {
  const bytes = new TextEncoder().encode(JSON.stringify(parts))
  const text = btoa(String.fromCharCode(...bytes))
  return text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

function fromBase64Url(text: string): unknown[] | undefined {
  if (text.length > keyLimit || !/^[\w-]*$/.test(text)) return undefined
  try {
    const bytes = Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (one) => one.charCodeAt(0))
    const parts: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
    return Array.isArray(parts) ? parts : undefined
  } catch {
    return undefined
  }
}
