import { and, asc, eq, inArray, ne, sql } from 'drizzle-orm'
import type { Tx } from '../../client.ts'
import { covers, endedAt } from '../../schema/columns.ts'
import { groupContacts } from '../../schema/consents.ts'
import { firms } from '../../schema/firms.ts'

export type ContactRecord = typeof groupContacts.$inferSelect

/** Contacts in force, with the firm that authorized them. */
export async function listContacts(
  tx: Tx,
  groupId: string,
  now: Date,
): Promise<(ContactRecord & { firmName: string })[]> {
  const rows = await tx
    .select({ contact: groupContacts, firmName: firms.name })
    .from(groupContacts)
    .innerJoin(firms, eq(firms.id, groupContacts.authorizedBy))
    .where(and(eq(groupContacts.groupId, groupId), covers(groupContacts.during, now)))
    .orderBy(asc(groupContacts.name), asc(firms.name))
  return rows.map(({ contact, firmName }) => ({ ...contact, firmName }))
}

/** Contacts of several groups whose authority was not ended: who may submit for which clearing firm. */
export async function listContactsOf(
  tx: Tx,
  groupIds: readonly string[],
): Promise<Pick<ContactRecord, 'groupId' | 'userId' | 'authorizedBy'>[]> {
  if (groupIds.length === 0) return []
  const rows = await tx
    .select({
      groupId: groupContacts.groupId,
      userId: groupContacts.userId,
      authorizedBy: groupContacts.authorizedBy,
      during: groupContacts.during,
    })
    .from(groupContacts)
    .where(inArray(groupContacts.groupId, [...new Set(groupIds)]))
  return rows.filter((row) => row.during.until === null)
}

/** Contacts whose authority ended at exactly this instant. */
export async function listContactsEndedAt(tx: Tx, groupId: string, at: Date): Promise<ContactRecord[]> {
  return tx
    .select()
    .from(groupContacts)
    .where(
      and(eq(groupContacts.groupId, groupId), sql`upper(${groupContacts.during}) = ${at.toISOString()}::timestamptz`),
    )
}

/** Contacts whose authority ended, except those that ended because the person was named again. */
export async function listEndedContacts(tx: Tx, groupId: string): Promise<ContactRecord[]> {
  const isEnded = sql`not upper_inf(${groupContacts.during})`
  return tx
    .select()
    .from(groupContacts)
    .where(and(eq(groupContacts.groupId, groupId), isEnded, ne(groupContacts.endReason, namedAnew)))
}

export async function insertContact(tx: Tx, row: typeof groupContacts.$inferInsert): Promise<void> {
  await tx.insert(groupContacts).values(row)
}

/** The reason for which the row of a person ends who is named again for the same firm. */
export const namedAnew = 'named anew'

/**
 * End contacts in force: of the whole group, one of them, of one person for one firm, or those that a request named.
 */
export async function endContacts(
  tx: Tx,
  which: { groupId: string; id?: string; email?: string; authorizedBy?: string; basisId?: string },
  ended: { by: string; reason?: string; now: Date },
): Promise<void> {
  const { groupId, id, email, authorizedBy, basisId } = which
  await tx
    .update(groupContacts)
    .set({
      during: endedAt(groupContacts.during, ended.now),
      endedBy: ended.by,
      endReason: ended.reason ?? namedAnew,
    })
    .where(
      and(
        eq(groupContacts.groupId, groupId),
        id === undefined ? undefined : eq(groupContacts.id, id),
        email === undefined ? undefined : sql`lower(${groupContacts.email}) = lower(${email})`,
        authorizedBy === undefined ? undefined : eq(groupContacts.authorizedBy, authorizedBy),
        basisId === undefined ? undefined : eq(groupContacts.basisId, basisId),
        sql`upper_inf(${groupContacts.during})`,
      ),
    )
}
