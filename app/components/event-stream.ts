import type { Trouble } from './connection.ts'

/** One event of a stream. */
export interface StreamEvent {
  event: string
  data: string
}

/** After this time without a connection the page says that it waits. */
const slowMs = 3_000
/** A try to open a stream that is not answered is given up after this time. */
const giveUpMs = 8_000
/** Between two probes while nobody answers, and a little more, so that not all browsers ask at once. */
const probeMs = 1_000
/** A page that gets no stream, because there are too many or none for this person, asks again after this time. */
const askAgainMs = 30_000

interface Streaming {
  /** What the page shows, as the portal is told when the stream opens; undefined where the page does not say. */
  marks(): string | undefined
  event(news: StreamEvent): void
  /** What the stream waits for; undefined when it is open. */
  trouble(what: Trouble | undefined): void
  /** There is no stream for this page now: the page reads itself. */
  unserved(): void
}

/**
 * Keep a stream of events open. A stream that was cut is opened again within the time that the portal last named, so
 * that all browsers together do not come back at one instant. @returns a function that stops
 */
export function keepStream(url: string, streaming: Streaming): () => void {
  const over = new AbortController()
  void run(url, streaming, over.signal).catch(() => undefined) // stopped
  return () => over.abort()
}

async function run(url: string, streaming: Streaming, over: AbortSignal): Promise<void> {
  let spreadMs = 500
  let slow: ReturnType<typeof setTimeout> | undefined
  const waits = (what: Trouble) => {
    clearTimeout(slow)
    streaming.trouble(what)
  }
  over.addEventListener('abort', () => clearTimeout(slow))
  for (;;) {
    slow = setTimeout(() => waits('no-answer'), slowMs)
    const outcome = await attempt(url, streaming, over, {
      opened: () => clearTimeout(slow),
      event: (news) => {
        if ((news.event === 'alive' || news.event === 'bye') && news.data !== '') spreadMs = Number(news.data)
        streaming.event(news)
      },
    })
    over.throwIfAborted()
    if (outcome === 'no-answer') {
      waits('no-answer')
      while (!(await isAnybodyThere(over))) await pause(probeMs * (1 + Math.random()), over)
    } else if (outcome === 'no-database') {
      waits('no-database')
      await pause(probeMs, over)
    } else if (outcome !== 'cut') {
      clearTimeout(slow)
      streaming.unserved()
      await pause(askAgainMs * (1 + Math.random() / 3), over)
      continue
    }
    await pause(Math.random() * spreadMs, over)
  }
}

interface Attempt {
  opened(): void
  event(news: StreamEvent): void
}

/** @returns how it ended: `cut` after it was open, else why it was not opened, in the portal's word */
async function attempt(
  url: string,
  { marks }: Streaming,
  over: AbortSignal,
  { opened, event }: Attempt,
): Promise<string> {
  const given = new AbortController()
  const giveUp = () => given.abort()
  over.addEventListener('abort', giveUp)
  const timer = setTimeout(giveUp, giveUpMs)
  let isOpen = false
  try {
    const shown = marks()
    const headers = shown === undefined ? undefined : { 'X-Shown-Marks': shown }
    const answer = await fetch(url, { ...(headers && { headers }), cache: 'no-store', signal: given.signal })
    clearTimeout(timer)
    if (!answer.headers.has('X-Portal-Build')) return 'no-answer' // a proxy, in the portal's place
    if (!answer.ok || !answer.body) return await answer.text()
    isOpen = true
    opened()
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader()
    let rest = ''
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return 'cut'
      const blocks = (rest + value).split('\n\n')
      rest = blocks.pop() ?? ''
      for (const block of blocks) event(eventOf(block))
    }
  } catch {
    return isOpen ? 'cut' : 'no-answer'
  } finally {
    clearTimeout(timer)
    over.removeEventListener('abort', giveUp)
    given.abort()
  }
}

/** The portal writes one line for each of the two. */
const eventOf = (block: string): StreamEvent => ({
  event: /^event: (.*)$/m.exec(block)?.[1] ?? '',
  data: /^data: (.*)$/m.exec(block)?.[1] ?? '',
})

/** A probe that costs the portal nothing, however many pages wait. A proxy that answers instead lacks our header. */
export async function isAnybodyThere(over?: AbortSignal): Promise<boolean> {
  const given = new AbortController()
  const giveUp = () => given.abort()
  over?.addEventListener('abort', giveUp)
  const timer = setTimeout(giveUp, slowMs)
  try {
    return (await fetch('/healthz', { signal: given.signal, cache: 'no-store' })).headers.has('X-Portal-Build')
  } catch {
    return false
  } finally {
    clearTimeout(timer)
    over?.removeEventListener('abort', giveUp)
  }
}

/** Ends early when the stream is not wanted any more. */
function pause(ms: number, over: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer)
      reject(over.reason)
    }
    const timer = setTimeout(() => {
      over.removeEventListener('abort', stop)
      resolve()
    }, ms)
    if (over.aborted) stop()
    else over.addEventListener('abort', stop)
  })
}
