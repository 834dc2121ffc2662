import { useEffect, useState } from 'react'
import { writeAge } from '#domain/figures.ts'
import { formatDay, formatInstant, formatTime } from './format.ts'
import { useNow } from './now.tsx'

type When = Date | string | number

const asDate = (at: When) => (at instanceof Date ? at : new Date(at))

/** The reader's own time zone for the hover title; only the browser knows it, so it appears after the first render. */
function useLocalTitle(at: Date): string | undefined {
  const [title, setTitle] = useState<string>()
  const ms = at.getTime()
  useEffect(() => {
    setTitle(new Date(ms).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'long' }))
  }, [ms])
  return title
}

/** An instant in UTC, whole or by parts; the reader's local time on hover. */
export function Instant({
  at,
  show = 'instant',
  precision = 's',
}: {
  at: When
  show?: 'instant' | 'time' | 'day'
  precision?: 'min' | 's' | 'ms'
}) {
  const date = asDate(at)
  const text =
    show === 'day' ? formatDay(date) : show === 'time' ? formatTime(date, precision) : formatInstant(date, precision)
  return (
    <time dateTime={date.toISOString()} title={useLocalTitle(date)} className="whitespace-nowrap tabular-nums">
      {text}
    </time>
  )
}

/** How long ago, ticking; the instant itself on hover. `never` when there is none. */
export function Age({ at, ago = false }: { at: When | null | undefined; ago?: boolean }) {
  const now = useNow()
  if (at === null || at === undefined) return <span className="text-muted">never</span>
  const date = asDate(at)
  const age = writeAge(Math.max(0, now - date.getTime()))
  return (
    <time
      dateTime={date.toISOString()}
      title={formatInstant(date, 'ms')}
      className="figure whitespace-nowrap tabular-nums"
    >
      {ago ? `${age} ago` : age}
    </time>
  )
}

/** The top bar's clock. */
export function Clock() {
  const at = new Date(useNow())
  return (
    <time dateTime={at.toISOString()} title={useLocalTitle(at)} className="whitespace-nowrap tabular-nums">
      {formatTime(at)}
    </time>
  )
}
