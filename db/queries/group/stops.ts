import { and, desc, eq, gte, inArray, isNull, or, sql } from 'drizzle-orm'
import { type Stopping, stoppedSources } from '#domain/consent/stops.ts'
import type { Environment } from '#domain/reference/environment.ts'
import type { Tx } from '../../client.ts'
import { firms } from '../../schema/firms.ts'
import { groups } from '../../schema/groups.ts'
import { sourceSessions } from '../../schema/sources.ts'
import { sourceStops } from '../../schema/stops.ts'
import { targetSources } from '../../schema/targets.ts'

export type StopRecord = typeof sourceStops.$inferSelect & { source: string; firmName: string | null }
type NewStop = Omit<typeof sourceStops.$inferInsert, 'id' | 'liftedAt' | 'liftedBy'>

const sourceName = sql<string>`${sourceSessions.sessionCode} || ${sourceSessions.executionCode}`

/** Every stop of a group, lifted ones included, newest first; as far as the reader sees them. */
export async function listStops(tx: Tx, groupId: string): Promise<StopRecord[]> {
  const rows = await tx
    .select({
      stop: sourceStops,
      source: sourceName,
      firmName: firms.name,
    })
    .from(sourceStops)
    .innerJoin(sourceSessions, eq(sourceSessions.id, sourceStops.sourceId))
    .leftJoin(firms, eq(firms.id, sourceStops.firmId))
    .where(eq(sourceStops.groupId, groupId))
    .orderBy(desc(sourceStops.at))
  return rows.map(({ stop, source, firmName }) => ({ ...stop, source, firmName }))
}

/**
 * The group of each consent that was withdrawn since then and not given again, newest withdrawal first, up to `most`. A
 * group with several such consents is listed several times.
 */
export async function listWithdrawnGroups(
  tx: Tx,
  environment: Environment,
  since: Date,
  most: number,
): Promise<{ id: string; name: string }[]> {
  return tx
    .select({ id: groups.id, name: groups.name })
    .from(sourceStops)
    .innerJoin(groups, eq(groups.id, sourceStops.groupId))
    .where(
      and(
        eq(groups.environment, environment),
        eq(sourceStops.cause, 'withdrawn'),
        isNull(sourceStops.liftedAt),
        gte(sourceStops.at, since),
      ),
    )
    .orderBy(desc(sourceStops.at))
    .limit(most)
}

export async function insertStops(tx: Tx, rows: readonly NewStop[]): Promise<void> {
  if (rows.length > 0) await tx.insert(sourceStops).values([...rows])
}

/** A publication of this request overcame these stops. */
export async function liftStops(tx: Tx, ids: readonly string[], requestId: string, now: Date): Promise<void> {
  if (ids.length === 0) return
  await tx
    .update(sourceStops)
    .set({ liftedAt: now, liftedBy: requestId })
    .where(and(inArray(sourceStops.id, [...ids]), isNull(sourceStops.liftedAt)))
}

/** Stops that this request's publication lifted are in force again, because the publication was undone. */
export async function restoreStops(tx: Tx, requestId: string): Promise<void> {
  await tx.update(sourceStops).set({ liftedAt: null, liftedBy: null }).where(eq(sourceStops.liftedBy, requestId))
}

/**
 * By target id: names of the sources that it carries or carried and whose revocation holds or comes now (`revoked`).
 */
export async function listRevokedByTarget(
  tx: Tx,
  groupId: string,
  revoked: readonly string[],
): Promise<Map<string, string[]>> {
  const stopped = tx
    .select({ sourceId: sourceStops.sourceId })
    .from(sourceStops)
    .where(and(eq(sourceStops.groupId, groupId), eq(sourceStops.revokes, true), isNull(sourceStops.liftedAt)))
  const rows = await tx
    .selectDistinct({ targetId: targetSources.targetId, name: sourceName })
    .from(targetSources)
    .innerJoin(sourceSessions, eq(sourceSessions.id, targetSources.sourceId))
    .where(
      and(
        eq(targetSources.groupId, groupId),
        or(inArray(targetSources.sourceId, stopped), inArray(sourceName, [...revoked])),
      ),
    )
  const byTarget = new Map<string, string[]>()
  for (const { targetId, name } of rows) byTarget.set(targetId, [...(byTarget.get(targetId) ?? []), name])
  return byTarget
}

/**
 * By target id: sources that are stopped for want of a consent, or are now to be stopped (`stopping`), at the target
 * that last carried each, with the reason. Sources that are `present` in the group are left out, no matter how they
 * came back.
 */
export async function listStoppedByTarget(
  tx: Tx,
  groupId: string,
  stopping: readonly Stopping[],
  present: readonly string[],
): Promise<Map<string, Stopping[]>> {
  const before = stoppedSources((await listStops(tx, groupId)).filter((stop) => stop.liftedAt === null))
  const kept = before.filter(({ source }) => !stopping.some((one) => one.source === source))
  const stopped = [...stopping, ...kept].filter(({ source }) => !present.includes(source))
  const byTarget = new Map<string, Stopping[]>()
  if (stopped.length === 0) return byTarget
  const names = stopped.map(({ source }) => source)
  const rows = await tx
    .selectDistinctOn([targetSources.sourceId], { targetId: targetSources.targetId, name: sourceName })
    .from(targetSources)
    .innerJoin(sourceSessions, eq(sourceSessions.id, targetSources.sourceId))
    .where(and(eq(targetSources.groupId, groupId), inArray(sourceName, names)))
    .orderBy(targetSources.sourceId, desc(sql`lower(${targetSources.during})`))
  for (const { targetId, name } of rows) {
    const own = stopped.filter(({ source }) => source === name)
    byTarget.set(targetId, [...(byTarget.get(targetId) ?? []), ...own])
  }
  return byTarget
}
