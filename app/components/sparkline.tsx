import { writeRate } from '#domain/rollup/rates.ts'
import {
  levelsOf,
  type Sparkline,
  sparklineHeight,
  sparklineMinutes,
  sparklineWords,
} from '#domain/rollup/sparkline.ts'

/** Pixels between two minutes, and around the line so that its ends are not cut. */
const between = 2
const margin = 3
const width = (sparklineMinutes - 1) * between

/**
 * The cell of a list's row: the last hour as a line, and what came in its last minute. Of a group or a target it shows
 * what was delivered, of a source or a feed what was received.
 */
export function LastHour({ of, quantity }: { of: Sparkline; quantity: 'received' | 'delivered' }) {
  if (of.most === null)
    return (
      <span className="text-muted" title={sparklineWords(of)}>
        –
      </span>
    )
  return (
    <span className="figure inline-flex items-center gap-2 whitespace-nowrap">
      <Line of={of} quantity={quantity} />
      <span aria-hidden="true" className="tabular-nums">
        {of.now === null ? '–' : of.now === 0 ? '0' : writeRate(of.now)}
      </span>
    </span>
  )
}

/**
 * Time runs from left to right, each row has a scale of its own, and minutes in which the connector was not heard are a
 * gap. People who do not see the line have its words.
 */
function Line({ of, quantity }: { of: Sparkline; quantity: string }) {
  const levels = levelsOf(of)
  const last = levels.at(-1)
  return (
    <svg
      role="img"
      aria-label={sparklineWords(of)}
      viewBox={`${-margin} ${-margin} ${width + 2 * margin} ${sparklineHeight + 2 * margin}`}
      width={width + 2 * margin}
      height={sparklineHeight + 2 * margin}
      className={`sparkline of-${quantity} shrink-0`}
    >
      <path d={`M0 ${sparklineHeight}h${width}`} className="base" />
      <path d={lineOf(levels)} className="line" />
      {typeof last === 'number' && <circle cx={width} cy={sparklineHeight - last} r="2" className="end" />}
    </svg>
  )
}

/** Relative lines, because they are short; a minute alone between two gaps is a dot. */
function lineOf(levels: readonly (number | null)[]): string {
  let path = ''
  let before: number | null = null
  for (const [i, level] of levels.entries()) {
    if (level !== null)
      path += before === null ? `M${i * between} ${sparklineHeight - level}h0` : `l${between} ${before - level}`
    before = level
  }
  return path
}
