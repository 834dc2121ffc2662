import { and, desc, eq, getTableColumns, lt, lte, notInArray, or, type SQL, sql } from 'drizzle-orm'
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core'
import type { Tx } from '../client.ts'
import {
  observedAlarms,
  observedConnectors,
  observedFeeds,
  observedJournals,
  observedLedger,
  observedRefusedLogons,
  observedSources,
  observedTargets,
} from '../schema/observed.ts'
import { holdsTerm, type Leader } from './leases.ts'

/** What a connector has seen since it last said so: rows that changed, whole, and the objects there are. */
export type Observed = {
  connector: string
  /** Names the environment and the shard whose rows these are. */
  leader: Leader
  self: typeof observedConnectors.$inferInsert
  journal: typeof observedJournals.$inferInsert
  /** All that stand at present; undefined: the same as last time. */
  alarms: (typeof observedAlarms.$inferInsert)[] | undefined
  feeds: (typeof observedFeeds.$inferInsert)[]
  sources: (typeof observedSources.$inferInsert)[]
  targets: (typeof observedTargets.$inferInsert)[]
  ledger: (typeof observedLedger.$inferInsert)[]
  refusedLogons: (typeof observedRefusedLogons.$inferInsert)[]
  /** Rows of other feeds and targets are removed; undefined: the same as last time. */
  present: { feeds: string[]; targets: string[] } | undefined
}

/** Rows of one statement: PostgreSQL takes 65,535 parameters. */
const rowsAtOnce = 1_000
const refusedKeptMs = 30 * 24 * 3_600_000
const refusedKept = 10_000

/** Write down what a connector sees, in the caller's short transaction. False: another leads, so nothing was written. */
export async function saveObserved(tx: Tx, observed: Observed): Promise<boolean> {
  const { present, alarms } = observed
  if (!(await holdsTerm(tx, observed.leader))) return false
  await upsert([observed.self], (rows) =>
    tx
      .insert(observedConnectors)
      .values(rows)
      .onConflictDoUpdate(replacing(observedConnectors, ['environment', 'shard', 'connector'])),
  )
  await upsert([observed.journal], (rows) =>
    tx
      .insert(observedJournals)
      .values(rows)
      .onConflictDoUpdate(replacing(observedJournals, ['environment', 'shard', 'connector'])),
  )
  await upsert(observed.feeds, (rows) =>
    tx
      .insert(observedFeeds)
      .values(rows)
      .onConflictDoUpdate(replacing(observedFeeds, ['environment', 'shard', 'connector', 'feedId'])),
  )
  await upsert(observed.sources, (rows) =>
    tx
      .insert(observedSources)
      .values(rows)
      .onConflictDoUpdate(replacing(observedSources, ['environment', 'shard', 'connector', 'sourceId', 'segment'])),
  )
  await upsert(observed.targets, (rows) =>
    tx
      .insert(observedTargets)
      .values(rows)
      .onConflictDoUpdate(replacing(observedTargets, ['environment', 'shard', 'connector', 'sessionId'])),
  )
  const ledgerKey = ['environment', 'shard', 'connector', 'sessionId', 'sourceId', 'segment', 'week']
  await upsert(observed.ledger, (rows) =>
    tx.insert(observedLedger).values(rows).onConflictDoUpdate(replacing(observedLedger, ledgerKey)),
  )
  if (alarms) {
    await tx.delete(observedAlarms).where(of(observedAlarms, observed))
    if (alarms.length > 0) await tx.insert(observedAlarms).values(alarms)
  }
  if (observed.refusedLogons.length > 0) {
    await saveRefused(tx, observed)
  }
  if (present) await removeOthers(tx, observed, present)
  return true
}

/** Adds the new ones; old ones go, and those that are more than anybody reads. */
async function saveRefused(tx: Tx, observed: Observed): Promise<void> {
  const { self, refusedLogons } = observed
  await tx.insert(observedRefusedLogons).values(refusedLogons)
  const own = of(observedRefusedLogons, observed)
  const { id } = observedRefusedLogons
  const [newestOfRest] = await tx
    .select({ id })
    .from(observedRefusedLogons)
    .where(own)
    .orderBy(desc(id))
    .offset(refusedKept)
    .limit(1)
  const old = lt(observedRefusedLogons.at, new Date(self.heardAt.getTime() - refusedKeptMs))
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

type Keyed = { environment: PgColumn; shard: PgColumn; connector: PgColumn }

const of = (table: Keyed, { leader: { environment, shard }, connector }: Observed): SQL | undefined =>
  and(eq(table.environment, environment), eq(table.shard, shard), eq(table.connector, connector))

/** What happened last: true also when the connector has started anew since and does not know it any more. */
const lasting = new Set([
  'lastLogonAt',
  'lastLogoffAt',
  'lastLogoffWhy',
  'lastCredential',
  'lastSentAt',
  'lastHeardAt',
  'lastReceivedAt',
])

/** The rows, so many at once as one statement takes. */
async function upsert<Row>(rows: readonly Row[], write: (some: Row[]) => PromiseLike<unknown>): Promise<void> {
  for (let at = 0; at < rows.length; at += rowsAtOnce) await write(rows.slice(at, at + rowsAtOnce))
}

/** A row that is there is replaced, but for what happened last. `key` names the columns that tell rows apart. */
function replacing(table: PgTable, key: readonly string[]): { target: PgColumn[]; set: Record<string, SQL> } {
  const columns: Record<string, PgColumn> = getTableColumns(table)
  const given = (column: PgColumn) => sql.raw(`excluded."${column.name}"`)
  const set: Record<string, SQL> = {}
  for (const [name, column] of Object.entries(columns))
    if (!key.includes(name)) set[name] = lasting.has(name) ? sql`coalesce(${given(column)}, ${column})` : given(column)
  return { target: key.flatMap((name) => columns[name] ?? []), set }
}
