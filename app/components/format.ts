const two = (n: number) => String(n).padStart(2, '0')
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** `22 Nov 2026`, in UTC. */
export const formatDay = (at: Date) => `${at.getUTCDate()} ${months[at.getUTCMonth()]} ${at.getUTCFullYear()}`

/** `14:03:22 UTC`, with milliseconds where the order of things matters. */
export function formatTime(at: Date, precision: 'min' | 's' | 'ms' = 's'): string {
  const minutes = `${two(at.getUTCHours())}:${two(at.getUTCMinutes())}`
  if (precision === 'min') return `${minutes} UTC`
  const seconds = `${minutes}:${two(at.getUTCSeconds())}`
  return precision === 's' ? `${seconds} UTC` : `${seconds}.${String(at.getUTCMilliseconds()).padStart(3, '0')} UTC`
}

/** `22 Nov 2026, 14:03:22 UTC`. */
export const formatInstant = (at: Date, precision: 'min' | 's' | 'ms' = 's') =>
  `${formatDay(at)}, ${formatTime(at, precision)}`

/** How long ago, in its two largest words at most: `now`, `4 s`, `2 min`, `3 h 5 min`, `12 d`. Seconds that are not over do not count. */
export function formatAge(ms: number): string {
  const seconds = Math.floor(ms / 1000)
  if (seconds < 1) return 'now'
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes} min`
  const hours = Math.floor(minutes / 60)
  if (hours < 24) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`
  return `${Math.floor(hours / 24)} d`
}

/** `5,214`: the same on server and browser, whatever their locale. */
export function formatCount(n: number | bigint): string {
  return String(n).replace(/\B(?=(\d{3})+(?!\d))/g, ',')
}

/** `USD 1,250.00` from minor units; two decimals, as every currency of the fee schedule has. */
export function formatMoney(minor: number | bigint, currency: string): string {
  const cents = BigInt(minor)
  const absolute = cents < 0n ? -cents : cents
  return `${cents < 0n ? '−' : ''}${currency} ${formatCount(absolute / 100n)}.${two(Number(absolute % 100n))}`
}

/** `1 source`, `12 sources`; `plural` where an s is not enough. */
export function plural(n: number | bigint, one: string, many = `${one}s`): string {
  return `${formatCount(n)} ${n === 1 || n === 1n ? one : many}`
}

/** `A`, `A and B`, `A, B and C`. */
export function inWords(words: readonly string[], joiner = 'and'): string {
  if (words.length <= 1) return words[0] ?? ''
  return `${words.slice(0, -1).join(', ')} ${joiner} ${words[words.length - 1]}`
}
