import { type ReactNode, useId } from 'react'
import { monthNames } from '#domain/calendar/month.ts'
import type { Extent, Picture } from '#domain/rollup/series.ts'
import { areaPath, type Box, gapsOf, linePath, pictureWidth, placeOf, placesOf, spread, yOf } from './chart-shapes.ts'

type Line = {
  quantity: 'received' | 'delivered' | 'waiting'
  word: string
  values: readonly (number | null)[]
  /** What is written beside the line; null: not known. */
  now: number | null
  isFilled: boolean
}
export type PanelOf = {
  name: string
  height: number
  topOf: (values: Line['values']) => number
  write: (value: number) => string
  lines: Line[]
}

const percent = (place: number) => `${(place / pictureWidth) * 100}%`
/** Pixels that a label of two lines takes, and from its middle to the panel's lower edge. */
const labelHeight = 30
const labelLowest = 16

/**
 * One scale with its lines, each labelled at its end. Where the connector was not heard there is a gap. `canvas`: what
 * a browser with JavaScript draws over the lines, given the scale's top.
 */
export function Panel({
  panel,
  picture,
  canvas,
}: {
  panel: PanelOf
  picture: Picture
  canvas: ((top: number) => ReactNode) | undefined
}) {
  const { height, lines, write } = panel
  const top = panel.topOf(lines.flatMap((line) => line.values))
  const box: Box = { height, top }
  const places = placesOf(picture)
  const xOf = (i: number) => places[i] ?? 0
  const ends = lines.map(({ now }) => yOf(now ?? 0, box))
  const labels = spread(ends, labelHeight, height - labelLowest)
  return (
    <>
      <div className="chart-plot relative">
        <svg aria-hidden="true" width="100%" height={height}>
          <Future picture={picture} height={height} />
          {[0, top / 2, top].map((value) => (
            <line key={value} x1="0" x2="100%" y1={yOf(value, box)} y2={yOf(value, box)} className="grid-line" />
          ))}
          <svg
            aria-hidden="true"
            width="100%"
            height={height}
            viewBox={`0 0 ${pictureWidth} ${height}`}
            preserveAspectRatio="none"
            className="drawn"
          >
            {lines.map(({ quantity, values, isFilled }) => (
              <g key={quantity} className={`of-${quantity}`}>
                {isFilled && <path d={areaPath(values, xOf, box)} className="area" />}
                <path d={linePath(values, xOf, box)} className="line" />
              </g>
            ))}
          </svg>
          <MarkLines picture={picture} />
          {panel.name === 'rates' &&
            gapsOf(picture, places).map((place) => (
              <text key={place} x={percent(place)} y={height / 2} textAnchor="middle" className="tick">
                not heard
              </text>
            ))}
          <text x="2" y={yOf(top, box) + 12} className="tick">
            {write(top)}
          </text>
        </svg>
        {canvas?.(top)}
      </div>
      <svg aria-hidden="true" width="100%" height={height}>
        {lines.map(({ quantity, word, now }, i) => (
          <text key={quantity} y={(labels[i] ?? 0) + 2} className={`label of-${quantity}`}>
            <tspan x="8">{word}</tspan>
            <tspan x="8" dy="14" className="value">
              {now === null ? 'not known' : write(now)}
            </tspan>
          </text>
        ))}
      </svg>
    </>
  )
}

/** What is to come is hatched. */
function Future({ picture: { extent }, height }: { picture: Picture; height: number }) {
  const id = `hatch${useId().replaceAll(':', '')}`
  const now = placeOf(extent.nowMs, extent)
  return (
    <>
      <defs>
        <pattern id={id} width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <line x1="0" x2="0" y1="0" y2="6" className="hatch" />
        </pattern>
      </defs>
      <rect x={percent(now)} width={percent(pictureWidth - now)} height={height} fill={`url(#${id})`} />
    </>
  )
}

const MarkLines = ({ picture: { marks, extent } }: { picture: Picture }) =>
  marks.map(({ atMs, word }) => {
    const x = percent(placeOf(atMs, extent))
    return <line key={`${atMs}${word}`} x1={x} x2={x} y1="0" y2="100%" className="mark" />
  })

/** Words closer than this to the one before would cover it; the table names their instants, too. */
const apart = 0.22 * pictureWidth

/** The words of the marks, above their lines. */
export function Marks({ picture: { marks, extent } }: { picture: Picture }) {
  if (marks.length === 0) return null
  const words: { x: number; word: string }[] = []
  for (const { atMs, word } of marks) {
    const x = placeOf(atMs, extent)
    const before = words.at(-1)
    if (!before || x - before.x >= apart) words.push({ x, word })
  }
  return (
    <>
      <svg aria-hidden="true" width="100%" height="16">
        {words.map(({ x, word }) => (
          <text key={x} x={percent(x)} y="11" className="tick" textAnchor={x > 0.8 * pictureWidth ? 'end' : 'start'}>
            {word}
          </text>
        ))}
      </svg>
      <span />
    </>
  )
}

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const every: Record<Extent['span'], number> = { '1h': 10 * minuteMs, '24h': 3 * hourMs, '7d': 24 * hourMs }

/** Every second instant has no room where the page is narrow. */
export function TimeAxis({ extent }: { extent: Extent }) {
  const { fromMs, untilMs, span } = extent
  const first = Math.ceil(fromMs / every[span])
  const ticks = Array.from({ length: Math.floor(untilMs / every[span]) - first + 1 }, (_, i) => first + i)
  const isInside = (place: number) => place > 0.03 * pictureWidth && place < 0.97 * pictureWidth
  return (
    <>
      <svg aria-hidden="true" width="100%" height="18">
        {ticks
          .map((tick) => ({ tick, place: placeOf(tick * every[span], extent) }))
          .filter(({ place }) => isInside(place))
          .map(({ tick, place }) => (
            <text
              key={tick}
              x={percent(place)}
              y="13"
              textAnchor="middle"
              className={tick % 2 === 0 ? 'tick' : 'tick max-sm:hidden'}
            >
              {span === '7d' ? dayOf(tick * every[span]) : timeOf(tick * every[span])}
            </text>
          ))}
      </svg>
      <span className="pl-2 text-caption text-muted">UTC</span>
    </>
  )
}

export const timeOf = (ms: number): string => new Date(ms).toISOString().slice(11, 16)
export const dayOf = (ms: number): string => `${new Date(ms).getUTCDate()} ${monthNames[new Date(ms).getUTCMonth()]}`
