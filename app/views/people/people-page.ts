import type { Tx } from '#db/client.ts'
import { listWaitingInvitations, type WaitingInvitation } from '#db/queries/people/invitations.ts'
import { findUserName, listPeople, type PersonRow } from '#db/queries/people/people.ts'
import { mayPassCode, mayRenewLink } from '#domain/people/invite.ts'
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

/**
 * The people whom the reader keeps: a firm's list has its own people only, even where it knows the exchange's by name.
 */
export async function findPeoplePage(tx: Tx, reader: Actor, now: Date): Promise<ListedPerson[]> {
  const people = await listPeople(tx, now)
  const links = await listWaitingInvitations(tx, now)
  const own = people.filter((person) => reader.isExchange || person.firmId === reader.firmId)
  return own.map((person) => listed(person, { reader, people, links }))
}

function listed(
  person: PersonRow,
  { reader, people, links }: { reader: Actor; people: PersonRow[]; links: WaitingInvitation[] },
): ListedPerson {
  const link = links.find(({ userId }) => userId === person.userId)
  const others = may(reader, 'people:write') && person.isActive && person.userId !== reader.userId
  return {
    ...person,
    linkUntil: link?.expiresAt ?? null,
    codeTaken: link ? link.codeAt !== null : false,
    mayPass: link !== undefined && mayPassCode(reader, link),
    mayRenew: others && isRenewableBy(reader, person, soleRoles(person, people)),
    mayChangeRoles: others && person.firmId === reader.firmId,
    mayDisable: others,
  }
}

/** One person; `sole`: the roles that nobody else of their firm holds. */
export type PersonPage = { person: PersonRow; sole: Role[] }

/** A person of the reader's own firm, or with `everybody` of any that the reader sees. Undefined: not theirs to see. */
export async function findPersonPage(
  tx: Tx,
  reader: Actor,
  { userId, whose }: { userId: string | undefined; whose: 'own' | 'everybody' },
  now: Date,
): Promise<PersonPage | undefined> {
  const people = await listPeople(tx, now)
  const person = people.find((one) => one.userId === userId)
  if (!person) return undefined
  const isTheirs = person.firmId === reader.firmId || (whose === 'everybody' && reader.isExchange)
  return isTheirs ? { person, sole: soleRoles(person, people) } : undefined
}

/** Whether the reader may make a new link for this person; the service decides by the same rule. */
export const isRenewableBy = (reader: Actor, person: PersonRow, sole: readonly Role[]): boolean =>
  mayRenewLink(reader, { ...person, isSoleAdministrator: sole.includes('firm-admin') })

/** A link that waits for its person; `codeAt`: when its code was taken to be passed on, null: not yet. */
type LinkView = { madeBy: string; at: Date; until: Date; codeAt: Date | null; mayPass: boolean }

/** The link that waits for a person; undefined: none does. */
export async function findLinkPage(tx: Tx, reader: Actor, userId: string, now: Date): Promise<LinkView | undefined> {
  const [link] = await listWaitingInvitations(tx, now, userId)
  if (!link) return undefined
  const { createdAt: at, expiresAt: until, codeAt } = link
  const madeBy = (await findUserName(tx, link.invitedBy)) ?? 'the command line'
  return { madeBy, at, until, codeAt, mayPass: mayPassCode(reader, link) }
}
