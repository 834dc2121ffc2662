import { eq, sql } from 'drizzle-orm'
import type { Environment } from '#domain/reference/environment.ts'
import type { Tx } from '../../client.ts'
import { configurationReports } from '../../schema/configuration.ts'
import { environments } from '../../schema/installation.ts'
import { feeds } from '../../schema/sources.ts'
import { targetCredentials } from '../../schema/targets.ts'
import { sealedFeedSecret, sealedKey } from '../../sealing.ts'
import { isGoodAt } from '../target/targets.ts'

/** The number of the newest version of an environment; undefined: there is no such environment. */
export async function findNewestVersion(tx: Tx, environment: Environment): Promise<number | undefined> {
  const [row] = await tx
    .select({ newest: environments.newestVersion })
    .from(environments)
    .where(eq(environments.environment, environment))
  return row?.newest
}

/**
 * What a Logon is proved with: a password's verifier, or a sealed secret and what it is bound to (`#db/sealing.ts`).
 */
export type StoredCredential =
  | { kind: 'password'; verifier: { sha256: string; salt: string } }
  | { kind: 'password'; sealed: Buffer; boundTo: string }
  | { kind: 'hmac'; accessKeyId: string; sealed: Buffer; boundTo: string }

/** The credentials of an environment's feeds, and of all targets, that are valid at this instant, by id. */
export async function listCredentialSecrets(
  tx: Tx,
  environment: Environment,
  now: Date,
): Promise<Map<string, StoredCredential>> {
  const { id, kind, verifier, sealed, fingerprint } = targetCredentials
  const rows = await tx.select({ id, kind, verifier, sealed, fingerprint }).from(targetCredentials).where(isGoodAt(now))
  const ofTargets = rows.flatMap((row): [string, StoredCredential][] => {
    const { id, kind, verifier, sealed, fingerprint: accessKeyId } = row
    if (kind === 'password' && verifier) return [[id, { kind, verifier }]]
    return kind === 'hmac' && sealed ? [[id, { kind, accessKeyId, sealed, boundTo: sealedKey(id, accessKeyId) }]] : []
  })
  return new Map([...ofTargets, ...(await feedSecrets(tx, environment))])
}

async function feedSecrets(tx: Tx, environment: Environment): Promise<[string, StoredCredential][]> {
  const { id, sealed, credential } = feeds
  const rows = await tx.select({ id, sealed, credential }).from(feeds).where(eq(feeds.environment, environment))
  return rows.flatMap(({ id, sealed, credential }): [string, StoredCredential][] => {
    if (!sealed || !credential) return []
    const { kind, accessKeyId = '' } = credential
    const secret = { sealed, boundTo: sealedFeedSecret(id, credential) }
    return [[credential.id, kind === 'hmac' ? { kind, accessKeyId, ...secret } : { kind, ...secret }]]
  })
}

export type ReportRow = typeof configurationReports.$inferInsert

/** Stores what a connector says of the parts of a version; a later report replaces an earlier one. */
export async function saveReports(tx: Tx, rows: readonly ReportRow[]): Promise<true> {
  if (rows.length === 0) return true
  await tx
    .insert(configurationReports)
    .values([...rows])
    .onConflictDoUpdate({
      target: [
        configurationReports.environment,
        configurationReports.number,
        configurationReports.shard,
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
  return true
}
