import { writeCount } from '#domain/figures.ts'
import type { Picture } from '#domain/rollup/series.ts'
import { pages } from '#domain/rollup/steps.ts'
import { dayOf, timeOf } from './chart-panel.tsx'

/** The picture's figures, newest first: for screen readers, and to copy them. */
export function ChartFigures({ picture, caption }: { picture: Picture; caption: string }) {
  const { extent, series, marks } = picture
  const { stepMs } = pages[extent.step]
  const { received, delivered, waiting, highest } = series
  const columns = [
    { head: 'Received a minute', values: received },
    ...(delivered ? [{ head: 'Delivered a minute', values: delivered }] : []),
    ...(waiting ? [{ head: 'Waiting', values: waiting }] : []),
    ...(highest ? [{ head: 'Waiting at most', values: highest }] : []),
  ]
  const whenOf = (ms: number) => (extent.span === '1h' ? timeOf(ms) : `${dayOf(ms)} ${timeOf(ms)}`)
  return (
    <details className="mt-2 text-table">
      <summary className="link w-fit">Figures as a table</summary>
      {marks.length > 0 && (
        <p className="mt-2">
          {marks.map(({ atMs, word }) => `${word}: ${dayOf(atMs)} ${timeOf(atMs)} UTC.`).join(' ')}
        </p>
      )}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a long table is moved by the keyboard, too */}
      <section className="chart-figures mt-2" aria-label={caption} tabIndex={0}>
        <table>
          <caption className="sr-only">{caption}</caption>
          <thead>
            <tr>
              <th scope="col">From (UTC)</th>
              {columns.map(({ head }) => (
                <th key={head} scope="col">
                  {head}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {received
              .map((value, i) => ({ value, i, fromMs: extent.fromMs + i * stepMs }))
              .reverse()
              .map(({ value, i, fromMs }) => (
                <tr key={fromMs}>
                  <th scope="row">{whenOf(fromMs)}</th>
                  {value === null ? (
                    <td colSpan={columns.length}>Not heard</td>
                  ) : (
                    columns.map(({ head, values }) => <td key={head}>{figureOf(values[i])}</td>)
                  )}
                </tr>
              ))}
          </tbody>
        </table>
      </section>
    </details>
  )
}

const figureOf = (value: number | null | undefined): string =>
  value === null || value === undefined
    ? ''
    : value < 10 && !Number.isInteger(value)
      ? value.toFixed(1)
      : writeCount(Math.round(value))
