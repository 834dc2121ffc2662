import { createServer, type Server } from 'node:http'
import { bodyLimits } from '../http/guards.server.ts'
import type { Logger } from './log.ts'

/**
 * Limits on connections, which apply before the listener knows who asks. Bodies have limits of their own
 * (`bodyLimits`).
 */
export const listenerLimits = {
  /** From the connection, or the previous answer, to the end of a request's head. */
  headMs: 10_000,
  /** To the end of the request's body, for every sender. */
  requestMs: bodyLimits.paper.ms,
  /** How often these two limits are checked. */
  checkMs: 1_000,
  /** Connections at the same time, those of live pages included; further ones are closed unread. */
  connections: 4_000,
}

const toldEveryMs = 60_000

/** The portal's listener, not yet listening. Node answers 408 to a head or body that is late, and closes. */
export function openListener(log: Logger, limits = listenerLimits): Server {
  const { headMs, requestMs, checkMs, connections } = limits
  const server = createServer({
    headersTimeout: headMs,
    requestTimeout: requestMs,
    connectionsCheckingInterval: checkMs,
  })
  server.maxConnections = connections
  let toldMs = Number.NEGATIVE_INFINITY
  server.on('drop', (dropped) => {
    if (performance.now() - toldMs < toldEveryMs) return
    toldMs = performance.now()
    log.warn({ connections, from: dropped?.remoteAddress }, 'too many connections: new ones are closed unread')
  })
  return server
}
