import { floorTo, pages } from './steps.ts'

/** What the portal read of a shard's connector when it last took figures. `readAtMs` is the portal's own clock. */
export type Reading = { lineage: string; week: string; heardAtMs: number; readAtMs: number }

/**
 * What to do with the counts that a connector reports now. `begin`: nothing is known to compare them with, so they are
 * only noted. `add`: what they have grown by belongs to this minute.
 */
type Cut =
  | { type: 'begin' }
  | {
      type: 'add'
      minuteMs: number
      /** False: the growth is that of a longer silence, so it is no rate. */
      isHeard: boolean
      /** The counts of targets began again at 0 with another trading week. */
      isOtherWeek: boolean
    }

/** Two readings further apart than this say nothing about a single minute. */
const mostMs = 90_000
const { stepMs } = pages.minute

/**
 * Growth belongs to the minute in the middle between two readings: usually the minute that has just ended, and after a
 * silence a minute that nobody heard. So a silence stays a gap in the pictures, while the sums stay whole. Undefined:
 * the connector has not reported since the last reading, or the minute of that reading is not over.
 */
export function cutOf(before: Reading | undefined, now: Reading): Cut | undefined {
  if (!before || before.lineage !== now.lineage) return { type: 'begin' }
  if (before.heardAtMs === now.heardAtMs) return undefined
  const sinceMs = now.readAtMs - before.readAtMs
  if (sinceMs >= 0 && floorTo(now.readAtMs, stepMs) === floorTo(before.readAtMs, stepMs)) return undefined
  // the clock was set back: how long ago the last reading was is not known
  const middleMs = sinceMs < 0 ? now.readAtMs : before.readAtMs + sinceMs / 2
  return {
    type: 'add',
    minuteMs: floorTo(middleMs, stepMs),
    isHeard: sinceMs >= 0 && sinceMs <= mostMs,
    isOtherWeek: before.week !== now.week,
  }
}
