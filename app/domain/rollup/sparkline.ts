import { writeRate } from './rates.ts'
import { floorTo, pages } from './steps.ts'

/** The last hour in small: sent to the browser for each row of a list, so it is short. */
export type Sparkline = {
  /** One character a minute: its height in base 36, `sparklineHeight` being the highest; a dot: nobody heard it. */
  levels: string
  /** Messages of the last minute and of the highest; null: no minute was heard. */
  now: number | null
  most: number | null
}

export const sparklineHeight = 18
export const sparklineMinutes = 60
const unheard = '.'
const { stepMs } = pages.minute

/**
 * The hour that ends with the last whole minute, or, while the figures of that one are still being taken, with the one
 * before. Undefined in `of`: the minute was not heard.
 */
export function sparklineOf(of: (minuteMs: number) => number | undefined, nowMs: number): Sparkline {
  const lastMs = floorTo(nowMs, stepMs) - stepMs
  const endMs = of(lastMs) === undefined ? lastMs - stepMs : lastMs
  const values = Array.from({ length: sparklineMinutes }, (_, i) => of(endMs - (sparklineMinutes - 1 - i) * stepMs))
  const heard = values.filter((value) => value !== undefined)
  const most = heard.length === 0 ? null : Math.max(...heard)
  const level = (value: number) => (most ? Math.ceil((value / most) * sparklineHeight).toString(36) : '0')
  return {
    levels: values.map((value) => (value === undefined ? unheard : level(value))).join(''),
    now: values.at(-1) ?? null,
    most,
  }
}

/** The heights of a sparkline; null: nobody heard the minute. */
export const levelsOf = ({ levels }: Sparkline): (number | null)[] =>
  [...levels].map((one) => (one === unheard ? null : Number.parseInt(one, 36)))

/** `12 a second now, 40 a second at most in the last hour`. */
export function sparklineWords({ now, most }: Sparkline): string {
  if (most === null) return 'no figures for the last hour'
  if (most === 0) return 'nothing in the last hour'
  const atMost = `${writeRate(most)} at most in the last hour`
  return now === null ? `not known now, ${atMost}` : `${now === 0 ? 'nothing' : writeRate(now)} now, ${atMost}`
}
