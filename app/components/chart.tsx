import { Link } from '@remix-run/react'
import { lazy, Suspense, useEffect, useState } from 'react'
import { writeCount } from '#domain/figures.ts'
import { writeRate } from '#domain/rollup/rates.ts'
import { type Picture, spans } from '#domain/rollup/series.ts'
import { ChartFigures } from './chart-figures.tsx'
import { Marks, Panel, type PanelOf, TimeAxis } from './chart-panel.tsx'
import { lastOf, topOf, topRateOf } from './chart-shapes.ts'
import { Section } from './page.tsx'

/**
 * Only a page with a picture fetches the code that draws it. Where that code cannot be had or does not run (it does not
 * in a browser whose language is no language tag), the server's picture stays.
 */
const ChartCanvas = lazy(() => import('./chart-canvas.tsx').catch(() => ({ default: () => null })))

const spanWords = {
  '1h': ['Last hour', '1 h'],
  '24h': ['Last 24 hours', '24 h'],
  '7d': ['Last 7 days', '7 d'],
} as const

/**
 * What was received and delivered and what waits, over a span that the reader chooses by a link. The server draws all
 * of it; a browser with JavaScript reads values off it. The same figures stand in a table below.
 */
export function Chart({ picture, subject }: { picture: Picture; subject: string }) {
  const { extent, series } = picture
  const panels = panelsOf(picture)
  const [isBrowser, setIsBrowser] = useState(false)
  useEffect(() => setIsBrowser(true), [])
  const [title] = spanWords[extent.span]
  return (
    <Section title={title} actions={<Spans chosen={extent.span} />}>
      <figure aria-label={`${subject}: ${title.toLowerCase()}`}>
        <figcaption className="mb-2 max-w-3xl text-muted">{captionOf(picture)}</figcaption>
        <div className="chart" aria-hidden="true">
          <Marks picture={picture} />
          {panels.map((panel) => (
            <Panel
              key={panel.name}
              panel={panel}
              picture={picture}
              canvas={
                isBrowser
                  ? (top) => (
                      <Suspense fallback={null}>
                        <ChartCanvas panel={panel} panels={panels} picture={picture} top={top} />
                      </Suspense>
                    )
                  : undefined
              }
            />
          ))}
          <TimeAxis extent={extent} />
        </div>
        <ChartFigures picture={picture} caption={`${subject}, ${title.toLowerCase()}`} />
      </figure>
      {series.unheard > 0 && (
        <p className="mt-2 text-table text-muted">
          {writeCount(series.unheard)} messages came while the connector was not heard. They are in no step above, since
          nobody knows when they came.
        </p>
      )}
    </Section>
  )
}

function Spans({ chosen }: { chosen: string }) {
  return (
    <nav aria-label="Span" className="flex gap-3">
      {spans.map((span) => (
        <Link
          key={span}
          to={`?span=${span}`}
          preventScrollReset
          aria-current={span === chosen ? 'true' : undefined}
          className={span === chosen ? 'font-medium text-text' : 'link'}
        >
          {spanWords[span][1]}
        </Link>
      ))}
    </nav>
  )
}

function panelsOf({ series }: Picture): PanelOf[] {
  const { received, delivered, waiting, highest } = series
  const rates: PanelOf = {
    name: 'rates',
    height: 132,
    topOf: topRateOf,
    write: writeRate,
    lines: [
      { quantity: 'received', word: 'Received', values: received, now: lastOf(received), isFilled: true },
      ...(delivered
        ? [
            {
              quantity: 'delivered' as const,
              word: 'Delivered',
              values: delivered,
              now: lastOf(delivered),
              isFilled: false,
            },
          ]
        : []),
    ],
  }
  if (!waiting) return [rates]
  const copies: PanelOf = {
    name: 'waiting',
    height: 56,
    topOf,
    write: (count) => writeCount(Math.round(count)),
    lines: [{ quantity: 'waiting', word: 'Waiting', values: highest ?? waiting, now: lastOf(waiting), isFilled: true }],
  }
  return [rates, copies]
}

/** The picture in a sentence, for people who do not see it and for those who have no time. */
function captionOf({ series, extent }: Picture): string {
  const { received, delivered } = series
  const heard = received.filter((value) => value !== null)
  if (heard.length === 0) return 'The connector was not heard in this time, so there are no figures.'
  const main = delivered ?? received
  const most = Math.max(...main.map((value) => value ?? 0))
  const word = delivered ? 'delivered' : 'received'
  if (most === 0 && Math.max(...heard) === 0) return `Nothing was ${word} in this time.`
  const now = lastOf(main)
  const every = { minute: 'minute', quarter: 'quarter of an hour', hour: 'hour' }[extent.step]
  return `${now ? writeRate(now) : 'Nothing'} ${word} now, ${writeRate(most)} in the busiest ${every}.`
}
