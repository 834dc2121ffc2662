import {
  and,
  desc,
  eq,
  exists,
  getTableColumns,
  gt,
  inArray,
  lt,
  lte,
  max,
  ne,
  notInArray,
  or,
  type SQL,
  sql,
} from 'drizzle-orm'
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core'
import type { Environment } from '#domain/reference/environment.ts'
import type { Observed } from '#domain/status/observed.ts'
import type { Db, Tx } from '../../client.ts'
import { configurationReports } from '../../schema/configuration.ts'
import {
  observedAlarms,
  observedConnectors,
  observedFeeds,
  observedJournals,
  observedLedger,
  observedPastLedger,
  observedRefusedLogons,
  observedSources,
  observedTargets,
} from '../../schema/observed.ts'
import { leads, writeAsLeader } from './leases.ts'

/** Every column of a row except those that are equal in all rows of a report: `saving` leaves nothing to a default. */
type Seen<Table extends PgTable> = Omit<Required<Table['$inferInsert']>, keyof Said>
/** Who reports a row, and when it was looked at. */
type Said = { environment: Environment; shard: string; connector: string; at: Date }

const dayMs = 24 * 3_600_000
const refusedKeptMs = 30 * dayMs
const refusedKept = 10_000
/** A year, and a month in which somebody can ask about it. */
const ledgerKeptMs = 400 * dayMs
const reportsKeptMs = 90 * dayMs
const ofLedger = ['sessionId', 'sourceId', 'segment', 'week']

/**
 * Write down what a connector sees. Nearly always that is one statement, which needs no transaction around it. False:
 * another connector leads, so nothing was written.
 */
export async function saveObserved(db: Db, observed: Observed): Promise<boolean> {
  const { present, alarms, refusedLogons, isOtherWeek } = observed
  if (!isOtherWeek && !alarms && refusedLogons.length === 0 && !present) return saveRows(db, observed)
  return db.transaction(async (tx) => {
    if (!(await saveRows(tx, observed))) return false
    await saveRest(tx, observed)
    return true
  })
}

function saveRows(db: Db, observed: Observed): Promise<boolean> {
  const { week } = observed.self
  const isPresent = (row: { week: string }) => week === null || row.week === week
  const isPast = (row: { week: string }) => !isPresent(row)
  const said = saidOf(observed)
  return writeAsLeader(db, observed.leader, [
    ...saving(observedConnectors, [], [observed.self], said),
    ...saving(observedJournals, [], [observed.journal], said),
    ...saving(observedFeeds, ['feedId'], observed.feeds, said),
    ...saving(observedSources, ['sourceId', 'segment'], observed.sources, said),
    ...saving(observedTargets, ['sessionId'], observed.targets, said),
    ...saving(observedLedger, ofLedger, observed.ledger.filter(isPresent), said),
    ...saving(observedPastLedger, ofLedger, observed.ledger.filter(isPast), said),
  ])
}

/** Writes what seldom changes, beside the rows. */
async function saveRest(tx: Tx, observed: Observed): Promise<void> {
  const { present, alarms, refusedLogons, isOtherWeek, self } = observed
  if (isOtherWeek && self.week !== null) {
    await putAway(tx, observed, self.week)
    await removeOldReports(tx, observed)
  }
  if (alarms) {
    const said = saidOf(observed)
    await tx.delete(observedAlarms).where(of(observedAlarms, observed))
    if (alarms.length > 0) await tx.insert(observedAlarms).values(alarms.map((alarm) => ({ ...said, ...alarm })))
  }
  if (refusedLogons.length > 0) await saveRefused(tx, observed)
  if (present) await removeOthers(tx, observed, present)
}

/**
 * Moves rows of ended weeks out of the table that every report writes and every page reads, and deletes rows of long
 * ago. A row that is already among the ended ones is the newer one.
 */
async function putAway(tx: Tx, observed: Observed, week: string): Promise<void> {
  const columns = Object.values(getTableColumns(observedLedger)).map((column) => quoted(column.name))
  const names = sql.join(columns, sql`, `)
  await tx.execute(sql`
    with ended as (delete from ${observedLedger}
      where ${and(of(observedLedger, observed), ne(observedLedger.week, week))} returning ${names})
    insert into ${observedPastLedger} (${names}) select ${names} from ended on conflict do nothing`)
  const since = new Date(observed.at.getTime() - ledgerKeptMs).toISOString().slice(0, 10)
  await tx.delete(observedPastLedger).where(and(of(observedPastLedger, observed), lt(observedPastLedger.week, since)))
}

/**
 * Removes a connector's old reports on a feed or source once it has sent a newer one. Reports on targets all stay:
 * pages show from which number on a version judged.
 */
