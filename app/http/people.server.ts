import { and, eq, sql } from 'drizzle-orm'
import type { Tx } from '#db/client.ts'
import { covers } from '#db/schema/columns.ts'
import { groupContacts } from '#db/schema/consents.ts'
import { firms } from '#db/schema/firms.ts'
import { userSecrets } from '#db/schema/sign-in.ts'
import { roleGrants, users } from '#db/schema/users.ts'
import type { Actor, Standing } from '#domain/people/permissions.ts'

/** Who a user is and what they hold at this moment; undefined when there is no such user or they are disabled. As `dc_auth`. */
export async function findActor(tx: Tx, userId: string, now: Date): Promise<Actor | undefined> {
  const [person] = await tx
    .select({
      userId: users.id,
      name: users.name,
      email: users.email,
      firmId: users.firmId,
      firmName: firms.name,
      isExchange: firms.isExchange,
    })
    .from(users)
    .innerJoin(firms, eq(firms.id, users.firmId))
    .where(and(eq(users.id, userId), eq(users.state, 'active')))
  return person && { kind: 'person', ...person, standings: await standingsOf(tx, userId, now) }
}

async function standingsOf(tx: Tx, userId: string, now: Date): Promise<Standing[]> {
  const granted = await tx
    .selectDistinct({ role: roleGrants.role })
    .from(roleGrants)
    .where(and(eq(roleGrants.userId, userId), covers(roleGrants.during, now)))
    .orderBy(roleGrants.role)
  const contact = await tx
    .select({ one: sql`1` })
    .from(groupContacts)
    .where(and(eq(groupContacts.userId, userId), covers(groupContacts.during, now)))
    .limit(1)
  return [...granted.map(({ role }) => role), ...(contact.length > 0 ? (['authorized-contact'] as const) : [])]
}

/** An active person's id and password hash by e-mail, in whatever case it was typed. As `dc_auth`. */
export async function findByEmail(tx: Tx, email: string): Promise<{ userId: string; hash: string | null } | undefined> {
  const [found] = await tx
    .select({ userId: users.id, hash: userSecrets.passwordHash })
    .from(users)
    .leftJoin(userSecrets, eq(userSecrets.userId, users.id))
    .where(and(eq(sql`lower(${users.email})`, email.trim().toLowerCase()), eq(users.state, 'active')))
  return found
}

/** Their password hash. As `dc_auth`. */
export async function findHash(tx: Tx, userId: string): Promise<string | undefined> {
  const [found] = await tx
    .select({ hash: userSecrets.passwordHash })
    .from(userSecrets)
    .where(eq(userSecrets.userId, userId))
  return found?.hash
}

/** Set the first or a new password. As `dc_auth`. */
export async function saveHash(tx: Tx, userId: string, passwordHash: string, now: Date): Promise<void> {
  const value = { userId, passwordHash, changedAt: now }
  await tx
    .insert(userSecrets)
    .values(value)
    .onConflictDoUpdate({ target: userSecrets.userId, set: { passwordHash, changedAt: now } })
}

/** People say themselves how they are called, when they accept an invitation. As `dc_auth`. */
export async function saveName(tx: Tx, userId: string, name: string): Promise<void> {
  await tx.update(users).set({ name }).where(eq(users.id, userId))
}
