import { type ByShard, isHeard, put, sumAt } from './by-shard.ts'
import { floorTo, pages, type Step } from './steps.ts'

export const spans = ['1h', '24h', '7d'] as const
export type Span = (typeof spans)[number]

/** How a span is drawn: in which steps, how many of them lie behind, and how much of what is to come is shown. */
const drawnAs: Record<Span, { step: Step; length: number; aheadMs: number }> = {
  '1h': { step: 'minute', length: 60, aheadMs: 2 * 60_000 },
  '24h': { step: 'quarter', length: 96, aheadMs: 3_600_000 },
  '7d': { step: 'hour', length: 168, aheadMs: 6 * 3_600_000 },
}

/** The time that a picture shows. The step that has begun is the last of `length`. */
export type Extent = { span: Span; step: Step; fromMs: number; nowMs: number; untilMs: number; length: number }

export function extentOf(span: Span, nowMs: number): Extent {
  const { step, length, aheadMs } = drawnAs[span]
  const { stepMs } = pages[step]
  const fromMs = floorTo(nowMs, stepMs) - (length - 1) * stepMs
  return { span, step, fromMs, nowMs, untilMs: nowMs + aheadMs, length }
}

/** Figures of one object, or of one of several that are summed, in one step. Null: it has no such figures. */
export type Figures = {
  /** undefined: these are the minutes in which the shard was heard, as `received` */
  objectId: string | undefined
  shard: string
  startMs: number
  /** In the minutes that were heard, and in the others. */
  received: number
  unheard: number
  delivered: number | null
  /** At the last minute that was heard, and at most; null: none was. */
  waiting: number | null
  highest: number | null
}

/**
 * What a picture shows, a value for each step; null: the connector was not heard. Received and delivered are messages a
 * minute. Delivered and waiting are absent where nothing is delivered.
 */
type Series = {
  received: (number | null)[]
  delivered?: (number | null)[]
  waiting?: (number | null)[]
  /** The most that waited at one time in each step; absent where several objects are summed. */
  highest?: (number | null)[]
  /** How many messages came while the connector was not heard: they are in no step. */
  unheard: number
}

/** What happened at an instant, in words that stand beside a line in the picture. */
type Mark = { atMs: number; word: string }

export type Picture = { extent: Extent; series: Series; marks: Mark[] }

/** A third of a step must have been heard for a rate. */
const enough = 1 / 3

export function seriesOf(rows: readonly Figures[], { step, fromMs, nowMs, length }: Extent, delivers: boolean): Series {
  const { stepMs } = pages[step]
  const tables = tablesOf(rows)
  const over = <T>(value: (startMs: number, heard: number) => T) =>
    Array.from({ length }, (_, i) => {
      const startMs = fromMs + i * stepMs
      const minutes = Math.floor((Math.min(startMs + stepMs, nowMs) - startMs) / 60_000)
      const heard = heardIn(tables, startMs)
      return isHeard(tables.received, tables.heard, startMs, Math.max(1, minutes * enough))
        ? value(startMs, heard)
        : null
    })
  const rate = (figures: ByShard) => over((startMs, heard) => Math.round((sumAt(figures, startMs) / heard) * 100) / 100)
  const most = (figures: ByShard) => over((startMs) => sumAt(figures, startMs))
  const isOne = new Set(rows.map(({ objectId }) => objectId).filter((id) => id !== undefined)).size <= 1
  return {
    received: rate(tables.received),
    ...(delivers && { delivered: rate(tables.delivered), waiting: most(tables.waiting) }),
    ...(delivers && isOne && { highest: most(tables.highest) }),
    unheard: rows.reduce((sum, row) => sum + row.unheard, 0),
  }
}

type Tables = Record<'heard' | 'received' | 'delivered' | 'waiting' | 'highest', ByShard>

function tablesOf(rows: readonly Figures[]): Tables {
  const tables: Tables = {
    heard: new Map(),
    received: new Map(),
    delivered: new Map(),
    waiting: new Map(),
    highest: new Map(),
  }
  for (const { objectId, shard, startMs, received, delivered, waiting, highest } of rows) {
    if (objectId === undefined) {
      put(tables.heard, shard, startMs, received)
      continue
    }
    put(tables.received, shard, startMs, received)
    put(tables.delivered, shard, startMs, delivered ?? 0)
    put(tables.waiting, shard, startMs, waiting ?? 0)
    put(tables.highest, shard, startMs, highest ?? 0)
  }
  return tables
}

/** The minutes of a step in which the connectors were heard: of several shards the fewest. */
function heardIn({ received, heard }: Tables, startMs: number): number {
  const shards = received.size > 0 ? received : heard
  return Math.min(...[...shards.keys()].map((shard) => heard.get(shard)?.get(startMs) ?? 0))
}
