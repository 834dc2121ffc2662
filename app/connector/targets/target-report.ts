/** What the status page shows of a target beyond its durable state. */
export type TargetReport = {
  /** Since when it is logged on, or nobody is; from the start where neither has changed. */
  sinceMs: number
  address: string
  lastLogonMs: number
  lastLogoffMs: number
  lastLogoffWhy: string
  lastSentMs: number
  lastHeardMs: number
  /** Since when its cursor is behind while logged on; 0: it is not. */
  behindSinceMs: number
  /** Behind since its Logon: it has never caught up on this connection. */
  isCatchingUp: boolean
  /** Fingerprint of the credential of the last Logon, or its access key's id. */
  lastCredential: string
  /** Resend Requests served since start. */
  resends: number
  /** Copies since start that were longer than the protocol documents. */
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
