import { connect, isIP, type Socket } from 'node:net'
import { connect as connectSecured } from 'node:tls'

/**
 * The TLS settings of a connection, as PEM: the authorities that sign the other end's certificate (default: the
 * system's), and a certificate of ours for an other end that asks for one.
 */
export interface PeerTls {
  ca?: string
  cert?: string
  key?: string
}

/** `tls` absent: in the clear. */
export interface PeerAddress {
  host: string
  port: number
  tls?: PeerTls
}

/** From the connection to the end of the TLS handshake. */
const handshakeMs = 10_000

/**
 * Connect, and call one of the two callbacks once. `failed` is told why, in words. With TLS the certificate is always
 * checked.
 */
export function openSocket(
  { host, port, tls }: PeerAddress,
  then: { open(socket: Socket): void; failed(why: string): void },
): void {
  const socket = tls
    ? connectSecured({ host, port, ...tls, ...(isIP(host) === 0 && { servername: host }) })
    : connect({ host, port })
  const timer = tls && setTimeout(() => socket.destroy(new Error(silent)), handshakeMs)
  const failed = (error: Error) => {
    clearTimeout(timer)
    socket.on('error', () => undefined).destroy()
    then.failed(tls ? whyUnsecured(error, host) : error.message)
  }
  socket.once('error', failed)
  socket.once(tls ? 'secureConnect' : 'connect', () => {
    clearTimeout(timer)
    socket.off('error', failed)
    then.open(socket)
  })
}

const silent = 'it does not speak TLS: no answer to the handshake in 10 s'

/** Codes of OpenSSL's verification that mean: the signer of the certificate is unknown. */
const untrusted = [
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
]

/** Why a TLS connection was not made, in words. */
function whyUnsecured(error: Error, host: string): string {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  if (untrusted.includes(code))
    return 'its certificate is signed by nobody trusted here; name the authority’s certificate with --ca FILE'
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return `its certificate is not for ${host}${'reason' in error ? ` (${String(error.reason)})` : ''}`
  if (code === 'CERT_HAS_EXPIRED') return 'its certificate has expired'
  if (code === 'CERT_NOT_YET_VALID') return 'its certificate is not valid yet'
  if (/WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG/.test(code)) return 'it does not speak TLS'
  if (code === 'ECONNRESET') return 'it ended the connection before TLS was established: it may not speak TLS'
  return error.message
}
