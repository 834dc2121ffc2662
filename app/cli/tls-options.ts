import { readFileSync } from 'node:fs'
import { createSecureContext } from 'node:tls'
import type { PeerTls } from '#peer/open-socket.ts'
import { UsageError } from './command.ts'

/** For `parseArgs`: the TLS options of a command that connects. */
export const tlsOptions = {
  tls: { type: 'boolean' },
  ca: { type: 'string' },
  cert: { type: 'string' },
  key: { type: 'string' },
} as const

type Given = { ca?: string | undefined; cert?: string | undefined; key?: string | undefined }

/**
 * The TLS settings of the connections that need them; `isWanted`: some do.
 * @throws UsageError when a file cannot be used, or is named although no connection uses TLS
 */
export function readTls({ ca, cert, key }: Given, isWanted: boolean): PeerTls | undefined {
  if (!isWanted) {
    if (ca ?? cert ?? key) throw new UsageError('--ca, --cert and --key belong to --tls')
    return undefined
  }
  if ((cert === undefined) !== (key === undefined)) throw new UsageError('--cert and --key belong together')
  const tls: PeerTls = {
    ...(ca !== undefined && { ca: textOf('--ca', ca) }),
    ...(cert !== undefined && { cert: textOf('--cert', cert) }),
    ...(key !== undefined && { key: textOf('--key', key) }),
  }
  try {
    createSecureContext(tls)
  } catch (cause) {
    throw new UsageError(`--ca, --cert or --key: ${wordsOf(cause)}`)
  }
  return tls
}

function textOf(option: string, path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw new UsageError(`${option}: ${path} cannot be read: ${wordsOf(cause)}`)
  }
}

const wordsOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))
