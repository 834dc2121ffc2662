import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Config } from '#app/config.ts'
import { paths } from '#app/paths.ts'
import { createApp } from '../http/app.server.ts'
import { environmentOf } from '../http/environment.server.ts'
import { eventView } from '../http/event-views.server.ts'
import { type Events, openEvents } from '../http/events.server.ts'
import { identify, stillSignedIn } from '../http/identify.server.ts'
import { loadContext } from '../http/load-context.server.ts'
import { withOutagePage } from '../http/outage.server.ts'
import { openSessions } from '../http/sessions.server.ts'
import { openSetUp } from '../http/set-up.server.ts'
import { openSignInLimits } from '../http/sign-in-limits.server.ts'
import type { ChildStatus } from './child.ts'
import type { Installation } from './installation.ts'
import { openListener } from './listener.ts'
import type { Logger } from './log.ts'
import { openPages } from './pages.ts'
import { portTaken } from './ports.ts'
import { healthz, readyz } from './readiness.ts'
import type { StopOrder } from './stop.ts'

export interface Portal {
  /** The first administrator's link; undefined when there are people already. */
  setUpUrl: string | undefined
  /** The address at which browsers reach the portal. */
  url: string
}

/**
 * Put the pages, the event streams and what probes ask behind one listener. The
 * last thing to start and the first to stop.
 */
export async function openPortal(options: {
  config: Config
  root: string
  installation: Installation
  log: Logger
  order: StopOrder
  /** The connector child; undefined when the connector runs elsewhere. */
  connector: () => ChildStatus | undefined
  now(): Date
}): Promise<Portal> {
  const { config, installation, log, order, now } = options
  const { database } = installation
  const server = openListener(log)
  const pages = await openPages(options.root, server)
  await order.started('pages', pages.close)
  await listen(server, config)
  const { port } = server.address() as AddressInfo // listening on TCP
  const publicUrl = config.publicUrl ?? `http://${hostInUrl(config.host)}:${port}`
  const { environments, mode } = config
  const sessions = openSessions({ db: database.auth, port, secure: publicUrl.startsWith('https:'), now })
  const events = openEvents({
    viewOf: (path, user, request) => {
      const environment = environmentOf(request.headers.cookie, environments, port)
      const { searchParams } = new URL(request.url, 'http://portal.invalid')
      return eventView(path, searchParams, user, { database, environment, mode, now })
    },
    recheck: (users) => stillSignedIn({ database, sessions, now }, users),
    build: pages.version,
    log,
  })
  const setUp = await openSetUp(database, mode, now)
  const limits = openSignInLimits()
  const reached = withOutagePage(database)
  const { seal } = installation
  const parts = { setUp, database: reached, sessions, limits, environments, mode, publicUrl, port, log, now, seal }
  const app = createApp({
    log,
    publicUrl: config.publicUrl,
    trustProxy: config.trustProxy,
    development: pages.development,
    build: pages.version,
    assets: pages.assets,
    healthz,
    readyz: readyz({ database, connector: options.connector, environment: config.environment, log, now }),
    identify: identify({ database, sessions, isWatching: events.isWatching, now }),
    events: events.handler,
    pages: pages.handler((request, response) => loadContext(parts, request, response)),
  })
  server.on('request', app)
  log.info({ host: config.host, port, publicUrl }, 'listening')
  await order.started('listener', () => closeServer(server, events))
  return { url: publicUrl, setUpUrl: setUp.token && publicUrl + paths.setUp(setUp.token) }
}

const hostInUrl = (host: string) => {
  if (host === '0.0.0.0' || host === '::') return 'localhost'
  return host.includes(':') ? `[${host.replace(/[[\]]/g, '')}]` : host
}

async function listen(server: Server, { host, port }: Config): Promise<void> {
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(port, host.replace(/[[\]]/g, ''), resolve)
    })
  } catch (error) {
    throw await portTaken(error, host, port, 'PORT')
  }
}

/** Requests under way are answered; streams end, idle connections close, and after five seconds everything. */
async function closeServer(server: Server, events: Events): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  events.close()
  server.closeIdleConnections()
  const insist = setTimeout(() => server.closeAllConnections(), 5_000)
  await closed
  clearTimeout(insist)
}
