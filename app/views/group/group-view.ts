import type { FeedSecretKind } from '#domain/credential/feed-secret.ts'
import type { CredentialStanding } from '#domain/credential/rotation.ts'
import type { Level } from '#domain/group/states.ts'
import type { Environment } from '#domain/reference/environment.ts'
import type { AddressRole } from '#domain/session/fail-over.ts'
import type { DeliveryState, Ledger } from '#domain/status/state.ts'
import type { ReportedTargetState } from '#domain/status/words.ts'
import type { TargetRight } from '#domain/target/rights.ts'
import type { Agreement } from '#views/request/agreements.ts'
import type { RequestRow } from '#views/request/request-view.ts'
import type { GroupRow, TargetRow } from '#views/status/status-view.ts'

/** One source of a group: agreed, running, delivered. */
export type GroupSource = {
  name: string
  gateway: string
  sessionId: string | null
  since: Date
  via: string
  /** each guarantor's consent today */
  consents: {
    firmId: string
    firmName: string
    upToLevel: Level | null
    since: Date | null
    by: string | null
    basis: string | null
  }[]
  flows: boolean
  received: number
  ledger: Ledger
  lastReceivedAt: Date | null
}

/** A source that left the group because of a consent or a request, when, and why. */
export type StopNote = { name: string; at: Date | null; why: string }

/** A source that is no longer in the group, with its figures of this trading week. */
export type LeftSource = StopNote & {
  reason: string | null
  /** first number that was no longer copied; null where nobody reported it */
  fromNumber: number | null
  ledger: Ledger
  lastReceivedAt: Date | null
}

/** What the head of a group's page shows, and what its tabs need to know of it. */
export type GroupHead = GroupRow & {
  purpose: string
  environment: Environment
  /** closed, or given up before it was live */
  isOver: boolean
  /** owner and exchange see the whole group; a guarantor sees its own sessions, a payer only what is agreed */
  seesAll: boolean
  /** for guarantors: how many sources of others the group has; null for owner and exchange, who see them */
  otherSources: number | null
  mayRequestChange: boolean
}

export type GroupTerms = {
  level: Level
  rejects: boolean
  protocol: string
  billTo: string | null
  account: string | null
  /** whom the targets let in; null for guarantors, who may not see the owner's connection */
  addresses: { allowFrom: string[]; stated: string[] } | null
  since: Date
}

export type GroupContact = {
  id: string
  name: string
  title: string
  email: string
  phone: string
  authorizedBy: string
  since: Date
  /** whether this reader may end them */
  mayEnd: boolean
}

export type GroupOverview = {
  terms: GroupTerms | null
  targets: TargetRow[]
  contacts: GroupContact[]
  /** sources that are stopped or were withdrawn */
  left: StopNote[]
}

export type GroupSources = {
  sources: GroupSource[]
  /** these sources keep a row, so that rows add up to the totals */
  left: LeftSource[]
  ledger: Ledger
}

export type GroupRequests = {
  requests: RequestRow[]
  signed: { firmName: string; by: string; at: Date; sentence: string; requestNumber: number }[]
  agreed: Agreement[]
}

export type CredentialRow = {
  id: string
  kind: FeedSecretKind
  fingerprint: string
  createdBy: string
  createdAt: Date
  lastUsedAt: Date | null
  expiresAt: Date | null
  revokedAt: Date | null
  revokedBy: string | null
  standing: CredentialStanding
  /** a client can log on with it now */
  isLive: boolean
  mayRevoke: TargetRight
}

export type TargetView = {
  sessionId: string
  /** on the wire: SenderCompID(49) */
  senderCompId: string
  exchange: { compId: string; subId: string }
  groupId: string
  groupName: string
  ownerId: string
  ownerName: string
  environment: string
  gateway: string
  protocol: string
  wanted: 'open' | 'paused' | 'closed'
  pausedBy: string | null
  pauseReason: string | null
  delivery: DeliveryState
  /** whom it lets in, as the group's terms say */
  addresses: { allowFrom: string[]; stated: string[] }
  listen: { role: AddressRole; host: string; port: number }[]
  /** the address that runs, and what putting the other one in force does; `consequence` empty: there is no other */
  inForce: AddressRole
  failOver: { to: AddressRole; consequence: string[] }
  /** sources that left, with what they had this week */
  left: { name: string; ledger: Ledger }[]
  sources: { name: string; received: number; ledger: Ledger; highest: number }[]
  session: {
    state: ReportedTargetState
    since: Date | null
    address: string | null
    nextIn: number
    nextOut: number
    lastLogonAt: Date | null
    lastLogoffAt: Date | null
    lastLogoffWhy: string | null
    lastSentAt: Date | null
    lastHeardAt: Date | null
  } | null
  ledger: Ledger
  /** null for guarantors: credentials are the owner's and the exchange's to see */
  credentials: CredentialRow[] | null
  refusedLogons: { id: number; at: Date; address: string; claimed: string; says: string }[]
  mayCreatePassword: TargetRight
  mayPause: TargetRight
  mayResume: TargetRight
  mayFailOver: TargetRight
}
