import { getTableColumns, type SQL, sql } from 'drizzle-orm'
import type { PgTable } from 'drizzle-orm/pg-core'
import type { Tx } from '../../client.ts'
import { groupStandings, targetStandings, touchedGroups } from '../../schema/standings.ts'

export type GroupStanding = typeof groupStandings.$inferSelect
export type TargetStanding = typeof targetStandings.$inferSelect

/** One pass at a time keeps standings; false: another one is at work. */
export async function lockStandings(tx: Tx): Promise<boolean> {
  const [row] = await tx.execute<{ mine: boolean }>(
    sql`select pg_try_advisory_xact_lock(hashtextextended('dc standings', 0)) as mine`,
  )
  return row?.mine ?? false
}

/** Takes the groups that were written to since the last pass, up to `most` rows of writing. */
export async function takeTouchedGroups(tx: Tx, most: number): Promise<string[]> {
  const rows = await tx.execute<{ group_id: string }>(sql`
    delete from ${touchedGroups} where id in (select id from ${touchedGroups} order by id limit ${most}) returning group_id`)
  return [...new Set(rows.map((row) => row.group_id))]
}

/** The groups that this very transaction has written to. */
export async function listTouchedHere(tx: Tx): Promise<string[]> {
  const rows = await tx.execute<{ group_id: string }>(
    sql`select distinct group_id from ${touchedGroups} where xmin = pg_current_xact_id()::xid`,
  )
  return rows.map((row) => row.group_id)
}

/** Groups of which something was reported after these instants, and groups that are to be looked at again by now. */
export async function listMovedGroups(
  tx: Tx,
  since: readonly { environment: string; shard: string; connector: string; at: Date }[],
  now: Date,
): Promise<string[]> {
  const moved = since.map(({ environment, shard, connector, at }) => {
    const of = sql`o.environment = ${environment} and o.shard = ${shard} and o.connector = ${connector} and o.at > ${at.toISOString()}`
    return sql`select t.group_id from dc.observed_targets o join dc.targets t on t.session_id = o.session_id where ${of}
      union select t.group_id from dc.observed_ledger o join dc.targets t on t.session_id = o.session_id where ${of}`
  })
  const due = sql`select group_id from ${targetStandings} where recheck_at <= ${now.toISOString()}`
  const rows = await tx.execute<{ group_id: string }>(sql.join([due, ...moved], sql` union `))
  return rows.map((row) => row.group_id)
}

/** Groups that carry a source of one of these feeds now, or did in this trading week. */
export async function listGroupsOfFeeds(tx: Tx, feedIds: readonly string[]): Promise<string[]> {
  if (feedIds.length === 0) return []
  const rows = await tx.execute<{ group_id: string }>(sql`
    select distinct p.group_id from dc.target_sources p join dc.source_sessions s on s.id = p.source_id
    where s.feed_id = any(${`{${feedIds.map((id) => JSON.stringify(id)).join(',')}}`}::text[]) and upper_inf(p.during)`)
  return rows.map((row) => row.group_id)
}

/** Every group that has or should have a standing. */
export async function listAllStandingGroups(tx: Tx): Promise<string[]> {
  const rows = await tx.execute<{ id: string }>(sql`
    select id from dc.groups where state not in ('closed', 'abandoned') union select group_id from ${groupStandings}
    union select group_id from ${targetStandings}`)
  return rows.map((row) => row.id)
}

/** What of the standings of targets an earlier pass has to tell the next one. */
export async function listWaitingSince(tx: Tx, groupIds: readonly string[]): Promise<Map<string, Date>> {
  const rows = await tx.execute<{ target_id: string; waiting_since: string }>(sql`
    select target_id, waiting_since from ${targetStandings}
    where group_id = any(${`{${groupIds.join(',')}}`}::uuid[]) and waiting_since is not null`)
  return new Map(rows.map((row) => [row.target_id, new Date(row.waiting_since)]))
}

/**
 * Makes these the standings of the groups: rows that differ are written, rows that are not named go. One parameter a
 * table, and no write of a row that is as it was.
 */
export async function saveStandings(
  tx: Tx,
  groupIds: readonly string[],
  rows: { groups: readonly GroupStanding[]; targets: readonly TargetStanding[] },
): Promise<void> {
  const of = sql`group_id = any(${`{${groupIds.join(',')}}`}::uuid[])`
  await tx.execute(replacing(targetStandings, ['targetId'], of, rows.targets))
  await tx.execute(replacing(groupStandings, ['firmId', 'groupId'], of, rows.groups))
}

function replacing(table: PgTable, key: readonly string[], of: SQL, rows: readonly Record<string, unknown>[]): SQL {
  const columns = Object.entries(getTableColumns(table))
  const list = (entries: typeof columns, before = '') =>
    sql.join(
      entries.map(([, { name }]) => sql`${sql.raw(before)}${sql.identifier(name)}`),
      sql`, `,
    )
  const keys = columns.filter(([name]) => key.includes(name))
  const others = columns.filter(([name]) => !key.includes(name))
  const json = JSON.stringify(rows.map((row) => Object.fromEntries(columns.map(([name, c]) => [c.name, row[name]]))))
  return sql`
    with given as (select * from jsonb_populate_recordset(null::${table}, ${json}::jsonb)),
    gone as (delete from ${table} where ${of} and (${list(keys)}) not in (select ${list(keys)} from given))
    insert into ${table} as kept (${list(columns)}) select ${list(columns)} from given
    on conflict (${list(keys)}) do update set (${list(others)}) = row(${list(others, 'excluded.')})
    where (${list(others, 'kept.')}) is distinct from (${list(others, 'excluded.')})`
}
