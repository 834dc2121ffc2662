import { and, asc, desc, eq, gt, inArray, isNull, ne, or, sql } from 'drizzle-orm'
import type { TargetState } from '#domain/group/states.ts'
import type { Environment, GatewayKind } from '#domain/reference/environment.ts'
import type { AddressRole } from '#domain/session/fail-over.ts'
import type { Tx } from '../../client.ts'
import { covers, endedAt } from '../../schema/columns.ts'
import { sourceSessions } from '../../schema/sources.ts'
import { targetCredentials, targetSources, targets } from '../../schema/targets.ts'
import { users } from '../../schema/users.ts'

export type TargetRecord = typeof targets.$inferSelect
/** All columns but the verifiers of secrets, which the portal writes and never reads. */
const credentialColumns = {
  id: targetCredentials.id,
  targetId: targetCredentials.targetId,
  kind: targetCredentials.kind,
  fingerprint: targetCredentials.fingerprint,
  claimedBy: targetCredentials.claimedBy,
  claimedAt: targetCredentials.claimedAt,
  expiresAt: targetCredentials.expiresAt,
  revokedAt: targetCredentials.revokedAt,
  revokedBy: targetCredentials.revokedBy,
}
export type CredentialRecord = Omit<typeof targetCredentials.$inferSelect, 'verifier' | 'sealed'>
type Listen = TargetRecord['listen']

/** The target with this session id, as far as the transaction's person sees it. */
export async function findTarget(tx: Tx, sessionId: string): Promise<TargetRecord | undefined> {
  const [row] = await tx.select().from(targets).where(eq(targets.sessionId, sessionId))
  return row
}

/** A group's targets with the names of the sources placed on each today. */
export async function listTargetsOf(
  tx: Tx,
  groupId: string,
  now: Date,
): Promise<(TargetRecord & { sources: { id: string; name: string }[] })[]> {
  const rows = await tx.select().from(targets).where(eq(targets.groupId, groupId)).orderBy(asc(targets.sessionId))
  const placed = await tx
    .select({
      targetId: targetSources.targetId,
      id: sourceSessions.id,
      name: sql<string>`${sourceSessions.sessionCode} || ${sourceSessions.executionCode}`,
    })
    .from(targetSources)
    .innerJoin(sourceSessions, eq(sourceSessions.id, targetSources.sourceId))
    .where(and(eq(targetSources.groupId, groupId), covers(targetSources.during, now)))
    .orderBy(asc(sourceSessions.sessionCode), asc(sourceSessions.executionCode))
  return rows.map((row) => ({
    ...row,
    sources: placed.filter((one) => one.targetId === row.id).map(({ id, name }) => ({ id, name })),
  }))
}

/** On which targets of a group each source was placed at an instant, by session id. */
export async function listCarriers(
  tx: Tx,
  groupId: string,
  at: Date,
): Promise<{ sessionId: string; source: string }[]> {
  return tx
    .select({
      sessionId: targets.sessionId,
      source: sql<string>`${sourceSessions.sessionCode} || ${sourceSessions.executionCode}`,
    })
    .from(targetSources)
    .innerJoin(targets, eq(targets.id, targetSources.targetId))
    .innerJoin(sourceSessions, eq(sourceSessions.id, targetSources.sourceId))
    .where(and(eq(targetSources.groupId, groupId), covers(targetSources.during, at)))
    .orderBy(asc(targets.sessionId))
}

/** The session ids of all targets of these groups, closed ones included; as far as the reader sees the targets. */
export async function listSessionIds(
  tx: Tx,
  groupIds: readonly string[],
): Promise<{ groupId: string; sessionId: string }[]> {
  if (groupIds.length === 0) return []
  return tx
    .select({ groupId: targets.groupId, sessionId: targets.sessionId })
    .from(targets)
    .where(inArray(targets.groupId, [...groupIds]))
}

/** Make every target of an environment that is not closed listen here from now on. */
export async function saveListenOfAll(tx: Tx, environment: TargetRecord['environment'], listen: Listen): Promise<void> {
  await tx
    .update(targets)
    .set({ listen })
    .where(and(eq(targets.environment, environment), ne(targets.state, 'closed')))
}

export async function isSessionIdUsed(tx: Tx, sessionId: string): Promise<boolean> {
  const rows = await tx.select({ id: targets.id }).from(targets).where(eq(targets.sessionId, sessionId))
  return rows.length > 0
}

export async function insertTarget(
  tx: Tx,
  row: {
    id: string
    groupId: string
    environment: Environment
    sessionId: string
    gatewayKind: GatewayKind
    shard: string
    listen: Listen
  },
): Promise<void> {
  await tx.insert(targets).values({ ...row, state: 'open' })
}

/** Close targets. Each keeps the record of who paused it, and why. */
export async function closeTargets(tx: Tx, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return
  await tx
    .update(targets)
    .set({ state: 'closed', version: sql`${targets.version} + 1` })
    .where(inArray(targets.id, [...ids]))
}

