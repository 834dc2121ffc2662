import type { Tx } from '#db/client.ts'
import { listContactsOf } from '#db/queries/group/contacts.ts'
import { findFirm } from '#db/queries/people/firms.ts'
import { listAsked, listPartyStates, type PartyRecord } from '#db/queries/request/parties.ts'
import { countRequests, countWaitingRequests, listRequestPlaces } from '#db/queries/request/request-list.ts'
import { listRequestRows, listRequestRowsById } from '#db/queries/request/request-rows.ts'
import { type ListAsked, pageSize, readAsked } from '#domain/list/ask.ts'
import { type ListPage, listPage, type PlacedPage } from '#domain/list/page.ts'
import type { Actor } from '#domain/people/permissions.ts'
import type { Environment } from '#domain/reference/environment.ts'
import type { Submitter } from '#domain/request/guards.ts'
import { storedDraft } from '#domain/request/input.ts'
import { requestStateWord } from '#domain/request/lifecycle.ts'
import { type RequestFilter, type RequestSort, requestList, requestShows } from '#domain/request/request-list.ts'
import { askedWords } from '#domain/request/signing.ts'
import { nextFor, nextWords, type RequestStanding } from '#domain/request/standing.ts'
import type { RequestRow } from './request-view.ts'

/** How many of the newest requests are listed; older ones are found by their group. */
const most = 500

/** How many requests wait for this reader: the figure beside "Requests". */
export const countWaiting = (tx: Tx, reader: Actor, environment: Environment): Promise<number> =>
  countWaitingRequests(tx, reader, environment)

type Asked = ListAsked<RequestSort, RequestFilter>

/** A page of the list, with how many requests each choice of what to show would have. */
export type RequestsPage = {
  list: ListPage<RequestRow>
  counts: Awaited<ReturnType<typeof countRequests>>
  /** The firm whose requests alone are asked for. */
  owner: { id: string; name: string } | null
}

/** What an address asks of the list, and the page that answers it. */
export async function findRequestsPage(
  tx: Tx,
  reader: Actor,
  environment: Environment,
  params: URLSearchParams,
): Promise<RequestsPage> {
  const counts = await countRequests(tx, reader, environment, readAsked(params, requestList(0)))
  const asked = readAsked(params, requestList(counts.waiting.rows))
  const page = await listRequestsAsked(tx, reader, environment, asked, pageSize)
  const shown = requestShows.find((show) => show === asked.filters.show) ?? 'all'
  const owner = asked.filters.owner && (await findFirm(tx, asked.filters.owner))
  return {
    list: listPage(asked, page, counts[shown]),
    counts,
    owner: owner ? { id: owner.id, name: owner.name } : null,
  }
}

/** The same without the page: what a file of the list holds. */
export async function findRequestsAsked(tx: Tx, reader: Actor, environment: Environment, params: URLSearchParams) {
  const { waiting } = await countRequests(tx, reader, environment, readAsked(params, requestList(0)))
  return readAsked(params, requestList(waiting.rows))
}

/** The rows of a page, as this reader may see them. */
export async function listRequestsAsked(
  tx: Tx,
  reader: Actor,
  environment: Environment,
  asked: Asked,
  size: number,
): Promise<PlacedPage<RequestRow>> {
  const places = await listRequestPlaces(tx, reader, environment, asked, size)
  const ids = places.rows.map(({ id }) => id)
  const found = new Map((await listRequestRowsById(tx, ids)).map((row) => [row.request.id, row]))
  const inOrder = ids.flatMap((id) => found.get(id) ?? [])
  return { ...places, rows: await rowsOf(tx, reader, inOrder) }
}

/** The requests of one group, newest first. */
export const listRequestsOfGroup = async (tx: Tx, reader: Actor, groupId: string): Promise<RequestRow[]> =>
  rowsOf(tx, reader, await listRequestRows(tx, { groupId }, most))

type ListedRequest = Awaited<ReturnType<typeof listRequestRows>>[number]

async function rowsOf(tx: Tx, reader: Actor, listed: ListedRequest[]): Promise<RequestRow[]> {
  const read = await withParties(tx, listed)
  const ids = read.rows.map(({ request }) => request.id)
  return rowsFor(reader, read, reader.isExchange ? new Map() : await listAsked(tx, reader.firmId, ids))
}

type ReadRequests = Awaited<ReturnType<typeof withParties>>

async function withParties(tx: Tx, rows: ListedRequest[]) {
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
function rowsFor(
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
