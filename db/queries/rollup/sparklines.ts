import { type SQL, sql } from 'drizzle-orm'
import type { Environment } from '#domain/reference/environment.ts'
import { type ByShard, isHeard, put, sumAt } from '#domain/rollup/by-shard.ts'
import { type Sparkline, sparklineMinutes, sparklineOf } from '#domain/rollup/sparkline.ts'
import { floorTo, pages } from '#domain/rollup/steps.ts'
import type { Tx } from '../../client.ts'
import { at } from '../../schema/columns.ts'

/**
 * Whose sparklines: groups by id, targets by session id, sources by name, feeds by id. Of groups and targets they show
 * what was delivered, of sources and feeds what was received.
 */
type Drawn = { environment: Environment; kind: 'group' | 'target' | 'source' | 'feed'; ids: readonly string[] }

/** The last hour of each of these, as far as the reader may see it: one query for all rows of a page. */
export async function listSparklines(tx: Tx, drawn: Drawn, now: Date): Promise<Map<string, Sparkline>> {
  if (drawn.ids.length === 0) return new Map()
  const { pageMs, stepMs } = pages.minute
  const firstMs = floorTo(now.getTime() - (sparklineMinutes + 1) * stepMs, pageMs)
  const inHours = sql`r.environment = ${drawn.environment} and r.step = 'minute'
    and r.starts_at in (${at(new Date(firstMs))}, ${at(new Date(firstMs + pageMs))})`
  const startMs = sql`(extract(epoch from r.starts_at) * 1000)::float8`
  const rows = await tx.execute<{ id: string | null; shard: string; start_ms: number; figures: number[] }>(sql`
    ${figuresOf(drawn, startMs)} and ${inHours}
    union all select null, r.shard, ${startMs}, r.received from dc.rollups r where r.kind = 'shard' and ${inHours}`)
  const heard: ByShard = new Map()
  const own = new Map(drawn.ids.map((id): [string, ByShard] => [id, new Map()]))
  for (const { id, shard, start_ms, figures } of rows) {
    const minutes = id === null ? heard : own.get(id)
    if (minutes) for (const [i, figure] of figures.entries()) put(minutes, shard, start_ms + i * stepMs, figure)
  }
  const figureOf = (minutes: ByShard) => (ms: number) =>
    isHeard(minutes, heard, ms, 1) ? sumAt(minutes, ms) : undefined
  return new Map([...own].map(([id, minutes]) => [id, sparklineOf(figureOf(minutes), now.getTime())]))
}

function figuresOf({ kind, ids }: Drawn, startMs: SQL): SQL {
  const list = [...ids]
  if (kind === 'group')
    return sql`
      select t.group_id::text as id, r.shard, ${startMs} as start_ms, r.delivered as figures
      from dc.targets t join dc.rollups r on r.kind = 'target' and r.object_id = t.session_id
      where t.group_id in ${list}`
  const figures = kind === 'target' ? sql`r.delivered` : sql`r.received`
  return sql`
    select r.object_id as id, r.shard, ${startMs} as start_ms, ${figures} as figures
    from dc.rollups r where r.kind = ${kind} and r.object_id in ${list}`
}
