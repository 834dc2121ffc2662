import { addressKey } from '#connector/wire/address.ts'
import type { Connection } from '#connector/wire/connection.ts'
import { type CredentialVerdict, shownName, whyUnproven } from '#connector/wire/credentials.ts'
import type { Door } from '#connector/wire/door.ts'
import type { Lane } from '#connector/wire/lanes.ts'
import type { PeerInput } from '#connector/wire/peer.ts'
import { isWithin } from '#domain/calendar/week.ts'
import type { LogonCredentials } from '#fix/session-state.ts'
import type { TargetCore } from './target-core.ts'

export const backupRefused = 'Backup session not allowed. Logout forced.'

/** Decides who may log on to a target, and stay: by credential, logon window and address in force. */
export class Admission {
  /** Index of the credential of the present logon; -1: no credential was proved. */
  private credential = -1

  constructor(
    private readonly core: Pick<TargetCore, 'steps'>,
    private readonly door: Door,
    private config: Lane,
  ) {}

  /** How pages name the credential of the present logon. */
  get shownCredential(): string | undefined {
    const used = this.config.credentials[this.credential]
    return used && shownName(used)
  }

  /**
   * Whether now is in one of the target's logon windows. A clock that was set neither opens nor closes a window before
   * somebody confirms the clock.
   */
  get isOpen(): boolean {
    return isWithin(this.config.windows, this.core.steps.trustedMs())
  }

  /** Whether this connection came to the address that is not in force. */
  isInactive(connection: Connection | undefined): boolean {
    const own = this.config.listen.find((one) => addressKey(one) === connection?.listener)
    return own !== undefined && own.role !== this.config.active
  }

  /** Takes a new configuration. Answers why the present client may not stay; undefined: the session goes on. */
  reconfigure(config: Lane): string | undefined {
    const used = this.config.credentials[this.credential]
    this.config = config
    this.credential = config.credentials.findIndex((one) => JSON.stringify(one) === JSON.stringify(used))
    if (config.paused) return 'Session is paused. Logout forced.'
    return used && this.credential < 0 ? 'Credential revoked. Logout forced.' : undefined
  }

  /** The client is no longer logged on. */
  left(): void {
    this.credential = -1
  }

  /** Whether a Logon proves itself with one of these credentials; answers at once where that needs no waiting. */
  check(
    given: LogonCredentials,
    credentials: Lane['credentials'],
    isRequired: boolean,
  ): CredentialVerdict | Promise<CredentialVerdict> {
    return this.door.check(given, credentials, isRequired)
  }

  /** What to tell the session about a Logon that was checked like this, with the same credentials. */
  decide(
    verdict: CredentialVerdict,
    given: LogonCredentials,
    credentials: Lane['credentials'],
    connection: Connection,
  ): PeerInput {
    this.door.judged(connection, verdict.ok)
    if (!verdict.ok) {
      const why = whyUnproven(given, credentials)
      return { type: 'verified', ok: false, ...(why && { why }) }
    }
    this.credential = verdict.index
    const text = this.closedTo(connection)
    return text ? { type: 'verified', ok: false, text } : { type: 'verified', ok: true }
  }

  /** Why a client with the right credentials may still not log on. */
  private closedTo(connection: Connection): string | undefined {
    if (this.config.paused) return 'Session is paused. Logout forced.'
    if (!this.isOpen) return 'Logon outside the logon window. Logout forced.'
    return this.config.protocol === 'dc4' && this.isInactive(connection) ? backupRefused : undefined
  }
}
