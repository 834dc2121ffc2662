import { randomBytes } from 'node:crypto'
import type { RequestHandler, Response } from 'express'
import helmet from 'helmet'

/**
 * Drop the headers by which a client could forge its identity or its request. Behind a trusted proxy these come from
 * the proxy.
 */
export const forwardedHeaders =
  (trustProxy: boolean): RequestHandler =>
  (request, _response, next) => {
    if (!trustProxy)
      for (const name of Object.keys(request.headers))
        if (name.startsWith('x-forwarded-') || name === 'forwarded') delete request.headers[name]
    next()
  }

/** A nonce for this response, in `response.locals.nonce`; every script of the document carries it. */
export const nonce: RequestHandler = (_request, response, next) => {
  response.locals.nonce = randomBytes(16).toString('base64')
  next()
}

/** helmet's type knows only Node's response; Express, which calls it, has put `locals` there and `nonce` its value. */
const nonceOf = (response: unknown): string => (response as Response).locals.nonce

/**
 * Security headers. `same-origin` as referrer policy, because stricter ones make browsers send `Origin: null` with a
 * form, and our Origin check would refuse it.
 */
export function securityHeaders({ secure, development }: { secure: boolean; development: boolean }): RequestHandler {
  return helmet({
    strictTransportSecurity: secure,
    referrerPolicy: { policy: 'same-origin' },
    frameguard: { action: 'deny' },
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        scriptSrc: ["'self'", (_request, response) => `'nonce-${nonceOf(response)}'`],
        styleSrc: development ? ["'self'", "'unsafe-inline'"] : ["'self'"],
        imgSrc: ["'self'", 'data:'],
        fontSrc: ["'self'"],
        connectSrc: development ? ["'self'", 'ws:'] : ["'self'"],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
        ...(secure ? { upgradeInsecureRequests: [] } : {}),
      },
    },
  })
}

/** For scripts, styles and fonts: what a document must say is as long as many of them. */
export const fileHeaders: RequestHandler = (_request, response, next) => {
  response.setHeader('X-Content-Type-Options', 'nosniff')
  response.setHeader('Cross-Origin-Resource-Policy', 'same-origin')
  next()
}

/** No cache keeps what a signed-in person sees, neither documents nor data. */
export const noStore: RequestHandler = (_request, response, next) => {
  response.setHeader('Cache-Control', 'no-store')
  next()
}

/** Which build answers: a page that came from another one must not be given this one's data. */
export const buildHeader =
  (build: string): RequestHandler =>
  (_request, response, next) => {
    response.setHeader('X-Portal-Build', build)
    next()
  }
