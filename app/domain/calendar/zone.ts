/**
 * Local time in the zones of the IANA list. Only this file looks up a zone's offset, so only this file deals with the
 * nights on which clocks change. Weeks, windows and months are built on it in the files beside it.
 */

const dayMs = 86_400_000
const formats = new Map<string, Intl.DateTimeFormat>()

export function isTimeZone(name: string): boolean {
  try {
    return name !== '' && new Intl.DateTimeFormat('en', { timeZone: name }) !== undefined
  } catch {
    return false
  }
}

/** What a zone's clock shows at an instant, as if it were UTC. */
export const localMs = (instantMs: number, zone: string): number => instantMs + offsetAt(instantMs, zone)

/** `09:30:15.250` on a zone's clock. */
export const timeOfDay = (instantMs: number, zone: string): string =>
  new Date(localMs(instantMs, zone)).toISOString().slice(11, 23)

/** The first instant at which a zone's clock shows this local time (given as if it were UTC) or has jumped past it. */
export function instantOf(localMs: number, zone: string): number {
  const before = offsetAt(localMs - dayMs, zone)
  const after = offsetAt(localMs + dayMs, zone)
  if (offsetAt(localMs - before, zone) === before) return localMs - before
  if (offsetAt(localMs - after, zone) === after) return localMs - after
  let [low, high] = [localMs - after, localMs - before] // the jump lies between the two readings
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (offsetAt(middle, zone) === after) high = middle
    else low = middle
  }
  return high
}

/** Local time minus UTC, milliseconds. */
function offsetAt(instantMs: number, zone: string): number {
  let format = formats.get(zone)
  if (!format) {
    const numeric = { year: 'numeric', month: '2-digit', day: '2-digit' } as const
    const time = { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' } as const
    format = new Intl.DateTimeFormat('en-GB', { timeZone: zone, ...numeric, ...time })
    formats.set(zone, format)
  }
  const seconds = Math.floor(instantMs / 1000) * 1000
  const part = Object.fromEntries(format.formatToParts(seconds).map(({ type, value }) => [type, value]))
  const local = `${part.year}-${part.month}-${part.day}T${part.hour}:${part.minute}:${part.second}Z`
  return Date.parse(local) - seconds
}
