import { type MonthName, monthOf, monthsBetween, writeMonth } from '../calendar/month.ts'
import type { Environment } from '../reference/environment.ts'
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
  /** in force from this instant on, in milliseconds since 1970, until the other instant; without one, for ever */
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
  /** requested, but neither applied nor given up yet */
  isAsked?: boolean
  /** since when it is being applied for the first time; undefined where it is not */
  publishedMs?: number | undefined
  /** when it was closed; undefined: still there. Suspension does not stop the fee: the targets stay reserved. */
  closedMs: number | undefined
}

type Charge = {
  month: MonthName
  groupId: string
  ownerId: string
  /** Null: no plan is in force, so the amount is unknown. Never zero, which would be an amount. */
  amountMinor: number | null
  currency: string | null
  waived: boolean
  /** in words, from the code that computed it */
  reason: string
}

/**
 * The charges of all groups, month by month, from the first month to the last (both included). A group owes the whole
 * month if it existed at any moment of the month. The instant of a boundary belongs to the month that begins, but a
 * group closed at that instant owes nothing for that month. In each environment, the group that an owner had applied
 * first is waived; when it closes, the owner's next group takes its place from the following month.
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
      if (!isCharged(group.environment)) return []
      const plan = planFor(plans, month, zone)
      return plan ? [charge(group, holderOf(there, group), plan, month)] : [unknown(group, month)]
    })
  })
}

/** Certification is never charged (spec §10). */
const isCharged = (environment: Environment): boolean => environment !== 'certification'

/** The newest plan in force in the month; undefined: there is none, so the cost of groups is unknown. */
function planFor(plans: readonly FeePlan[], month: MonthName, zone: string): FeePlan | undefined {
  return plans
    .filter((plan) => monthOf(plan.fromMs, zone) <= month)
    .filter((plan) => plan.untilMs === undefined || monthOf(plan.untilMs, zone) > month)
    .sort((a, b) => b.fromMs - a.fromMs)[0]
}

function isThere(group: BilledGroup, month: MonthName, zone: string): boolean {
  if (group.firstAppliedMs === undefined) return false
  if (monthOf(group.firstAppliedMs, zone) > month) return false
  return group.closedMs === undefined || monthOf(group.closedMs - 1, zone) >= month
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

const unknown = ({ id, ownerId }: BilledGroup, month: MonthName): Charge => {
  const reason = `not known: no fee plan is in force in ${month}`
  return { month, groupId: id, ownerId, amountMinor: null, currency: null, waived: false, reason }
}

/** Those of the months in which no plan is in force, so that their charges are unknown. */
export const monthsWithoutPlan = (
  plans: readonly FeePlan[],
  from: MonthName,
  to: MonthName,
  zone: string,
): MonthName[] => monthsBetween(from, to).filter((month) => !planFor(plans, month, zone))

/** What a group would cost or costs a month, with the sentence that the form and the group page show. */
export type FeeEstimate = {
  /** Null: no plan is in force. */
  amountMinor: number | null
  currency: string | null
  waived: boolean
  sample: boolean
  source: string
  sentence: string
}

/**
 * The fee of an existing group, or of one more group of the owner if it were applied now. The fee is an estimate, and
 * says so, until the group is applied, because the waiver goes to the group that is applied first. A group that is
 * being applied counts as existing; a requested group is named, since it may come first.
 */
export function estimate(
  owner: { id: string; name: string },
  group: { id: string | undefined; environment: Environment },
  groups: readonly BilledGroup[],
  plans: readonly FeePlan[],
  nowMs: number,
  zone: string,
): FeeEstimate | undefined {
  if (!isCharged(group.environment)) return undefined
  const month = monthOf(nowMs, zone)
  const plan = planFor(plans, month, zone)
  const own = groups.filter((other) => other.ownerId === owner.id && other.environment === group.environment)
  const others = own.filter((other) => other.id !== group.id)
  const self = own.find((other) => other.id === group.id)
  const there = own.filter((other) => isThere(other, month, zone)).sort(byFirstApplied)
  const isApplied = self !== undefined && there.includes(self)
  const ahead = isApplied ? there.slice(0, there.indexOf(self)) : [...there, ...publishedBefore(self, others)]
  const place = `${ordinal(ahead.length + 1)} group of ${owner.name}: `
  if (!plan) {
    const sentence = `${place}the fee is not known, since no fee plan is in force in ${month}.`
    return { amountMinor: null, currency: null, waived: false, sample: false, source: '', sentence }
  }
  const waived = plan.firstWaived && ahead.length === 0
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

/** A group page's words on the fee: the sentence and all months' amounts come from one call, so that they agree. */
export type GroupBill = {
  /** About this month, or about how the fee ended. */
  sentence: string
  /** What a month costs from now on; null: nothing will be charged. */
  monthly: FeeEstimate | null
  /** By month up to this one, newest first. */
  charges: Charge[]
}

/** @param isOver closed or given up: nothing is charged from the next month on */
export function billOf(
  owner: { id: string; name: string },
  group: { id: string; environment: Environment; isOver: boolean },
  groups: readonly BilledGroup[],
  plans: readonly FeePlan[],
  nowMs: number,
  zone: string,
): GroupBill {
  const thisMonth = monthOf(nowMs, zone)
  const appliedMs = groups.find(({ id }) => id === group.id)?.firstAppliedMs
  const from = appliedMs === undefined ? undefined : monthOf(appliedMs, zone)
  const all = from === undefined ? [] : monthlyCharges(groups, plans, from, thisMonth, zone)
  const charges = all.filter(({ groupId }) => groupId === group.id).reverse()
  if (!isCharged(group.environment)) return { sentence: 'Nothing is charged in certification.', monthly: null, charges }
  if (group.isOver) return { sentence: lastWords(charges[0], thisMonth), monthly: null, charges }
  const monthly = estimate(owner, group, groups, plans, nowMs, zone) ?? null
  return { sentence: monthly?.sentence ?? '', monthly, charges }
}

/** What the last month of a group costs that is closed or given up. */
function lastWords(last: Charge | undefined, thisMonth: MonthName): string {
  if (!last) return 'Nothing was charged for this group.'
  const amount = last.waived ? 'waived' : last.amountMinor === null ? 'not known yet' : amountOf(last)
  if (last.month !== thisMonth)
    return `Nothing is charged any more. The last month was ${writeMonth(last.month)}: ${amount}.`
  return `${writeMonth(last.month)} is the last month that is charged, whole: ${amount}. From then on nothing is charged.`
}

const amountOf = ({ amountMinor, currency }: Charge): string => formatMoney(amountMinor ?? 0, currency ?? '')

/** Groups that are being applied and so will exist before `self`, which is not being applied or was published later. */
function publishedBefore(self: BilledGroup | undefined, others: readonly BilledGroup[]): BilledGroup[] {
  const when = ({ publishedMs }: BilledGroup) => publishedMs ?? Number.POSITIVE_INFINITY
  return others
    .filter((other) => when(other) < (self ? when(self) : Number.POSITIVE_INFINITY))
    .sort((a, b) => when(a) - when(b))
}

const holds = ({ name, publishedMs }: BilledGroup): string =>
  publishedMs === undefined ? `${name} holds the waiver.` : `${name}, which is being applied, takes the waiver.`

/** `others`: groups, any of which may be applied first */
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
