import type { Tx } from '#db/client.ts'
import { listAccounts } from '#db/queries/billing/billing.ts'
import { listGuarantorsOfGroup, listHeldSources } from '#db/queries/feed/sources.ts'
import { listContacts } from '#db/queries/group/contacts.ts'
import { listStops } from '#db/queries/group/stops.ts'
import { listClearingFirms, listCodes } from '#db/queries/people/firms.ts'
import { findShownRequest, listShownDecisions, type ShownRequest } from '#db/queries/request/request-page.ts'
import { type DraftRecord, findDraft, type RequestRecord } from '#db/queries/request/requests.ts'
import { findRoundFacts, type RoundFacts } from '#db/queries/request/round-facts.ts'
import { uncovered } from '#domain/consent/covering.ts'
import { consentsBySubmission } from '#domain/consent/submission.ts'
import { levelCovers } from '#domain/group/states.ts'
import type { Actor } from '#domain/people/permissions.ts'
import { parseSourceName } from '#domain/reference/source.ts'
import { changesOf } from '#domain/request/changes.ts'
import { contactsIn, unauthorizable } from '#domain/request/contacts.ts'
import type { DraftDocument } from '#domain/request/document.ts'
import { type Submitter, speaksFor } from '#domain/request/guards.ts'
import { checkComplete } from '#domain/request/input.ts'
import { itemsOf } from '#domain/request/items.ts'
import type { RequestAction } from '#domain/request/lifecycle.ts'
import type { FirmRef, Sheet } from '#domain/request/round.ts'
import { sheetOf, sourceChanges, termsAfter } from '#domain/request/sheet.ts'
import { askedWords, consentSentence, submissionSentence } from '#domain/request/signing.ts'
import { actionsFor, type RequestStanding } from '#domain/request/standing.ts'
import { submitterFrom } from './request-list.ts'
import { stateByOf } from './request-names.ts'
import type { ActionView, DraftPreview, DraftView, PickableSource } from './request-view.ts'

/** A draft, or a returned request, for the form: what was typed, what is missing, and what it would become. */
export async function findDraftPage(tx: Tx, reader: Actor, number: number, now: Date): Promise<DraftView | undefined> {
  const shown = await findShownRequest(tx, number, now)
  if (shown?.request.state !== 'draft' && shown?.request.state !== 'returned') return undefined
  const { request } = shown
  const draft = await findDraft(tx, request.id)
  if (!draft) return undefined
  const facts = await findRoundFacts(tx, request, draft.document, now)
  const problems = problemsOf(draft.document, facts)
  const by = await submitterOf(tx, reader, request, now)
  const actions = await actionsOf(tx, by, shown, now)
  return {
    id: request.id,
    number,
    kind: request.kind,
    environment: request.environment,
    state: request.state,
    ownerId: request.ownerId,
    ownerName: shown.ownerName ?? '',
    groupId: request.groupId,
    groupName: facts.group?.name ?? null,
    inGroup: facts.members,
    version: draft.version,
    document: draft.document,
    onBehalf: request.onBehalf,
    paper: draft.paper,
    savedAt: draft.savedAt,
    savedBy: draft.savedByName,
    returned: await returnedOf(tx, shown),
    problems,
    preview: previewOf(draft, facts, by),
    accounts: (await listAccounts(tx, request.ownerId)).map(({ id, name, number: no, firmName }) => {
      return { id, name, number: no, paidBy: firmName }
    }),
    pickable: await pickable(tx, request, now),
    termsNow: facts.terms ?? null,
    addressesNow: facts.present.group.addresses,
    clearingFirms: (await listClearingFirms(tx, now)).map(({ code, name }) => ({ code, name })),
    submit: actionView(actions, 'submit'),
    discard: actionView(actions, 'discard'),
  }
}

/** What is missing, and what would be refused at submission, judged by what the reader sees. */
function problemsOf(document: DraftDocument, facts: RoundFacts): DraftView['problems'] {
  const checked = checkComplete(document)
  const problems = checked.ok ? [] : [...checked.error.problems]
  if (!hasUnseen(document, facts))
    problems.push(...unauthorizable(document, namesAfter(document, facts), facts.sources))
  if (document.kind !== 'new-group' || !facts.present.nameTaken) return problems
  const message = `Your firm has a group called ${document.groupName} already.`
  return [{ step: 'group', field: 'groupName', message }, ...problems]
}

const actionView = (actions: readonly ActionView[], action: RequestAction): ActionView =>
  actions.find((one) => one.action === action) ?? { action, may: false, why: null }

type By = Submitter & {
  name: string
  groupHasContact: boolean
  /** withdrawn with "and nothing again", and not overcome: needs a signature */
  revoked: readonly { source: string; firmId: string | null }[]
}

