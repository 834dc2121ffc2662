import { useRevalidator } from '@remix-run/react'
import { useEffect, useRef, useState } from 'react'

const pollMs = 5000

/**
 * Keeps a page's loader data fresh: a server-sent event on `url` reads it again. A hidden tab closes its stream; tabs of one browser
 * share one through a lock and a channel; where streams fail the page asks every five seconds. One reading at a time: what changes
 * meanwhile is read when it is over.
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
  useEffect(
    () =>
      follow(url, () => {
        if (reading.current) missed.current = true
        else revalidate()
      }),
    [url, revalidate],
  )
}

const heardEvent = 'drop-copy-heard'

/** When the connector last reported: as the page was read, or as its stream has said since. */
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

/** @returns a function that stops following */
function follow(url: string, changed: () => void): () => void {
  const ended = new AbortController()
  const channel = new BroadcastChannel(`drop-copy-live:${url}`)
  let stopStream = () => {}
  // a number is when the connector reported; anything else, that the page has changed
  const learn = (news: unknown) => {
    if (typeof news === 'number') dispatchEvent(new CustomEvent(heardEvent, { detail: news }))
    else changed()
  }
  channel.onmessage = (message) => learn(message.data)
  const start = () => {
    stopStream()
    stopStream = document.hidden
      ? () => {}
      : share(url, (news) => {
          channel.postMessage(news)
          learn(news)
        })
  }
  document.addEventListener('visibilitychange', start, { signal: ended.signal })
  leaveQuietly()
  start()
  return () => {
    ended.abort()
    stopStream()
    channel.close()
  }
}

let isQuiet = false

/** A page that is left while it reads itself again aborts that reading: no error, and nobody's to see. */
function leaveQuietly(): void {
  if (isQuiet) return
  isQuiet = true
  addEventListener('unhandledrejection', (event) => {
    if (event.reason instanceof DOMException && event.reason.name === 'AbortError') event.preventDefault()
  })
}

type Tell = (news: number | 'changed') => void

/** One tab of the browser holds the stream and tells the others; when it goes, the next one takes over. */
function share(url: string, tell: Tell): () => void {
  const ended = new AbortController()
  const lead = () =>
    new Promise<void>((resolve) => {
      const stop = stream(url, tell)
      ended.signal.addEventListener('abort', () => {
        stop()
        resolve()
      })
    })
  if ('locks' in navigator)
    navigator.locks.request(`drop-copy-live:${url}`, { signal: ended.signal }, lead).catch(() => undefined) // stopped while waiting
  else void lead()
  return () => ended.abort()
}

function stream(url: string, tell: Tell): () => void {
  const changed = () => tell('changed')
  let timer: ReturnType<typeof setInterval> | undefined
  let lastId = ''
  const source = new EventSource(url)
  source.addEventListener('change', (event) => {
    // the first one names what the page shows already
    if (lastId !== '' && event.lastEventId !== lastId) changed()
    lastId = event.lastEventId
  })
  source.addEventListener('heard', (event) => tell(Number(event.data)))
  source.addEventListener('signed-out', () => location.reload())
  source.onerror = () => {
    if (source.readyState === EventSource.CLOSED) timer ??= setInterval(changed, pollMs)
  }
  return () => {
    source.close()
    clearInterval(timer)
  }
}
