import { type LiveConsent, uncovered } from '../consent/covering.ts'
import { consentsBySubmission, type SessionOfAnother, sessionsOfOthers } from '../consent/submission.ts'
import { digestOf, type Sha256 } from '../digest.ts'
import type { Level, Protocol } from '../group/states.ts'
import type { Environment, GatewayKind } from '../reference/environment.ts'
import { contactsIn } from './contacts.ts'
import type { ConnectionEntry, ContactEntry, RequestDocument } from './document.ts'
import type { Item } from './items.ts'
import type { Capacity } from './lifecycle.ts'
import type { Paper, PaperRef } from './paper.ts'

/** A firm as every reader of the request sees it. `code` is the Clearing Firm ID or Execution Firm ID it acts under. */
export type FirmRef = { id: string; name: string; code: string }

export type SourceFacts = {
  name: string
  gatewayKind: GatewayKind
  guarantors: FirmRef[]
  /** whose session it is: the firm of its Execution Firm ID, and the firm that operates it */
  heldBy: { id: string; name: string }[]
}

/**
 * What one party agrees to and, once read, is bound by; nothing else of the request. Only these fields enter the
 * digest, so an approval survives a change elsewhere.
 */
export type Slice = {
  capacity: Capacity
  firm: FirmRef
  /** who receives the copies */
  recipient: { id: string; name: string }
  group: string
  environment: Environment
  level: Level | null
  /**
   * the group's level until then, where the request changes it; like `why` for guarantors,
   * and absent in rounds from before it was told
   */
  levelBefore?: Level
  /** what the copies are for, or why the group is to change, in the requester's words */
  why?: string
  rejects: boolean
  protocol: Protocol
  /** guarantor: its own sources that are to flow; exchange: all sources that change; payer: none */
  sources: string[]
  /**
   * those of `sources` that the recipient does not hold, with the firm whose
   * sessions they are; absent where there is none
   */
  ofOthers?: SessionOfAnother[]
  /** people whom this clearing firm is to authorize */
  contacts: ContactEntry[]
  /** payer: what it is to pay; exchange: what the sheet says besides the sources */
  payment?: { account: string; amountMinor: number | null; currency: string | null }
  items?: Item[]
  connection?: ConnectionEntry
  /** what the firm signed, where the exchange entered the request on its behalf; absent otherwise */
  paper?: PaperRef
}

export type MetBy = 'decision' | 'submission' | 'carried-over'

export type Party = {
  firmId: string
  capacity: Capacity
  slice: Slice
  sliceDigest: string
  /** null: still has to decide */
  metBy: MetBy | null
}

/** The what-if sheet that owner and exchange read before anything is sent, kept with the round. */
export type Sheet = {
  group: string
  owner: string
  environment: Environment
  level: Level | null
  rejects: boolean
  protocol: Protocol
  items: Item[]
  /** `holder`: whose session it is, where that is not the owner of the group */
  sources: {
    name: string
    gatewayKind: GatewayKind
    guarantors: string[]
    change: 'add' | 'remove' | 'keep'
    holder?: string
  }[]
  targets: { sessionId: string; gatewayKind: GatewayKind; isNew: boolean; sources: string[] }[]
  fee: { amountMinor: number | null; currency: string | null; sentence: string; sample: boolean } | null
  billTo: string
  /** as in a slice, and where it is kept */
  paper?: Paper
}

export type RoundInput = {
  round: number
  document: RequestDocument
  items: Item[]
  sheet: Sheet
  baseRevision: number
  owner: FirmRef
  exchange: FirmRef
  /** another entity that pays; undefined where the owner pays itself */
  payer: FirmRef | undefined
  /** sources of the group after the change, and those that leave */
  sources: SourceFacts[]
  /** consents in force today */
  consents: LiveConsent[]
  /** sources that a guarantor withdrew with "and nothing again", and has not signed for since */
  revoked: { source: string; clearingFirmId: string }[]
  /** clearing firms that the submitter speaks for: as an authorized contact of this group, or as their signatory */
  submittedFor: readonly string[]
  /** parties of the round before, with their answers; empty on the first. A withdrawal cancels older approvals */
  before: { firmId: string; capacity: Capacity; sliceDigest: string; approved: boolean }[]
}

/** Everything a round freezes. Stored whole and never changed. */
export type FrozenRound = {
  round: number
  document: RequestDocument
  sheet: Sheet
  baseRevision: number
  parties: Party[]
}

/**
 * Freeze a round. Its parties are the guarantors whose agreement the change needs (a source is not covered up to the
 * new level, or a person is named on their behalf), the payer where it is another entity, and the exchange.
 * `consentsBySubmission` says where a submission is a firm's agreement. An approval of the round before still counts
 * when that party's slice is unchanged; the exchange always decides again.
 */
export function freeze(input: RoundInput, sha256: Sha256): FrozenRound {
  const { round, document, sheet, baseRevision } = input
  const slices = [...guarantorSlices(input), ...payerSlice(input), exchangeSlice(input)]
  const parties = slices.map((slice): Party => {
    const sliceDigest = digestOf(slice, sha256)
    const { firm, capacity } = slice
    return { firmId: firm.id, capacity, slice, sliceDigest, metBy: metBefore(input, slice, sliceDigest) }
  })
  return { round, document, sheet, baseRevision, parties }
}

