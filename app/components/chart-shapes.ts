import type { Extent, Picture } from '#domain/rollup/series.ts'
import { pages } from '#domain/rollup/steps.ts'

type Values = readonly (number | null)[]

/** The scale of a panel of counts: from 0 to a round number that is not below any value. */
export function topOf(values: Values): number {
  const most = Math.max(1, ...values.map((value) => value ?? 0))
  const power = 10 ** Math.floor(Math.log10(most))
  return ([1, 2, 4, 5, 10].find((step) => step * power >= most) ?? 10) * power
}

/** The same for messages a minute: round as it is written, a minute or a second. */
export function topRateOf(values: Values): number {
  const most = Math.max(1, ...values.map((value) => value ?? 0))
  return [1, 2, 5, 10, 20, 30].find((step) => step >= most) ?? topOf([most / 60]) * 60
}

/** A panel's box: values from 0 to `top` are drawn on `height` pixels. */
export type Box = { height: number; top: number }

/** A line through the middle of each step; a gap where there is no value, and a dot where one stands alone. */
export const linePath = (values: Values, xOf: (i: number) => number, box: Box): string =>
  runsOf(values)
    .map(
      (run) => `M${run.map(({ i, value }) => `${xOf(i)} ${yOf(value, box)}`).join('L')}${run.length === 1 ? 'h0' : ''}`,
    )
    .join('')

/** The same, filled down to 0. */
export const areaPath = (values: Values, xOf: (i: number) => number, box: Box): string =>
  runsOf(values)
    .map((run) => {
      const [first, last] = [run[0], run.at(-1)]
      if (!first || !last) return ''
      const points = run.map(({ i, value }) => `L${xOf(i)} ${yOf(value, box)}`).join('')
      return `M${xOf(first.i)} ${box.height}${points}L${xOf(last.i)} ${box.height}z`
    })
    .join('')

export const yOf = (value: number, { height, top }: Box): number => Math.round((1 - value / top) * height * 10) / 10

/** Stretches of values without a gap. */
function runsOf(values: Values): { i: number; value: number }[][] {
  const runs: { i: number; value: number }[][] = []
  let isOpen = false
  for (const [i, value] of values.entries()) {
    if (value !== null && isOpen) runs.at(-1)?.push({ i, value })
    if (value !== null && !isOpen) runs.push([{ i, value }])
    isOpen = value !== null
  }
  return runs
}

/** Where labels stand: at their values, moved apart so that none covers another; in the order given. */
export function spread(ys: readonly number[], apart: number, lowest: number): number[] {
  const order = ys.map((_, i) => i).sort((a, b) => (ys[a] ?? 0) - (ys[b] ?? 0) || a - b)
  const out = [...ys]
  let floor = Number.NEGATIVE_INFINITY
  for (const i of order) {
    out[i] = Math.max(out[i] ?? 0, floor)
    floor = (out[i] ?? 0) + apart
  }
  let ceiling = lowest
  for (const i of order.reverse()) {
    out[i] = Math.min(out[i] ?? 0, ceiling)
    ceiling = (out[i] ?? 0) - apart
  }
  return out
}

export const lastOf = (values: Values): number | null => values.filter((value) => value !== null).at(-1) ?? null

/** Places in a picture go from 0 to this, from left to right. */
export const pictureWidth = 1000

/** Where each step is: at its middle, or for the step that is not over, at the middle of what is over of it. */
export function middlesOf({ extent: { step, fromMs, nowMs, length } }: Picture): number[] {
  const { stepMs } = pages[step]
  return Array.from({ length }, (_, i) => {
    const startMs = fromMs + i * stepMs
    return (startMs + Math.min(startMs + stepMs, nowMs)) / 2
  })
}

export const placesOf = (picture: Picture): number[] => middlesOf(picture).map((ms) => placeOf(ms, picture.extent))

export const placeOf = (ms: number, { fromMs, untilMs }: Extent): number =>
  Math.round(((ms - fromMs) / (untilMs - fromMs)) * pictureWidth * 10) / 10

/** Where the connector was not heard for long enough to say so, up to the last step: the middles of these gaps. */
export function gapsOf({ series: { received } }: Picture, places: readonly number[]): number[] {
  const heard = received.flatMap((value, i) => (value === null ? [] : [places[i] ?? 0]))
  return heard.flatMap((place, i) => {
    const before = heard[i - 1] ?? 0
    return place - before > pictureWidth / 12 ? [(place + before) / 2] : []
  })
}
