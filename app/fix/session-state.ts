import type { Field } from './encode.ts'
import type { Identity } from './header.ts'
import type { Message } from './message.ts'
import type { Policy } from './policy.ts'

/** A Logon's credentials. `text`: what the signature covers (hmac-logon.ts). */
export type LogonCredentials =
  | { kind: 'none' }
  | { kind: 'password'; password: string }
  | { kind: 'hmac'; accessKeyId: string; signature: string; text: string }

/** Our credentials. `sign` answers the HMAC of a text in base64url without padding: the key stays with the driver. */
export type OwnCredentials =
  | { kind: 'password'; password: string }
  | { kind: 'hmac'; accessKeyId: string; sign(text: string): string }

/**
 * What never changes within a connection. Another configuration makes a new session from the old one (`withConfig`).
 */
export type SessionConfig = {
  /** Acceptors wait for the Logon, initiators send it. */
  role: 'acceptor' | 'initiator'
  policy: Policy
  identity: Identity
  /** The initiator's 108, seconds; an acceptor takes the peer's. */
  heartbeatS: number
  /** The initiator's credentials. */
  credentials?: OwnCredentials
  /** Initiator: every Logon carries 141=Y and starts both directions at 1. */
  resetOnLogon?: boolean
  /** Initiator: 1603, 1604, 1605 of its Logon. */
  app?: { name: string; version: string; vendor: string }
}

/**
 * One FIX session, across connections and restarts. Its driver keeps exactly one reference: the session that the last
 * `step` returned. session.ts alone changes a session; everything else reads it.
 */
export type Session = {
  readonly config: SessionConfig
  /** The next number expected from the peer, and the next one of ours. */
  readonly nextIn: number
  readonly nextOut: number
  /**
   * The highest number seen of the peer since the last reset; in memory only. Above `nextIn` - 1: something is missing.
   */
  readonly highestIn: number
  /** When the peer was last heard and we last sent, milliseconds. Meaningless while offline. */
  readonly lastInMs: number
  readonly lastOutMs: number
  /** 50 and 142 of the peer's latest Logon: 57 and 143 of what we send. Kept while it is offline. */
  readonly peerSubId: string | undefined
  readonly peerLocationId: string | undefined
  /** The initiator raised its number to a 789 and has not been logged on since: it raises its number only once. */
  readonly hasRaisedNextOut: boolean
  /** How many resends were begun: their ids. */
  readonly resends: number
  readonly phase: Phase
}

export type Phase =
  | { kind: 'offline' }
  /** Acceptor: connected, no valid Logon yet. */
  | { kind: 'awaiting-logon'; sinceMs: number }
  /**
   * Acceptor: the driver checks the credentials; `live`: of a Logon within a session. No message may be handed in
   * meanwhile: leave the bytes in the framer.
   */
  | { kind: 'verifying'; sinceMs: number; logon: LogonRequest; live?: Live }
  /** Initiator: our Logon is out. */
  | { kind: 'logon-sent'; sinceMs: number; reset: boolean }
  | Live
  /** The connection is to be closed by the driver; everything but `disconnected` is ignored. */
  | { kind: 'closing' }

/** Logged on. */
export type Live = {
  readonly kind: 'live'
  /** 0: no heartbeats either way. */
  readonly intervalMs: number
  /** Our unanswered Test Request. Any byte of the peer clears it. */
  readonly testSentMs: number | undefined
  readonly gap: Readonly<Gap> | undefined
  readonly serving: Serving | undefined
  /** A Logout came above a gap and is answered when the gap closes, at the latest then. */
  readonly logoutDueMs: number | undefined
  /** Our Logout is out; we close then, answered or not. */
  readonly logoutSentUntilMs: number | undefined
  /** Another connection logged on with this identity: this one is given up unless a byte of the peer comes in time. */
  readonly rival: { readonly sinceMs: number; readonly tested: boolean } | undefined
}

/** Numbers missing from the peer, being asked for. gap.ts changes it in place. */
export type Gap = {
  /** The highest number seen. The gap is closed when the expected number is above it. */
  highest: number
  /** The last number the present Resend Request brings. */
  askedTo: number
  /** A Gap Fill has filled the numbers below: those that were not kept are passed over. */
  filledTo: number
  /** When the expected number last moved or was asked for, and how often the same was asked. */
  progressMs: number
  asks: number
  early: Map<number, Early>
  earlyBytes: number
}

/**
 * A message above the gap, kept as a copy until its turn, and what clocks read when it came. `null`: already acted upon
 * (a Logon, a Resend Request).
 */
export type Early = { message: Message; clocksMs: readonly number[] } | null

/** A resend that the driver is sending. */
export type Serving = {
  id: number
  begin: number
  end: number
  /** It reached to the latest number when it was taken, and was asked for so (16=0). */
  isOpen: boolean
  /** What is to be served after it (policy `merge`). */
  next: { begin: number; end: number; isOpen: boolean } | undefined
}

