import { and, eq, inArray, sql } from 'drizzle-orm'
import type { Level } from '#domain/group/states.ts'
import type { Environment } from '#domain/reference/environment.ts'
import type { Tx } from '../../client.ts'
import { covers, endedAt } from '../../schema/columns.ts'
import { consents } from '../../schema/consents.ts'
import { sourceSessions } from '../../schema/sources.ts'

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

/** End consents, saying who did and why; `by` null: the portal itself. */
export async function endConsents(
  tx: Tx,
  ids: readonly string[],
  ended: { by: string | null; reason: string; now: Date },
): Promise<void> {
  if (ids.length === 0) return
  await tx
    .update(consents)
    .set({ during: endedAt(consents.during, ended.now), endedBy: ended.by, endReason: ended.reason })
    .where(inArray(consents.id, [...ids]))
}

export type UncoveredRow = {
  environment: Environment
  groupId: string
  sourceId: string
  source: string
  /** Null: nobody guarantees the source. */
  guarantorId: string | null
  guarantorName: string | null
}

/**
 * What the view of the one invariant finds in all groups. It must find nothing before anything is published. Read with
 * the system's sight.
 */
export async function listUncovered(tx: Tx): Promise<UncoveredRow[]> {
  const rows = await tx.execute<{
    environment: Environment
    group_id: string
    source_id: string
    source: string
    guarantor: string | null
    name: string | null
  }>(sql`
    select u.environment, u.group_id, u.source_id, s.session_code || s.execution_code as source, u.guarantor, f.name
    from dc.uncovered u join dc.source_sessions s on s.id = u.source_id left join dc.firms f on f.id = u.guarantor
    order by u.group_id, source, f.name`)
  return rows.map((row) => ({
    environment: row.environment,
    groupId: row.group_id,
    sourceId: row.source_id,
    source: row.source,
    guarantorId: row.guarantor,
    guarantorName: row.name,
  }))
}
