import { useRevalidator } from '@remix-run/react'
import { useEffect, useRef, useState } from 'react'
import { follow } from './stream.ts'

/**
 * Keeps a page's loader data fresh: a server-sent event on `url` makes the page read them again. A hidden tab closes
 * its stream; the tabs of one browser share a stream through a lock and a channel; where streams fail, the page asks
 * every five seconds. Only one reading runs at a time: a change during a reading is read afterwards. `reach.ts` says
 * what a reading does while nobody answers.
 */
export function useLive(url: string): void {
  const { revalidate, state } = useRevalidator()
  const reading = useRef(false)
  const missed = useRef(false)
  useEffect(() => {
    reading.current = state !== 'idle'
    if (state !== 'idle' || !missed.current) return
    missed.current = false
    revalidate()
  }, [state, revalidate])
  useEffect(() => {
    const changed = () => {
      if (reading.current) missed.current = true
      else revalidate()
    }
    const heard = (atMs: number) => dispatchEvent(new CustomEvent(heardEvent, { detail: atMs }))
    return follow(url, { changed, heard })
  }, [url, revalidate])
}

const heardEvent = 'drop-copy-heard'

/** When the connector last reported, according to the page's last reading or its stream since then. */
export function useHeard(read: Date | null): Date | null {
  const [told, setTold] = useState(0)
  useEffect(() => {
    const listen = (event: Event) => {
      if (event instanceof CustomEvent) setTold(Number(event.detail))
    }
    addEventListener(heardEvent, listen)
    return () => removeEventListener(heardEvent, listen)
  }, [])
  return told > (read?.getTime() ?? 0) ? new Date(told) : read
}
