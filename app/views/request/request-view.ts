import type { FeeEstimate } from '#domain/billing/fees.ts'
import type { Level, Protocol } from '#domain/group/states.ts'
import type { RunOfPart } from '#domain/publication/runs.ts'
import type { Change } from '#domain/request/changes.ts'
import type { DraftDocument, RequestDocument } from '#domain/request/document.ts'
import type { Incomplete } from '#domain/request/input.ts'
import type { Capacity, DecisionVerdict, RequestAction, RequestKind, RequestState } from '#domain/request/lifecycle.ts'
import type { Paper } from '#domain/request/paper.ts'
import type { ProgressStep } from '#domain/request/progress.ts'
import type { Sheet, Slice } from '#domain/request/round.ts'
import type { Agreement } from './agreements.ts'

export type RequestRow = {
  number: number
  kind: RequestKind
  groupName: string
  ownerName: string
  state: RequestState
  stateWord: string
  stateAt: Date
  submittedBy: string | null
  submittedAt: Date | null
  /** what is asked of the reader's firm, in a few words; null: nothing */
  asked: string | null
  /** whether this reader can do the next step */
  waitsForMe: boolean
  /** what that step is, as a button says it */
  next: string | null
}

/** An action on the page: shown, and where it may not be done, shown disabled with the reason. */
export type ActionView = { action: RequestAction; may: boolean; why: string | null }

export type PartyView = {
  firmId: string
  firmName: string
  capacity: Capacity
  /** 'approved', 'waiting', 'carried over from round 1', 'agreed by submission', 'returned', 'rejected' */
  standing: string
  isMet: boolean
  /** since when it stands so */
  since: Date
  /** people who could answer now, other than the submitter; only for the exchange and the firm itself */
  couldAnswer: string[]
  /** present where this reader may see it: the firm itself, the owner, the exchange */
  slice: Slice | null
  sliceDigest: string | null
  /** the sentence that this reader would sign; null where they are not this party's signer */
  sentence: string | null
}

export type DecisionView = {
  round: number
  firmName: string
  capacity: Capacity
  verdict: DecisionVerdict
  decidedBy: string
  decidedAt: Date
  reason: string | null
  /** the sentence signed */
  authority: string
  takenBack: { by: string; at: Date; reason: string } | null
}

/**
 * One request as this reader may see it. `document` and `sheet` are null for
 * guarantors and payers: they have their slice.
 */
export type RequestView = {
  id: string
  number: number
  kind: RequestKind
  environment: string
  groupId: string | null
  groupName: string
  ownerId: string
  ownerName: string
  state: RequestState
  stateWord: string
  stateAt: Date
  stateBy: string | null
  /** null where there is no reason, or none for this reader; `reasonIsTold`: somebody was told one */
  stateReason: string | null
  reasonIsTold: boolean
  round: number
  version: number
  draftedBy: string
  submittedBy: string | null
  submittedAt: Date | null
  expiresAt: Date | null
  publishedVersion: number | null
  appliedAt: Date | null
  document: RequestDocument | null
  sheet: Sheet | null
  /** owner or exchange: `parties` has all of them; for others it has only the reader's firm */
  seesAll: boolean
  /** who must act, in the order of acting */
  progress: ProgressStep[]
  parties: PartyView[]
  decisions: DecisionView[]
  /** what this reader's firm signed, as the signer saw it */
  agreed: Agreement[]
  /** the party that this reader answers for, if any */
  mine: { capacity: Capacity; round: number; digest: string; sentence: string; slice: Slice } | null
  actions: ActionView[]
  /** while it is being applied: each part and what the connector said */
  parts: RunOfPart[]
  gam: { name: string; phone: string | null; hours: string | null } | null
}

export type PickableSource = {
  name: string
  gateway: string
  /** why it is in the list */
  held: 'execution firm' | 'operated' | 'guaranteed'
  guarantors: string[]
  isOpen: boolean
}

/**
 * What the draft would become if it were sent now. Of a source that was typed in full but that the firm does not hold,
 * it says no more than that.
 */
export type DraftPreview = {
  /** what it changes, as everybody who decides will read it */
  changes: Change[]
  sources: { name: string; gateway: string | null; guarantors: string[]; note: string | null }[]
  signers: {
    firmName: string
    capacity: Capacity
    sources: string[]
    /** what the firm will read that it is asked for */
    asked: string
    /** submitting is this firm's consent, so the firm is not asked */
    bySubmission: boolean
    note: string | null
  }[]
  targets: { sessionId: string; gateway: string; isNew: boolean; sources: string[] }[]
  /** what submitting says: the request, and the consent of each firm that the submitter speaks for */
  sentences: string[]
  /**
   * this firm may not see some sessions: if a firm spoken for guarantees one of them, its signatory is asked after all
   */
  hasUnseen: boolean
  fee: FeeEstimate | null
  /** For each clearing firm named for a contact, by its ID: what may turn out not to be true of it. */
  contactNotes: Record<string, string>
}

export type DraftView = {
  id: string
  number: number
  kind: RequestKind
  environment: string
  state: RequestState
  ownerId: string
  ownerName: string
  groupId: string | null
  groupName: string | null
  /** names of the sources that the group has today, as far as the reader sees them */
  inGroup: readonly string[]
  version: number
  document: DraftDocument
  /** entered by the exchange for the owner */
  onBehalf: boolean
  /** what the owner signed then */
  paper: Paper | null
  savedAt: Date
  savedBy: string
  /** why it came back */
  returned: { by: string | null; at: Date; reason: string | null } | null
  problems: Incomplete['problems']
  preview: DraftPreview
  accounts: { id: string; name: string; number: string; paidBy: string }[]
  pickable: PickableSource[]
  /** what the group is sent today; null where there is no group yet */
  termsNow: { level: Level; rejects: boolean; protocol: Protocol } | null
  /** addresses that the group's clients may log on from today; none: any */
  addressesNow: string[]
  /** clearing firms that may be named for a contact */
  clearingFirms: { code: string; name: string }[]
  submit: ActionView
  discard: ActionView
}
