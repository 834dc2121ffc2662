import type { FirmKey } from './world.ts'

/*
 * What the model of a walk remembers: plain values, so that a copy of the model is a model too. Requests and groups
 * carry labels (`r7`: the request begun in step 7, `g:r7`: the group that it asked for), because ids differ from one
 * replay to the next.
 */

export type Who = string
export type Level = 'executions' | 'acknowledgments' | 'all'
export type Role =
  | 'firm-admin'
  | 'requester'
  | 'clearing-signatory'
  | 'technical-contact'
  | 'billing-approver'
  | 'viewer'
  | 'gam'
  | 'operations'
  | 'certification'
  | 'billing'
  | 'administrator'
  | 'auditor'

export type Person = { firm: FirmKey; roles: Set<Role>; isActive: boolean }

/** A firm lets a source flow into a group up to a level: by its signature, or by what a contact of it submitted. */
export type Agreement = { upTo: Level; basis: 'decision' | 'submission' }

/** A person whom a clearing firm authorized for a group. */
export type Contact = { who: Who; firm: FirmKey }

/** `active`: the address that is in force */
export type Target = {
  pausedBy: Who | null
  active: 'primary' | 'backup'
  isClosed: boolean
  credentials: Set<string>
}

/** What was agreed about a group: an undo goes back to this. */
export type Agreed = {
  level: Level | null
  rejects: boolean
  sources: Set<string>
  /** by `source/firm` */
  agreements: Map<string, Agreement>
  /** by `who/firm` */
  contacts: Map<string, Contact>
  /**
   * taken back with "and nothing again", with the firm that must sign before the source flows; null: the owner took it
   * out
   */
  revoked: Map<string, FirmKey | null>
}

export type Group = Agreed & {
  owner: FirmKey
  name: string
  state: 'requested' | 'live' | 'closed' | 'abandoned'
  /** by session id */
  targets: Map<string, Target>
}

export type NewGroupWish = {
  kind: 'new-group'
  name: string
  account: string | null
  sources: string[]
  level: Level | null
  contacts: Contact[] | null
}
export type ChangeWish = {
  kind: 'change'
  add: string[]
  remove: { source: string; revoked: boolean }[]
  level: Level | null
  rejects: boolean | null
  contacts: Contact[]
}
export type Wish = NewGroupWish | ChangeWish | { kind: 'close' }

export type RequestState =
  | 'draft'
  | 'with-firms'
  | 'with-gam'
  | 'scheduled'
  | 'applying'
  | 'applied'
  | 'returned'
  | 'rejected'
  | 'withdrawn'
  | 'expired'
  | 'failed'

/** What one firm is asked in a round, and how it agreed; `met` null: it has still to answer. */
export type Ask = {
  firm: FirmKey
  capacity: 'guarantor' | 'bill-to'
  /** everything that the firm is shown, as one text: an approval covers this and nothing else */
  shown: string
  sources: string[]
  contacts: Contact[]
  met: 'decision' | 'submission' | 'carried-over' | null
  /** what the firm narrowed after it had agreed: its agreement no longer covers these */
  narrowedSince: Set<string>
}

export type Request = {
  owner: FirmKey
  group: string | null
  wish: Wish
  state: RequestState
  draftedBy: Who
  onBehalf: boolean
  /** what the firm signed, where the exchange enters the request on its behalf */
  paper: string | null
  round: number
  submittedBy: Who | null
  asks: Ask[]
  expiresAtMs: number | null
  /** set by its publication */
  published: { atMs: number; before: Agreed; after: Agreed; isRefused: boolean; hasParts: boolean } | null
}
