import { type SQL, sql } from 'drizzle-orm'
import type { Shard } from '#domain/leadership/leader.ts'
import type { Environment } from '#domain/reference/environment.ts'
import type { Reading } from '#domain/rollup/cut.ts'
import { floorTo, mostInStep, pages } from '#domain/rollup/steps.ts'
import type { Tx } from '../../client.ts'
import { at } from '../../schema/columns.ts'

/** A connector whose counts are read, with what was read of its shard before; `before` undefined: never. */
export type Reported = Shard & { connector: string; now: Reading; before: Reading | undefined }

const ms = (column: string) => sql.raw(`(extract(epoch from ${column}) * 1000)::float8`)

/**
 * The connector heard last in each shard. Each row of the last reading is locked, so that two portals do not add the
 * same growth. A connector without a week has no configuration yet, and nothing to count.
 */
export async function lockReported(tx: Tx, readAtMs: number): Promise<Reported[]> {
  type Row = {
    environment: Environment
    shard: string
    connector: string
    lineage: string
    week: string
    heard: number
    old_lineage: string | null
    old_week: string
    old_heard: number
    old_read: number
  }
  await tx.execute(sql`select from dc.rollup_shards order by environment, shard for update`)
  const rows = await tx.execute<Row>(sql`
    select c.environment, c.shard, c.connector, c.lineage, c.week, ${ms('c.heard_at')} as heard,
      s.lineage as old_lineage, s.week as old_week, ${ms('s.heard_at')} as old_heard, ${ms('s.read_at')} as old_read
    from (select distinct on (environment, shard) * from dc.observed_connectors
      order by environment, shard, heard_at desc) c
    left join dc.rollup_shards s on s.environment = c.environment and s.shard = c.shard
    where c.week is not null order by c.environment, c.shard`)
  return rows.map((row) => ({
    environment: row.environment,
    shard: row.shard,
    connector: row.connector,
    now: { lineage: row.lineage, week: row.week, heardAtMs: row.heard, readAtMs },
    before:
      row.old_lineage === null
        ? undefined
        : { lineage: row.old_lineage, week: row.old_week, heardAtMs: row.old_heard, readAtMs: row.old_read },
  }))
}

export async function saveReading(tx: Tx, { environment, shard, now }: Reported): Promise<void> {
  await tx.execute(sql`
    insert into dc.rollup_shards (environment, shard, lineage, week, heard_at, read_at)
    values (${environment}, ${shard}, ${now.lineage}, ${now.week}, ${at(new Date(now.heardAtMs))}, ${at(new Date(now.readAtMs))})
    on conflict (environment, shard) do update set lineage = excluded.lineage, week = excluded.week,
      heard_at = excluded.heard_at, read_at = excluded.read_at`)
}

/** Nothing is known of the shard's counts any more: those of its next report are what later ones are compared with. */
export async function beginCounts(tx: Tx, reported: Reported): Promise<void> {
  const { environment, shard } = reported
  await tx.execute(sql`delete from dc.rollup_counts where environment = ${environment} and shard = ${shard}`)
  await tx.execute(sql`
    insert into dc.rollup_counts (environment, shard, kind, object_id, received, delivered, highest)
    select ${environment}, ${shard}, kind, object_id, received, delivered, waiting from (${counted(reported)}) counted`)
}

/** The counts of targets begin again at 0 with a trading week. */
export async function restartCounts(tx: Tx, { environment, shard }: Shard): Promise<void> {
  await tx.execute(sql`
    update dc.rollup_counts set received = 0, delivered = 0
    where environment = ${environment} and shard = ${shard} and kind = 'target'`)
}

/** Notes how many copies wait, where that is more than at any time since the last reading. */
export async function saveHighest(tx: Tx, { environment, shard, connector }: Reported): Promise<void> {
  await tx.execute(sql`
    update dc.rollup_counts c set highest = o.waiting from dc.observed_targets o
    where o.environment = ${environment} and o.shard = ${shard} and o.connector = ${connector} and o.waiting > 0
      and c.environment = o.environment and c.shard = o.shard and c.kind = 'target' and c.object_id = o.session_id
      and o.waiting > c.highest`)
}

