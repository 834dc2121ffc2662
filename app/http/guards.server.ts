import type { Request, RequestHandler, Response } from 'express'
import { paperLimit } from '#domain/request/paper.ts'

const unsafe = (method: string) => !['GET', 'HEAD', 'OPTIONS'].includes(method)

/** Answer in words, before any page is reached. */
function refuse(response: Response, status: number, sentence: string): void {
  response.status(status).type('text/plain').setHeader('Cache-Control', 'no-store')
  response.setHeader('Connection', 'close') // what is left of the body is not read
  response.send(`${sentence}\n`)
}

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']
/** A name, an IPv4 address, or an IPv6 address in brackets, and possibly a port. */
const hostForm = /^(?:[\w.-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i

/**
 * Refuses, in words, what no browser sends, so that all later code can rely on an address that parses and can be
 * stored.
 */
export const wellFormed: RequestHandler = (request, response, next) => {
  const { method, originalUrl } = request
  if (!methods.includes(method)) return refuse(response, 405, `${method} is not used by any page of this portal.`)
  const host = request.headers.host ?? 'localhost' // only HTTP/1.0 may leave it out
  if (!hostForm.test(host) || !URL.canParse(`http://${host}`))
    return refuse(response, 400, 'The Host header is not the name of a computer.')
  if (!originalUrl.startsWith('/') || /%00/.test(originalUrl) || !URL.canParse(`http://${host}${originalUrl}`))
    return refuse(
      response,
      400,
      'This address cannot be read. Follow a link of the portal, or begin at its first page.',
    )
  next()
}

/**
 * A request that changes something must say that it comes from a page of ours: its Origin is the request's own host or
 * PUBLIC_URL. No Origin, or `null`, is refused; every browser sends one with a form or a fetch that is not a GET.
 */
export const sameOrigin =
  (publicUrl: string | undefined): RequestHandler =>
  (request, response, next) => {
    if (!unsafe(request.method)) return next()
    const host = originHost(request)
    const allowed = [request.headers['x-forwarded-host'] ?? request.headers.host, publicUrl && new URL(publicUrl).host]
    if (host === undefined || !allowed.includes(host))
      return refuse(response, 403, 'This request did not come from a page of this portal. Nothing was changed.')
    // Remix compares Origin with this header again, and does not know PUBLIC_URL
    request.headers['x-forwarded-host'] = host
    next()
  }

function originHost(request: Request): string | undefined {
  const origin = request.headers.origin
  return origin !== undefined && URL.canParse(origin) ? new URL(origin).host : undefined
}

/**
 * Limits of a posted body, in bytes and time: 8 kB without a sign-in, 64 kB for forms, 1 MB where drafts with many
 * sources are saved. A paper may have twice the accepted size, so that the page can report the size beside the field,
 * and may come over slow lines.
 */
export const bodyLimits = {
  nobody: { bytes: 8 * 1024, ms: 30_000 },
  form: { bytes: 64 * 1024, ms: 30_000 },
  draft: { bytes: 1024 * 1024, ms: 30_000 },
  paper: { bytes: 2 * paperLimit, ms: 120_000 },
} as const

type BodyLimit = { bytes: number; ms: number }

/** Pages whose forms work without a sign-in. Data requests of the same page end in `.data`. */
const isOpen = (path: string) =>
  /^\/(?:sign-in|sign-out|continue-as|theme|environment|invitations\/[^/]+|set-up\/[^/]+)(?:\.data)?$/.test(path)

/**
 * Collect a body, counting its bytes as they arrive and stopping at the limit, whatever Content-Length says. Remix gets
 * complete bodies only, in `response.locals.body`, so an oversized one is never parsed. When nobody is signed in and
 * the page needs a person, a body beyond the limit is dropped: the page is reached without it and asks to sign in.
 * @param limitOf the limit of a path for a person who is signed in
 */
export const bodyLimit =
  (limitOf: (path: string) => BodyLimit): RequestHandler =>
  (request, response, next) => {
    if (!unsafe(request.method)) return next()
    const { user, isDatabaseAway } = response.locals
    const limit: BodyLimit = user === undefined ? bodyLimits.nobody : limitOf(request.path)
    let chunks: Buffer[] = []
    let bytes = 0
    const collect = (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes > limit.bytes) tooLarge()
      else chunks.push(chunk)
    }
    const ended = () => {
      clearTimeout(timer)
      request.off('data', collect).off('end', whole)
    }
    /** Read and discard the rest, so that a client that is still sending can read the answer. */
    const forget = () => {
      ended()
      chunks = []
      request.resume()
      response.setHeader('Connection', 'close')
      response.on('finish', () => setTimeout(() => request.destroy(), 1000).unref())
    }
    const tooLarge = () => {
      forget()
      if (user === undefined && !isOpen(request.path)) {
        response.locals.body = new Uint8Array(0)
        return next()
      }
      const why = isDatabaseAway ? ' while the database does not answer' : ''
      const size = `${limit.bytes / 1024} kB this page accepts${why}`
      refuse(response, 413, `What was sent is larger than the ${size}. Nothing was saved.`)
    }
    const tooSlow = () => {
      forget()
      refuse(response, 408, `What was sent did not arrive within ${limit.ms / 1000} seconds. Nothing was saved.`)
    }
    const whole = () => {
      ended()
      response.locals.body = Buffer.concat(chunks)
      next()
    }
    const timer = setTimeout(tooSlow, limit.ms)
    if (Number(request.headers['content-length'] ?? 0) > limit.bytes) return tooLarge()
    request.on('data', collect).on('end', whole).once('close', ended)
  }
