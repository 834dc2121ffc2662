import type { Tx } from '#db/client.ts'
import { listContactsOf } from '#db/queries/group/contacts.ts'
import { listAsked, listPartyStates, type PartyRecord } from '#db/queries/request/parties.ts'
import { listRequestRows } from '#db/queries/request/request-rows.ts'
import type { Actor } from '#domain/people/permissions.ts'
import type { Environment } from '#domain/reference/environment.ts'
import type { Submitter } from '#domain/request/guards.ts'
import { storedDraft } from '#domain/request/input.ts'
import { requestStateWord } from '#domain/request/lifecycle.ts'
import { askedWords } from '#domain/request/signing.ts'
import { nextFor, nextWords, type RequestStanding } from '#domain/request/standing.ts'
import type { RequestList, RequestRow } from './request-view.ts'

/** How many of the newest requests are listed; older ones are found by their group. */
const most = 500

/** Requests that this reader sees, those waiting for them first, then the newest. */
export async function listRequests(tx: Tx, reader: Actor, environment: Environment): Promise<RequestList> {
  const rows = await listOf(tx, reader, { environment })
  const waiting = rows.filter((row) => row.waitsForMe)
  return { rows: [...waiting, ...rows.filter((row) => !row.waitsForMe)], waitingForMe: waiting.length }
}

/** How many requests wait for this reader: the figure beside "Requests". */
export async function countWaiting(tx: Tx, reader: Actor, environment: Environment): Promise<number> {
  return (await listRequests(tx, reader, environment)).waitingForMe
}

/** The requests of one group, newest first. */
export const listRequestsOfGroup = (tx: Tx, reader: Actor, groupId: string): Promise<RequestRow[]> =>
  listOf(tx, reader, { groupId })

type Which = { environment: Environment } | { groupId: string }

async function listOf(tx: Tx, reader: Actor, which: Which): Promise<RequestRow[]> {
  const read = await readRequests(tx, which)
  const ids = read.rows.map(({ request }) => request.id)
  return rowsFor(reader, read, reader.isExchange ? new Map() : await listAsked(tx, reader.firmId, ids))
}

/** What several readers' lists are made of, read once over `asJobs`, which sees all requests. */
export const readRequestsOf = (tx: Tx, environment: Environment): Promise<ReadRequests> =>
  readRequests(tx, { environment })

type ReadRequests = Awaited<ReturnType<typeof readRequests>>

async function readRequests(tx: Tx, which: Which) {
  const rows = await listRequestRows(tx, which, most)
  const parties = await listPartyStates(
    tx,
    rows.map((row) => row.request.id),
  )
  const contacts = await listContactsOf(
    tx,
    rows.flatMap((row) => row.request.groupId ?? []),
  )
  return { rows, parties, contacts }
}

/** The rows as this reader may see them. `asked`: what they ask of the reader's firm, where that is shown. */
export function rowsFor(
  reader: Actor,
  { rows, parties, contacts }: ReadRequests,
  asked: ReadonlyMap<string, readonly PartyRecord[]> = new Map(),
): RequestRow[] {
  return rows.map(({ request, ownerName, groupName, draft, submittedBy, submittedAt, submitter }) => {
    const own = parties.filter((party) => party.requestId === request.id && party.round === request.round)
    const ofFirm = asked.get(request.id) ?? []
    const isAsked = ofFirm.some((party) => party.round === request.round)
    const ofGroup = contacts.filter((contact) => contact.groupId === request.groupId)
    const standing: RequestStanding = {
      ...request,
      submittedBy: submittedBy ?? own[0]?.submittedBy ?? null,
      groupHasContact: ofGroup.length > 0,
      guarantors: [], // the request's own page says who may submit without a contact
      parties: own,
      undoBarred: undefined,
    }
    const next = nextFor(standing, submitterFrom(reader, ofGroup))
    return {
      number: request.number,
      kind: request.kind,
      groupName: groupName ?? ofFirm[0]?.slice.group ?? draftName(draft),
      ownerName,
      state: request.state,
      stateWord: requestStateWord(request.state, progressOf(own, reader, request.ownerId)),
      stateAt: request.stateAt,
      submittedBy: submitter ?? ofFirm[0]?.submitter ?? null,
      submittedAt: submittedAt ?? ofFirm[0]?.submittedAt ?? null,
      asked: isAsked ? ofFirm.map((party) => askedWords(party.slice)).join('. ') : null,
      waitsForMe: next !== undefined,
      next: next ? (nextWords[next] ?? null) : null,
    }
  })
}

/** The figures beside "With clearing firms", for readers who see all parties. */
export function progressOf(
  parties: readonly { capacity: string; metBy: string | null }[],
  reader: Pick<Actor, 'firmId' | 'isExchange'>,
  ownerId: string,
) {
  if (!reader.isExchange && reader.firmId !== ownerId) return undefined
  const firmParties = parties.filter((party) => party.capacity !== 'exchange')
  const met = firmParties.filter((party) => party.metBy !== null).length
  return { met, firms: firmParties.length, running: 0, parts: 0 }
}

export const submitterFrom = (
  reader: Actor,
  contacts: readonly { userId: string | null; authorizedBy: string }[],
): Submitter => ({
  userId: reader.userId,
  firmId: reader.firmId,
  isExchange: reader.isExchange,
  roles: reader.standings,
  contactFor: contacts.filter((contact) => contact.userId === reader.userId).map((contact) => contact.authorizedBy),
})

/** The name of a draft that has no group yet. */
export function draftName(document: unknown): string {
  const draft = storedDraft.safeParse(document)
  return draft.success && draft.data.kind === 'new-group' ? draft.data.groupName : ''
}