async function submitterOf(tx: Tx, reader: Actor, { groupId }: RequestRecord, now: Date): Promise<By> {
  const contacts = groupId ? await listContacts(tx, groupId, now) : []
  const stops = groupId ? await listStops(tx, groupId) : []
  const revoked = stops.filter((stop) => stop.cause === 'withdrawn' && stop.revokes && stop.liftedAt === null)
  return { ...submitterFrom(reader, contacts), name: reader.name, groupHasContact: contacts.length > 0, revoked }
}

async function actionsOf(tx: Tx, by: By, { request, round }: ShownRequest, now: Date): Promise<ActionView[]> {
  const standing: RequestStanding = {
    ...request,
    submittedBy: round?.submittedBy ?? null,
    groupHasContact: by.groupHasContact,
    guarantors: request.groupId ? await listGuarantorsOfGroup(tx, request.groupId, now) : [],
    parties: [],
    undoBarred: undefined,
  }
  return actionsFor(standing, by)
}

async function returnedOf(tx: Tx, shown: ShownRequest): Promise<DraftView['returned']> {
  const { request } = shown
  if (request.state !== 'returned') return null
  const by = stateByOf(shown, await listShownDecisions(tx, request.id))
  return { by, at: request.stateAt, reason: request.stateReason }
}

/** The group's sources after the change. */
function namesAfter(document: DraftDocument, facts: RoundFacts): string[] {
  const { added, kept } = sourceChanges(document, facts.members)
  return [...added, ...kept]
}

/**
 * Whether some guarantors are unknown here: of a source that the firm does not hold, or before any source was chosen.
 */
function hasUnseen(document: DraftDocument, facts: RoundFacts): boolean {
  const names = namesAfter(document, facts)
  return names.length === 0 || names.some((name) => !facts.sources.has(name))
}

/** What is unknown about a clearing firm until the request is sent, since this firm may not see some of the sources. */
function contactNotes(document: DraftDocument, facts: RoundFacts): Record<string, string> {
  if (!hasUnseen(document, facts)) return {}
  const unsure = unauthorizable(document, namesAfter(document, facts), facts.sources)
  const { contacts } = contactsIn(document)
  const codes = contacts.filter((_, index) => unsure.some(({ field }) => field.split('.')[1] === String(index)))
  const note =
    'Guarantees none of the sessions that your firm sees here. If it guarantees none of the others, it can authorize nobody, and the request is refused when it is sent.'
  return Object.fromEntries(codes.map(({ clearingCode }) => [clearingCode, note]))
}

const unseen = 'will be checked by its clearing firm'

function previewOf({ document }: DraftRecord, facts: RoundFacts, by: By): DraftPreview {
  const sheet = sheetOf(document, [], facts)
  const { added } = sourceChanges(document, facts.members)
  const payers = facts.payer && document.kind === 'new-group' ? [facts.payer] : []
  const asked = guarantorsAsked(document, facts, by)
  const unnamed = sourcesOfUnnamed(document, facts)
  const firms = [...facts.sources.values()].flatMap((source) => source.guarantors)
  const newTargets = sheet.targets.flatMap((target) => (target.isNew ? [target.sessionId] : []))
  return {
    changes: changesOf(itemsOf(document, facts.present), firms, newTargets),
    sources: added.map((name) => {
      const known = facts.sources.get(name)
      const isOpen = facts.sourceRows.get(name)?.isOpen ?? false
      const guarantors = known?.guarantors.map((firm) => firm.name) ?? []
      const note = known ? (isOpen ? null : 'is closed') : parseSourceName(name) ? unseen : 'names no session'
      return { name, gateway: known?.gatewayKind ?? null, guarantors, note }
    }),
    signers: [
      ...asked.map(({ firm, ...rest }) => ({ firmName: firm.name, capacity: 'guarantor' as const, ...rest })),
      ...(unnamed.length > 0
        ? [
            {
              firmName: 'Clearing firms not named here',
              capacity: 'guarantor' as const,
              ...onceSent,
              sources: unnamed,
              asked: askedWords({ capacity: 'guarantor', sources: unnamed, contacts: [], level: sheet.level }),
            },
          ]
        : []),
      ...payers.map((firm) => ({
        ...nobodyElse,
        firmName: firm.name,
        capacity: 'bill-to' as const,
        asked: askedWords({ capacity: 'bill-to', sources: [], contacts: [], level: null, payment: paymentOf(sheet) }),
        note: 'pays',
      })),
      {
        ...nobodyElse,
        firmName: facts.exchange.name,
        capacity: 'exchange' as const,
        asked: 'Approval of the whole request, last',
        note: null,
      },
    ],
    sentences: sentencesOf(document, facts, by, asked),
    hasUnseen: hasUnseen(document, facts),
    targets: sheet.targets.map(({ sessionId, gatewayKind, isNew, sources }) => {
      return { sessionId, gateway: gatewayKind, isNew, sources }
    }),
    fee: facts.fee ?? null,
    contactNotes: contactNotes(document, facts),
  }
}

