import { and, desc, eq, gt, lte, sql } from 'drizzle-orm'
import type { Part, PartKind } from '#domain/configuration/parts.ts'
import type { Environment } from '#domain/reference/environment.ts'
import type { Tx } from '../../client.ts'
import { configurationParts, configurationVersions } from '../../schema/configuration.ts'
import { environments } from '../../schema/installation.ts'

export type VersionRecord = typeof configurationVersions.$inferSelect

/**
 * Makes publications of an environment wait for each other, so that numbers become visible in order.
 * @returns the newest number
 */
export async function lockPublications(tx: Tx, environment: Environment): Promise<number> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended('dc publication ' || ${environment}, 0))`)
  const [row] = await tx
    .select({ newest: environments.newestVersion })
    .from(environments)
    .where(eq(environments.environment, environment))
  if (!row) throw new Error(`environment ${environment} is not set up`)
  return row.newest
}

/** The settings of an environment as the newest version has them; undefined: it is not set up. */
export async function findSettings(tx: Tx, environment: Environment): Promise<unknown> {
  const [newest] = await listSettingsVersions(tx, environment, 1)
  return newest?.document
}

/**
 * The versions that changed an environment's settings, newest first. Only readers of a version's row see who made it.
 */
export async function listSettingsVersions(tx: Tx, environment: Environment, most: number) {
  const { number, document } = configurationParts
  return tx
    .select({ number, document, cause: configurationVersions.cause, madeAt: configurationVersions.madeAt })
    .from(configurationParts)
    .leftJoin(
      configurationVersions,
      and(
        eq(configurationVersions.environment, configurationParts.environment),
        eq(configurationVersions.number, configurationParts.number),
      ),
    )
    .where(and(eq(configurationParts.environment, environment), eq(configurationParts.kind, 'environment')))
    .orderBy(desc(number))
    .limit(most)
}

export type StoredPart = Part & { number: number; ownerId: string | null }

/**
 * The newest part of each object up to a number, including removed objects: what the connector's snapshot is made of.
 */
export async function listNewestParts(tx: Tx, environment: Environment, upTo?: number): Promise<StoredPart[]> {
  const rows = await tx
    .selectDistinctOn([configurationParts.kind, configurationParts.objectId])
    .from(configurationParts)
    .where(
      and(
        eq(configurationParts.environment, environment),
        upTo === undefined ? undefined : sql`${configurationParts.number} <= ${upTo}`,
      ),
    )
    .orderBy(configurationParts.kind, configurationParts.objectId, desc(configurationParts.number))
  return rows.map(({ kind, objectId, document, number, ownerId }) => ({ kind, objectId, document, number, ownerId }))
}

/** The parts of all versions above one number and up to another, the oldest first. */
export async function listPartsSince(
  tx: Tx,
  environment: Environment,
  above: number,
  upTo: number,
): Promise<StoredPart[]> {
  const { kind, objectId, document, number, ownerId } = configurationParts
  return tx
    .select({ kind, objectId, document, number, ownerId })
    .from(configurationParts)
    .where(and(eq(configurationParts.environment, environment), gt(number, above), lte(number, upTo)))
    .orderBy(number)
}

/**
 * Every object that has a part in a version up to this one, including removed ones, in the order of `listNewestParts`.
 */
export async function listObjects(
  tx: Tx,
  environment: Environment,
  upTo: number,
): Promise<Pick<StoredPart, 'kind' | 'objectId'>[]> {
  const { kind, objectId, number } = configurationParts
  return tx
    .selectDistinct({ kind, objectId })
    .from(configurationParts)
    .where(and(eq(configurationParts.environment, environment), lte(number, upTo)))
    .orderBy(kind, objectId)
}

/**
 * Tells apart two versions with the same number, which exist after a database was restored from a backup; '' where
 * there is no such version.
 */
export async function findVersionMark(tx: Tx, environment: Environment, number: number): Promise<string> {
  const { digest, madeAt, causeId } = configurationVersions
  const [row] = await tx
    .select({ digest, madeAt, causeId })
    .from(configurationVersions)
    .where(and(eq(configurationVersions.environment, environment), eq(configurationVersions.number, number)))
  return row ? `${row.digest} ${row.madeAt.getTime()} ${row.causeId}` : ''
}

export async function listPartsOf(
  tx: Tx,
  environment: Environment,
  number: number,
): Promise<{ kind: PartKind; objectId: string; document: unknown }[]> {
  return tx
    .select({
      kind: configurationParts.kind,
      objectId: configurationParts.objectId,
      document: configurationParts.document,
    })
    .from(configurationParts)
    .where(and(eq(configurationParts.environment, environment), eq(configurationParts.number, number)))
    .orderBy(configurationParts.kind, configurationParts.objectId)
}

/** A version and what it changed, in one go; the database tells the connector when the transaction commits. */
export async function insertVersion(
  tx: Tx,
  version: typeof configurationVersions.$inferInsert,
  parts: readonly (Part & { ownerId: string | null })[],
): Promise<void> {
  await tx.insert(configurationVersions).values(version)
  const { environment, number } = version
  if (parts.length > 0)
    await tx.insert(configurationParts).values(parts.map((part) => ({ ...part, environment, number })))
}

/** Whether this installation has the environment at all. */
export async function hasEnvironment(tx: Tx, environment: Environment): Promise<boolean> {
  const rows = await tx
    .select({ environment: environments.environment })
    .from(environments)
    .where(eq(environments.environment, environment))
  return rows.length > 0
}
