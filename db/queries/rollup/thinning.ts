import { sql } from 'drizzle-orm'
import { keptMs, mostInStep, pages, type Step } from '#domain/rollup/steps.ts'
import type { Tx } from '../../client.ts'
import { at } from '../../schema/columns.ts'

/** Rows of one transaction: so few that no page waits for it. */
const batch = 3000

/** The first instant whose figures stay in these steps; a page goes when all of it is older. */
const keptFrom = (step: Step, now: Date): Date => new Date(now.getTime() - keptMs[step] - pages[step].pageMs)

/**
 * Puts some of the oldest pages of a step, which are too old for it, into pages of a longer one. What was received and
 * delivered is summed, so the sum over any time stays; of what waited the last of each step stays, and of the highest
 * the highest. @returns how many pages it took; 0: there are no more
 */
export async function thinOldest(tx: Tx, from: Step, to: Step, now: Date): Promise<number> {
  const { stepMs, pageMs, length } = pages[to]
  const perCell = stepMs / pages[from].stepMs
  const raw = (value: number | string) => sql.raw(String(value))
  const pageStart = sql`to_timestamp(floor(extract(epoch from starts_at) / ${raw(pageMs / 1000)}) * ${raw(pageMs / 1000)})`
  const most = raw(mostInStep)
  const key = sql.raw('environment, kind, object_id, shard, page')
  const filled = (name: string) =>
    sql`case when count(c.${raw(name)}) > 0 then array_agg(coalesce(c.${raw(name)}, 0) order by i) end`
  const merged = (name: string, value: string) =>
    sql`${raw(name)} = (select array_agg(${raw(value)} order by n)
      from unnest(r.${raw(name)}, excluded.${raw(name)}) with ordinality as both_(a, b, n))`
  const [row] = await tx.execute<{ taken: number }>(sql`
    with oldest as materialized (
      select ${pageStart} as page from dc.rollups
      where step = ${from} and starts_at < ${at(keptFrom(from, now))} order by starts_at limit 1),
    chosen as materialized (
      select environment, kind, object_id, step, starts_at, shard from dc.rollups, oldest
      where step = ${from} and starts_at >= page and starts_at < page + ${raw(`interval '${pageMs / 1000} seconds'`)}
        and starts_at < ${at(keptFrom(from, now))}
      order by environment, kind, object_id, starts_at limit ${batch}),
    taken as (
      delete from dc.rollups r using chosen c
      where (r.environment, r.kind, r.object_id, r.step, r.starts_at, r.shard)
        = (c.environment, c.kind, c.object_id, c.step, c.starts_at, c.shard) returning r.*),
    cells as materialized (
      select environment, kind, object_id, shard, ${pageStart} as page,
        ((extract(epoch from starts_at) - extract(epoch from ${pageStart})) / ${raw(stepMs / 1000)})::int + (u.n - 1) / ${raw(perCell)} as cell,
        least(sum(u.received), ${most})::int as received,
        case when count(u.delivered) > 0 then least(sum(u.delivered), ${most})::int end as delivered,
        (array_agg(u.waiting order by u.n desc))[1] as waiting, max(u.highest) as highest
      from taken, unnest(received, delivered, waiting, highest)
        with ordinality as u(received, delivered, waiting, highest, n)
      group by environment, kind, object_id, shard, starts_at, cell),
    filled as (
      insert into dc.rollups as r
        (environment, kind, object_id, shard, step, starts_at, received, delivered, waiting, highest)
      select environment, kind, object_id, shard, ${to}, page,
        array_agg(coalesce(c.received, 0) order by i), ${filled('delivered')}, ${filled('waiting')}, ${filled('highest')}
      from (select distinct ${key} from cells) p cross join generate_series(0, ${raw(length - 1)}) i
      left join (select *, cell as i from cells) c using (${key}, i)
      group by ${key}
      on conflict (environment, kind, object_id, step, starts_at, shard) do update set
        ${merged('received', `least(a::bigint + b, ${mostInStep})::int`)},
        ${merged('delivered', `least(a::bigint + b, ${mostInStep})::int`)},
        ${merged('waiting', 'greatest(a, b)')}, ${merged('highest', 'greatest(a, b)')})
    select count(*)::int as taken from taken`)
  return row?.taken ?? 0
}

/** Removes some of the figures that are kept in no step any more. @returns how many pages went */
export async function removeOldest(tx: Tx, now: Date): Promise<number> {
  const gone = await tx.execute(sql`
    with chosen as materialized (
      select environment, kind, object_id, step, starts_at, shard from dc.rollups
      where step = 'hour' and starts_at < ${at(keptFrom('hour', now))} order by starts_at limit ${batch})
    delete from dc.rollups r using chosen c
    where (r.environment, r.kind, r.object_id, r.step, r.starts_at, r.shard)
      = (c.environment, c.kind, c.object_id, c.step, c.starts_at, c.shard)`)
  return gone.count
}
