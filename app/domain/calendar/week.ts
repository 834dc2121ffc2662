import { instantOf, localMs } from './zone.ts'

/** The `day` of a rule that applies every day. */
export const everyDay = 'every day'

/** A moment of the week, or of every day: local time in an IANA zone. */
export type WeekRule = { zone: string; day: string; time: string }

/** When clients may be logged on: from one moment of the week to another. */
type LogonWindow = { zone: string; from: Moment; to: Moment }
type Moment = { day: string; time: string }

/** One week between two occurrences of a moment, [fromMs, untilMs), named by the local date on which it begins. */
type Week = { date: string; fromMs: number; untilMs: number }

const days = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday']
const dayMs = 86_400_000
const latest = new Map<string, Week>()

/**
 * The week that an instant belongs to, named by the local date of the reset that began it: `2026-11-22`. Each reset
 * happens once: a reset in an hour that the clock skips happens when the clock jumps, and one in a repeated hour
 * happens the first time.
 */
export const weekOf = (instantMs: number, rule: WeekRule): string => weekAt(instantMs, rule).date

/** When the week of an instant ends: the next reset. */
export const nextResetMs = (instantMs: number, rule: WeekRule): number => weekAt(instantMs, rule).untilMs

/** Whether an instant lies in one of the windows, each [from, to). True when there are no windows. */
export function isWithin(windows: readonly LogonWindow[], instantMs: number): boolean {
  if (windows.length === 0) return true
  return windows.some(
    ({ zone, from, to }) => weekAt(instantMs, { zone, ...from }).fromMs > weekAt(instantMs, { zone, ...to }).fromMs,
  )
}

/** Keeps the last week found for each rule, since the next question is nearly always about the same week. */
function weekAt(instantMs: number, rule: WeekRule): Week {
  const key = `${rule.zone} ${rule.day} ${rule.time}`
  const known = latest.get(key)
  if (known && instantMs >= known.fromMs && instantMs < known.untilMs) return known
  const week = findWeek(instantMs, rule)
  latest.set(key, week)
  return week
}

function findWeek(instantMs: number, { zone, day, time }: WeekRule): Week {
  const today = Math.floor(localMs(instantMs, zone) / dayMs)
  const length = day === everyDay ? 1 : 7
  const back = day === everyDay ? 0 : (new Date(today * dayMs).getUTCDay() - days.indexOf(day) + 7) % 7
  const [hours = 0, minutes = 0] = time.split(':').map(Number)
  const on = (date: number) => instantOf(date * dayMs + (hours * 60 + minutes) * 60_000, zone)
  const begun = on(today - back) <= instantMs ? today - back : today - back - length
  return { date: new Date(begun * dayMs).toISOString().slice(0, 10), fromMs: on(begun), untilMs: on(begun + length) }
}
