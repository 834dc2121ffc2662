import { readFileSync } from 'node:fs'
import { clientSecretsOfProcess } from '#app/config.ts'
import type { ClientOptions } from '#client/client.ts'
import { signHmac } from '#connector/wire/credentials.ts'
import type { Credential } from '#domain/configuration/fields.ts'
import { UsageError } from './command.ts'
import { askUnseen } from './terminal.ts'

/** What the command line asks for, and what a configuration snapshot knows. */
interface Sought {
  session: string
  protocol: 'classic' | 'dc4'
  /** A target of the plain FIX preset may want no password. */
  mayGoWithout: boolean
  password: string | undefined
  accessKeyId: string | undefined
  /** A file that holds the secret key and nothing else. */
  secretFile: string | undefined
  known: readonly Credential[]
}

/**
 * What the client logs on with: an access key where one is named or a Drop Copy 4.0 target has one, else
 * a password. Secret keys come from a file, the environment or the snapshot, never from the command
 * line, which everybody on the machine can read.
 * @throws UsageError when there is none: the target would say no more than "Invalid logon"
 */
export async function proofOf(sought: Sought): Promise<Pick<ClientOptions, 'password' | 'accessKey'>> {
  const given = clientSecretsOfProcess()
  const accessKeyId =
    sought.accessKeyId ?? (sought.protocol === 'dc4' ? keyNamed(sought, given.accessKeyId) : undefined)
  if (accessKeyId !== undefined) {
    const secretKey = secretOf(accessKeyId, sought, given.secretKey)
    return { accessKey: { kind: 'hmac', accessKeyId, sign: (text) => signHmac(secretKey, text) } }
  }
  const known = sought.known.find((one) => 'password' in one)
  const password = sought.password ?? given.password ?? (known && 'password' in known ? known.password : undefined)
  const typed = password ?? (sought.protocol === 'dc4' ? undefined : await askPassword(sought.session))
  if (typed !== undefined) return { password: typed }
  if (sought.mayGoWithout) return {}
  if (sought.protocol === 'dc4')
    throw new UsageError(
      `no access key for ${sought.session}: name it with --access-key or DROP_COPY_ACCESS_KEY, its secret with --secret-file or DROP_COPY_SECRET_KEY`,
    )
  throw new UsageError(
    `no password for ${sought.session}: give it with DROP_COPY_PASSWORD; only with --policy fix a target may want none`,
  )
}

const keyNamed = ({ password, known }: Sought, inEnvironment: string | undefined): string | undefined =>
  inEnvironment ??
  (password === undefined ? known.flatMap((one) => (one.kind === 'hmac' ? one.accessKeyId : []))[0] : undefined)

function secretOf(accessKeyId: string, { secretFile, known }: Sought, inEnvironment: string | undefined): string {
  const ofSnapshot = known.find((one) => one.kind === 'hmac' && one.accessKeyId === accessKeyId)
  const secret =
    secretFile !== undefined
      ? readFileSync(secretFile, 'utf8').trim()
      : (inEnvironment ?? (ofSnapshot?.kind === 'hmac' ? ofSnapshot.secretKey : undefined))
  if (secret === undefined)
    throw new UsageError(
      `no secret for access key ${accessKeyId}: give it with --secret-file or DROP_COPY_SECRET_KEY; on the command line everybody could read it`,
    )
  if (!/^[\w-]{16,}$/.test(secret))
    throw new UsageError(`the secret of access key ${accessKeyId} is not base64url without padding`)
  return secret
}

/** Undefined where there is no terminal, or nothing was typed. */
async function askPassword(session: string): Promise<string | undefined> {
  if (!process.stdin.isTTY) return undefined
  return (await askUnseen(`Password of ${session}: `)) || undefined
}
