import type { Environment } from '../reference/environment.ts'
import { type MonthName, monthOf, monthsBetween } from '../time/zone.ts'
import { formatMoney } from './money.ts'

/** What a Drop Copy Group costs a month, dated. `monthlyMinor` in cents or the like; never a fraction. */
export type FeePlan = {
  monthlyMinor: number
  /** ISO 4217 */
  currency: string
  /** whether each owner's first group is free */
  firstWaived: boolean
  /** the paper it comes from: "Exhibit A, edition 3, 1 Jan 2026" */
  sourceDocument: string
  /** a sample for the sandbox, which nobody owes */
  isSample: boolean
  /** in force from then on, in milliseconds since 1970, until the other instant or for good */
  fromMs: number
  untilMs: number | undefined
}

/** A group as billing sees it. Instants in milliseconds since 1970. */
export type BilledGroup = {
  id: string
  name: string
  ownerId: string
  environment: Environment
  /** undefined: never applied yet, so never charged */
  firstAppliedMs: number | undefined
  /** asked for, and neither applied yet nor given up */
  isAsked?: boolean
  /** since when it is being applied for the first time; undefined where it is not */
  publishedMs?: number | undefined
  /** when it was closed; undefined: still there. Suspension does not stop the fee: the targets stay reserved. */
  closedMs: number | undefined
}

export type Charge = {
  month: MonthName
  groupId: string
  ownerId: string
  amountMinor: number
  currency: string
  waived: boolean
  /** in words, from the code that computed it */
  reason: string
}

/**
 * The monthly charges of all groups, from one month to another (both included). A month is owed whole when the group was there
 * at any moment of it. Of each owner's groups of an environment the one that was applied first is waived; when it closes, the
 * next takes its place in the month after.
 *
 * @param zone the exchange's time zone: it decides which month an instant belongs to
 */
export function monthlyCharges(
  groups: readonly BilledGroup[],
  plans: readonly FeePlan[],
  from: MonthName,
  to: MonthName,
  zone: string,
): Charge[] {
  return monthsBetween(from, to).flatMap((month) => {
    const there = groups.filter((group) => isThere(group, month, zone)).sort(byFirstApplied)
    return there.flatMap((group) => {
      const plan = planFor(plans, group.environment, month, zone)
      return plan ? [charge(group, holderOf(there, group), plan, month)] : []
    })
  })
}

/** The newest plan in force in the month; undefined: nothing is charged there. Certification is never charged (spec §10). */
export function planFor(
  plans: readonly FeePlan[],
  environment: Environment,
  month: MonthName,
  zone: string,
): FeePlan | undefined {
  if (environment === 'certification') return undefined
  return plans
    .filter((plan) => monthOf(plan.fromMs, zone) <= month)
    .filter((plan) => plan.untilMs === undefined || monthOf(plan.untilMs, zone) > month)
    .sort((a, b) => b.fromMs - a.fromMs)[0]
}

function isThere(group: BilledGroup, month: MonthName, zone: string): boolean {
  if (group.firstAppliedMs === undefined) return false
  if (monthOf(group.firstAppliedMs, zone) > month) return false
  return group.closedMs === undefined || monthOf(group.closedMs, zone) >= month
}

function byFirstApplied(a: BilledGroup, b: BilledGroup): number {
  const difference = (a.firstAppliedMs ?? 0) - (b.firstAppliedMs ?? 0)
  return difference !== 0 ? difference : a.id < b.id ? -1 : 1
}

const holderOf = (there: readonly BilledGroup[], group: BilledGroup): BilledGroup =>
  there.find((other) => other.ownerId === group.ownerId && other.environment === group.environment) ?? group

