import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express'
import type { Logger } from 'pino'
import { compressPages } from './compress.server.ts'
import { bodyLimit, bodyLimits, sameOrigin, wellFormed } from './guards.server.ts'
import { buildHeader, fileHeaders, forwardedHeaders, nonce, noStore, securityHeaders } from './headers.server.ts'
import { requestLog } from './request-log.server.ts'

interface AppParts {
  log: Logger
  publicUrl: string | undefined
  trustProxy: boolean
  development: boolean
  /** The build, named in every answer, so that a page of another build notices the difference. */
  build: string
  /** Hashed files of the build; Vite's middleware in development. */
  assets: RequestHandler
  /** The questions of probes, answered before anybody is looked up: does the process live, does everything work? */
  healthz: RequestHandler
  readyz: RequestHandler
  /** Finds out who asks, into `response.locals.user`. */
  identify: RequestHandler
  /** Event streams, by path. */
  events: RequestHandler
  pages: RequestHandler
}

/** Express around Remix: what every request passes, in order. */
export function createApp(parts: AppParts): Express {
  const app = express()
  app.disable('x-powered-by')
  app.set('trust proxy', parts.trustProxy ? 1 : false)
  const secure = parts.publicUrl?.startsWith('https:') ?? false
  app.use(forwardedHeaders(parts.trustProxy), requestLog(parts.log), nonce)
  const ofPages = express.Router()
  ofPages.use(securityHeaders({ secure, development: parts.development }), buildHeader(parts.build))
  app.use((request, response, next) =>
    (request.path.startsWith('/assets/') ? fileHeaders : ofPages)(request, response, next),
  )
  app.use(wellFormed)
  app.get('/healthz', parts.healthz)
  app.get('/readyz', parts.readyz)
  app.use(parts.assets)
  app.use(noStore, sameOrigin(parts.publicUrl), parts.identify, bodyLimit(limitOf))
  app.use('/events', parts.events)
  app.all('*', compressPages, parts.pages) // after the streams, which must not be held back
  app.use(lastResort(parts.log))
  return app
}

/**
 * Drafts carry lists of sources, a request on a firm's behalf its paper; everything else is a form. Data requests of
 * the same page end in `.data`.
 */
const limitOf = (path: string) => {
  if (/^\/requests\/[^/]+\/paper(?:\.data)?$/.test(path)) return bodyLimits.paper
  return /^\/requests\/[^/]+\/form\//.test(path) ? bodyLimits.draft : bodyLimits.form
}

/** For errors thrown outside of Remix: the person gets a sentence and the id to quote, the log gets the rest. */
const lastResort =
  (log: Logger): ErrorRequestHandler =>
  (error, _request, response, next) => {
    const status: unknown = error?.status // Express's own errors about the request carry one
    const isTheirs = typeof status === 'number' && status >= 400 && status < 500
    if (!isTheirs) log.error({ err: error, id: response.locals.requestId }, 'request failed')
    if (response.headersSent) return next(error)
    const sentence = isTheirs
      ? 'There is nothing at this address.'
      : `The portal could not answer. Nothing was changed. Quote ${response.locals.requestId} when you report it.`
    response.status(isTheirs ? status : 500).type('text/plain')
    response.send(`${sentence}\n`)
  }
