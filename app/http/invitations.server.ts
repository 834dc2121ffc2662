import { randomBytes } from 'node:crypto'
import { and, eq, gt, isNull } from 'drizzle-orm'
import type { Tx } from '#db/client.ts'
import { firms } from '#db/schema/firms.ts'
import { invitations } from '#db/schema/sign-in.ts'
import { users } from '#db/schema/users.ts'
import type { Invitation } from './auth-types.ts'
import { sha256 } from './sessions.server.ts'

/** How long an invited person has. */
export const invitationMs = 7 * 24 * 3600_000

/**
 * A single-use link's secret for this person, who sets a password with it; links sent before stop working. As `dc_auth`.
 * @param invitedBy null for the command line
 * @returns the token, 256 bits, of which only the sha256 is stored
 */
export async function createInvitation(
  tx: Tx,
  input: { userId: string; invitedBy: string | null; now: Date; lifeMs?: number },
): Promise<{ token: string; expiresAt: Date }> {
  const token = randomBytes(32).toString('base64url')
  const expiresAt = new Date(input.now.getTime() + (input.lifeMs ?? invitationMs))
  await tx
    .update(invitations)
    .set({ usedAt: input.now })
    .where(and(eq(invitations.userId, input.userId), isNull(invitations.usedAt)))
  const { userId, invitedBy, now: createdAt } = input
  await tx.insert(invitations).values({ tokenHash: sha256(token), userId, invitedBy, createdAt, expiresAt })
  return { token, expiresAt }
}

const usable = (token: string, now: Date) =>
  and(eq(invitations.tokenHash, sha256(token)), isNull(invitations.usedAt), gt(invitations.expiresAt, now))

/** What a link offers; undefined when it was used, has expired, or never was. As `dc_auth`. */
export async function findInvitation(tx: Tx, token: string, now: Date): Promise<Invitation | undefined> {
  const [found] = await tx
    .select({ email: users.email, name: users.name, firmName: firms.name, expiresAt: invitations.expiresAt })
    .from(invitations)
    .innerJoin(users, eq(users.id, invitations.userId))
    .innerJoin(firms, eq(firms.id, users.firmId))
    .where(and(usable(token, now), eq(users.state, 'active')))
  return found
}

/** Use a link up: of two at once, one gets the person's id. As `dc_auth`. */
export async function useInvitation(tx: Tx, token: string, now: Date): Promise<string | undefined> {
  const [used] = await tx
    .update(invitations)
    .set({ usedAt: now })
    .where(usable(token, now))
    .returning({ userId: invitations.userId })
  return used?.userId
}
