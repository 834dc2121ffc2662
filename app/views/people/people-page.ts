import type { Tx } from '#db/client.ts'
import { findFirm, listHolders } from '#db/queries/people/firms.ts'
import { listWaitingInvitations, type WaitingInvitation } from '#db/queries/people/invitations.ts'
import { findPerson, findUserName, listPeopleOf, type PersonRow } from '#db/queries/people/people.ts'
import { countPeople, listPeoplePage } from '#db/queries/people/people-list.ts'
import type { ListAsked } from '#domain/list/ask.ts'
import { type ListPage, listPage, type PlacedPage } from '#domain/list/page.ts'
import { mayPassCode, mayRenewLink } from '#domain/people/invite.ts'
import { type PeopleFilter, type PeopleSort, peopleShows } from '#domain/people/people-list.ts'
import { type Actor, may } from '#domain/people/permissions.ts'
import { type Role, soleRoles } from '#domain/people/roles.ts'

/** A person in the list, with what the services allow the reader to do about them. */
export type ListedPerson = PersonRow & {
  /** until when the link that waits for them can be used; null: none waits */
  linkUntil: Date | null
  codeTaken: boolean
  mayPass: boolean
  mayRenew: boolean
  mayChangeRoles: boolean
  mayDisable: boolean
}

type Asked = ListAsked<PeopleSort, PeopleFilter>

/** A page of the list, with how many people each choice of what to show would have. */
type PeoplePage = {
  list: ListPage<ListedPerson>
  counts: Awaited<ReturnType<typeof countPeople>>
  /** The firm whose people alone are asked for. */
  firm: { id: string; name: string } | null
}

/**
 * The people whom the reader keeps: a firm's list has its own people only, even where it knows the exchange's by name.
 */
export async function findPeoplePage(
  tx: Tx,
  reader: Actor,
  asked: Asked,
  size: number,
  now: Date,
): Promise<PeoplePage> {
  const counts = await countPeople(tx, keptBy(reader), asked, now)
  const page = await listPeopleAsked(tx, reader, asked, size, now)
  const shown = peopleShows.find((show) => show === asked.filters.show) ?? 'all'
  const firm = asked.filters.firm && (await findFirm(tx, asked.filters.firm))
  return {
    list: listPage(asked, page, counts[shown]),
    counts,
    firm: firm ? { id: firm.id, name: firm.name } : null,
  }
}

/** The rows of a page, with what the reader may do about each person. */
export async function listPeopleAsked(
  tx: Tx,
  reader: Actor,
  asked: Asked,
  size: number,
  now: Date,
): Promise<PlacedPage<ListedPerson>> {
  const page = await listPeoplePage(tx, keptBy(reader), asked, size, now)
  const ids = page.rows.map(({ userId }) => userId)
  const links = await listWaitingInvitations(tx, now, ids)
  const firmIds = [...new Set(page.rows.map(({ firmId }) => firmId))]
  const administrators = await listHolders(tx, firmIds, 'firm-admin', now)
  return { ...page, rows: page.rows.map((person) => listed(person, { reader, administrators, links })) }
}

/** The firm whose people a reader keeps; null: the exchange keeps everybody. */
const keptBy = (reader: Actor): string | null => (reader.isExchange ? null : reader.firmId)

type Holder = { userId: string; firmId: string }

function listed(
  person: PersonRow,
  { reader, administrators, links }: { reader: Actor; administrators: Holder[]; links: WaitingInvitation[] },
): ListedPerson {
  const link = links.find(({ userId }) => userId === person.userId)
  const others = may(reader, 'people:write') && person.isActive && person.userId !== reader.userId
  return {
    ...person,
    linkUntil: link?.expiresAt ?? null,
    codeTaken: link ? link.codeAt !== null : false,
    mayPass: link !== undefined && mayPassCode(reader, link),
    mayRenew: others && isRenewableBy(reader, person, isSoleOf(administrators, person) ? ['firm-admin'] : []),
    mayChangeRoles: others && person.firmId === reader.firmId,
    mayDisable: others,
  }
}

const isSoleOf = (holders: readonly Holder[], { userId, firmId }: Holder): boolean =>
  holders.filter((one) => one.firmId === firmId).every((one) => one.userId === userId) &&
  holders.some((one) => one.userId === userId)

/** One person; `sole`: the roles that nobody else of their firm holds. */
export type PersonPage = { person: PersonRow; sole: Role[] }

/** A person of the reader's own firm, or with `everybody` of any that the reader sees. Undefined: not theirs to see. */
export async function findPersonPage(
  tx: Tx,
  reader: Actor,
  { userId, whose }: { userId: string; whose: 'own' | 'everybody' },
  now: Date,
): Promise<PersonPage | undefined> {
  const person = await findPerson(tx, userId, now)
  if (!person) return undefined
  const isTheirs = person.firmId === reader.firmId || (whose === 'everybody' && reader.isExchange)
  return isTheirs ? { person, sole: soleRoles(person, await listPeopleOf(tx, person.firmId, now)) } : undefined
}

/** Whether the reader may make a new link for this person; the service decides by the same rule. */
export const isRenewableBy = (reader: Actor, person: PersonRow, sole: readonly Role[]): boolean =>
  mayRenewLink(reader, { ...person, isSoleAdministrator: sole.includes('firm-admin') })

/** A link that waits for its person; `codeAt`: when its code was taken to be passed on, null: not yet. */
type LinkView = { madeBy: string; at: Date; until: Date; codeAt: Date | null; mayPass: boolean }

/** The link that waits for a person; undefined: none does. */
export async function findLinkPage(tx: Tx, reader: Actor, userId: string, now: Date): Promise<LinkView | undefined> {
  const [link] = await listWaitingInvitations(tx, now, [userId])
  if (!link) return undefined
  const { createdAt: at, expiresAt: until, codeAt } = link
  const madeBy = (await findUserName(tx, link.invitedBy)) ?? 'the command line'
  return { madeBy, at, until, codeAt, mayPass: mayPassCode(reader, link) }
}