/** Adds to a minute what the counts have grown by, and notes the counts. A count that fell has grown by nothing. */
export async function addGrowth(tx: Tx, reported: Reported, minuteMs: number, isHeard: boolean): Promise<void> {
  const { environment, shard } = reported
  const target: Place = { minuteMs, columns: ['received', 'delivered', 'waiting', 'highest'] }
  const total: Place = { minuteMs, columns: ['received', 'delivered', 'waiting'] }
  const source: Place = { minuteMs, columns: ['received'] }
  const sums = sql.raw('sum(received) as received, sum(delivered) as delivered, sum(waiting) as waiting')
  await tx.execute(sql`
    with counted as materialized (${counted(reported)}),
    grown as materialized (
      select n.kind, n.object_id, n.received as new_received, n.delivered as new_delivered, n.waiting,
        greatest(n.received - coalesce(c.received, 0), 0) as received,
        greatest(n.delivered - coalesce(c.delivered, 0), 0) as delivered,
        greatest(n.waiting, coalesce(c.highest, 0)) as highest,
        (c.received, c.delivered, c.highest) is distinct from (n.received, n.delivered, n.waiting) as is_news
      from counted n
      left join dc.rollup_counts c
        on c.environment = ${environment} and c.shard = ${shard} and c.kind = n.kind and c.object_id = n.object_id),
    noted as (
      insert into dc.rollup_counts (environment, shard, kind, object_id, received, delivered, highest)
      select ${environment}, ${shard}, kind, object_id, new_received, new_delivered, waiting from grown where is_news
      on conflict (environment, shard, kind, object_id) do update
        set received = excluded.received, delivered = excluded.delivered, highest = excluded.highest),
    moved as materialized (
      select kind, object_id, received, delivered, waiting, highest from grown
      where received > 0 or delivered > 0 or highest > 0),
    owned as materialized (
      select g.owner_id::text as owner, m.received, m.delivered, m.waiting from moved m
      join dc.targets t on t.session_id = m.object_id join dc.groups g on g.id = t.group_id where m.kind = 'target'),
    targets as (${adding(target, reported, sql`select kind, object_id, received, delivered, waiting, highest from moved where kind = 'target'`)}),
    totals as (${adding(
      total,
      reported,
      sql`select 'firm' as kind, owner as object_id, ${sums} from owned group by owner
        union all select 'environment', ${environment}, ${sums} from moved where kind = 'target' having count(*) > 0`,
    )})
    ${adding(
      source,
      reported,
      sql`select kind, object_id, received from moved where kind in ('source', 'feed')
        union all select 'shard', ${shard}, 1 where ${isHeard}`,
    )}`)
}

/** The counts of a connector's last report. Those of targets are of its trading week, the others of its journal. */
const counted = ({ environment, shard, connector, now }: Reported): SQL => {
  const own = sql`environment = ${environment} and shard = ${shard} and connector = ${connector}`
  return sql`
    select 'target' as kind, session_id as object_id, sum(received)::bigint as received,
      sum(delivered)::bigint as delivered, sum(waiting)::bigint as waiting
    from dc.observed_ledger where ${own} and week = ${now.week} group by session_id
    union all select 'source', source_id, sum(received)::bigint, 0, 0
    from dc.observed_sources where ${own} and known group by source_id
    union all select 'feed', feed_id, received, 0, 0 from dc.observed_feeds where ${own}`
}

type Place = { minuteMs: number; columns: readonly string[] }

/**
 * Puts rows of `kind`, `object_id` and the columns into their minute. A clock that is set back passes a minute twice:
 * then counts are added to those of the first time, and the number that waits replaces the earlier one.
 */
function adding({ minuteMs, columns }: Place, { environment, shard }: Shard, rows: SQL): SQL {
  const { stepMs, pageMs, length } = pages.minute
  const startsAt = at(new Date(floorTo(minuteMs, pageMs)))
  const before = (minuteMs - floorTo(minuteMs, pageMs)) / stepMs
  const place = sql.raw(`[${before + 1}]`)
  const zeros = (n: number) => sql.raw(`array_fill(0, array[${n}])`)
  const list = (parts: SQL[]) => sql.join(parts, sql`, `)
  const names = list(columns.map((name) => sql.raw(name)))
  const values = columns.map(
    (name) =>
      sql`${zeros(before)} || least(${sql.raw(name)}, ${sql.raw(String(mostInStep))})::int || ${zeros(length - before - 1)}`,
  )
  const set = columns.map((name) => {
    const column = sql.raw(name)
    if (name === 'waiting') return sql`${column}${place} = excluded.${column}${place}`
    if (name === 'highest') return sql`${column}${place} = greatest(r.${column}${place}, excluded.${column}${place})`
    return sql`${column}${place} = least(r.${column}${place}::bigint + excluded.${column}${place}, ${sql.raw(String(mostInStep))})::int`
  })
  return sql`
    insert into dc.rollups as r (environment, kind, object_id, shard, step, starts_at, ${names})
    select ${environment}, kind, object_id, ${shard}, 'minute', ${startsAt}, ${list(values)} from (${rows}) given
    on conflict (environment, kind, object_id, step, starts_at, shard) do update set ${list(set)}`
}
