import { and, eq, exists, inArray, isNull, ne, not, or, type SQL, sql } from 'drizzle-orm'
import type { ListAsked } from '#domain/list/ask.ts'
import type { PlacedPage, RowCount } from '#domain/list/page.ts'
import type { Actor } from '#domain/people/permissions.ts'
import type { Environment } from '#domain/reference/environment.ts'
import { roleOfCapacity } from '#domain/request/decide.ts'
import { capacities, finalStates, requestKinds } from '#domain/request/lifecycle.ts'
import { type RequestFilter, type RequestShow, type RequestSort, requestList } from '#domain/request/request-list.ts'
import type { Tx } from '../../client.ts'
import { groupContacts } from '../../schema/consents.ts'
import { firms } from '../../schema/firms.ts'
import { groups } from '../../schema/groups.ts'
import { requestDrafts, requestParties, requestRounds, requests } from '../../schema/requests.ts'
import { users } from '../../schema/users.ts'
import { contains, countEach, countRows, type ListOrder, readPage } from '../paging.ts'

type Asked = Pick<ListAsked<RequestSort, RequestFilter>, 'search' | 'filters' | 'sort' | 'from'>
type Reader = Pick<Actor, 'userId' | 'firmId' | 'isExchange' | 'standings'>
type Place = { id: string; placeValue: string | null; placeId: string }

const order: ListOrder<RequestSort> = {
  offer: requestList(0),
  sorts: {
    number: { by: requests.number },
    since: { by: requests.stateAt },
    owner: { by: firms.name },
    group: { by: groups.name, isNullable: true },
    submitted: { by: requestRounds.submittedAt, isNullable: true },
  },
  id: requests.id,
}

/** The tables that an order looks at, and no others. */
const tables: Readonly<Record<RequestSort, SQL>> = {
  number: sql`${requests}`,
  since: sql`${requests}`,
  owner: sql`${requests} join ${firms} on ${firms.id} = ${requests.ownerId}`,
  group: sql`${requests} left join ${groups} on ${groups.id} = ${requests.groupId}`,
  submitted: sql`${requests} left join ${requestRounds} on ${requestRounds.requestId} = ${requests.id} and ${requestRounds.round} = ${requests.round}`,
}

/** Which requests are on a page, in order. */
export const listRequestPlaces = (
  tx: Tx,
  reader: Reader,
  environment: Environment,
  asked: Asked,
  size: number,
): Promise<PlacedPage<Place>> =>
  readPage(asked, order, size, async ({ where, orderBy, limit, place }) => {
    const { placeValue, placeId } = place
    const all = and(matching(tx, reader, environment, asked), shown(tx, reader, asked.filters.show), where)
    return tx.execute<Place>(sql`
      select ${requests.id} as "id", ${placeValue} as "placeValue", ${placeId} as "placeId"
      from ${tables[asked.sort.key]} where ${all} order by ${sql.join(orderBy, sql`, `)} limit ${limit}`)
  })

/** How many requests there are by what is asked otherwise: waiting for the reader, open, closed, and all. */
export async function countRequests(
  tx: Tx,
  reader: Reader,
  environment: Environment,
  asked: Pick<Asked, 'search' | 'filters'>,
): Promise<Record<RequestShow | 'all', RowCount>> {
  const all = matching(tx, reader, environment, asked)
  const count = await countEach(tx, sql`${requests}`, {
    waiting: and(all, shown(tx, reader, 'waiting')),
    open: and(all, shown(tx, reader, 'open')),
    closed: and(all, shown(tx, reader, 'closed')),
    all,
  })
  return { waiting: count('waiting'), open: count('open'), closed: count('closed'), all: count('all') }
}

/** How many requests wait for this reader. */
export async function countWaitingRequests(tx: Tx, reader: Reader, environment: Environment): Promise<number> {
  const all = matching(tx, reader, environment, { search: '', filters: {} })
  return (await countRows(tx, sql`${requests}`, and(all, waitsFor(tx, reader)))).rows
}

/** How many requests wait for each of these readers, to be answered and to be submitted. */
export async function countWaitingOfEach(
  tx: Tx,
  readers: readonly Reader[],
  environment: Environment,
): Promise<(userId: string) => { toAnswer: number; toSubmit: number }> {
  if (readers.length === 0) return () => ({ toAnswer: 0, toSubmit: 0 })
  const conditions = readers.flatMap((reader) => {
    const all = matching(tx, reader, environment, { search: '', filters: {} })
    const part = (name: string, condition: SQL | undefined) => [
      `${reader.userId} ${name}`,
      and(all, condition ?? sql`false`),
    ]
    return [part('answer', answers(tx, reader)), part('submit', submits(tx, reader))]
  })
  const count = await countEach(tx, sql`${requests}`, Object.fromEntries(conditions))
  return (userId) => ({ toAnswer: count(`${userId} answer`).rows, toSubmit: count(`${userId} submit`).rows })
}

function shown(tx: Tx, reader: Reader, show: string | undefined): SQL | undefined {
  const isOver = inArray(requests.state, [...finalStates])
  if (show === 'waiting') return waitsFor(tx, reader)
  return show === 'closed' ? isOver : show === 'open' ? not(isOver) : undefined
}

