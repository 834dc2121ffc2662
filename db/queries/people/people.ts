import { and, asc, desc, eq, exists, inArray, isNull, ne, or, type SQL, sql } from 'drizzle-orm'
import { plainEmail } from '#domain/people/email.ts'
import type { Actor, Standing } from '#domain/people/permissions.ts'
import type { Role } from '#domain/people/roles.ts'
import type { Tx } from '../../client.ts'
import { auditEvents } from '../../schema/audit.ts'
import { covers, endedAt } from '../../schema/columns.ts'
import { groupContacts } from '../../schema/consents.ts'
import { firms } from '../../schema/firms.ts'
import { roleGrants, users } from '../../schema/users.ts'
import { contains } from '../paging.ts'

export type PersonRow = {
  userId: string
  name: string
  email: string
  firmId: string
  firmName: string
  isActive: boolean
  /** Bumped when roles or state change; a command names the one it read. */
  version: number
  roles: Role[]
}

/**
 * A user as they are now: firm, roles in force, and `authorized-contact` where they are a contact of a group. Undefined
 * when disabled. Over `asAuth` or `asJobs`, because nobody is signed in yet.
 */
export async function findActor(tx: Tx, userId: string, now: Date): Promise<Actor | undefined> {
  const [actor] = await actorsWhere(tx, now, eq(users.id, userId))
  return actor
}

/** These people as `findActor` finds them. */
export const listActorsOf = (tx: Tx, userIds: readonly string[], now: Date): Promise<Actor[]> =>
  actorsWhere(tx, now, inArray(users.id, [...userIds]))

/** The first people by firm and name who hold a role and have these letters in their name, address or firm. */
export async function listSomeActors(tx: Tx, search: string, most: number, now: Date): Promise<Actor[]> {
  const found = await tx
    .select({ id: users.id })
    .from(users)
    .innerJoin(firms, eq(firms.id, users.firmId))
    .where(
      and(
        eq(users.state, 'active'),
        eq(firms.state, 'active'),
        inArray(users.id, tx.select({ id: roleGrants.userId }).from(roleGrants).where(covers(roleGrants.during, now))),
        search === ''
          ? undefined
          : or(contains(users.name, search), contains(users.email, search), contains(firms.name, search)),
      ),
    )
    .orderBy(asc(firms.name), asc(users.name))
    .limit(most)
  return listActorsOf(
    tx,
    found.map(({ id }) => id),
    now,
  )
}

async function actorsWhere(tx: Tx, now: Date, whose: SQL): Promise<Actor[]> {
  const contacts = tx
    .select({ id: groupContacts.id })
    .from(groupContacts)
    .where(and(eq(groupContacts.userId, users.id), covers(groupContacts.during, now)))
  const rows = await tx
    .select({ user: users, firm: firms, role: roleGrants.role, isContact: sql<boolean>`${exists(contacts)}` })
    .from(users)
    .innerJoin(firms, eq(firms.id, users.firmId))
    .leftJoin(roleGrants, and(eq(roleGrants.userId, users.id), covers(roleGrants.during, now)))
    .where(and(whose, eq(users.state, 'active'), eq(firms.state, 'active')))
    .orderBy(asc(firms.name), asc(users.name), asc(roleGrants.role))
  const contactIds = new Set<string>()
  const actors = new Map<string, Actor & { standings: Standing[] }>()
  for (const { user, firm, role, isContact } of rows) {
    if (isContact) contactIds.add(user.id)
    const actor = actors.get(user.id) ?? {
      kind: 'person' as const,
      userId: user.id,
      name: user.name,
      email: user.email,
      firmId: firm.id,
      firmName: firm.name,
      isExchange: firm.isExchange,
      standings: [],
    }
    actors.set(user.id, actor)
    if (role) actor.standings.push(role)
  }
  for (const actor of actors.values()) if (contactIds.has(actor.userId)) actor.standings.push('authorized-contact')
  return [...actors.values()]
}

/** The people of one firm, by name. */
export const listPeopleOf = (tx: Tx, firmId: string, now: Date): Promise<PersonRow[]> =>
  peopleWhere(tx, now, eq(users.firmId, firmId))

export async function findPerson(tx: Tx, userId: string, now: Date): Promise<PersonRow | undefined> {
  const [person] = await peopleWhere(tx, now, eq(users.id, userId))
  return person
}

