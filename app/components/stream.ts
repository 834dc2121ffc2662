import { type Fields, isFields, readShown } from '#domain/live/shown.ts'
import { heardFromPortal, type Trouble, waitsFor, whenOver } from './connection.ts'
import { keepStream, type StreamEvent } from './event-stream.ts'
import { meetOtherBuild } from './release.ts'

/**
 * The portal sends something at least every ten seconds: a stream that is silent for this long is dead, even if nobody
 * closed it.
 */
const silentMs = 30_000
/** When the page itself has had no answer for a while, a stream that is silent for this long is given up. */
const missedMs = 12_000
/** Between two looks at the clock. When far more went by, the machine slept, and its connections are gone. */
const lookMs = 1_000
const sleptMs = 10_000

/** What the portal shows now: whole fields, or what changed in them; and the mark of every field that is named. */
export interface Shown {
  whole: Fields
  patch: Fields
  marks: Fields
}

export interface Follower {
  /** Marks of what the page shows, as `name=mark,…`; undefined where the page reads itself at every change. */
  marks(): string | undefined
  /** @returns false when the page shows something else than the portal after this: an event was missed */
  shown(news: Shown): boolean
  /** What this page shows of these fields, for another tab of the browser. */
  fields(names: readonly string[]): Fields
  /** The page must read itself. */
  changed(): void
  /** The connector reported at this instant. */
  heard(atMs: number): void
}

/** What one tab tells the others: what the stream says, what it waits for, what a tab shows that has followed it. */
type News = StreamEvent | { trouble: Trouble | undefined } | { whole: Fields; marks: Fields } | 'unserved' | 'anybody?'

export interface Following {
  /** The page was read through its loader: is it what the stream last said? */
  check(): void
  stop(): void
}

/** Follow a stream of events while the tab is shown. */
export function follow(url: string, follower: Follower): Following {
  const me = Symbol(url)
  // pages that read themselves keep nothing that a tab of another page could take over
  const name = `drop-copy-live:${url}${follower.marks() === undefined ? ' read' : ''}`
  const channel = new BroadcastChannel(name)
  /** The marks of what the portal shows, by field. */
  let marks: Fields = {}
  /** When the stream last said something, and when it was last opened or said something. */
  let saidAtMs = Date.now()
  let newsAtMs = saidAtMs
  let isHolding = false
  let stopStream = () => {}
  const post = (news: News) => channel.postMessage(news)
  /** This tab shows something else than the portal: open the stream again, or ask the tab that holds it. */
  const catchUp = () => (isHolding ? open(true) : post('anybody?'))
  const take = (news: Shown) => {
    marks = { ...marks, ...news.marks }
    if (!follower.shown(news)) catchUp()
  }
  const learn = (news: News) => {
    newsAtMs = Date.now()
    if (news === 'anybody?') return tellOthers()
    if (news === 'unserved') return follower.changed()
    if ('trouble' in news) return waitsFor(me, news.trouble)
    saidAtMs = newsAtMs
    if ('whole' in news) return take({ ...news, patch: {} })
    if (news.event === 'unread') return waitsFor(me, news.data === 'no-database' ? news.data : 'failing')
    waitsFor(me, undefined)
    heardFromPortal()
    switch (news.event) {
      case 'build':
        return meetOtherBuild(news.data)
      case 'shown':
        return take(shownIn(news.data))
      case 'heard':
        return follower.heard(Number(news.data))
      case 'changed':
      case 'signed-out':
        return follower.changed()
    }
  }
  const tellOthers = () => {
    const names = Object.keys(marks)
    if (isHolding && names.length > 0) post({ whole: follower.fields(names), marks })
  }
  const open = (isDead = false) => {
    stopStream()
    stopStream = () => {}
    newsAtMs = Date.now()
    if (document.hidden) return waitsFor(me, undefined)
    const tell = (news: News) => {
      post(news)
      learn(news)
    }
    const hold = () => {
      isHolding = true
      const stop = keepStream(url, {
        marks: follower.marks,
        event: tell,
        trouble: (trouble) => tell({ trouble }),
        unserved: () => tell('unserved'),
      })
      return () => {
        isHolding = false
        stop()
      }
    }
    stopStream = share(name, hold, isDead)
    post('anybody?')
  }
  channel.onmessage = ({ data }: MessageEvent<News>) => learn(data)
  const stopMinding = mindTheWorld(open, { news: () => newsAtMs, said: () => saidAtMs })
  leaveQuietly()
  open()
  return {
    check: () => {
      if (Object.keys(marks).length > 0 && !follower.shown({ whole: {}, patch: {}, marks })) catchUp()
    },
    stop: () => {
      stopMinding()
      stopStream()
      waitsFor(me, undefined)
      channel.close()
    },
  }
}

/**
 * Call `open` when the tab is shown or hidden, when the network comes or goes, after a sleep, and when the stream has
 * been silent for too long. `lastMs`: when there were last news, and when the portal last said something.
 */
function mindTheWorld(open: (isDead?: boolean) => void, lastMs: { news(): number; said(): number }): () => void {
  const ended = new AbortController()
  const listening = { signal: ended.signal }
  document.addEventListener('visibilitychange', () => open(), listening)
  for (const event of ['online', 'offline']) window.addEventListener(event, () => open(true), listening)
  const stopLooking = lookAtClock((sinceLookMs) => {
    if (!document.hidden && (sinceLookMs > sleptMs || Date.now() - lastMs.news() > silentMs)) open(true)
  })
  const stopWaiting = whenOver(() => {
    if (Date.now() - lastMs.said() > missedMs) open(true)
  })
  return () => {
    ended.abort()
    stopLooking()
    stopWaiting()
  }
}

function shownIn(data: string): Shown {
  const read = readShown(data)
  const fieldsIn = (name: string): Fields => {
    const fields = isFields(read) ? read[name] : undefined
    return isFields(fields) ? fields : {}
  }
  return { whole: fieldsIn('whole'), patch: fieldsIn('patch'), marks: fieldsIn('marks') }
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

/**
 * One tab of the browser holds the stream and tells the others; when it goes, the next one takes over. `isDead`: the
 * tab that held it has been silent for too long, so this one takes it away. @param hold opens it, and answers how to
 * close it
 */
function share(name: string, hold: () => () => void, isDead: boolean): () => void {
  let isOver = false
  let letGo = () => {}
  const lead = () =>
    new Promise<void>((resolve) => {
      if (isOver) return resolve()
      const stop = hold()
      letGo = () => {
        stop()
        resolve()
      }
    })
  const wait = (steal: boolean): Promise<unknown> =>
    navigator.locks.request(name, { steal }, lead).catch(() => {
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
