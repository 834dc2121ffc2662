import { uncovered } from '#domain/consent/covering.ts'
import type { Actor } from '#domain/people/permissions.ts'
import { parseSourceName } from '#domain/reference/source.ts'
import { contactsIn, unauthorizable } from '#domain/request/contacts.ts'
import type { DraftDocument } from '#domain/request/document.ts'
import { checkComplete } from '#domain/request/input.ts'
import type { RequestAction } from '#domain/request/lifecycle.ts'
import { sheetOf, sourceChanges, termsAfter } from '#domain/request/sheet.ts'
import { actionsFor, type Standing } from '#domain/request/standing.ts'
import type { Tx } from '../client.ts'
import { listAccounts } from './billing.ts'
import { findFirm, listClearingFirms, listCodes } from './firms.ts'
import { listContacts } from './groups.ts'
import { submitterFrom } from './request-list.ts'
import { findStateBy } from './request-names.ts'
import type { ActionView, DraftPreview, DraftView, PickableSource } from './request-view.ts'
import { type DraftRecord, findDraft, findRequest, findRound, type RequestRecord } from './requests.ts'
import { loadRoundFacts, type RoundFacts } from './round-facts.ts'
import { listGuarantorsOfGroup, listHeldSources } from './sources.ts'

/** A draft, or a returned request, for the form: what was typed, what is missing, and what it would become. */
export async function findDraftPage(tx: Tx, reader: Actor, number: number, now: Date): Promise<DraftView | undefined> {
  const request = await findRequest(tx, number)
  const draft = request && (await findDraft(tx, request.id))
  if (!request || !draft || (request.state !== 'draft' && request.state !== 'returned')) return undefined
  const owner = await findFirm(tx, request.ownerId)
  const facts = await loadRoundFacts(tx, request, draft.document, now)
  const problems = problemsOf(draft.document, facts)
  const actions = await actionsOf(tx, reader, request, now)
  return {
    id: request.id,
    number,
    kind: request.kind,
    environment: request.environment,
    state: request.state,
    ownerId: request.ownerId,
    ownerName: owner?.name ?? '',
    groupId: request.groupId,
    groupName: facts.group?.name ?? null,
    version: draft.version,
    document: draft.document,
    onBehalf: request.onBehalf,
    paper: draft.paper,
    savedAt: draft.savedAt,
    savedBy: draft.savedByName,
    returned: await returnedOf(tx, request),
    problems,
    preview: previewOf(draft, facts),
    accounts: (await listAccounts(tx, request.ownerId)).map(({ id, name, number: no, firmName }) => {
      return { id, name, number: no, paidBy: firmName }
    }),
    pickable: await pickable(tx, request, now),
    addressesNow: facts.present.group.addresses,
    clearingFirms: (await listClearingFirms(tx, now)).map(({ code, name }) => ({ code, name })),
    submit: actionView(actions, 'submit'),
    discard: actionView(actions, 'discard'),
  }
}

/** What is missing, and what the world as the reader sees it would have refused at submission. */
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

async function actionsOf(tx: Tx, reader: Actor, request: RequestRecord, now: Date): Promise<ActionView[]> {
  const contacts = request.groupId ? await listContacts(tx, request.groupId, now) : []
  const round = request.round > 0 ? await findRound(tx, request.id, request.round) : undefined
  const standing: Standing = {
    ...request,
    submittedBy: round?.submittedBy ?? null,
    groupHasContact: contacts.length > 0,
    guarantors: request.groupId ? await listGuarantorsOfGroup(tx, request.groupId, now) : [],
    parties: [],
    undoBarred: undefined,
  }
  return actionsFor(standing, submitterFrom(reader, contacts))
}

async function returnedOf(tx: Tx, request: RequestRecord): Promise<DraftView['returned']> {
  if (request.state !== 'returned') return null
  return { by: await findStateBy(tx, request), at: request.stateAt, reason: request.stateReason }
}

/** The group's sources after the change. */
function namesAfter(document: DraftDocument, facts: RoundFacts): string[] {
  const { added, kept } = sourceChanges(document, facts.members)
  return [...added, ...kept]
}

/** Whether nobody can say here who guarantees all of it: of a source that the firm does not hold, or before any was chosen. */
function hasUnseen(document: DraftDocument, facts: RoundFacts): boolean {
  const names = namesAfter(document, facts)
  return names.length === 0 || names.some((name) => !facts.sources.has(name))
}

/** What is not known of a clearing firm before the request is sent, since some of the sources are not this firm's to see. */
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

function previewOf({ document }: DraftRecord, facts: RoundFacts): DraftPreview {
  const sheet = sheetOf(document, [], facts)
  const { added } = sourceChanges(document, facts.members)
  const payers = facts.payer && document.kind === 'new-group' ? [facts.payer] : []
  return {
    sources: added.map((name) => {
      const known = facts.sources.get(name)
      const isOpen = facts.sourceRows.get(name)?.isOpen ?? false
      const guarantors = known?.guarantors.map((firm) => firm.name) ?? []
      const note = known ? (isOpen ? null : 'is closed') : parseSourceName(name) ? unseen : 'names no session'
      return { name, gateway: known?.gatewayKind ?? null, guarantors, note }
    }),
    signers: [
      ...guarantorsAsked(document, facts),
      ...payers.map((firm) => ({ firmName: firm.name, capacity: 'bill-to' as const, sources: [], note: 'pays' })),
      { firmName: facts.exchange.name, capacity: 'exchange' as const, sources: [], note: null },
    ],
    targets: sheet.targets.map(({ sessionId, gatewayKind, isNew, sources }) => {
      return { sessionId, gateway: gatewayKind, isNew, sources }
    }),
    fee: facts.fee ?? null,
    contactNotes: contactNotes(document, facts),
  }
}

/** Clearing firms whose word the change needs, by the same rule as the round that it will be frozen into. */
function guarantorsAsked(document: DraftDocument, facts: RoundFacts): DraftPreview['signers'] {
  if (document.kind === 'close') return []
  const known = namesAfter(document, facts).flatMap((name) => facts.sources.get(name) ?? [])
  const level = termsAfter(document, facts.terms).level ?? 'all'
  const needed = uncovered(
    known.map(({ name, guarantors }) => ({ source: name, guarantors: guarantors.map((firm) => firm.id) })),
    level,
    facts.consents,
  )
  const named = contactsIn(document).contacts
  const firms = new Map(known.flatMap((source) => source.guarantors).map((firm) => [firm.id, firm]))
  return [...firms.values()].flatMap((firm) => {
    const sources = needed.filter((gap) => gap.clearingFirmId === firm.id).map((gap) => gap.source)
    const people = named.filter((contact) => contact.clearingCode === firm.code).map((contact) => contact.name)
    if (sources.length + people.length === 0) return []
    const note = people.length > 0 ? `authorizes ${people.join(', ')}` : null
    return [{ firmName: firm.name, capacity: 'guarantor' as const, sources, note }]
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
