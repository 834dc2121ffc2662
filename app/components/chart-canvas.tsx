import { type ReactNode, useEffect, useRef, useState } from 'react'
import UPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import type { Picture } from '#domain/rollup/series.ts'
import { dayOf, type PanelOf, timeOf } from './chart-panel.tsx'
import { middlesOf } from './chart-shapes.ts'

type Drawn = { panel: PanelOf; panels: readonly PanelOf[]; picture: Picture; top: number }

/**
 * Draws a panel's lines in place of the server's, to the pixels of the screen, and says the values under the pointer;
 * the pointer is in all panels at once. Nothing moves, so there is nothing to calm for people who ask for less motion.
 */
export default function ChartCanvas({ panel, panels, picture, top }: Drawn): ReactNode {
  const host = useRef<HTMLDivElement>(null)
  const [pointed, setPointed] = useState<number | null>(null)
  const theme = useTheme()
  // biome-ignore lint/correctness/useExhaustiveDependencies: the theme changes the colours that are read off the page
  useEffect(() => {
    const element = host.current
    if (!element) return
    const plot = new UPlot(
      optionsOf(element, { panel, panels, picture, top }, setPointed),
      dataOf(panel, picture),
      element,
    )
    const sizes = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height: panel.height }))
    sizes.observe(element)
    return () => {
      sizes.disconnect()
      plot.destroy()
    }
  }, [panel.name, picture, theme])
  return (
    <div ref={host} className="absolute inset-0">
      {panel === panels[0] && pointed !== null && (
        <div className="chart-reading">{readingOf(pointed, panels, picture)}</div>
      )}
    </div>
  )
}

const dataOf = (panel: PanelOf, picture: Picture): UPlot.AlignedData => [
  middlesOf(picture),
  ...panel.lines.map(({ values }) => [...values]),
]

function optionsOf(
  element: HTMLElement,
  { panel, picture, top }: Drawn,
  point: (index: number | null) => void,
): UPlot.Options {
  const { fromMs, untilMs, span } = picture.extent
  return {
    width: element.clientWidth,
    height: panel.height,
    padding: [0, 0, 0, 0],
    legend: { show: false },
    axes: [{ show: false }, { show: false }],
    scales: { x: { time: false, range: [fromMs, untilMs] }, y: { range: [0, top] } },
    series: [{}, ...panel.lines.map((line) => seriesOf(element, line))],
    cursor: { sync: { key: `picture ${span}` }, drag: { x: false, y: false }, y: false },
    hooks: { setCursor: [({ cursor }) => point(cursor.idx ?? null)] },
  }
}

/** The colour is that of the server's line, which stays in the page unseen. */
function seriesOf(element: HTMLElement, { quantity, isFilled }: PanelOf['lines'][number]): UPlot.Series {
  const line = element.parentElement?.querySelector(`.of-${quantity}`)
  const stroke = line ? getComputedStyle(line).color : 'currentColor'
  return {
    stroke,
    width: 1.5,
    spanGaps: false,
    points: { show: false },
    ...(isFilled && { fill: stroke.replace('rgb(', 'rgba(').replace(')', ', 0.16)') }),
  }
}

/** `22:05 · Received 12 a second · Delivered 12 a second · Waiting 0` */
function readingOf(index: number, panels: readonly PanelOf[], picture: Picture): string {
  const ms = middlesOf(picture)[index]
  if (ms === undefined) return ''
  const values = panels.flatMap(({ lines, write }) =>
    lines.map(({ word, values }) => {
      const value = values[index]
      return typeof value === 'number' ? `${word} ${write(value)}` : ''
    }),
  )
  const when = picture.extent.span === '1h' ? timeOf(ms) : `${dayOf(ms)} ${timeOf(ms)}`
  const said = values.filter((value) => value !== '')
  return [`${when} UTC`, ...(said.length > 0 ? said : ['not heard'])].join(' · ')
}

/** Changes when the page's colours do: by the system's theme, or by the person's switch. */
function useTheme(): string {
  const [theme, setTheme] = useState('')
  useEffect(() => {
    const dark = matchMedia('(prefers-color-scheme: dark)')
    const read = () => setTheme(`${document.documentElement.dataset.theme ?? ''} ${dark.matches}`)
    read()
    dark.addEventListener('change', read)
    const switched = new MutationObserver(read)
    switched.observe(document.documentElement, { attributeFilter: ['data-theme'] })
    return () => {
      dark.removeEventListener('change', read)
      switched.disconnect()
    }
  }, [])
  return theme
}
