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
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      hourCycle: 'h23',
      weekday: 'short',
      timeZoneName: 'short',
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

/** The calendar day, `2026-11-22`. */
export function dayOf(instantMs: number, zone: string): string {
  const { year, month, day } = parts(instantMs, zone)
  return `${year}-${month}-${day}`
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

const monthNames = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** `22 Nov 2026` in a zone. */
export function writeDate(instantMs: number, zone: string): string {
  const { year, month, day } = parts(instantMs, zone)
  return `${Number(day)} ${monthNames[Number(month) - 1]} ${year}`
}

/** `Sat 14:00 UTC`, `Sat 08:00 CST`: for booked moments, shown in both zones. */
export function writeMoment(instantMs: number, zone: string): string {
  const { weekday, hour, minute, timeZoneName } = parts(instantMs, zone)
  return `${weekday} ${hour}:${minute} ${zone === 'UTC' ? 'UTC' : timeZoneName}`
}

/** `14:03:22.114 UTC`. */
export const writeTime = (instantMs: number): string => {
  const iso = new Date(instantMs).toISOString()
  return `${iso.slice(11, 23)} UTC`
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
