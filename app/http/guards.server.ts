import type { Request, RequestHandler, Response } from 'express'
import { paperLimit } from '#domain/request/paper.ts'

const unsafe = (method: string) => !['GET', 'HEAD', 'OPTIONS'].includes(method)

/** Answer before any page is reached, in words. */
function refuse(response: Response, status: number, sentence: string): void {
  response.status(status).type('text/plain').setHeader('Cache-Control', 'no-store')
  response.setHeader('Connection', 'close') // what is left of the body is not read
  response.send(`${sentence}\n`)
}

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']
/** A name, an IPv4 address, or an IPv6 address in brackets, and possibly a port. */
const hostForm = /^(?:[\w.-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i

/** What no browser sends ends here, in words: everything behind may rely on an address that can be parsed and kept. */
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
    // Remix compares Origin with this header once more and knows nothing of PUBLIC_URL
    request.headers['x-forwarded-host'] = host
    next()
  }

function originHost(request: Request): string | undefined {
  const origin = request.headers.origin
  return origin !== undefined && URL.canParse(origin) ? new URL(origin).host : undefined
}

/**
 * Bytes of a posted body: 64 kB for forms, 1 MB where drafts with many sources are saved. A paper may be twice as large as it is taken,
 * so that the page can say so beside the field.
 */
export const bodyLimits = { form: 64 * 1024, draft: 1024 * 1024, paper: 2 * paperLimit }

/**
 * Collect a body, counting its bytes as they arrive and stopping at the limit, whatever Content-Length says. Remix is
 * reached only with the whole of it, in `response.locals.body`, so nothing of an oversized one is ever parsed.
 * @param limitOf bytes allowed for a path, by whether somebody who is signed in asks
 */
export const bodyLimit =
  (limitOf: (path: string, isSignedIn: boolean) => number): RequestHandler =>
  (request, response, next) => {
    if (!unsafe(request.method)) return next()
    const limit = limitOf(request.path, response.locals.user !== undefined)
    const chunks: Buffer[] = []
    let bytes = 0
    const collect = (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes > limit) tooLarge()
      else chunks.push(chunk)
    }
    const tooLarge = () => {
      request.off('data', collect).off('end', whole).resume() // read on and forget, so that the answer can be read by who still sends
      const sentence = `What was sent is larger than the ${limit / 1024} kB this page accepts. Nothing was saved.`
      refuse(response, 413, sentence)
      response.on('finish', () => setTimeout(() => request.destroy(), 1000).unref())
    }
    const whole = () => {
      response.locals.body = Buffer.concat(chunks)
      next()
    }
    if (Number(request.headers['content-length'] ?? 0) > limit) return tooLarge()
    request.on('data', collect).on('end', whole)
  }