/** Undo the closing of targets: one that was paused is paused again, by the same person and for the same reason. */
export async function reopenTargets(tx: Tx, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return
  await tx
    .update(targets)
    .set({
      state: sql`case when ${targets.pauseReason} is null then 'open' else 'paused' end`,
      version: sql`${targets.version} + 1`,
    })
    .where(and(inArray(targets.id, [...ids]), eq(targets.state, 'closed')))
}

export async function setTargetState(
  tx: Tx,
  ids: readonly string[],
  state: Exclude<TargetState, 'closed'>,
  paused?: { by: string | null; reason: string },
): Promise<void> {
  if (ids.length === 0) return
  await tx
    .update(targets)
    .set({
      state,
      pausedBy: paused?.by ?? null,
      pauseReason: paused?.reason ?? null,
      version: sql`${targets.version} + 1`,
    })
    .where(inArray(targets.id, [...ids]))
}

/** Want this address of a target in force from now on. */
export async function setTargetActive(tx: Tx, id: string, active: AddressRole): Promise<void> {
  await tx
    .update(targets)
    .set({ active, version: sql`${targets.version} + 1` })
    .where(eq(targets.id, id))
}

export async function insertPlacements(
  tx: Tx,
  rows: readonly { targetId: string; groupId: string; sourceId: string }[],
  now: Date,
): Promise<void> {
  if (rows.length === 0) return
  await tx.insert(targetSources).values(rows.map((row) => ({ ...row, during: { from: now, until: null } })))
}

export async function endPlacements(tx: Tx, groupId: string, sourceIds: readonly string[], now: Date): Promise<void> {
  if (sourceIds.length === 0) return
  await tx
    .update(targetSources)
    .set({ during: endedAt(targetSources.during, now) })
    .where(
      and(
        eq(targetSources.groupId, groupId),
        inArray(targetSources.sourceId, [...sourceIds]),
        sql`upper_inf(${targetSources.during})`,
      ),
    )
}

/** Placements of the group that ended at exactly this instant. */
export async function listPlacementsEndedAt(
  tx: Tx,
  groupId: string,
  at: Date,
): Promise<{ targetId: string; sourceId: string }[]> {
  return tx
    .select({ targetId: targetSources.targetId, sourceId: targetSources.sourceId })
    .from(targetSources)
    .where(
      and(eq(targetSources.groupId, groupId), sql`upper(${targetSources.during}) = ${at.toISOString()}::timestamptz`),
    )
}

export async function insertCredential(tx: Tx, row: typeof targetCredentials.$inferInsert): Promise<void> {
  await tx.insert(targetCredentials).values(row)
}

export async function findCredential(
  tx: Tx,
  id: string,
): Promise<(CredentialRecord & { target: TargetRecord }) | undefined> {
  const [row] = await tx
    .select({ credential: credentialColumns, target: targets })
    .from(targetCredentials)
    .innerJoin(targets, eq(targets.id, targetCredentials.targetId))
    .where(eq(targetCredentials.id, id))
  return row ? { ...row.credential, target: row.target } : undefined
}

/** Whether a credential is neither revoked nor expired at this instant. */
export const isGoodAt = (now: Date) =>
  and(
    isNull(targetCredentials.revokedAt),
    or(isNull(targetCredentials.expiresAt), gt(targetCredentials.expiresAt, now)),
  )

/** Credentials of these targets that a client can log on with now, oldest first. */
export async function listLiveCredentials(
  tx: Tx,
  targetIds: readonly string[],
  now: Date,
): Promise<CredentialRecord[]> {
  if (targetIds.length === 0) return []
  return tx
    .select(credentialColumns)
    .from(targetCredentials)
    .where(and(inArray(targetCredentials.targetId, [...targetIds]), isGoodAt(now)))
    .orderBy(asc(targetCredentials.claimedAt))
}

/** Nobody can log on with the credential from this instant on. */
export async function expireCredential(tx: Tx, id: string, expiresAt: Date): Promise<void> {
  await tx.update(targetCredentials).set({ expiresAt }).where(eq(targetCredentials.id, id))
}

/** Every credential of a target, with the people who made and revoked it, newest first. */
export async function listCredentials(tx: Tx, targetId: string) {
  const rows = await tx
    .select({ credential: credentialColumns, createdBy: users.name })
    .from(targetCredentials)
    .leftJoin(users, eq(users.id, targetCredentials.claimedBy))
    .where(eq(targetCredentials.targetId, targetId))
    .orderBy(desc(targetCredentials.claimedAt))
  return rows.map(({ credential, createdBy }) => ({ ...credential, createdBy: createdBy ?? '' }))
}

/** @returns false where it is revoked already */
export async function revokeCredentialRow(tx: Tx, id: string, by: string, now: Date): Promise<boolean> {
  const { count } = await tx
    .update(targetCredentials)
    .set({ revokedAt: now, revokedBy: by })
    .where(and(eq(targetCredentials.id, id), isNull(targetCredentials.revokedAt)))
  return count > 0
}
