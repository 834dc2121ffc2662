import { and, asc, eq, gt, inArray, isNull, lt, ne, or, type SQL, sql } from 'drizzle-orm'
import { codeTries } from '#domain/people/code.ts'
import { invitationMs } from '#domain/people/invite.ts'
import type { Tx } from '../../client.ts'
import { covers } from '../../schema/columns.ts'
import { firms } from '../../schema/firms.ts'
import { invitations, userSecrets } from '../../schema/sign-in.ts'
import { roleGrants, users } from '../../schema/users.ts'

/** A link that its person has not used yet and still can. */
export type WaitingInvitation = {
  id: string
  userId: string
  firmId: string
  invitedBy: string | null
  createdAt: Date
  expiresAt: Date
  /** When the code was taken to be passed on; null: not yet. */
  codeAt: Date | null
}

type NewInvitation = { tokenHash: string; userId: string; invitedBy: string | null }

/** Store a link. The person's earlier links and their codes stop working. @returns when it expires */
export async function insertInvitation(tx: Tx, row: NewInvitation, now: Date): Promise<Date> {
  await endInvitations(tx, row.userId, now)
  const expiresAt = new Date(now.getTime() + invitationMs)
  await tx.insert(invitations).values({ ...row, createdAt: now, expiresAt })
  return expiresAt
}

/** Ends every unused link of a person. */
async function endInvitations(tx: Tx, userId: string, now: Date): Promise<void> {
  await tx
    .update(invitations)
    .set({ usedAt: now })
    .where(and(eq(invitations.userId, userId), isNull(invitations.usedAt)))
}

/** Whether a link is not used, not expired, and its code not tried too often. */
export const isWaiting = (now: Date): SQL | undefined =>
  and(isNull(invitations.usedAt), gt(invitations.expiresAt, now), lt(invitations.codesTried, codeTries))

/** The links that wait for these people, as far as the reader sees them. */
export async function listWaitingInvitations(
  tx: Tx,
  now: Date,
  userIds: readonly string[],
): Promise<WaitingInvitation[]> {
  if (userIds.length === 0) return []
  return tx
    .select({
      id: invitations.id,
      userId: invitations.userId,
      firmId: users.firmId,
      invitedBy: invitations.invitedBy,
      createdAt: invitations.createdAt,
      expiresAt: invitations.expiresAt,
      codeAt: invitations.codeAt,
    })
    .from(invitations)
    .innerJoin(users, eq(users.id, invitations.userId))
    .where(and(inArray(invitations.userId, [...userIds]), eq(users.state, 'active'), isWaiting(now)))
    .orderBy(asc(invitations.createdAt))
}

/** Give a link its code, which replaces an earlier one. `by` null: the installation's command line passes it on. */
export async function saveCode(tx: Tx, id: string, codeHash: string, by: string | null, now: Date): Promise<void> {
  await tx
    .update(invitations)
    .set({ codeHash, codeAt: now, codeBy: by })
    .where(and(eq(invitations.id, id), isNull(invitations.usedAt)))
}

/**
 * The names of people who could take this link's code to pass it on, and can sign in. As `dc_auth`, which alone knows
 * who has a password. The same people as `mayPassCode` allows.
 */
export async function listCodePassers(tx: Tx, link: WaitingInvitation, now: Date): Promise<string[]> {
  const { invitedBy, userId, firmId } = link
  const ofTheFirm = and(eq(roleGrants.role, 'firm-admin'), eq(users.firmId, firmId))
  const rows = await tx
    .selectDistinct({ name: users.name })
    .from(users)
    .innerJoin(firms, and(eq(firms.id, users.firmId), eq(firms.state, 'active')))
    .innerJoin(userSecrets, eq(userSecrets.userId, users.id))
    .innerJoin(roleGrants, and(eq(roleGrants.userId, users.id), covers(roleGrants.during, now)))
    .where(
      and(
        eq(users.state, 'active'),
        ne(users.id, userId),
        invitedBy === null ? undefined : ne(users.id, invitedBy),
        or(eq(roleGrants.role, 'administrator'), ofTheFirm),
      ),
    )
    .orderBy(asc(users.name))
  return rows.map(({ name }) => name)
}

/** Takes turns in this database: who is known, and whose a domain is, is checked before it is written. */
export async function lockPeople(tx: Tx): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtext('dc.people'))`)
}
