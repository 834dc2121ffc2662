import { localMs } from './zone.ts'

/** `2026-11`: sorts as text. */
export type MonthName = string

/** The calendar month of an instant in a zone: where a month begins for the exchange. */
export const monthOf = (instantMs: number, zone: string): MonthName =>
  new Date(localMs(instantMs, zone)).toISOString().slice(0, 7)

export function monthAfter(month: MonthName): MonthName {
  const [year = 0, number = 1] = month.split('-').map(Number)
  return number === 12 ? `${year + 1}-01` : `${year}-${String(number + 1).padStart(2, '0')}`
}

/** Every month from the first to the last, both included; none when the last comes before the first. */
export function monthsBetween(from: MonthName, to: MonthName): MonthName[] {
  const out: MonthName[] = []
  for (let month = from; month <= to; month = monthAfter(month)) out.push(month)
  return out
}

/** The instant this many months later, at the same time of day in UTC. */
export function monthsLater(at: Date, months: number): Date {
  const later = new Date(at)
  later.setUTCMonth(later.getUTCMonth() + months)
  return later
}

export const monthNames = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** `Nov 2026`, of a month written as `2026-11`. */
export function writeMonth(month: MonthName): string {
  const [year, number] = month.split('-')
  return `${monthNames[Number(number) - 1]} ${year}`
}
