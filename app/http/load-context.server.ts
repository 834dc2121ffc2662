import { randomBytes, randomUUID } from 'node:crypto'
import type { AppLoadContext } from '@remix-run/node'
import type { Request, Response } from 'express'
import type { Logger } from 'pino'
import type { Database } from '#db/client.ts'
import { addressOf } from './address.server.ts'
import { type AuthParts, authFor } from './auth.server.ts'
import type { Environment, SignedInUser } from './context.ts'
import { environmentCookie, environmentOf } from './environment.server.ts'

interface ContextParts extends AuthParts {
  database: Database
  environments: readonly Environment[]
  publicUrl: string
  port: number
  log: Logger
  seal(text: string, what: string): Buffer
}

/** Everything a loader or action may reach, for one request. */
export function loadContext(parts: ContextParts, request: Request, response: Response): AppLoadContext {
  const { database, environments, port, publicUrl, log, now, seal } = parts
  const user: SignedInUser | undefined = response.locals.user
  return {
    user,
    isDatabaseAway: response.locals.isDatabaseAway === true,
    cspNonce: response.locals.nonce,
    mode: parts.mode,
    environment: environmentOf(request.headers.cookie, environments, port),
    environments,
    publicUrl,
    here: pageOf(request),
    auth: authFor(parts, { address: addressOf(request), user }),
    deps: { withActor: database.withActor, now, newId: randomUUID, randomBytes: (length) => randomBytes(length), seal },
    read: (reader, fn) => database.withActor(reader, fn),
    readSandbox: (fn) => {
      if (parts.mode !== 'sandbox') throw new Error('only the sandbox is read as the portal')
      return database.asJobs(fn)
    },
    environmentCookie: (environment) =>
      environmentCookie(environment, environments, port, publicUrl.startsWith('https:')),
    reportError: (error) => log.error({ err: error, id: response.locals.requestId }, 'page failed'),
  }
}

/** `/groups/x.data?_routes=y&q=1` is a part of `/groups/x?q=1`. */
function pageOf(request: Request): string {
  if (request.method !== 'GET') return '/'
  const url = new URL(`http://portal.invalid${request.originalUrl}`)
  url.searchParams.delete('_routes')
  const path = url.pathname === '/_root.data' ? '/' : url.pathname.replace(/\.data$/, '')
  return path + url.search
}
