import { monthNames } from '#domain/calendar/month.ts'
import { writeCount } from '#domain/figures.ts'

const two = (n: number) => String(n).padStart(2, '0')

/** `22 Nov 2026`, in UTC. */
export const formatDay = (at: Date) => `${at.getUTCDate()} ${monthNames[at.getUTCMonth()]} ${at.getUTCFullYear()}`

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

/** `1 source`, `12 sources`; `plural` where an s is not enough. */
export function plural(n: number, one: string, many = `${one}s`): string {
  return `${writeCount(n)} ${n === 1 ? one : many}`
}

/** `A`, `A and B`, `A, B and C`. */
export function inWords(words: readonly string[], joiner = 'and'): string {
  if (words.length <= 1) return words[0] ?? ''
  return `${words.slice(0, -1).join(', ')} ${joiner} ${words[words.length - 1]}`
}
