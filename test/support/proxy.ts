import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'

/**
 * A proxy between a browser and a portal. `pass`: hand everything on · `bad-gateway`: answer 502, as a proxy without
 * its portal does, and cut open connections · `swallow`: take everything and say nothing more, on open and on new
 * connections · `refuse`: cut every connection.
 */
export type Manner = 'pass' | 'bad-gateway' | 'swallow' | 'refuse'

export interface PortalProxy {
  url: string
  /** Which requests came since the last call, by method and path. */
  seen(): string[]
  behave(manner: Manner): void
  /** Where requests go from now on. */
  leadTo(portalUrl: string): void
  close(): Promise<void>
}

export async function startProxy(portalUrl: string): Promise<PortalProxy> {
  let manner: Manner = 'pass'
  let portal = new URL(portalUrl)
  const seen: string[] = []
  const sockets = new Set<Socket>()
  /** Answers that are still being handed on. */
  const open = new Set<{ from: IncomingMessage; to: ServerResponse }>()
  const cutOpen = () => {
    for (const { from, to } of open) {
      from.destroy()
      to.destroy()
    }
  }
  const server = createServer((asked, answer) => {
    seen.push(`${asked.method} ${asked.url}`)
    if (manner === 'swallow') return
    if (manner === 'bad-gateway') return void answer.writeHead(502, { 'Content-Type': 'text/html' }).end(badGateway)
    const { hostname, port } = portal
    const { method, url: path, headers } = asked
    const handed = request({ hostname, port, method, path, headers }, (from) => {
      const one = { from, to: answer }
      open.add(one)
      answer.on('close', () => open.delete(one))
      if (manner === 'swallow') return
      answer.writeHead(from.statusCode ?? 502, from.headers).flushHeaders()
      from.on('data', (bytes) => manner !== 'swallow' && answer.write(bytes))
      from.on('end', () => manner !== 'swallow' && answer.end())
    })
    // the portal is gone: a proxy says this
    handed.on(
      'error',
      () => answer.headersSent || answer.writeHead(502, { 'Content-Type': 'text/html' }).end(badGateway),
    )
    answer.on('close', () => handed.destroy())
    asked.pipe(handed)
  })
  server.on('connection', (socket) => {
    if (manner === 'refuse') return socket.destroy()
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo // listening on TCP
  return {
    url: `http://127.0.0.1:${port}`,
    seen: () => seen.splice(0),
    behave: (next) => {
      manner = next
      if (next === 'bad-gateway') cutOpen()
      if (next === 'refuse') for (const socket of sockets) socket.destroy()
    },
    leadTo: (url) => {
      portal = new URL(url)
    },
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
    },
  }
}

const badGateway = '<html><body><h1>502 Bad Gateway</h1></body></html>'
