import { type Credential, credential } from '../configuration/fields.ts'
import { ok, type Result, refuse } from '../result.ts'

const feedSecretKinds = ['password', 'hmac'] as const
export type FeedSecretKind = (typeof feedSecretKinds)[number]

/** What a feed's Logon is proved with, in the clear. */
export type FeedSecret =
  | { kind: 'password'; password: string }
  | { kind: 'hmac'; accessKeyId: string; secretKey: string }

/** What everybody who may know of a feed may know of its credential. */
export type FeedCredential = {
  /** Identifies this one secret: a connector learns of a new secret by its new id. */
  id: string
  kind: FeedSecretKind
  accessKeyId?: string
  /** ISO 8601. */
  setAt: string
}

type UnfitSecret = { code: 'unfit-secret'; sentence: string }

/**
 * A secret from the lines it was given in: the password; or the access key id and below it the secret key, as an
 * exchange hands them out (base64url; padding at its end is dropped). The refusal never repeats what was given.
 */
export function feedSecretFrom(kind: FeedSecretKind, lines: readonly string[]): Result<FeedSecret, UnfitSecret> {
  const unfit = (sentence: string) => refuse({ code: 'unfit-secret', sentence } as const)
  const given = lines.at(-1) === '' ? lines.slice(0, -1) : lines
  const [first = '', second = ''] = given
  if (kind === 'password') {
    const secret = { kind, password: first }
    if (given.length !== 1) return unfit('One line is expected: the password.')
    return fits(secret) ? ok(secret) : unfit('A password has 1 to 256 printable ASCII characters.')
  }
  if (given.length !== 2) return unfit('Two lines are expected: the access key id, and below it the secret key.')
  const secret = { kind, accessKeyId: first.trim(), secretKey: second.trim().replace(/=+$/, '') }
  if (secret.accessKeyId.length < 1 || secret.accessKeyId.length > 32)
    return unfit('An access key id has 1 to 32 characters.')
  return fits(secret) ? ok(secret) : unfit('A secret key is base64url: 16 letters, digits, - or _ at least.')
}

const fits = (secret: Credential): boolean => credential.safeParse(secret).success

/** `password`, or the access key by its id. */
export const credentialWords = (known: Pick<FeedCredential, 'kind' | 'accessKeyId'>): string =>
  known.kind === 'hmac' ? `access key ${known.accessKeyId}` : 'password'

type FeedMode = { name: string; mode: 'accept' | 'initiate' }

/** What setting a credential, or dropping the one there is, does to a feed. */
export function feedCredentialConsequence({ name, mode }: FeedMode, kind: FeedSecretKind | 'none'): string {
  const cut = `Feed ${name} is cut when the connector takes this up, a second or two after it is published.`
  const by = kind === 'hmac' ? 'signs its Logon with the new access key' : 'sends the new password'
  const we = kind === 'hmac' ? 'sign our Logon with the new access key' : 'send the new password'
  if (mode === 'accept')
    return kind === 'none'
      ? `${cut} From then on its gateway can log on without a credential.`
      : `${cut} Its gateway can log on again when it ${by}; the earlier one is refused.`
  return kind === 'none' ? `${cut} We log on without a credential then.` : `${cut} We ${we} from then on.`
}
