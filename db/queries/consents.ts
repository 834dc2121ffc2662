import { and, eq, inArray, sql } from 'drizzle-orm'
import type { Level } from '#domain/group/states.ts'
import type { Tx } from '../client.ts'
import { covers, endedAt } from '../schema/columns.ts'
import { consents } from '../schema/consents.ts'
import { sourceSessions } from '../schema/sources.ts'

export type ConsentRecord = typeof consents.$inferSelect & { source: string }

/** The live consents of a group. */
export async function listConsents(tx: Tx, groupId: string, now: Date): Promise<ConsentRecord[]> {
  return listWhere(tx, and(eq(consents.groupId, groupId), covers(consents.during, now)))
}

/** Consents of the group that ended at exactly this instant. */
export const listConsentsEndedAt = (tx: Tx, groupId: string, at: Date): Promise<ConsentRecord[]> =>
  listWhere(tx, and(eq(consents.groupId, groupId), sql`upper(${consents.during}) = ${at.toISOString()}::timestamptz`))

async function listWhere(tx: Tx, where: ReturnType<typeof and>): Promise<ConsentRecord[]> {
  const rows = await tx
    .select({ consent: consents, session: sourceSessions.sessionCode, execution: sourceSessions.executionCode })
    .from(consents)
    .innerJoin(sourceSessions, eq(sourceSessions.id, consents.sourceId))
    .where(where)
  return rows.map(({ consent, session, execution }) => ({ ...consent, source: session + execution }))
}

export type NewConsent = {
  groupId: string
  ownerId: string
  sourceId: string
  clearingFirmId: string
  upToLevel: Level
  basis: (typeof consents.$inferInsert)['basis']
  basisId: string
}

export async function insertConsents(tx: Tx, rows: readonly NewConsent[], now: Date): Promise<void> {
  if (rows.length === 0) return
  await tx.insert(consents).values(rows.map((row) => ({ ...row, during: { from: now, until: null } })))
}

/** End consents, saying who did and why. */
export async function endConsents(
  tx: Tx,
  ids: readonly string[],
  ended: { by: string; reason: string; now: Date },
): Promise<void> {
  if (ids.length === 0) return
  await tx
    .update(consents)
    .set({ during: endedAt(consents.during, ended.now), endedBy: ended.by, endReason: ended.reason })
    .where(inArray(consents.id, [...ids]))
}

/** What the view of the one invariant says; it must be empty before anything is published. */
export async function listUncovered(tx: Tx): Promise<{ groupId: string; source: string; guarantorId: string }[]> {
  const rows = await tx.execute<{ group_id: string; source: string; guarantor: string }>(sql`
    select u.group_id, s.session_code || s.execution_code as source, u.guarantor
    from dc.uncovered u join dc.source_sessions s on s.id = u.source_id limit 100`)
  return rows.map((row) => ({ groupId: row.group_id, source: row.source, guarantorId: row.guarantor }))
}
