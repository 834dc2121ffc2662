import { and, asc, desc, eq, gte, inArray } from 'drizzle-orm'
import type { PartKind } from '#domain/configuration/parts.ts'
import type { Environment } from '#domain/reference/environment.ts'
import type { Tx } from '../../client.ts'
import { configurationParts, configurationReports, configurationVersions } from '../../schema/configuration.ts'

type ReportRecord = typeof configurationReports.$inferSelect

/**
 * From which number of each source these targets ran this version and later ones, oldest version first; a target that
 * closed reports nothing.
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

/** The newest version that has a part of each target; `madeAt` null where the reader does not see the version's row. */
export async function listNewestTargetParts(
  tx: Tx,
  environment: Environment,
): Promise<{ kind: PartKind; objectId: string; number: number; madeAt: Date | null }[]> {
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
    .where(and(eq(configurationParts.environment, environment), eq(configurationParts.kind, 'target')))
    .orderBy(configurationParts.objectId, desc(configurationParts.number))
}

/** The newest word of the connectors on each target, of whichever version. */
export async function listNewestTargetReports(tx: Tx, environment: Environment): Promise<ReportRecord[]> {
  return tx
    .selectDistinctOn([configurationReports.objectId])
    .from(configurationReports)
    .where(and(eq(configurationReports.environment, environment), eq(configurationReports.kind, 'target')))
    .orderBy(configurationReports.objectId, desc(configurationReports.number), desc(configurationReports.at))
}
