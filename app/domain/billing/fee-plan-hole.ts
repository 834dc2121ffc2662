import { monthAfter, monthOf } from '../calendar/month.ts'
import { type FeePlan, monthsWithoutPlan } from './fees.ts'

/** An alarm that the portal itself raises: groups are charged, but no fee plan says how much. */
export type FeePlanHole = { says: string; since: Date }

/** Reports that this month or the next has no fee plan, before charges are missing. */
export function feePlanHole(plans: readonly FeePlan[], zone: string, now: Date): FeePlanHole | undefined {
  const month = monthOf(now.getTime(), zone)
  const months = monthsWithoutPlan(plans, month, monthAfter(month), zone)
  if (months.length === 0) return undefined
  const last = [...plans].sort((a, b) => b.fromMs - a.fromMs)[0]
  const ended = (last?.untilMs ?? 0) <= now.getTime() ? last?.untilMs : last?.fromMs
  const says = `No fee plan is in force in ${months.join(' and ')}: what groups cost then is not known`
  return { says, since: ended === undefined ? now : new Date(ended) }
}
