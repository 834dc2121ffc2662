/** `2026-11`: sorts as text. */
export type MonthName = string

const formats = new Map<string, Intl.DateTimeFormat>()

function parts(instantMs: number, zone: string): Record<string, string> {
  let format = formats.get(zone)
  if (!format) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      year: 'numeric',
      month: '2-digit',
    })
    formats.set(zone, format)
  }
  return Object.fromEntries(format.formatToParts(instantMs).map(({ type, value }) => [type, value]))
}

/** The calendar month of an instant in a zone. */
export function monthOf(instantMs: number, zone: string): MonthName {
  const { year, month } = parts(instantMs, zone)
  return `${year}-${month}`
}

/** The month behind this one. */
export function monthAfter(month: MonthName): MonthName {
  const [year = 0, number = 1] = month.split('-').map(Number)
  return number === 12 ? `${year + 1}-01` : `${year}-${String(number + 1).padStart(2, '0')}`
}

/** Every month from the first to the last, both included; none when the last comes before the first. */
export function monthsBetween(from: MonthName, to: MonthName): MonthName[] {
  const out: MonthName[] = []
  let [year = 0, month = 1] = from.split('-').map(Number)
  for (;;) {
    const name = `${year}-${String(month).padStart(2, '0')}`
    if (name > to) return out
    out.push(name)
    month += 1
    if (month > 12) {
      month = 1
      year += 1
    }
  }
}

/** "4 s", "2 min", "3 h", "5 d": how old something is. */
export function writeAge(ageMs: number): string {
  const seconds = Math.max(0, Math.floor(ageMs / 1000))
  if (seconds < 60) return `${seconds} s`
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h`
  return `${Math.floor(seconds / 86_400)} d`
}

/** 5,214 */
export const writeCount = (count: number): string => count.toString().replace(/\B(?=(\d{3})+(?!\d))/g, ',')

export const monthNames = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** `Nov 2026`, of a month written as `2026-11`. */
export function writeMonth(month: string): string {
  const [year, number] = month.split('-')
  return `${monthNames[Number(number) - 1]} ${year}`
}