async function peopleWhere(tx: Tx, now: Date, where: SQL | undefined): Promise<PersonRow[]> {
  const rows = await tx
    .select({ user: users, firmName: firms.name, role: roleGrants.role })
    .from(users)
    .innerJoin(firms, eq(firms.id, users.firmId))
    .leftJoin(roleGrants, and(eq(roleGrants.userId, users.id), covers(roleGrants.during, now)))
    .where(where)
    .orderBy(asc(firms.name), asc(users.name), asc(roleGrants.role))
  const people = new Map<string, PersonRow>()
  for (const { user, firmName, role } of rows) {
    const { id: userId, name, email, firmId, version } = user
    const person = people.get(userId) ?? {
      userId,
      name,
      email,
      firmId,
      firmName,
      isActive: user.state === 'active',
      version,
      roles: [],
    }
    people.set(userId, person)
    if (role) person.roles.push(role)
  }
  return [...people.values()]
}

export async function findUser(tx: Tx, id: string): Promise<typeof users.$inferSelect | undefined> {
  const [row] = await tx.select().from(users).where(eq(users.id, id))
  return row
}

export async function findUserByEmail(tx: Tx, email: string): Promise<{ id: string; firmId: string } | undefined> {
  const [row] = await tx
    .select({ id: users.id, firmId: users.firmId })
    .from(users)
    .where(sql`lower(${users.email}) = ${plainEmail(email)}`)
  return row
}

export const findUserName = async (tx: Tx, id: string | null): Promise<string | undefined> =>
  id ? (await findUser(tx, id))?.name : undefined

/** Names by id, as far as they are seen. */
export async function listUserNames(tx: Tx, ids: readonly (string | null)[]): Promise<Map<string, string>> {
  const known = [...new Set(ids.filter((id) => id !== null))]
  if (known.length === 0) return new Map()
  const rows = await tx.select({ id: users.id, name: users.name }).from(users).where(inArray(users.id, known))
  return new Map(rows.map((row) => [row.id, row.name]))
}

export async function insertUser(tx: Tx, row: typeof users.$inferInsert): Promise<void> {
  await tx.insert(users).values(row)
}

/** @returns false where the person is disabled already */
export async function disableUserRow(tx: Tx, id: string): Promise<boolean> {
  const { count } = await tx
    .update(users)
    .set({ state: 'disabled', version: sql`${users.version} + 1` })
    .where(and(eq(users.id, id), ne(users.state, 'disabled')))
  return count > 0
}

/**
 * Count a change of a person's roles. @returns false when somebody else has changed them since this version was read
 */
export async function bumpUser(tx: Tx, id: string, version: number): Promise<boolean> {
  const rows = await tx
    .update(users)
    .set({ version: sql`${users.version} + 1` })
    .where(and(eq(users.id, id), eq(users.version, version)))
    .returning({ id: users.id })
  return rows.length > 0
}

/** Who last changed this person, and when, as far as the reader may know. */
export async function findLastChange(tx: Tx, userId: string): Promise<{ by: string | null; at: Date } | undefined> {
  const [row] = await tx
    .select({ by: users.name, at: auditEvents.at })
    .from(auditEvents)
    .leftJoin(users, eq(users.id, auditEvents.actorId))
    .where(and(eq(auditEvents.objectKind, 'user'), eq(auditEvents.objectId, userId), isNull(auditEvents.refused)))
    .orderBy(desc(auditEvents.seq))
    .limit(1)
  return row
}

export async function listRoles(tx: Tx, userId: string, now: Date): Promise<Role[]> {
  const rows = await tx
    .select({ role: roleGrants.role })
    .from(roleGrants)
    .where(and(eq(roleGrants.userId, userId), covers(roleGrants.during, now)))
  return rows.map((row) => row.role)
}

/** `grantedBy` null: the installation itself. */
export async function grantRoles(
  tx: Tx,
  user: { id: string; firmId: string },
  roles: readonly Role[],
  grantedBy: string | null,
  now: Date,
): Promise<void> {
  if (roles.length === 0) return
  const row = { userId: user.id, firmId: user.firmId, grantedBy, during: { from: now, until: null } }
  await tx.insert(roleGrants).values(roles.map((role) => ({ ...row, role })))
}

export async function endRoles(tx: Tx, userId: string, roles: readonly Role[], now: Date): Promise<void> {
  if (roles.length === 0) return
  await tx
    .update(roleGrants)
    .set({ during: endedAt(roleGrants.during, now) })
    .where(
      and(eq(roleGrants.userId, userId), inArray(roleGrants.role, [...roles]), sql`upper_inf(${roleGrants.during})`),
    )
}
