import { and, asc, desc, type SQL, sql } from 'drizzle-orm'
import type { AnyPgColumn } from 'drizzle-orm/pg-core'
import type { ListAsked, ListOffer, RowKey, ValueType } from '#domain/list/ask.ts'
import type { PlacedPage, RowCount } from '#domain/list/page.ts'
import type { Tx } from '../client.ts'

/** A column that a list is sorted by. */
interface SortColumn {
  by: AnyPgColumn | SQL
  /** Rows without a value are last, whichever way the list is sorted. Left out where a column always has one. */
  isNullable?: boolean
}

/** How a list's order is written in SQL. */
export interface ListOrder<SortKey extends string> {
  offer: Pick<ListOffer<SortKey>, 'sorts' | 'id'>
  sorts: Readonly<Record<SortKey, SortColumn>>
  /** Unique: decides between rows of equal value, so that every row has one place. */
  id: AnyPgColumn | SQL
}

/** What one query of a page adds to the list's own conditions. */
interface PagePart {
  where: SQL | undefined
  orderBy: SQL[]
  limit: number
  /** The columns that tell a row's place; they belong into the query's selection. */
  place: { placeValue: SQL<string | null>; placeId: SQL<string> }
}

type Placed = { placeValue: string | null; placeId: string }
type ReadPart<Row extends Placed> = (part: PagePart) => Promise<Row[]>

/** Text in the order that people expect: `alder` before `Birch`, `Desk 2` before `Desk 10`, `Ä` beside `A`. */
const asRead = (column: AnyPgColumn | SQL): SQL => sql`(${column}) collate dc.as_read`

/**
 * A page by key: the rows after or before a row's place, so that a row that appears or goes elsewhere moves no other. A
 * page before which there is too little becomes the first page, and so does one beyond the end.
 */
export async function readPage<Row extends Placed, S extends string>(
  asked: Pick<ListAsked<S>, 'sort' | 'from'>,
  order: ListOrder<S>,
  size: number,
  read: ReadPart<Row>,
): Promise<PlacedPage<Row>> {
  const { key, dir } = asked.sort
  const types = { value: order.offer.sorts.find((one) => one.key === key)?.type ?? 'text', id: order.offer.id }
  const walk = { column: order.sorts[key], id: order.id, types, isDescending: dir === 'desc' }
  const { from } = asked
  if (from) {
    const isBack = from.side === 'before'
    const found = await readWalk({ ...walk, isBack, from: from.key }, size + 1, read)
    const rows = found.slice(0, size)
    const isMore = found.length > size
    if (isBack ? isMore : rows.length > 0)
      return isBack ? pageOf(rows.reverse(), true, true) : pageOf(rows, isMore, true)
  }
  const first = await readWalk({ ...walk, isBack: false, from: null }, size + 1, read)
  return pageOf(first.slice(0, size), first.length > size, false)
}

function pageOf<Row extends Placed>(rows: Row[], hasNext: boolean, hasPrevious: boolean): PlacedPage<Row> {
  const placeOf = (row: Row | undefined) => (row ? { value: row.placeValue, id: row.placeId } : null)
  return { rows, next: hasNext ? placeOf(rows.at(-1)) : null, previous: hasPrevious ? placeOf(rows[0]) : null }
}

interface Walk {
  column: SortColumn
  id: ListOrder<string>['id']
  types: { value: ValueType; id: ValueType }
  isDescending: boolean
  isBack: boolean
  from: RowKey | null
}

/**
 * Rows in the order of the walk, up to a number. Rows with a value and rows without are read apart, each by a query
 * that an index answers: one condition over both would have PostgreSQL look at every row.
 */
async function readWalk<Row extends Placed>(walk: Walk, most: number, read: ReadPart<Row>): Promise<Row[]> {
  const { column, isBack, from } = walk
  const parts = column.isNullable ? (isBack ? ['nulls', 'values'] : ['values', 'nulls']) : ['values']
  const start = from?.value === null ? 'nulls' : 'values'
  const begun = from ? parts.slice(parts.indexOf(start)) : parts
  const rows: Row[] = []
  for (const part of begun) {
    if (rows.length >= most) break
    const own = part === start ? from : null
    rows.push(...(await read(partOf(walk, part === 'nulls', own, most - rows.length))))
  }
  return rows
}

function partOf(
  { column, id, types, isDescending, isBack }: Walk,
  isNull: boolean,
  from: RowKey | null,
  limit: number,
): PagePart {
  const by = types.value === 'text' ? asRead(column.by) : sql`${column.by}`
  const isDown = isDescending !== isBack
  const way = isDown ? desc : asc
  const than = isDown ? sql`<` : sql`>`
  const idOf = (key: RowKey) => typed(key.id, types.id)
  const beyond =
    from &&
    (isNull || from.value === null
      ? sql`${id} ${than} ${idOf(from)}`
      : sql`(${by}, ${id}) ${than} (${typed(from.value, types.value)}, ${idOf(from)})`)
  const kind = column.isNullable ? (isNull ? sql`${column.by} is null` : sql`${column.by} is not null`) : undefined
  return {
    where: and(kind, beyond ?? undefined),
    orderBy: isNull ? [way(id)] : [way(by), way(id)],
    limit,
    place: { placeValue: sql<string | null>`${column.by}::text`, placeId: sql<string>`${id}::text` },
  }
}

const sqlTypes: Readonly<Record<ValueType, SQL>> = {
  text: sql`text`,
  number: sql`bigint`,
  instant: sql`timestamptz`,
  uuid: sql`uuid`,
}

const typed = (value: string, type: ValueType): SQL => sql`${value}::${sqlTypes[type]}`

/** Rows are counted up to here; a list of more says so, and no page waits for a count of a million rows. */
export const countLimit = 10_000

/** How many rows a query has, and whether there are more than are counted. */
export async function countRows(tx: Tx, from: SQL, where: SQL | undefined): Promise<RowCount> {
  return (await countEach(tx, from, { all: where }))('all')
}

/** The same for several conditions at once. @returns the count of each by its name */
export async function countEach<Name extends string>(
  tx: Tx,
  from: SQL,
  conditions: Readonly<Record<Name, SQL | undefined>>,
): Promise<(name: Name) => RowCount> {
  const parts = Object.entries<SQL | undefined>(conditions).map(
    ([name, where]) => sql`
      select ${name} as name, count(*)::integer as n
      from (select 1 from ${from} ${where ? sql`where ${where}` : sql``} limit ${countLimit + 1}) counted`,
  )
  const rows = await tx.execute<{ name: string; n: number }>(sql.join(parts, sql` union all `))
  return (name) => {
    const n = rows.find((row) => row.name === name)?.n ?? 0
    return { rows: Math.min(n, countLimit), isMore: n > countLimit }
  }
}

/** Whether a text has the letters that are searched for; `%` and `_` are letters like others. */
export const contains = (column: AnyPgColumn | SQL, search: string): SQL =>
  sql`${column} ilike ${`%${search.replace(/[\\%_]/g, '\\$&')}%`}`
