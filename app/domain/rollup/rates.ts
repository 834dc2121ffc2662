import { writeCount } from '../figures.ts'

/** `12 a second`, `1.5 a second`, `30 a minute`: messages of one minute as a rate that a person can read. */
export function writeRate(perMinute: number): string {
  if (perMinute < 60) return `${writeCount(Math.round(perMinute))} a minute`
  const perSecond = perMinute / 60
  return `${perSecond < 10 ? Number(perSecond.toFixed(1)) : writeCount(Math.round(perSecond))} a second`
}