function metBefore(input: RoundInput, slice: Slice, sliceDigest: string): MetBy | null {
  if (slice.capacity === 'exchange') return null
  if (slice.capacity === 'guarantor' && isMetBySubmission(input, slice)) return 'submission'
  const same = input.before.some(
    (party) =>
      party.firmId === slice.firm.id &&
      party.capacity === slice.capacity &&
      party.sliceDigest === sliceDigest &&
      party.approved,
  )
  return same ? 'carried-over' : null
}

function isMetBySubmission({ sources, revoked, owner, submittedFor }: RoundInput, slice: Slice): boolean {
  const asked = {
    clearingFirmId: slice.firm.id,
    sources: sources.filter((source) => slice.sources.includes(source.name)),
    namesPeople: slice.contacts.length > 0,
    revoked: revoked.flatMap((one) => (one.clearingFirmId === slice.firm.id ? [one.source] : [])),
  }
  return consentsBySubmission(asked, owner.id, submittedFor)
}

/** The sessions of a slice, and whose they are where the recipient does not hold them. */
function sessions({ sources, owner }: RoundInput, names: string[]): Pick<Slice, 'sources' | 'ofOthers'> {
  const ofOthers = sessionsOfOthers(
    owner.id,
    sources.filter((source) => names.includes(source.name)),
  ).sort((a, b) => (a.source < b.source ? -1 : 1))
  return { sources: names, ...(ofOthers.length > 0 ? { ofOthers } : {}) }
}

const terms = ({ sheet, owner }: RoundInput) => ({
  recipient: { id: owner.id, name: owner.name },
  group: sheet.group,
  environment: sheet.environment,
  level: sheet.level,
  rejects: sheet.rejects,
  protocol: sheet.protocol,
  ...(sheet.paper && { paper: asShown(sheet.paper) }),
})

const asShown = ({ name, type, bytes, digest }: Paper): PaperRef => ({ name, type, bytes, digest })

/** What a clearing firm is told of the reasons: it consents to this change for this purpose. */
function whyOf({ document, items }: RoundInput): Pick<Slice, 'why' | 'levelBefore'> {
  const why = document.kind === 'new-group' ? document.purpose : document.reason
  const levelBefore = items.flatMap((item) => (item.op === 'set-level' && item.seen ? [item.seen] : []))[0]
  return { ...(why && { why }), ...(levelBefore && { levelBefore }) }
}

function guarantorSlices(input: RoundInput): Slice[] {
  const { document, sheet, sources, consents } = input
  const { level } = sheet
  const staying = sources.filter(({ name }) => !input.items.some((i) => i.op === 'remove-source' && i.source === name))
  const open =
    level === null || document.kind === 'close'
      ? []
      : uncovered(
          staying.map(({ name, guarantors }) => ({ source: name, guarantors: guarantors.map((firm) => firm.id) })),
          level,
          consents,
        )
  const firms = new Map(sources.flatMap((source) => source.guarantors).map((firm) => [firm.id, firm]))
  return [...firms.values()]
    .sort((a, b) => (a.code < b.code ? -1 : 1))
    .map(
      (firm): Slice => ({
        capacity: 'guarantor',
        firm,
        ...terms(input),
        ...whyOf(input),
        ...sessions(input, open.flatMap((gap) => (gap.clearingFirmId === firm.id ? [gap.source] : [])).sort()),
        contacts: contactsIn(document).contacts.filter((contact) => contact.clearingCode === firm.code),
      }),
    )
    .filter((slice) => slice.sources.length + slice.contacts.length > 0)
}

function payerSlice(input: RoundInput): Slice[] {
  const { payer, sheet, document } = input
  if (!payer || document.kind !== 'new-group') return []
  const { amountMinor = 0, currency = '' } = sheet.fee ?? {}
  const payment = { account: sheet.billTo, amountMinor, currency }
  return [{ capacity: 'bill-to', firm: payer, ...terms(input), level: null, sources: [], contacts: [], payment }]
}

function exchangeSlice(input: RoundInput): Slice {
  const { document, items, exchange, sheet } = input
  return {
    capacity: 'exchange',
    firm: exchange,
    ...terms(input),
    ...sessions(
      input,
      sheet.sources.filter((source) => source.change !== 'keep').map((source) => source.name),
    ),
    contacts: contactsIn(document).contacts,
    items,
    ...(document.kind === 'new-group' ? { connection: document.connection } : {}),
  }
}

/** Where a frozen round goes: to the firms, or straight to the GAM when no other party is left to answer. */
export const afterSubmit = (parties: readonly { capacity: Capacity; metBy: MetBy | null }[]) =>
  allFirmsMet(parties) ? ('with-gam' as const) : ('with-firms' as const)

export const allFirmsMet = (parties: readonly { capacity: Capacity; metBy: MetBy | null }[]): boolean =>
  parties.every((party) => party.capacity === 'exchange' || party.metBy !== null)
