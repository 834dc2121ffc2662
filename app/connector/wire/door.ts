import type { Credential } from '#domain/configuration/fields.ts'
import type { LogonCredentials } from '#fix/session-state.ts'
import type { Connection } from './connection.ts'
import type { CredentialVerdict } from './credentials.ts'

/** What feeds and targets need of the process around them: who may in, and where word of it goes. */
export type Door = {
  /** At once where it can be known at once. */
  check(
    given: LogonCredentials,
    configured: readonly Credential[],
    required: boolean,
  ): CredentialVerdict | Promise<CredentialVerdict>
  /** What a Logon proved itself with was right, or not: wrong ones are counted by address. */
  judged(connection: Connection, isRight: boolean): void
  /** A Logon was turned away: recorded for both parties. */
  refused(kind: 'feed' | 'target', id: string, claimed: string, address: string, code: string, says: string): void
  /** For the log and the counters. */
  note(kind: 'feed' | 'target', id: string, code: string, text: string): void
  /** This connection is no longer one of the unauthenticated ones. */
  authenticated(connection: Connection | undefined): void
}
