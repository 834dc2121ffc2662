import { createServer } from 'node:http'
import type { Logger } from 'pino'

export type MetricsAddress = { host: string; port: number }

/** `PORT` on loopback, or `HOST:PORT`; undefined: the text is neither. */
export function metricsAddress(text: string): MetricsAddress | undefined {
  const match = /^(?:(\[[0-9a-fA-F:]+\]|[\w.-]+):)?(\d{1,5})$/.exec(text)
  const port = Number(match?.[2])
  if (!match || port > 65_535) return undefined
  return { host: match[1]?.replace(/^\[|\]$/g, '') ?? '127.0.0.1', port }
}

/**
 * Answers `GET /metrics` without authentication: the answer has counts, and no message. An address that cannot be bound
 * is logged and stops nothing else: copies are worth more than their count. Resolves to a function that closes the
 * listener, and the port.
 */
export async function listenForMetrics(
  { host, port }: MetricsAddress,
  text: () => string,
  log: Logger,
): Promise<{ port: number; close(): void }> {
  const server = createServer((request, response) => {
    const isAsked = request.url?.split('?')[0] === '/metrics'
    const isRead = request.method === 'GET' || request.method === 'HEAD'
    response.statusCode = isAsked ? (isRead ? 200 : 405) : 404
    response.setHeader('content-type', 'text/plain; version=0.0.4; charset=utf-8')
    response.end(response.statusCode === 200 ? text() : '')
  })
  server.headersTimeout = server.requestTimeout = 10_000
  server.maxConnections = 20
  await new Promise<void>((resolve) => {
    server.on('error', (error) => {
      log.error({ err: error }, 'metrics are not served')
      resolve()
    })
    server.listen(port, host, () => resolve())
  })
  const address = server.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    close: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}
