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

/** What a client proves itself with: a password's verifier, or an access key's secret as it was sealed (`sealedKey`). */
export type StoredCredential =
  | { kind: 'password'; verifier: { sha256: string; salt: string } }
  | { kind: 'hmac'; accessKeyId: string; sealed: Buffer }

/** The credentials that are good at this instant, by id. */
export async function listCredentialSecrets(tx: Tx, now: Date): Promise<Map<string, StoredCredential>> {
  const { id, kind, verifier, sealed, fingerprint } = targetCredentials
  const rows = await tx
    .select({ id, kind, verifier, sealed, fingerprint })
    .from(targetCredentials)
    .where(
      and(
        isNull(targetCredentials.revokedAt),
        or(isNull(targetCredentials.expiresAt), gt(targetCredentials.expiresAt, now)),
      ),
    )
  return new Map(
    rows.flatMap((row): [string, StoredCredential][] => {
      if (row.kind === 'password' && row.verifier) return [[row.id, { kind: 'password', verifier: row.verifier }]]
      if (row.kind === 'hmac' && row.sealed)
        return [[row.id, { kind: 'hmac', accessKeyId: row.fingerprint, sealed: row.sealed }]]
      return []
    }),
  )
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