function charge(group: BilledGroup, holder: BilledGroup, plan: FeePlan, month: MonthName): Charge {
  const waived = plan.firstWaived && holder.id === group.id
  const { monthlyMinor, currency, sourceDocument } = plan
  return {
    month,
    groupId: group.id,
    ownerId: group.ownerId,
    amountMinor: waived ? 0 : monthlyMinor,
    currency,
    waived,
    reason: waived
      ? `first group, waived (${sourceDocument})`
      : plan.firstWaived
        ? `monthly fee for a further group; ${holder.name} holds the waiver (${sourceDocument})`
        : `monthly fee (${sourceDocument})`,
  }
}

/** What a group would cost or costs a month, with the sentence that the form and the group page show. */
export type FeeEstimate = {
  amountMinor: number
  currency: string
  waived: boolean
  sample: boolean
  source: string
  sentence: string
}

/**
 * The fee of one more group of the owner if it were applied now, or of one that exists. An estimate until it is applied, and says
 * so: which group is the first is settled by the moment each was first applied. A group that is being applied counts as there, and
 * one that is asked for is named, since it may come first.
 */
export function estimate(
  owner: { id: string; name: string },
  group: { id: string | undefined; environment: Environment },
  groups: readonly BilledGroup[],
  plans: readonly FeePlan[],
  nowMs: number,
  zone: string,
): FeeEstimate | undefined {
  const month = monthOf(nowMs, zone)
  const plan = planFor(plans, group.environment, month, zone)
  if (!plan) return undefined
  const own = groups.filter((other) => other.ownerId === owner.id && other.environment === group.environment)
  const others = own.filter((other) => other.id !== group.id)
  const self = own.find((other) => other.id === group.id)
  const there = own.filter((other) => isThere(other, month, zone)).sort(byFirstApplied)
  const isApplied = self !== undefined && there.includes(self)
  const ahead = isApplied ? there.slice(0, there.indexOf(self)) : [...there, ...publishedBefore(self, others)]
  const waived = plan.firstWaived && ahead.length === 0
  const place = `${ordinal(ahead.length + 1)} group of ${owner.name}: `
  const fee = `${formatMoney(plan.monthlyMinor, plan.currency)} ${plan.isSample ? 'sample fee' : 'fee'} a month.`
  const holder = plan.firstWaived && ahead[0] ? ` ${holds(ahead[0])}` : ''
  return {
    amountMinor: waived ? 0 : plan.monthlyMinor,
    currency: plan.currency,
    waived,
    sample: plan.isSample,
    source: plan.sourceDocument,
    sentence: `${place}${waived ? 'waived.' : `${fee}${holder}`}${isApplied ? '' : untilApplied(waived ? others : [])}`,
  }
}

/** Groups that are being applied, and so will be there before one that is not, or that was published later. */
function publishedBefore(self: BilledGroup | undefined, others: readonly BilledGroup[]): BilledGroup[] {
  const when = ({ publishedMs }: BilledGroup) => publishedMs ?? Number.POSITIVE_INFINITY
  return others
    .filter((other) => when(other) < (self ? when(self) : Number.POSITIVE_INFINITY))
    .sort((a, b) => when(a) - when(b))
}

const holds = ({ name, publishedMs }: BilledGroup): string =>
  publishedMs === undefined ? `${name} holds the waiver.` : `${name}, which is being applied, takes the waiver.`

/** `others`: groups of which one may be applied first */
function untilApplied(others: readonly BilledGroup[]): string {
  const asked = others.filter(({ isAsked }) => isAsked).map(({ name }) => name)
  if (asked.length === 0) return ' An estimate until applied.'
  const rivals = asked.length === 1 ? `${asked[0]} is asked for too` : `${asked.length} more groups are asked for`
  return ` An estimate until applied: ${rivals}, and the one applied first is free.`
}

const names = ['First', 'Second', 'Third', 'Fourth', 'Fifth', 'Sixth', 'Seventh', 'Eighth', 'Ninth', 'Tenth']

function ordinal(n: number): string {
  const name = names[n - 1]
  if (name) return name
  const tens = n % 100
  const end = tens >= 11 && tens <= 13 ? 'th' : (['th', 'st', 'nd', 'rd'][n % 10] ?? 'th')
  return `${n}${end}`
}
