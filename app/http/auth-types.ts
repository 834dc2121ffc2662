import type { Result } from '#domain/result.ts'
import type { SetUpInput, SetUpRefusal } from './set-up.server.ts'

/** A session was made, ended or replaced: the answer must carry this `Set-Cookie` value. */
interface CookieChange {
  setCookie: string
}

export type SignInRefusal =
  | { code: 'wrong-credentials' }
  /** For this account from this address, or for the address; the answer hides which, and if the account exists. */
  | { code: 'too-many-attempts'; retryAfterS: number }

export type PasswordRefusal =
  | { code: 'wrong-credentials' }
  | { code: 'too-many-attempts'; retryAfterS: number }
  | { code: 'weak-password'; why: string }

export type InvitationRefusal =
  | { code: 'invitation-gone' }
  /** not the link's code, or nobody has taken the code yet to pass it on */
  | { code: 'wrong-code' }
  | { code: 'weak-password'; why: string }

export interface Invitation {
  email: string
  name: string
  firmName: string
  expiresAt: Date
  /** Whether somebody has taken the code, to pass it on. */
  isCodeTaken: boolean
  /** The person is known and comes back after a lost password; their name stays as it is. */
  hasPassword: boolean
}

/**
 * What pages may do about identity. Each method belongs to one request: it knows
 * the address and the session it came with.
 */
export interface Auth {
  /** Costs the same time whether the e-mail is known or not. A session that the browser already had ends. */
  signIn(input: { email: string; password: string }): Promise<Result<CookieChange, SignInRefusal>>
  signOut(): Promise<CookieChange>
  /** For the person signed in. Ends all their sessions and opens a new one. */
  changePassword(input: { current: string; next: string }): Promise<Result<CookieChange, PasswordRefusal>>
  /** Undefined when the link was used, has expired or never existed. */
  findInvitation(token: string): Promise<Invitation | undefined>
  acceptInvitation(input: {
    token: string
    code: string
    name: string
    password: string
  }): Promise<Result<CookieChange, InvitationRefusal>>
  /** Whether this is the link that an empty installation printed at its start, within 30 minutes. */
  isSetUpOpen(token: string): boolean
  /** Make the exchange and its first administrator, who is signed in then. */
  setUp(input: SetUpInput): Promise<Result<CookieChange, SetUpRefusal>>
  /** Sandbox only ("Continue as …"): a session without a password. In production mode always `not-found`. */
  continueAs(userId: string): Promise<Result<CookieChange, { code: 'not-found' }>>
}
