import { type SQL, sql } from 'drizzle-orm'
import { type AnyPgColumn, customType, pgSchema, text, timestamp } from 'drizzle-orm/pg-core'
import { mainShard } from '#domain/reference/shard.ts'

/** Every table of the portal lives in this PostgreSQL schema. */
export const dc = pgSchema('dc')

/** An instant, stored as `timestamptz` with microseconds, read as a `Date`. */
export const instant = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' })

/** A period: from `from` on, up to but not including `until`; null means open at that end. */
type Period = { from: Date | null; until: Date | null }

/** `tstzrange`, always written half open: `[from, until)`. */
export const period = customType<{ data: Period; driverData: string }>({
  dataType: () => 'tstzrange',
  toDriver: ({ from, until }) => `[${from?.toISOString() ?? ''},${until?.toISOString() ?? ''})`,
  fromDriver: parsePeriod,
})

/** The text form of a `tstzrange` that is not empty; checks forbid empty ones. */
function parsePeriod(text: string): Period {
  const [from = '', until = ''] = text.slice(1, -1).replaceAll('"', '').split(',')
  return { from: bound(from), until: bound(until) }
}

const bound = (text: string) => (text === '' || text.endsWith('infinity') ? null : new Date(text))

/** Raw bytes. */
export const bytea = customType<{ data: Buffer; driverData: Buffer }>({ dataType: () => 'bytea' })

/** An address as PostgreSQL's `inet` writes it; never a host name. */
export const inet = customType<{ data: string; driverData: string }>({ dataType: () => 'inet' })

/** The shard that a row belongs to. */
export const shardColumn = () => text('shard').notNull().default(mainShard)

/** The body of a check: the column holds a name as a snapshot has them. */
export const isShardName = (column: AnyPgColumn): SQL => sql`${column} ~ '^[A-Za-z0-9_.:-]{1,64}$'`

/** The body of a check: the column holds one of the domain's words. Literals, because a check takes no parameters. */
export const oneOf = (column: AnyPgColumn, words: readonly string[]): SQL =>
  sql`${column} in (${sql.raw(words.map((word) => `'${word.replaceAll("'", "''")}'`).join(', '))})`

/** A `Date` inside a hand-written `sql` fragment: the driver takes instants as text there. */
export const at = (date: Date): SQL => sql`${date.toISOString()}::timestamptz`

/** Whether a period column holds this instant. */
export const covers = (column: AnyPgColumn, date: Date): SQL<boolean> => sql<boolean>`${column} @> ${at(date)}`

/**
 * The same period, ended now: `set({ during: endedAt(table.during, now) })`. It must not become empty: check before.
 */
export const endedAt = (column: AnyPgColumn, date: Date): SQL => sql`tstzrange(lower(${column}), ${at(date)})`
