import { randomUUID } from 'node:crypto'
import type { RequestHandler } from 'express'
import type { Logger } from 'pino'

/**
 * Logs one line for each request once it is answered. Paths that carry a secret are masked;
 * query values and bodies are never written.
 */
export const requestLog =
  (log: Logger): RequestHandler =>
  (request, response, next) => {
    const from = performance.now()
    const id = randomUUID()
    response.locals.requestId = id
    response.setHeader('X-Request-Id', id)
    response.on('close', () => {
      const ms = Math.round(performance.now() - from)
      const { method } = request
      const path = maskPath(request.originalUrl)
      const userId: string | undefined = response.locals.user?.userId
      const line = {
        id,
        method,
        path,
        status: response.statusCode,
        ms,
        userId,
        cut: !response.writableFinished || undefined,
      }
      if (isProbe(path)) log.debug(line, 'request')
      else if (response.statusCode >= 500) log.error(line, 'request')
      else if (path.startsWith('/assets/')) log.debug(line, 'request')
      else log.info(line, 'request')
    })
    next()
  }

/** Probes ask this every few seconds; a change of the answer is logged where it is made. */
const isProbe = (path: string) => path === '/healthz' || path === '/readyz'

/** `/invitation/TOKEN?next=/x` → `/invitation/***?next=***` */
function maskPath(url: string): string {
  const [path = '', query] = url.split('?')
  const masked = path.replace(/^(\/(?:invitations|set-up)\/)[^/.]+/, '$1***')
  if (!query) return masked
  const names = query.split('&').map((pair) => `${pair.split('=')[0]}=***`)
  return `${masked}?${names.join('&')}`
}
