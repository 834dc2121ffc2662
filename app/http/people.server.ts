import { and, eq, sql } from 'drizzle-orm'
import type { Tx } from '#db/client.ts'
import { userSecrets } from '#db/schema/sign-in.ts'
import { users } from '#db/schema/users.ts'
import { plainEmail } from '#domain/people/email.ts'

/** An active person's id and password hash by e-mail, ignoring case. As `dc_auth`. */
export async function findByEmail(tx: Tx, email: string): Promise<{ userId: string; hash: string | null } | undefined> {
  const [found] = await tx
    .select({ userId: users.id, hash: userSecrets.passwordHash })
    .from(users)
    .leftJoin(userSecrets, eq(userSecrets.userId, users.id))
    .where(and(eq(sql`lower(${users.email})`, plainEmail(email)), eq(users.state, 'active')))
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

/** Set the name that a person chooses when they accept an invitation. As `dc_auth`. */
export async function saveName(tx: Tx, userId: string, name: string): Promise<void> {
  await tx.update(users).set({ name }).where(eq(users.id, userId))
}
