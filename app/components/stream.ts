import { heardFromPortal, whenOver } from './connection.ts'
import { meetOtherBuild } from './release.ts'

/**
 * The portal sends something at least every ten seconds: a stream that is silent for this long is dead, even if nobody
 * closed it.
 */
const silentMs = 30_000
/** When the page itself has had no answer for a while, a stream that is silent for this long is given up. */
const missedMs = 12_000
/** A stream that broke is opened again after this, and a little more, so that not all browsers come back at once. */
const reopenMs = 4_000
/** Between two looks at the clock. When far more went by, the machine slept, and its connections are gone. */
const lookMs = 1_000
const sleptMs = 10_000

interface Follower {
  /** The page is out of date, or may be. */
  changed(): void
  /** The connector reported at this instant. */
  heard(atMs: number): void
}

/** What one tab tells the others: the digest of what the portal shows, a report of the connector, a sign of life. */
type News = { id: string } | { heardMs: number } | 'alive' | 'changed' | 'anybody?'

/** Follow a stream of events while the tab is shown. @returns a function that stops */
export function follow(url: string, follower: Follower): () => void {
  const ended = new AbortController()
  const listening = { signal: ended.signal }
  const channel = new BroadcastChannel(`drop-copy-live:${url}`)
  /** Digest of what the page showed when the stream last made it read; the loader may have read before that. */
  let lastId = ''
  /** When the stream last said something, and when it was last opened or said something. */
  let saidAtMs = Date.now()
  let newsAtMs = saidAtMs
  let stopStream = () => {}
  const learn = (news: News) => {
    newsAtMs = Date.now()
    saidAtMs = newsAtMs
    if (news === 'changed') return follower.changed()
    heardFromPortal()
    if (typeof news === 'string') return
    if ('heardMs' in news) return follower.heard(news.heardMs)
    if (news.id === lastId) return
    lastId = news.id
    follower.changed()
  }
  const open = (isDead = false) => {
    stopStream()
    stopStream = () => {}
    newsAtMs = Date.now()
    if (document.hidden) return
    const tell = (news: News) => {
      channel.postMessage(news)
      learn(news)
    }
    stopStream = share(url, tell, isDead)
    channel.postMessage('anybody?' satisfies News) // the tab that holds the stream answers with its digest
  }
  const again = () => {
    open(true)
    follower.changed()
  }
  channel.onmessage = ({ data }: MessageEvent<News>) => {
    if (data !== 'anybody?') learn(data)
    else if (lastId !== '') channel.postMessage({ id: lastId } satisfies News)
  }
  document.addEventListener('visibilitychange', () => open(), listening)
  for (const event of ['online', 'offline']) window.addEventListener(event, again, listening)
  const stopLooking = lookAtClock((sinceLookMs) => {
    if (!document.hidden && (sinceLookMs > sleptMs || Date.now() - newsAtMs > silentMs)) again()
  })
  const stopWaiting = whenOver(() => {
    if (Date.now() - saidAtMs > missedMs) open(true)
  })
  leaveQuietly()
  open()
  return () => {
    ended.abort()
    stopWaiting()
    stopLooking()
    stopStream()
    channel.close()
  }
}

function lookAtClock(look: (sinceLookMs: number) => void): () => void {
  let lookedAtMs = Date.now()
  const timer = setInterval(() => {
    const sinceLookMs = Date.now() - lookedAtMs
    lookedAtMs = Date.now()
    look(sinceLookMs)
  }, lookMs)
  return () => clearInterval(timer)
}

let isQuiet = false

/** Leaving a page during a reading aborts the reading: this is not an error, and is not shown. */
function leaveQuietly(): void {
  if (isQuiet) return
  isQuiet = true
  addEventListener('unhandledrejection', (event) => {
    if (event.reason instanceof DOMException && event.reason.name === 'AbortError') event.preventDefault()
  })
}

type Tell = (news: News) => void

/**
 * One tab of the browser holds the stream and tells the others; when it goes, the next one takes over. `isDead`: the
 * tab that held it has been silent for too long, so this one takes it away.
 */
function share(url: string, tell: Tell, isDead: boolean): () => void {
  let isOver = false
  let letGo = () => {}
  const lead = () =>
    new Promise<void>((resolve) => {
      if (isOver) return resolve()
      const stop = stream(url, tell)
      letGo = () => {
        stop()
        resolve()
      }
    })
  const wait = (steal: boolean): Promise<unknown> =>
    navigator.locks.request(`drop-copy-live:${url}`, { steal }, lead).catch(() => {
      letGo() // another tab took it: wait for it like the others
      return isOver ? undefined : wait(false)
    })
  if ('locks' in navigator) void wait(isDead)
  else void lead()
  return () => {
    isOver = true
    letGo()
  }
}

/** We reopen the stream ourselves, because the browser gives up for good after a proxy's answer. */
function stream(url: string, tell: Tell): () => void {
  let source: EventSource | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  const open = () => {
    source = new EventSource(url)
    source.addEventListener('build', (event) => meetOtherBuild(event.data))
    source.addEventListener('change', (event) => tell({ id: event.lastEventId }))
    source.addEventListener('heard', (event) => tell({ heardMs: Number(event.data) }))
    source.addEventListener('alive', () => tell('alive'))
    source.addEventListener('unread', () => tell('changed'))
    source.addEventListener('signed-out', () => tell('changed'))
    source.onerror = () => {
      source?.close()
      tell('changed') // the reading finds out what is wrong
      timer = setTimeout(open, reopenMs + Math.random() * 1000)
    }
  }
  open()
  return () => {
    source?.close()
    clearTimeout(timer)
  }
}
