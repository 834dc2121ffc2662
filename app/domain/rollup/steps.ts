/**
 * The pictures' figures are kept in steps. A row holds a page of them: the minutes of an hour, the quarter hours of a
 * day, or the hours of a week (from Thursday, as seconds since 1970 divide). ADR 51.
 */
export const steps = ['minute', 'quarter', 'hour'] as const
export type Step = (typeof steps)[number]

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs

type Page = { stepMs: number; pageMs: number; length: number }
const page = (stepMs: number, pageMs: number): Page => ({ stepMs, pageMs, length: pageMs / stepMs })

export const pages: Record<Step, Page> = {
  minute: page(minuteMs, hourMs),
  quarter: page(15 * minuteMs, dayMs),
  hour: page(hourMs, 7 * dayMs),
}

export const floorTo = (ms: number, unitMs: number): number => Math.floor(ms / unitMs) * unitMs

/** How old figures may become before they are put into the next longer step, or removed: 13 months. */
export const keptMs: Record<Step, number> = { minute: 8 * dayMs, quarter: 35 * dayMs, hour: 396 * dayMs }

/** Most that a step holds. More than that in one minute can only follow a silence of hours. */
export const mostInStep = 2_147_483_647

/** Which objects have figures. A group's are the sum of its targets'. `shard`: the minutes in which it was heard. */
export const rollupKinds = ['target', 'source', 'feed', 'firm', 'environment', 'shard'] as const
export type RollupKind = (typeof rollupKinds)[number]
