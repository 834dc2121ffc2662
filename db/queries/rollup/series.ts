import { type SQL, sql } from 'drizzle-orm'
import type { PartKind } from '#domain/configuration/parts.ts'
import type { Environment } from '#domain/reference/environment.ts'
import type { Extent, Figures } from '#domain/rollup/series.ts'
import { floorTo, pages } from '#domain/rollup/steps.ts'
import type { Tx } from '../../client.ts'
import { at } from '../../schema/columns.ts'

/**
 * What a picture is about: a group by its id, a target by its session id, a source by its name, a feed by its id, all
 * targets of a firm by the firm's id, or all of the environment.
 */
export type Pictured = {
  environment: Environment
  kind: 'group' | 'target' | 'source' | 'feed' | 'firm' | 'environment'
  id: string
}

/**
 * Figures of the steps of an extent, as far as the reader may see them, and the minutes in which the connectors were
 * heard. A minute's figures count where its connector was heard; what came in others is told apart.
 */
export async function listFigures(tx: Tx, pictured: Pictured, extent: Extent): Promise<Figures[]> {
  const { pageMs, stepMs } = pages.minute
  const firstMs = floorTo(extent.fromMs, pageMs)
  const within = (rows: SQL) => sql`${rows}.environment = ${pictured.environment} and ${rows}.step = 'minute'
    and ${rows}.starts_at between ${at(new Date(firstMs))} and ${at(new Date(extent.nowMs))}`
  const perStep = pages[extent.step].stepMs / stepMs
  type Row = Omit<Figures, 'startMs' | 'objectId'> & { object_id: string | null; start_ms: number }
  const rows = await tx.execute<Row>(sql`
    with heard as materialized (
      select h.shard, h.starts_at, h.received as minutes from dc.rollups h where h.kind = 'shard' and ${within(sql`h`)}),
    figures as (
      select r.object_id, r.shard, r.starts_at, r.received, r.delivered, r.waiting, r.highest, h.minutes
      from ${ofPictured(pictured)} left join heard h on h.shard = r.shard and h.starts_at = r.starts_at
      where ${within(sql`r`)}
      union all select null, shard, starts_at, minutes, null, null, null, minutes from heard)
    select f.object_id, f.shard, extract(epoch from f.starts_at)::float8 * 1000 + ((m.n - 1) / ${sql.raw(String(perStep))}) * ${sql.raw(String(perStep * stepMs))} as start_ms,
      coalesce(sum(m.received) filter (where m.heard > 0), 0)::float8 as received,
      coalesce(sum(m.received) filter (where m.heard is null or m.heard = 0), 0)::float8 as unheard,
      (sum(m.delivered) filter (where m.heard > 0))::float8 as delivered,
      -- of the last minute: the highest number of minute and count together, which needs no sorting
      (max((m.n << 32) + m.waiting) filter (where m.heard > 0) & 4294967295)::float8 as waiting,
      max(m.highest) filter (where m.heard > 0) as highest
    from figures f,
      unnest(f.received, f.delivered, f.waiting, f.highest, f.minutes) with ordinality as m(received, delivered, waiting, highest, heard, n)
    group by f.object_id, f.shard, 3 having max(m.received) > 0 or max(m.waiting) > 0 or max(m.delivered) > 0`)
  return rows.map(({ object_id, start_ms, ...figures }) => ({
    ...figures,
    objectId: object_id ?? undefined,
    startMs: start_ms,
  }))
}

/** The rows of what is pictured, as `r`. */
const ofPictured = ({ kind, id }: Pictured): SQL =>
  kind === 'group'
    ? sql`(select r.* from dc.targets t join dc.rollups r on r.kind = 'target' and r.object_id = t.session_id
        where t.group_id = ${id}) r`
    : sql`(select r.* from dc.rollups r where r.kind = ${kind} and r.object_id = ${id}) r`

/** Configuration versions that changed one of these objects since an instant, as far as the reader may see them. */
export async function listChanges(
  tx: Tx,
  { environment, kind, id }: Pictured,
  sinceMs: number,
): Promise<{ number: number; atMs: number }[]> {
  if (kind === 'firm' || kind === 'environment') return []
  const part: PartKind = kind === 'group' ? 'target' : kind
  const objects = kind === 'group' ? sql`select session_id from dc.targets where group_id = ${id}` : sql`${id}`
  const rows = await tx.execute<{ number: number; at_ms: number }>(sql`
    select distinct v.number, extract(epoch from v.made_at)::float8 * 1000 as at_ms
    from dc.configuration_parts p
    join dc.configuration_versions v on v.environment = p.environment and v.number = p.number
    where p.environment = ${environment} and p.kind = ${part} and p.object_id in (${objects})
      and v.made_at >= ${at(new Date(sinceMs))} order by v.number limit 20`)
  return rows.map((row) => ({ number: row.number, atMs: row.at_ms }))
}
