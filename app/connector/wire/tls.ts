import { readFileSync, statSync } from 'node:fs'
import { isIP, type Socket } from 'node:net'
import { connect, createServer, type SecureContextOptions, type Server, type TLSSocket } from 'node:tls'
import type { Snapshot, SnapshotFeed } from '#domain/configuration/snapshot.ts'
import { addressKey, feedAddresses } from './address.ts'

/**
 * Paths of PEM files: certificate (with the chain that signed it), its key, and who signs the other end's certificates.
 */
export type Tls = NonNullable<SnapshotFeed['tls']>

/** From the connection to the end of the handshake. */
const handshakeMs = 10_000

/** By address: its TLS files. Addresses without TLS are absent. */
export function tlsOf(snapshot: Pick<Snapshot, 'feeds' | 'targets'>): Map<string, Tls> {
  const all = new Map<string, Tls>()
  for (const feed of snapshot.feeds)
    if (feed.mode === 'accept' && feed.tls)
      for (const address of feedAddresses(feed)) all.set(addressKey(address), feed.tls)
  for (const { listen } of snapshot.targets) for (const one of listen) if (one.tls) all.set(addressKey(one), one.tls)
  return all
}

/** @throws naming the file that cannot be read */
function read({ cert, key, ca }: Tls): SecureContextOptions {
  return {
    ...(cert === undefined ? {} : { cert: readFileSync(cert) }),
    ...(key === undefined ? {} : { key: readFileSync(key) }),
    ...(ca === undefined ? {} : { ca: readFileSync(ca) }),
  }
}

const newestMs = ({ cert, key, ca }: Tls): number =>
  Math.max(...[cert, key, ca].map((path) => (path === undefined ? 0 : statSync(path).mtimeMs)))

type SecuredEvents = {
  secured(socket: TLSSocket): void
  /** The handshake failed. */
  failed(why: string, address: string): void
}

/**
 * The server's side of TLS at one address: takes connections that were accepted elsewhere, since an address may change
 * between plain and TLS.
 */
export class Secured {
  private readonly server: Server
  private readMs: number

  /**
   * With `ca`, only clients whose certificate is signed by it get in. @throws when a file cannot be read or is not what
   * it should be
   */
  constructor(
    readonly tls: Tls,
    events: SecuredEvents,
  ) {
    this.readMs = newestMs(tls)
    const isMutual = tls.ca !== undefined
    this.server = createServer({
      ...read(tls),
      requestCert: isMutual,
      rejectUnauthorized: isMutual,
      handshakeTimeout: handshakeMs,
    })
    this.server.on('secureConnection', (socket) => events.secured(socket))
    this.server.on('tlsClientError', (error, socket) => {
      const address = socket.remoteAddress ?? ''
      socket.destroy()
      events.failed(error.message, address)
    })
  }

  take(socket: Socket): void {
    this.server.emit('connection', socket)
  }

  /**
   * New connections use the files' new content; existing ones stay. @throws as the constructor does, and then the old
   * content stays
   */
  renew(): boolean {
    const changedMs = newestMs(this.tls)
    if (changedMs === this.readMs) return false
    this.server.setSecureContext(read(this.tls))
    this.readMs = changedMs
    return true
  }
}

/**
 * Connects: the other end's certificate must name the host, and be signed by `ca` or by one of the system's
 * authorities. @throws as Secured does
 */
export function connectSecured(host: string, port: number, tls: Tls): TLSSocket {
  const socket = connect({ host, port, ...read(tls), ...(isIP(host) === 0 ? { servername: host } : {}) })
  const timer = setTimeout(() => socket.destroy(new Error('the TLS handshake took too long')), handshakeMs)
  for (const event of ['secureConnect', 'close']) socket.once(event, () => clearTimeout(timer))
  return socket
}
