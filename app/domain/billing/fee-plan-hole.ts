import { monthAfter, monthOf } from '../calendar/month.ts'
import { type FeePlan, monthsWithoutPlan } from './fees.ts'

/** An alarm of the portal's own: groups are charged, and no fee plan says what. */
export type FeePlanHole = { says: string; since: Date }

/** Whether this month or the next has no fee plan: seen before it is a hole in the charges. */
export function feePlanHole(plans: readonly FeePlan[], zone: string, now: Date): FeePlanHole | undefined {
  const month = monthOf(now.getTime(), zone)
  const months = monthsWithoutPlan(plans, month, monthAfter(month), zone)
  if (months.length === 0) return undefined
  const last = [...plans].sort((a, b) => b.fromMs - a.fromMs)[0]
  const ended = (last?.untilMs ?? 0) <= now.getTime() ? last?.untilMs : last?.fromMs
  const says = `No fee plan is in force in ${months.join(' and ')}: what groups cost then is not known`
  return { says, since: ended === undefined ? now : new Date(ended) }
}
