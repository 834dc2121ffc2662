import { and, eq, gt, isNull, or, sql } from 'drizzle-orm'
import type { Environment } from '#domain/reference/environment.ts'
import type { Tx } from '../client.ts'
import { configurationReports } from '../schema/configuration.ts'
import { environments } from '../schema/installation.ts'
import { targetCredentials } from '../schema/targets.ts'

/** The newest version of an environment and what its snapshots have beside their parts; undefined: it is not set up. */
export async function findWantedVersion(
  tx: Tx,
  environment: Environment,
): Promise<{ newest: number; settings: Record<string, unknown> } | undefined> {
  const [row] = await tx
    .select({ newest: environments.newestVersion, settings: environments.settings })
    .from(environments)
    .where(eq(environments.environment, environment))
  return row
}

/** Verifiers of the credentials that are good at this instant, by id. Sealed ones are left out: nobody here can open them. */
export async function listVerifiers(tx: Tx, now: Date): Promise<Map<string, { sha256: string; salt: string }>> {
  const rows = await tx
    .select({ id: targetCredentials.id, verifier: targetCredentials.verifier })
    .from(targetCredentials)
    .where(
      and(
        isNull(targetCredentials.revokedAt),
        or(isNull(targetCredentials.expiresAt), gt(targetCredentials.expiresAt, now)),
      ),
    )
  return new Map(rows.flatMap(({ id, verifier }) => (verifier ? [[id, verifier] as const] : [])))
}

export type ReportRow = typeof configurationReports.$inferInsert

/** What a connector made of the parts of a version; said again, the newer word stands. */
export async function saveReports(tx: Tx, rows: readonly ReportRow[]): Promise<void> {
  if (rows.length === 0) return
  await tx
    .insert(configurationReports)
    .values([...rows])
    .onConflictDoUpdate({
      target: [
        configurationReports.environment,
        configurationReports.number,
        configurationReports.connector,
        configurationReports.kind,
        configurationReports.objectId,
      ],
      set: {
        state: sql`excluded.state`,
        detail: sql`excluded.detail`,
        fromSourceSeq: sql`excluded.from_source_seq`,
        at: sql`excluded.at`,
      },
    })
}
