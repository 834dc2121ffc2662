import { encode } from 'turbo-stream'
import { heardFromPortal, type Trouble, waitsFor } from './connection.ts'
import { isAnybodyThere } from './event-stream.ts'
import { isOtherBuild, keepAtHand, leaveFor, meetOtherBuild } from './release.ts'

/** After this time the page says that it is waiting for an answer. */
const slowMs = 3_000
/**
 * A request without a complete answer is given up after this time: soon on the first try, since nobody may be there;
 * once the portal has answered, only after the time that the portal allows itself.
 */
const giveUpMs = { first: 4_000, later: 15_000, post: 20_000 }
/** Pauses between two tries; longer when the portal itself failed on the page. */
const retryMs: Record<Trouble, number> = { 'no-answer': 1_000, 'no-database': 1_000, failing: 4_000 }

/**
 * When one of its requests fails, the framework replaces the page with an error page, and offers no hook to prevent
 * this. So everything that it reads and posts passes through here (ADR 31): a reading waits, tries again and lets the
 * page say so; a form without an answer keeps what was typed and gets a sentence. Call once, before the page comes to
 * life.
 */
export function keepPagesWhole(): void {
  heardFromPortal() // the portal served this page
  // keeping code at hand must not delay what this page needs; the page may have loaded before this runs
  if (document.readyState === 'complete') keepAtHand()
  else addEventListener('load', keepAtHand)
  const plain = window.fetch.bind(window)
  window.fetch = (input, init = {}) => {
    const url = input instanceof URL && input.origin === location.origin ? input : undefined
    if (!url?.pathname.endsWith('.data')) return plain(input, init)
    const asked: Asked = { url, init, plain, isHere: pageOf(url) === location.pathname }
    return isPost(init) && asked.isHere ? post(asked) : read(asked)
  }
}

interface Asked {
  url: URL
  init: RequestInit
  plain: typeof fetch
  /** For the page that is shown: a failure must leave the page as it is. */
  isHere: boolean
}

const isPost = (init: RequestInit) => init.method !== undefined && init.method !== 'GET'

/** The address of the page that a data request belongs to. */
const pageOf = ({ pathname }: URL): string => (pathname === '/_root.data' ? '/' : pathname.replace(/\.data$/, ''))

/**
 * Repeat a request until it is answered, or until the page gives it up. Posts to other pages, such as the choice of a
 * theme, may be repeated.
 */
async function read(asked: Asked): Promise<Response> {
  const reading = Symbol(asked.url.pathname)
  try {
    for (let limitMs = giveUpMs.first; ; limitMs = giveUpMs.later) {
      const answer = await attempt(asked, reading, limitMs)
      const trouble = troubleOf(answer, asked)
      if (!trouble && answer) {
        const build = answer.headers.get('X-Portal-Build')
        if (!isPost(asked.init) && isOtherBuild(build)) return await otherBuild(asked, build)
        heardFromPortal()
        return answer
      }
      waitsFor(reading, trouble)
      await pause(retryMs[trouble ?? 'no-answer'], asked.init.signal)
      while (trouble === 'no-answer' && !(await isAnybodyThere())) await pause(retryMs['no-answer'], asked.init.signal)
    }
  } finally {
    waitsFor(reading, undefined)
  }
}

/** This page's code cannot use another build's data: load this page again, or the next one as a whole document. */
async function otherBuild({ url, isHere, init }: Asked, build: string): Promise<Response> {
  if (isHere) meetOtherBuild(build)
  else {
    const page = new URL(url)
    page.pathname = pageOf(url)
    page.searchParams.delete('_routes')
    leaveFor(page)
  }
  await pause(undefined, init.signal)
  throw new Error('left')
}

/** Send once. Only the person sends the form again, with the same key, so that the command is carried out once. */
async function post(asked: Asked): Promise<Response> {
  const sending = Symbol(asked.url.pathname)
  try {
    const answer = await attempt(asked, sending, giveUpMs.post)
    const trouble = troubleOf(answer, asked)
    if (answer && !trouble) {
      heardFromPortal()
      return answer
    }
    return unanswered(trouble ?? 'no-answer')
  } finally {
    waitsFor(sending, undefined)
  }
}

/** @returns undefined where no whole answer came; throws only when the page itself gave the request up */
async function attempt({ url, init, plain }: Asked, reading: symbol, limitMs: number): Promise<Response | undefined> {
  const given = new AbortController()
  const giveUp = () => given.abort(init.signal?.reason)
  init.signal?.addEventListener('abort', giveUp)
  const timers = [setTimeout(() => waitsFor(reading, 'no-answer'), slowMs), setTimeout(() => given.abort(), limitMs)]
  try {
    const answer = await plain(url, { ...init, signal: given.signal })
    const { status, statusText, headers } = answer
    const body = await answer.arrayBuffer() // whole, or not at all
    return new Response(body.byteLength > 0 ? body : null, { status, statusText, headers })
  } catch {
    if (init.signal?.aborted) throw abortError()
    return undefined
  } finally {
    for (const timer of timers) clearTimeout(timer)
    init.signal?.removeEventListener('abort', giveUp)
  }
}

/** What is wrong with an answer; undefined when the page may use the answer, even if it is a refusal. */
function troubleOf(answer: Response | undefined, { init, isHere }: Asked): Trouble | undefined {
  if (!answer) return 'no-answer'
  const { status, headers } = answer
  if (!headers.has('X-Remix-Response'))
    return status >= 500 || status === 200 || (isHere && !isPost(init)) ? 'no-answer' : undefined
  if (status === 503) return 'no-database'
  return status >= 500 && isHere ? 'failing' : undefined
}

const sentences: Record<Trouble, string> = {
  'no-answer':
    'The portal did not answer, so nobody knows yet whether this was done. What you typed is still here. Send it again: the same form is carried out once.',
  'no-database':
    'The portal’s database does not answer. What you typed is still here. Send it again in a moment: the same form is carried out once.',
  failing:
    'The portal failed on this. The fault is ours and was logged. What you typed is still here. Send it again in a moment: the same form is carried out once.',
}

/** A refusal of an action in the framework's own encoding: after a 503, `shouldRevalidate` leaves the page as it is. */
function unanswered(trouble: Trouble): Response {
  const refusal = { code: 'not-answered', sentence: sentences[trouble], fields: {}, typed: {} }
  return new Response(encode({ data: { refusal } }), { status: 503 })
}

const abortError = () => new DOMException('The page went on.', 'AbortError')

/** Ends early when the network is back or the page is shown again; without a time, only when the page gives up. */
function pause(ms: number | undefined, signal: AbortSignal | null | undefined): Promise<void> {
  const over = new AbortController()
  return new Promise<void>((resolve, reject) => {
    const listening = { signal: over.signal }
    if (signal?.aborted) return reject(abortError())
    signal?.addEventListener('abort', () => reject(abortError()), listening)
    if (ms === undefined) return
    const timer = setTimeout(resolve, ms)
    over.signal.addEventListener('abort', () => clearTimeout(timer))
    window.addEventListener('online', () => resolve(), listening)
    document.addEventListener('visibilitychange', () => resolve(), listening)
  }).finally(() => over.abort())
}