async function removeOldReports(tx: Tx, observed: Observed): Promise<void> {
  const { number, kind, objectId, at } = configurationReports
  const own = and(of(configurationReports, observed), inArray(kind, ['feed', 'source']))
  const newest = tx
    .select({ kind, objectId, number: max(number).as('number') })
    .from(configurationReports)
    .where(own)
    .groupBy(kind, objectId)
    .as('newest')
  const before = new Date(observed.at.getTime() - reportsKeptMs)
  const isNewer = and(eq(newest.kind, kind), eq(newest.objectId, objectId), gt(newest.number, number))
  await tx.delete(configurationReports).where(and(own, lt(at, before), exists(tx.select().from(newest).where(isNewer))))
}

/** Adds new refused logons; removes old ones, and those beyond the number that anybody reads. */
async function saveRefused(tx: Tx, observed: Observed): Promise<void> {
  const { at, refusedLogons } = observed
  const said = saidOf(observed)
  await tx.insert(observedRefusedLogons).values(refusedLogons.map((refused) => ({ ...said, ...refused })))
  const own = of(observedRefusedLogons, observed)
  const { id } = observedRefusedLogons
  const [newestOfRest] = await tx
    .select({ id })
    .from(observedRefusedLogons)
    .where(own)
    .orderBy(desc(id))
    .offset(refusedKept)
    .limit(1)
  const old = lt(observedRefusedLogons.at, new Date(at.getTime() - refusedKeptMs))
  const surplus = newestOfRest && lte(id, newestOfRest.id)
  await tx.delete(observedRefusedLogons).where(and(own, or(old, surplus)))
}

async function removeOthers(
  tx: Tx,
  observed: Observed,
  present: { feeds: string[]; targets: string[] },
): Promise<void> {
  const otherFeeds = notInArray(observedFeeds.feedId, [...present.feeds, ''])
  await tx.delete(observedFeeds).where(and(of(observedFeeds, observed), otherFeeds))
  const otherTargets = notInArray(observedTargets.sessionId, [...present.targets, ''])
  await tx.delete(observedTargets).where(and(of(observedTargets, observed), otherTargets))
}

const saidOf = ({ leader: { environment, shard }, connector, at }: Observed): Said => ({
  environment,
  shard,
  connector,
  at,
})

type Keyed = { environment: PgColumn; shard: PgColumn; connector: PgColumn }

const of = (table: Keyed, { leader: { environment, shard }, connector }: Observed): SQL | undefined =>
  and(eq(table.environment, environment), eq(table.shard, shard), eq(table.connector, connector))

/** What happened last: kept even after the connector has restarted and no longer knows it. */
const lasting = new Set([
  'lastLogonAt',
  'lastLogoffAt',
  'lastLogoffWhy',
  'lastCredential',
  'lastSentAt',
  'lastHeardAt',
  'lastReceivedAt',
])

const reporter = ['environment', 'shard', 'connector']

/**
 * Adds rows; a row that exists is replaced, except for what happened last. `own` names the columns that tell a
 * connector's rows apart. All rows are one parameter, without what is `said` of them all: with a parameter for each
 * value a report of thousands of rows costs several times as much.
 */
function saving<Table extends PgTable>(
  table: Table,
  own: readonly string[],
  rows: readonly Seen<Table>[],
  said: Said,
): SQL[] {
  if (rows.length === 0) return []
  const columns = Object.entries(getTableColumns(table))
  const key = [...reporter, ...own]
  const list = (parts: SQL[]) => sql.join(parts, sql`, `)
  const names = list(columns.map(([, column]) => quoted(column.name)))
  const values = list(
    columns.map(([name, column]) =>
      isSaid(name) ? sql`${sql.param(said[name], column)}::${typeOf(column)}` : sql`given.${quoted(name)}`,
    ),
  )
  const types = list(
    columns.flatMap(([name, column]) => (isSaid(name) ? [] : [sql`${quoted(name)} ${typeOf(column)}`])),
  )
  const keys = list(columns.flatMap(([name, column]) => (key.includes(name) ? [quoted(column.name)] : [])))
  const set = list(columns.flatMap(([name, column]) => (key.includes(name) ? [] : [replacing(name, column)])))
  return [
    sql`insert into ${table} (${names})
      select ${values} from json_to_recordset(${JSON.stringify(rows)}::json) as given(${types}) where ${leads}
      on conflict (${keys}) do update set ${set}`,
  ]
}

const isSaid = (name: string): name is keyof Said => name === 'at' || reporter.includes(name)
const typeOf = (column: PgColumn): SQL => sql.raw(column.getSQLType())
const quoted = (name: string): SQL => sql`${sql.identifier(name)}`

function replacing(name: string, column: PgColumn): SQL {
  const given = sql`excluded.${quoted(column.name)}`
  return sql`${quoted(column.name)} = ${lasting.has(name) ? sql`coalesce(${given}, ${column})` : given}`
}
