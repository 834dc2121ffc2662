import type { Credential } from '#domain/configuration/fields.ts'
import type { LogonCredentials } from '#fix/session-state.ts'
import type { Connection } from './connection.ts'
import type { CredentialVerdict } from './credentials.ts'

/** What feeds and targets need of the process around them: who may log on, and whom to inform. */
export type Door = {
  /** Answers at once where that needs no waiting. */
  check(
    given: LogonCredentials,
    configured: readonly Credential[],
    required: boolean,
  ): CredentialVerdict | Promise<CredentialVerdict>
  /** Whether a Logon's proof was right: wrong ones are counted by address. */
  judged(connection: Connection, isRight: boolean): void
  /** A Logon was turned away: recorded for both parties. */
  refused(kind: 'feed' | 'target', id: string, claimed: string, address: string, code: string, says: string): void
  /** Tells the log and the counters. */
  note(kind: 'feed' | 'target', id: string, code: string, text: string): void
  /** This connection no longer counts as unauthenticated. */
  authenticated(connection: Connection | undefined): void
}
