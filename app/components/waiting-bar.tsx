import { useEffect, useState } from 'react'
import { writeAge } from '#domain/figures.ts'
import { type Trouble, useConnection } from './connection.ts'
import { formatTime } from './format.ts'
import { useNow } from './now.tsx'
import { leaveUnasked } from './typed.ts'

const waits: Record<Trouble, string> = {
  'no-answer': 'The portal does not answer.',
  'no-database': 'The portal’s database does not answer. Copies go on being delivered.',
  failing: 'The portal fails on this page. The fault is ours and was logged; the page is tried again.',
}

/**
 * What the page waits for, and how old its figures are, at the lower edge of the window, so that nothing moves when the
 * bar comes and goes.
 */
export function WaitingBar() {
  const { trouble, trueAtMs, isOutdated } = useConnection()
  return (
    <div role="status" className="no-print fixed inset-x-0 bottom-0 z-30">
      {trouble ? <Waits trouble={trouble} trueAtMs={trueAtMs} /> : isOutdated && <Outdated />}
    </div>
  )
}

const bar = 'border-t-2 border-amber bg-amber-soft px-4 py-2 shadow-float md:px-6'

function Waits({ trouble, trueAtMs }: { trouble: Trouble; trueAtMs: number }) {
  const now = useNow()
  const [age, setAge] = useState(0)
  useEffect(() => {
    const tick = () => setAge(Date.now() - trueAtMs)
    tick()
    const timer = setInterval(tick, 1000)
    return () => clearInterval(timer)
  }, [trueAtMs])
  return (
    <p className={bar}>
      <span className="font-medium">{waits[trouble]}</span>{' '}
      {/* read out once; the age beside it changes every second */}
      <span aria-hidden="true">
        What you see is <span className="tabular-nums">{writeAge(age)}</span> old, from{' '}
        <span className="mono">{formatTime(new Date(now - age))}</span>.
      </span>{' '}
      The page goes on by itself when there is an answer.
    </p>
  )
}

const Outdated = () => (
  <p className={`${bar} flex flex-wrap items-center gap-x-4 gap-y-2`}>
    <span>
      <span className="font-medium">A new version of the portal was started.</span> This page is of the old one: load it
      again to go on. What you typed is kept.
    </span>
    <button
      type="button"
      className="button"
      onClick={() => {
        leaveUnasked()
        location.reload()
      }}
    >
      Load the page again
    </button>
  </p>
)
