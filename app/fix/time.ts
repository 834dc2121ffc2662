/** Bytes of a UTCTimestamp with milliseconds, `YYYYMMDD-HH:MM:SS.sss`: the only form this project writes. */
export const utcLength = 21

const dayMs = 86_400_000
let cachedDay = Number.NaN
let cachedDate = ''

/** `YYYYMMDD-HH:MM:SS.sss` of an instant in epoch milliseconds. */
export function formatUtc(ms: number): string {
  const day = Math.floor(ms / dayMs)
  if (day !== cachedDay) {
    cachedDate = new Date(day * dayMs).toISOString().slice(0, 10).replaceAll('-', '')
    cachedDay = day
  }
  const rest = ms - day * dayMs
  const s = Math.floor(rest / 1000)
  const milli = Math.floor(rest) % 1000
  return `${cachedDate}-${two(Math.floor(s / 3600))}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}.${milli < 100 ? '0' : ''}${two(milli)}`
}

const two = (n: number): string => (n < 10 ? `0${n}` : `${n}`)

let cachedSecond = Number.NaN
const cachedBytes = new Uint8Array(utcLength)

/** The same 21 bytes straight into a buffer; cheap while the second stays the same. Returns the offset behind them. */
export function writeUtc(out: Uint8Array, at: number, ms: number): number {
  const second = Math.floor(ms / 1000)
  if (second !== cachedSecond) {
    const text = formatUtc(second * 1000)
    for (let i = 0; i < utcLength; i++) cachedBytes[i] = text.charCodeAt(i)
    cachedSecond = second
  }
  const milli = Math.floor(ms) - second * 1000
  cachedBytes[18] = 48 + Math.floor(milli / 100)
  cachedBytes[19] = 48 + (Math.floor(milli / 10) % 10)
  cachedBytes[20] = 48 + (milli % 10)
  out.set(cachedBytes, at)
  return at + utcLength
}

const colonsAt = [11, 14] as const
let parsedDateKey = -1
let parsedDateMs = 0

/**
 * Epoch milliseconds of a UTCTimestamp at `bytes[start, end)`: 17 bytes, or with a fraction of 1 to 12 digits, cut to
 * milliseconds. NaN when it is not one. A leap second (60) counts as the next second.
 */
export function parseUtc(bytes: Uint8Array, start: number, end: number): number {
  const length = end - start
  if (length < 17 || length > 30 || bytes[start + 8] !== 45) return Number.NaN
  for (const colon of colonsAt) if (bytes[start + colon] !== 58) return Number.NaN
  const date = digits(bytes, start, 8)
  const hours = digits(bytes, start + 9, 2)
  const minutes = digits(bytes, start + 12, 2)
  const seconds = digits(bytes, start + 15, 2)
  if (date < 0 || hours < 0 || minutes < 0 || seconds < 0) return Number.NaN
  if (hours > 23 || minutes > 59 || seconds > 60) return Number.NaN
  const fraction = fractionMs(bytes, start + 17, end)
  if (date !== parsedDateKey) {
    parsedDateMs = dateMs(date)
    parsedDateKey = date
  }
  return parsedDateMs + hours * 3_600_000 + minutes * 60_000 + seconds * 1000 + fraction
}

function dateMs(yyyymmdd: number): number {
  const year = Math.floor(yyyymmdd / 10_000)
  const month = Math.floor(yyyymmdd / 100) % 100
  const day = yyyymmdd % 100
  if (month < 1 || month > 12 || day < 1) return Number.NaN
  const ms = Date.UTC(year, month - 1, day)
  return new Date(ms).getUTCDate() === day ? ms : Number.NaN // 31 of a shorter month rolls over
}

/** `.f…` as milliseconds, 0 when there is none, NaN when malformed. */
function fractionMs(bytes: Uint8Array, at: number, end: number): number {
  if (at === end) return 0
  if (bytes[at] !== 46 || at + 1 === end) return Number.NaN
  let value = 0
  for (let i = 0; i < 3; i++) {
    const digit = at + 1 + i < end ? bytes[at + 1 + i]! - 48 : 0 // `!`: bounded by the condition
    if (digit < 0 || digit > 9) return Number.NaN
    value = value * 10 + digit
  }
  return at + 4 >= end || digits(bytes, at + 4, end - at - 4) >= 0 ? value : Number.NaN
}

/** `count` digits as a number, -1 when one of them is not a digit. */
function digits(bytes: Uint8Array, at: number, count: number): number {
  let value = 0
  for (let i = at; i < at + count; i++) {
    const digit = (bytes[i] ?? 0) - 48
    if (digit < 0 || digit > 9) return -1
    value = value * 10 + digit
  }
  return value
}
