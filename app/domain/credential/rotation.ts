import { monthsLater } from '../calendar/month.ts'
import type { FeedSecretKind } from './feed-secret.ts'

/** What the rules about time need to know of a target's credential. */
type DatedCredential = {
  kind: FeedSecretKind
  createdAt: Date
  expiresAt: Date | null
  revokedAt: Date | null
}

/**
 * Four weeks, in milliseconds: how long an access key still works beside the newer one that replaces it (spec §2.4).
 */
const keyOverlapMs = 28 * 86_400_000
const dueAfterMonths = 12

/** When the present key expires if a newer one is created now; a key that was to expire earlier still does. */
export function expiryBeside(older: Pick<DatedCredential, 'expiresAt'>, now: Date): Date {
  const at = new Date(now.getTime() + keyOverlapMs)
  return older.expiresAt && older.expiresAt < at ? older.expiresAt : at
}

/** Whether a Logon can be proved with this credential at this instant. */
export const isLive = ({ revokedAt, expiresAt }: Pick<DatedCredential, 'revokedAt' | 'expiresAt'>, now: Date) =>
  revokedAt === null && (expiresAt === null || expiresAt > now)

export type CredentialStanding = 'revoked' | 'expired' | 'expiring' | 'due' | 'valid'

/** `due`: an access key must be changed every 12 months (spec §2.4), and this one was not. */
export function standingOf(credential: DatedCredential, now: Date): CredentialStanding {
  if (credential.revokedAt) return 'revoked'
  if (!isLive(credential, now)) return 'expired'
  if (credential.expiresAt) return 'expiring'
  return credential.kind === 'hmac' && isDue(credential.createdAt, now) ? 'due' : 'valid'
}

const isDue = (createdAt: Date, now: Date): boolean => now >= monthsLater(createdAt, dueAfterMonths)
