/** When the trading week starts again: local time in an IANA zone. */
export type WeekRule = { zone: string; day: string; time: string }

const days = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday']
const dayMs = 86_400_000
const formats = new Map<string, Intl.DateTimeFormat>()

/**
 * The week an instant belongs to: the local date of the reset that began it, `2026-11-22`. Decided by the local clock alone, so
 * it changes exactly once on the nights that skip or repeat an hour.
 */
export function weekOf(instantMs: number, rule: WeekRule): string {
  const local = localTime(instantMs, rule.zone)
  const weekday = new Date(local.dayMs).getUTCDay()
  let back = (weekday - days.indexOf(rule.day) + 7) % 7
  if (back === 0 && local.time < rule.time) back = 7
  return new Date(local.dayMs - back * dayMs).toISOString().slice(0, 10)
}

function localTime(instantMs: number, zone: string): { dayMs: number; time: string } {
  let format = formats.get(zone)
  if (!format) {
    format = new Intl.DateTimeFormat('en-GB', {
      timeZone: zone,
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    })
    formats.set(zone, format)
  }
  const part = Object.fromEntries(format.formatToParts(instantMs).map(({ type, value }) => [type, value]))
  return { dayMs: Date.parse(`${part.year}-${part.month}-${part.day}T00:00:00Z`), time: `${part.hour}:${part.minute}` }
}
