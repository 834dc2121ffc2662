import { and, asc, desc, eq, gte, inArray, sql } from 'drizzle-orm'
import type { PgColumn } from 'drizzle-orm/pg-core'
import type { PartKind } from '#domain/configuration/parts.ts'
import type { PartReport } from '#domain/publication/runs.ts'
import type { Environment } from '#domain/reference/environment.ts'
import type { Tx } from '../../client.ts'
import { configurationParts, configurationReports, configurationVersions } from '../../schema/configuration.ts'
import { observedConnectors } from '../../schema/observed.ts'
import { targets } from '../../schema/targets.ts'
import { listShards } from '../feed/feeds.ts'
import { listPartsOf } from './publications.ts'

type ReportRecord = typeof configurationReports.$inferSelect

/**
 * The number of each source from which these targets ran this version and later ones, oldest version first; a closed
 * target reports nothing.
 */
export async function listFirstNumbers(
  tx: Tx,
  environment: Environment,
  sessionIds: readonly string[],
  sinceVersion: number,
): Promise<{ number: number; from: ReportRecord['fromSourceSeq'] }[]> {
  if (sessionIds.length === 0) return []
  return tx
    .select({ number: configurationReports.number, from: configurationReports.fromSourceSeq })
    .from(configurationReports)
    .where(
      and(
        eq(configurationReports.environment, environment),
        eq(configurationReports.kind, 'target'),
        inArray(configurationReports.objectId, [...sessionIds]),
        gte(configurationReports.number, sinceVersion),
      ),
    )
    .orderBy(asc(configurationReports.number))
}

const isOneOf = (column: PgColumn, ids: readonly string[]) => sql`${column} = any(${`{${ids.join(',')}}`}::text[])`

/**
 * The newest version that has a part of each of these targets; `madeAt` null where the reader does not see the
 * version's row.
 */
export async function listNewestTargetParts(
  tx: Tx,
  environment: Environment,
  sessionIds: readonly string[],
): Promise<{ kind: PartKind; objectId: string; number: number; madeAt: Date | null }[]> {
  const { kind, objectId } = configurationParts
  return tx
    .selectDistinctOn([configurationParts.objectId], {
      kind: configurationParts.kind,
      objectId: configurationParts.objectId,
      number: configurationParts.number,
      madeAt: configurationVersions.madeAt,
    })
    .from(configurationParts)
    .leftJoin(
      configurationVersions,
      and(
        eq(configurationVersions.environment, configurationParts.environment),
        eq(configurationVersions.number, configurationParts.number),
      ),
    )
    .where(and(eq(configurationParts.environment, environment), eq(kind, 'target'), isOneOf(objectId, sessionIds)))
    .orderBy(configurationParts.objectId, desc(configurationParts.number))
}

/** The connectors' newest report on each of these targets, on any version. */
export async function listNewestTargetReports(
  tx: Tx,
  environment: Environment,
  sessionIds: readonly string[],
): Promise<ReportRecord[]> {
  const { kind, objectId } = configurationReports
  return tx
    .selectDistinctOn([configurationReports.objectId])
    .from(configurationReports)
    .where(and(eq(configurationReports.environment, environment), eq(kind, 'target'), isOneOf(objectId, sessionIds)))
    .orderBy(configurationReports.objectId, desc(configurationReports.number), desc(configurationReports.at))
}

/** An environment's shards, and what each connector ever heard there runs. For the exchange, and over `asJobs`. */
export async function listRunningVersions(tx: Tx, environment: Environment) {
  const connectors = await tx
    .select({ shard: observedConnectors.shard, runningVersion: observedConnectors.runningVersion })
    .from(observedConnectors)
    .where(eq(observedConnectors.environment, environment))
  return { shards: await listShards(tx, environment), connectors }
}

/** What a version changed, and all that connectors have said of it since: what `runsOf` judges. */
export async function listSaidOf(tx: Tx, environment: Environment, number: number) {
  const parts = await listPartsOf(tx, environment, number)
  const reports = await listReports(
    tx,
    environment,
    number,
    parts.map((part) => part.objectId),
  )
  const removed = parts.filter((part) => part.document === null).map((part) => part.objectId)
  const gone = await listGoneTargets(tx, environment, number, removed)
  return { parts: parts.map(({ kind, objectId }) => ({ kind, objectId, number })), reports, gone }
}

/** Reports on these objects for this version or a newer one, only the newest of each object. */
async function listReports(
  tx: Tx,
  environment: Environment,
  number: number,
  objectIds: readonly string[],
): Promise<PartReport[]> {
  if (objectIds.length === 0) return []
  const rows = await tx
    .selectDistinctOn([configurationReports.kind, configurationReports.objectId])
    .from(configurationReports)
    .where(
      and(
        eq(configurationReports.environment, environment),
        gte(configurationReports.number, number),
        inArray(configurationReports.objectId, [...objectIds]),
      ),
    )
    .orderBy(
      configurationReports.kind,
      configurationReports.objectId,
      desc(configurationReports.number),
      desc(configurationReports.at),
    )
  return rows.map(({ kind, objectId, state, detail, number: of }) => ({ kind, objectId, state, detail, number: of }))
}

/** Targets that this version removed and that no longer run: connectors only report a version without them. */
async function listGoneTargets(
  tx: Tx,
  environment: Environment,
  number: number,
  sessionIds: readonly string[],
): Promise<string[]> {
  if (sessionIds.length === 0) return []
  const rows = await tx
    .selectDistinct({ sessionId: targets.sessionId })
    .from(targets)
    .innerJoin(
      observedConnectors,
      and(eq(observedConnectors.environment, targets.environment), eq(observedConnectors.shard, targets.shard)),
    )
    .where(
      and(
        eq(targets.environment, environment),
        inArray(targets.sessionId, [...sessionIds]),
        gte(observedConnectors.runningVersion, number),
      ),
    )
  return rows.map(({ sessionId }) => sessionId)
}