function matching(
  tx: Tx,
  reader: Reader,
  environment: Environment,
  { search, filters }: Pick<Asked, 'search' | 'filters'>,
): SQL | undefined {
  const kind = requestKinds.find((one) => one === filters.kind)
  return and(
    eq(requests.environment, environment),
    reader.isExchange ? undefined : concerns(tx, reader.firmId),
    kind && eq(requests.kind, kind),
    filters.owner === undefined ? undefined : eq(requests.ownerId, filters.owner),
    search === '' ? undefined : found(tx, reader, search),
  )
}

/** A firm's own requests and those that ask something of it. The policy says the same; an index answers only this. */
const concerns = (tx: Tx, firmId: string): SQL =>
  inArray(
    requests.id,
    sql`(${tx.select({ id: requests.id }).from(requests).where(eq(requests.ownerId, firmId))} union all ${tx
      .select({ id: requestParties.requestId })
      .from(requestParties)
      .where(eq(requestParties.firmId, firmId))})`,
  )

/** By number, group, firm, or the person who wrote or submitted it, as far as the reader sees them. */
function found(tx: Tx, reader: Reader, search: string): SQL | undefined {
  const people = tx.select({ id: users.id }).from(users).where(contains(users.name, search))
  const drafts = tx
    .select({ id: requestDrafts.requestId })
    .from(requestDrafts)
    .where(contains(sql`(${requestDrafts.document} ->> 'groupName')`, search))
  const submitted = tx
    .select({ id: requestRounds.requestId })
    .from(requestRounds)
    .where(inArray(requestRounds.submittedBy, people))
  // a party knows group and submitter from what it was asked alone
  const asked = tx
    .select({ id: requestParties.requestId })
    .from(requestParties)
    .where(
      and(
        eq(requestParties.firmId, reader.firmId),
        or(contains(sql`(${requestParties.slice} ->> 'group')`, search), contains(requestParties.submitter, search)),
      ),
    )
  return or(
    /^\d{1,9}$/.test(search) ? eq(requests.number, Number(search)) : undefined,
    inArray(requests.groupId, tx.select({ id: groups.id }).from(groups).where(contains(groups.name, search))),
    inArray(requests.ownerId, tx.select({ id: firms.id }).from(firms).where(contains(firms.name, search))),
    inArray(requests.draftedBy, people),
    inArray(requests.id, drafts),
    inArray(requests.id, submitted),
    reader.isExchange ? undefined : inArray(requests.id, asked),
  )
}

/**
 * What waits for a reader, in SQL: `nextFor` says the same of one request, and a test holds the two together. Nothing
 * waits for somebody who holds no role of it.
 */
function waitsFor(tx: Tx, reader: Reader): SQL {
  const parts = [answers(tx, reader), submits(tx, reader)].filter((part) => part !== undefined)
  return or(...parts) ?? sql`false`
}

/** The reader's firm has still to answer, and this person may: somebody else submitted the request. */
function answers(tx: Tx, { userId, firmId, isExchange, standings }: Reader): SQL | undefined {
  const held = capacities.filter(
    (one) => (one === 'exchange') === isExchange && standings.includes(roleOfCapacity(one)),
  )
  if (held.length === 0) return undefined
  const party = tx
    .select({ one: sql`1` })
    .from(requestParties)
    .where(
      and(
        eq(requestParties.requestId, requests.id),
        eq(requestParties.round, requests.round),
        eq(requestParties.firmId, firmId),
        inArray(requestParties.capacity, held),
        isExchange ? undefined : isNull(requestParties.metBy),
        ne(requestParties.submittedBy, userId),
      ),
    )
  // not `exists`, for which PostgreSQL would first read every row that ever asked something of the firm
  const isThere = sql`(${party.limit(1)}) is not null`
  const isOthers = or(not(requests.onBehalf), ne(requests.draftedBy, userId))
  const state = eq(requests.state, isExchange ? 'with-gam' : 'with-firms')
  return and(state, isExchange ? isOthers : undefined, isThere)
}

/** The reader's own draft, or a request that came back, and this person may submit it. */
function submits(tx: Tx, { userId, firmId, isExchange, standings }: Reader): SQL | undefined {
  const isTurn = or(eq(requests.state, 'returned'), and(eq(requests.state, 'draft'), eq(requests.draftedBy, userId)))
  if (isExchange) return standings.includes('gam') ? and(isTurn, requests.onBehalf) : undefined
  const contact = tx
    .select({ one: sql`1` })
    .from(groupContacts)
    .where(
      and(
        eq(groupContacts.groupId, requests.groupId),
        eq(groupContacts.userId, userId),
        sql`upper_inf(${groupContacts.during})`,
      ),
    )
  const newGroup = standings.includes('requester')
    ? and(eq(requests.kind, 'new-group'), eq(requests.ownerId, firmId))
    : undefined
  return and(isTurn, or(newGroup, and(ne(requests.kind, 'new-group'), exists(contact))))
}
