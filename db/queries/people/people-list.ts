import { and, asc, eq, exists, inArray, ne, or, type SQL, sql } from 'drizzle-orm'
import type { ListAsked } from '#domain/list/ask.ts'
import type { PlacedPage, RowCount } from '#domain/list/page.ts'
import { type PeopleFilter, type PeopleShow, type PeopleSort, peopleList } from '#domain/people/people-list.ts'
import { isRole, type Role } from '#domain/people/roles.ts'
import type { Tx } from '../../client.ts'
import { covers } from '../../schema/columns.ts'
import { firms } from '../../schema/firms.ts'
import { invitations } from '../../schema/sign-in.ts'
import { roleGrants, users } from '../../schema/users.ts'
import { contains, countEach, type ListOrder, readPage } from '../paging.ts'
import { isWaiting } from './invitations.ts'
import type { PersonRow } from './people.ts'

type Asked = Pick<ListAsked<PeopleSort, PeopleFilter>, 'search' | 'filters' | 'sort' | 'from'>
/** The people of one firm, or with null of every firm that the transaction's person sees. */
type Whose = string | null

const order: ListOrder<PeopleSort> = {
  offer: peopleList,
  sorts: {
    name: { by: users.name },
    email: { by: users.email },
    // by firm, and within one by name
    firm: { by: sql`${firms.name} || chr(10) || ${users.name}` },
  },
  id: users.id,
}

/** A page of people with their roles today. */
export async function listPeoplePage(
  tx: Tx,
  whose: Whose,
  asked: Asked,
  size: number,
  now: Date,
): Promise<PlacedPage<PersonRow>> {
  const page = await readPage(asked, order, size, ({ where, orderBy, limit, place }) =>
    tx
      .select({ user: users, firmName: firms.name, ...place })
      .from(users)
      .innerJoin(firms, eq(firms.id, users.firmId))
      .where(and(matching(tx, whose, asked, now), shown(tx, asked.filters.show, now), where))
      .orderBy(...orderBy)
      .limit(limit),
  )
  const held = await listRolesOf(
    tx,
    page.rows.map(({ user }) => user.id),
    now,
  )
  const rows = page.rows.map(({ user: { id, name, email, firmId, version, state }, firmName }) => ({
    ...{ userId: id, name, email, firmId, firmName, version, isActive: state === 'active' },
    roles: held.filter(({ userId }) => userId === id).map(({ role }) => role),
  }))
  return { ...page, rows }
}

/** How many there are by what is asked otherwise. */
export async function countPeople(
  tx: Tx,
  whose: Whose,
  asked: Pick<Asked, 'search' | 'filters'>,
  now: Date,
): Promise<Record<PeopleShow | 'all', RowCount>> {
  const all = matching(tx, whose, asked, now)
  const count = await countEach(tx, sql`${users} join ${firms} on ${firms.id} = ${users.firmId}`, {
    active: and(all, shown(tx, 'active', now)),
    disabled: and(all, shown(tx, 'disabled', now)),
    link: and(all, shown(tx, 'link', now)),
    all,
  })
  return { active: count('active'), disabled: count('disabled'), link: count('link'), all: count('all') }
}

function shown(tx: Tx, show: string | undefined, now: Date): SQL | undefined {
  if (show === 'active') return eq(users.state, 'active')
  if (show === 'disabled') return ne(users.state, 'active')
  if (show !== 'link') return undefined
  const link = tx
    .select({ id: invitations.id })
    .from(invitations)
    .where(and(eq(invitations.userId, users.id), isWaiting(now)))
  return and(eq(users.state, 'active'), exists(link))
}

function matching(
  tx: Tx,
  whose: Whose,
  { search, filters }: Pick<Asked, 'search' | 'filters'>,
  now: Date,
): SQL | undefined {
  const { role, firm } = filters
  const holders = (held: Role) =>
    tx
      .select({ id: roleGrants.userId })
      .from(roleGrants)
      .where(and(eq(roleGrants.role, held), covers(roleGrants.during, now)))
  return and(
    whose === null ? undefined : eq(users.firmId, whose),
    firm === undefined ? undefined : eq(users.firmId, firm),
    role !== undefined && isRole(role) ? inArray(users.id, holders(role)) : undefined,
    search === ''
      ? undefined
      : or(contains(users.name, search), contains(users.email, search), contains(firms.name, search)),
  )
}

async function listRolesOf(tx: Tx, userIds: readonly string[], now: Date): Promise<{ userId: string; role: Role }[]> {
  if (userIds.length === 0) return []
  return tx
    .select({ userId: roleGrants.userId, role: roleGrants.role })
    .from(roleGrants)
    .where(and(inArray(roleGrants.userId, [...userIds]), covers(roleGrants.during, now)))
    .orderBy(asc(roleGrants.role))
}
