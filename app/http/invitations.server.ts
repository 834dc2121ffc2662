import { and, eq, gt, isNotNull, isNull, lt, sql } from 'drizzle-orm'
import type { Tx } from '#db/client.ts'
import { firms } from '#db/schema/firms.ts'
import { invitations, userSecrets } from '#db/schema/sign-in.ts'
import { users } from '#db/schema/users.ts'
import { codeText, codeTries } from '#domain/people/code.ts'
import type { Invitation } from './auth-types.ts'
import { sha256 } from './sessions.server.ts'

const usable = (token: string, now: Date) =>
  and(
    eq(invitations.tokenHash, sha256(token)),
    isNull(invitations.usedAt),
    gt(invitations.expiresAt, now),
    lt(invitations.codesTried, codeTries),
  )

/** What a link offers; undefined when it was used, has expired, was tried too often, or never existed. As `dc_auth`. */
export async function findInvitation(tx: Tx, token: string, now: Date): Promise<Invitation | undefined> {
  const [found] = await tx
    .select({
      email: users.email,
      name: users.name,
      firmName: firms.name,
      expiresAt: invitations.expiresAt,
      isCodeTaken: sql<boolean>`${invitations.codeHash} is not null`,
      hasPassword: sql<boolean>`${userSecrets.userId} is not null`,
    })
    .from(invitations)
    .innerJoin(users, eq(users.id, invitations.userId))
    .innerJoin(firms, eq(firms.id, users.firmId))
    .leftJoin(userSecrets, eq(userSecrets.userId, users.id))
    .where(and(usable(token, now), eq(users.state, 'active'), eq(firms.state, 'active')))
  return found
}

/**
 * Use up a link with its code: of two tries at once, one gets the person's id. A try is counted before the code is
 * checked, and stays counted when the code is wrong. As `dc_auth`.
 */
export async function useInvitation(tx: Tx, token: string, code: string, now: Date): Promise<string | undefined> {
  const [tried] = await tx
    .update(invitations)
    .set({ codesTried: sql`${invitations.codesTried} + 1` })
    .where(and(usable(token, now), isNotNull(invitations.codeHash)))
    .returning({ id: invitations.id, userId: invitations.userId, codeHash: invitations.codeHash })
  if (!tried || sha256(codeText(tried.id, code)) !== tried.codeHash) return undefined
  await tx.update(invitations).set({ usedAt: now }).where(eq(invitations.id, tried.id))
  return tried.userId
}