const paymentOf = ({ billTo }: Sheet) => ({ account: billTo, amountMinor: null, currency: null })

const nobodyElse = { sources: [], bySubmission: false }
const onceSent = { bySubmission: false, note: 'named when the request is sent' }

/** Sessions whose clearing firms are asked too, but are not shown to this firm before the request is sent. */
function sourcesOfUnnamed(document: DraftDocument, facts: RoundFacts): string[] {
  if (document.kind === 'close') return []
  const level = termsAfter(document, facts.terms).level ?? 'all'
  const isAgreed = (name: string) =>
    facts.consents.some(({ source, upToLevel }) => source === name && levelCovers(upToLevel, level))
  return namesAfter(document, facts).filter(
    (name) => !facts.sources.has(name) && parseSourceName(name) !== undefined && !isAgreed(name),
  )
}

type AskedFirm = { firm: FirmRef; sources: string[]; asked: string; bySubmission: boolean; note: string | null }

/** The sentences that the submitter signs, as they will be kept. */
function sentencesOf(document: DraftDocument, facts: RoundFacts, by: By, asked: readonly AskedFirm[]): string[] {
  const { group, level } = sheetOf(document, [], facts)
  const recipient = facts.owner
  const payers = facts.payer && document.kind === 'new-group' ? [facts.payer.name] : []
  const signing = asked.filter((one) => !one.bySubmission).map((one) => one.firm.name)
  const goesTo = [...new Set([...signing, ...payers])]
  return [
    submissionSentence({
      by: by.name,
      owner: recipient.name,
      byExchange: by.isExchange,
      kind: document.kind,
      group: group || '…',
      goesTo,
      alsoFor: sourcesOfUnnamed(document, facts),
    }),
    ...asked.flatMap(({ firm, sources, bySubmission }) =>
      bySubmission ? [consentSentence({ firm, group, recipient, sources: [...sources].sort(), level }, by)] : [],
    ),
  ]
}

/** Clearing firms whose consent the change needs, by the same rules as the round that the draft will be frozen into. */
function guarantorsAsked(document: DraftDocument, facts: RoundFacts, by: By): AskedFirm[] {
  if (document.kind === 'close') return []
  const known = namesAfter(document, facts).flatMap((name) => facts.sources.get(name) ?? [])
  const chosen = termsAfter(document, facts.terms).level
  const level = chosen ?? 'all'
  const needed = uncovered(
    known.map(({ name, guarantors }) => ({ source: name, guarantors: guarantors.map((firm) => firm.id) })),
    level,
    facts.consents,
  )
  const named = contactsIn(document).contacts
  const present = facts.members.flatMap((name) => facts.sources.get(name)?.guarantors.map((firm) => firm.id) ?? [])
  const spokenFor = speaksFor(by, present)
  const { revoked } = by
  const firms = new Map(known.flatMap((source) => source.guarantors).map((firm) => [firm.id, firm]))
  return [...firms.values()].flatMap((firm) => {
    const sources = needed.filter((gap) => gap.clearingFirmId === firm.id).map((gap) => gap.source)
    const contacts = named.filter((contact) => contact.clearingCode === firm.code)
    if (sources.length + contacts.length === 0) return []
    const what = {
      clearingFirmId: firm.id,
      sources: known.filter((source) => sources.includes(source.name)),
      namesPeople: contacts.length > 0,
      revoked: revoked.filter((one) => one.firmId === firm.id).map((one) => one.source),
    }
    const asked = askedWords({ capacity: 'guarantor', sources, contacts, level: chosen })
    return [{ firm, sources, asked, bySubmission: consentsBySubmission(what, facts.owner.id, spokenFor), note: null }]
  })
}

async function pickable(tx: Tx, request: RequestRecord, now: Date): Promise<PickableSource[]> {
  const { environment, ownerId } = request
  const codes = await listCodes(tx, ownerId, 'execution', now)
  const rows = await listHeldSources(tx, environment, ownerId, codes, now)
  return rows.map((row) => ({
    name: row.name,
    gateway: row.gatewayKind,
    held: codes.includes(row.executionCode) ? 'execution firm' : row.operatedBy === ownerId ? 'operated' : 'guaranteed',
    guarantors: row.guarantors.map((firm) => firm.name),
    isOpen: row.isOpen,
  }))
}
