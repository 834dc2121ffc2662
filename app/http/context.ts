import type { Database, Tx } from '#db/client.ts'
import type { Actor } from '#domain/people/permissions.ts'
import type { Auth } from './auth-types.ts'

export type Mode = 'sandbox' | 'production'
export type Environment = 'production' | 'certification' | 'sandbox'

/** The person behind a request, resolved once in Express; what they hold is what was in force when the request came. */
export type SignedInUser = Actor & {
  /** sha256 of the cookie's value: names the session in the database, opens nothing. */
  sessionId: string
}

/**
 * What every loader and action receives. All of it travels here and never as a module global: the server and the Remix
 * build are two bundles, so a module under `db/` exists twice.
 */
export interface RequestContext {
  user: SignedInUser | undefined
  /** No person is known, because the database did not answer. */
  isDatabaseAway: boolean
  cspNonce: string
  mode: Mode
  /** The one chosen in the top bar (cookie); always 'sandbox' in sandbox mode. */
  environment: Environment
  /** Environments this installation has, in the order of the switch. */
  environments: readonly Environment[]
  /** Where the browser reaches us, without a trailing slash. */
  publicUrl: string
  auth: Auth
  /** The requested page, to return to after signing in; '/' for everything that is posted. */
  here: string
  /** The dependencies of services. */
  deps: {
    withActor: Database['withActor']
    now(): Date
    newId(): string
    randomBytes(length: number): Uint8Array
    seal(text: string, what: string): Buffer
  }
  /** One reading transaction as this person: they see what their firm may see, at one instant. */
  read<T>(user: SignedInUser, fn: (tx: Tx) => Promise<T>): Promise<T>
  /**
   * One reading transaction as the portal itself, which sees every firm: for the
   * sandbox's list of people and its six steps alone.
   * @throws outside the sandbox
   */
  readSandbox<T>(fn: (tx: Tx) => Promise<T>): Promise<T>
  /** `Set-Cookie` value that chooses an environment; undefined when this installation does not have it. */
  environmentCookie(environment: string): string | undefined
  /** For the log, with the request's id; the person gets the error page. */
  reportError(error: unknown, request: Request): void
}

declare module '@remix-run/node' {
  interface AppLoadContext extends RequestContext {}
  interface Future {
    v3_singleFetch: true
  }
}
