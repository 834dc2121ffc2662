import { encode } from 'turbo-stream'
import { heardFromPortal, type Trouble, waitsFor } from './connection.ts'
import { isOtherBuild, keepAtHand, leaveFor, meetOtherBuild } from './release.ts'

/** An answer that takes longer is said to be waited for. */
const slowMs = 3_000
/**
 * Without a whole answer by then a request is given up. The first time soon, since it may be under way to nobody; when
 * the portal has shown that it is there, it is given the time that it gives itself.
 */
const giveUpMs = { first: 4_000, later: 15_000, post: 20_000 }
/** Between two tries. Where the portal failed on the page, it is not asked as often. */
const retryMs: Record<Trouble, number> = { 'no-answer': 1_000, 'no-database': 1_000, failing: 4_000 }
/** For the small question whether anybody is there. */
const probeMs = 3_000

/**
 * The framework shows its error page when a request of it fails, in place of the page that was there. It has
 * no seam of its own between the two, so what it reads and posts passes here (ADR 31): a reading waits,
 * tries again and lets the page say so; a form that got no answer stays as it was typed, with a sentence.
 * Call once, before the page comes to life.
 */
export function keepPagesWhole(): void {
  heardFromPortal() // this page came from it
  // nothing that this page needs itself waits for it; the page may have loaded before this runs
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
  /** Of the page that is shown: what fails must leave it as it is. */
  isHere: boolean
}

const isPost = (init: RequestInit) => init.method !== undefined && init.method !== 'GET'

/** The address of the page that a data request belongs to. */
const pageOf = ({ pathname }: URL): string => (pathname === '/_root.data' ? '/' : pathname.replace(/\.data$/, ''))

/**
 * Asked until it is answered, or until the page wants it no more. Posts to other pages, such
 * as the choice of a theme, may be repeated.
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
      while (trouble === 'no-answer' && !(await isAnybodyThere(asked.plain)))
        await pause(retryMs['no-answer'], asked.init.signal)
    }
  } finally {
    waitsFor(reading, undefined)
  }
}

/** Data of another build are not for this page's code: the page is loaded again, or its successor is loaded whole. */
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

/** Sent once: it is the person who sends it again, with the same key, so that it is carried out once. */
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

/** Costs the portal nothing, however many pages wait; a proxy that answers in its place has not our header. */
async function isAnybodyThere(plain: typeof fetch): Promise<boolean> {
  const given = new AbortController()
  const timer = setTimeout(() => given.abort(), probeMs)
  try {
    return (await plain('/healthz', { signal: given.signal, cache: 'no-store' })).headers.has('X-Portal-Build')
  } catch {
    return false
  } finally {
    clearTimeout(timer)
  }
}

/** What is wrong with an answer; undefined for one that the page may have, be it a refusal. */
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

/**
 * The answer of an action that refuses, in the framework's own writing: 503, upon which
 * `shouldRevalidate` leaves the page as it is.
 */
function unanswered(trouble: Trouble): Response {
  const refusal = { code: 'not-answered', sentence: sentences[trouble], fields: {}, typed: {} }
  return new Response(encode({ data: { refusal } }), { status: 503 })
}

const abortError = () => new DOMException('The page went on.', 'AbortError')

/** Ends early when the network is back or the page is shown again; without a time it lasts until the page gives up. */
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