/** The facts of a Logon that was found well formed. */
export type LogonRequest = {
  seqNum: number
  heartbeatS: number
  reset: boolean
  credentials: LogonCredentials
  subId: string | undefined
  locationId: string | undefined
  /** 1603, 1604, 1605 as given, to be echoed. */
  app: readonly Field[]
}

/** A message of ours without its number and time: `encodeDraft` makes the frame. */
export type Draft = {
  msgType: string
  body: readonly Field[]
  /** 369. */
  lastProcessed: number
  /** Set on what is sent again: 43=Y and 122. */
  origSendingTimeMs?: number
}

/**
 * What happened. `nowMs` is epoch milliseconds of a clock that never jumps (start time + monotonic elapsed): deadlines
 * go by it. `clocksMs` is what SendingTime(52) is measured by: one of them must agree. These are the wall clock and,
 * for a while after it was set, the time that it would show otherwise. Absent: `nowMs`.
 */
export type Input = { nowMs: number; clocksMs?: readonly number[] } & (
  | { type: 'connected' }
  /** One whole frame, decoded. The message may be reused afterwards. */
  | { type: 'message'; message: Message }
  /** The framer passed something over. */
  | { type: 'garbled'; reason: string }
  | { type: 'tick' }
  | { type: 'disconnected' }
  /** The answer to `verify`. `text` goes to the peer, `why` only into the note of it. */
  | { type: 'verified'; ok: boolean; text?: string; why?: string }
  /** End the session with a Logout. `close`: do not wait for the peer's. */
  | { type: 'logout'; text?: string; close?: boolean }
  /**
   * The peer's numbers are about to start again by a rule of ours: messages kept are handed over, missing ones lost.
   */
  | { type: 'abandon' }
  /** Initiator, logged on: start both directions at 1 (Logon 34=1, 141=Y). */
  | { type: 'reset' }
  /** The resend with this id has been sent to its end, or given up. */
  | { type: 'resend-finished'; id: number }
  /**
   * A valid, authenticated Logon for this identity came on another connection, which the driver has closed without a
   * byte.
   */
  | { type: 'rival-logon' }
)

/** Why an application message is not acted upon though its number is used up. */
export type AsideReason = 'unknown-type' | 'rejected'

/**
 * What the driver must do, in this order. All records of one step belong to one batch; frames leave, and the connection
 * closes, when that batch is durable.
 */
export type Effect =
  /** Journal the number, then send `encodeDraft(session, seqNum, draft, …)`. */
  | { type: 'transmit'; seqNum: number; draft: Draft }
  /**
   * An application message, each once and in order; after a Sequence Reset its number may have been used before. Keep
   * it and `nextIn` together. Read it now: it may be reused. `resent`: 43=Y.
   */
  | { type: 'accept'; message: Message; seqNum: number; nextIn: number; resent: boolean }
  /**
   * An application message that was rejected though its number is used up: it will not come again. Read it now, as with
   * `accept`. The `next-in` of the same step counts its number.
   */
  | { type: 'set-aside'; message: Message; seqNum: number; why: AsideReason }
  /** The expected number moved without a message to keep: journal it with the next batch. */
  | { type: 'next-in'; nextIn: number }
  /** Check these credentials and answer with `verified`. */
  | { type: 'verify'; credentials: LogonCredentials; logon: LogonRequest }
  /** The session is live; copies may flow behind what this step transmits. */
  | { type: 'logged-on'; logon: LogonRequest }
  /**
   * Send again what went out under begin..end (resend.ts), its last Gap Fill no further than end + 1, then answer
   * `resend-finished`. Ends by itself with the connection or at `reset`.
   */
  | { type: 'serve-resend'; id: number; begin: number; end: number }
  /** Both directions start at 1 now: journal it. Numbers before it belong to the previous epoch; resends end. */
  | { type: 'reset' }
  /** The peer gap-filled these numbers. */
  | { type: 'gap-filled'; begin: number; end: number }
  /** These will not come: our Resend Requests were refused or not answered, or the peer started again. */
  | { type: 'lost'; begin: number; end: number }
  /** Initiator: the peer refused the Logon. `retry`: our number was raised to its 789, connect again at once. */
  | { type: 'refused'; text: string; nextExpected: number | undefined; retry: boolean }
  /** Send what was transmitted, then close. */
  | { type: 'disconnect'; reason: string }
  /** For the log and the counters. */
  | { type: 'note'; code: NoteCode; text: string }

export type NoteCode =
  | 'ignored'
  | 'garbled'
  | 'rejected'
  | 'reject-received'
  | 'duplicate'
  | 'gap'
  | 'early-dropped'
  | 'resend-swallowed'
  | 'refused-logon'
  /** A Logon below the expected number: only a reset, or another number here, helps. */
  | 'low-logon'
  | 'rival'

export type Step = { session: Session; effects: Effect[] }
