/** What the status page shows of a target besides its durable state. */
export type TargetReport = {
  /** Since when a client is, or is not, logged on; from the start where that has not changed. */
  sinceMs: number
  address: string
  lastLogonMs: number
  lastLogoffMs: number
  lastLogoffWhy: string
  lastSentMs: number
  lastHeardMs: number
  /** Since when the cursor is behind while a client is logged on; 0: it is not behind. */
  behindSinceMs: number
  /** Behind since the Logon: the cursor has not yet caught up on this connection. */
  isCatchingUp: boolean
  /** Fingerprint of the last Logon's credential, or the id of its access key. */
  lastCredential: string
  /** Resend Requests served since start. */
  resends: number
  /** Copies longer than the protocol documents, since the start. */
  oversize: number
}

export const blankTargetReport = (sinceMs: number): TargetReport => ({
  sinceMs,
  address: '',
  lastLogonMs: 0,
  lastLogoffMs: 0,
  lastLogoffWhy: '',
  lastSentMs: 0,
  lastHeardMs: 0,
  behindSinceMs: 0,
  isCatchingUp: false,
  lastCredential: '',
  resends: 0,
  oversize: 0,
})
