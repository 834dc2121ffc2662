import { and, asc, eq, inArray, or, type SQL, sql } from 'drizzle-orm'
import type { Environment, GatewayKind } from '#domain/reference/environment.ts'
import { parseSourceName } from '#domain/reference/source.ts'
import type { Tx } from '../../client.ts'
import { covers } from '../../schema/columns.ts'
import { firmCodes, firms } from '../../schema/firms.ts'
import { groupSources } from '../../schema/groups.ts'
import { sourceGuarantors, sourceSessions } from '../../schema/sources.ts'
import { listOpenFeeds } from './feeds.ts'

/** A source session with who guarantees it today. */
export type SourceRecord = {
  id: string
  name: string
  gatewayKind: GatewayKind
  feedId: string
  marketSegment: string | null
  isOpen: boolean
  operatedBy: string | null
  executionCode: string
  guarantors: { id: string; name: string }[]
}

/** Sources by their names of six characters, as far as they are seen; unknown names are left out. */
export async function listSourcesNamed(
  tx: Tx,
  environment: Environment,
  names: readonly string[],
  now: Date,
): Promise<SourceRecord[]> {
  const codes = names.flatMap((name) => parseSourceName(name) ?? [])
  if (codes.length === 0) return []
  const wanted = codes.map((code) => code.sessionCode + code.executionCode)
  return listWhere(
    tx,
    and(
      eq(sourceSessions.environment, environment),
      inArray(sql<string>`${sourceSessions.sessionCode} || ${sourceSessions.executionCode}`, wanted),
    ),
    now,
  )
}

export const listSourcesById = (tx: Tx, ids: readonly string[], now: Date): Promise<SourceRecord[]> =>
  ids.length === 0 ? Promise.resolve([]) : listWhere(tx, inArray(sourceSessions.id, [...ids]), now)

/** The sources that a firm holds: under its Execution Firm IDs, operated by it, or guaranteed by it today. */
export async function listHeldSources(
  tx: Tx,
  environment: Environment,
  firmId: string,
  executionCodes: readonly string[],
  now: Date,
): Promise<SourceRecord[]> {
  const guaranteed = tx
    .select({ id: sourceGuarantors.sourceId })
    .from(sourceGuarantors)
    .where(and(eq(sourceGuarantors.firmId, firmId), covers(sourceGuarantors.during, now)))
  const held = or(
    executionCodes.length > 0 ? inArray(sourceSessions.executionCode, [...executionCodes]) : undefined,
    eq(sourceSessions.operatedBy, firmId),
    inArray(sourceSessions.id, guaranteed),
  )
  return listWhere(tx, and(eq(sourceSessions.environment, environment), held), now)
}

async function listWhere(tx: Tx, where: SQL | undefined, now: Date): Promise<SourceRecord[]> {
  const rows = await tx
    .select({ source: sourceSessions, firmId: firms.id, firmName: firms.name })
    .from(sourceSessions)
    .leftJoin(
      sourceGuarantors,
      and(eq(sourceGuarantors.sourceId, sourceSessions.id), covers(sourceGuarantors.during, now)),
    )
    .leftJoin(firms, eq(firms.id, sourceGuarantors.firmId))
    .where(where)
    .orderBy(asc(sourceSessions.sessionCode), asc(sourceSessions.executionCode), asc(firms.name))
  const bySource = new Map<string, SourceRecord>()
  for (const { source, firmId, firmName } of rows) {
    const record = bySource.get(source.id) ?? {
      id: source.id,
      name: source.sessionCode + source.executionCode,
      gatewayKind: source.gatewayKind,
      feedId: source.feedId,
      marketSegment: source.marketSegment,
      isOpen: source.state === 'open',
      operatedBy: source.operatedBy,
      executionCode: source.executionCode,
      guarantors: [],
    }
    bySource.set(source.id, record)
    if (firmId && firmName) record.guarantors.push({ id: firmId, name: firmName })
  }
  return [...bySource.values()]
}

/**
 * Which firms these sessions belong to today: the firm of the Execution Firm ID first, then the operator. As far as the
 * reader sees the codes.
 */
export async function listHoldersOf(
  tx: Tx,
  sources: readonly SourceRecord[],
  now: Date,
): Promise<Map<string, { id: string; name: string }[]>> {
  if (sources.length === 0) return new Map()
  const codes = await tx
    .select({ code: firmCodes.code, id: firms.id, name: firms.name })
    .from(firmCodes)
    .innerJoin(firms, eq(firms.id, firmCodes.firmId))
    .where(
      and(
        eq(firmCodes.kind, 'execution'),
        inArray(firmCodes.code, [...new Set(sources.map((source) => source.executionCode))]),
        covers(firmCodes.during, now),
      ),
    )
  const operators = sources.flatMap((source) => source.operatedBy ?? [])
  const operating =
    operators.length === 0
      ? []
      : await tx
          .select({ id: firms.id, name: firms.name })
          .from(firms)
          .where(inArray(firms.id, [...new Set(operators)]))
  return new Map(
    sources.map((source) => [
      source.id,
      [
        ...codes.filter(({ code }) => code === source.executionCode).map(({ id, name }) => ({ id, name })),
        ...operating.filter(({ id }) => id === source.operatedBy),
      ],
    ]),
  )
}

/** The names of the first source sessions behind a feed, closed ones included, up to `most`. */
export async function listSourceNamesOfFeed(
  tx: Tx,
  environment: Environment,
  feedId: string,
  most: number,
): Promise<string[]> {
  const rows = await tx
    .select()
    .from(sourceSessions)
    .where(and(eq(sourceSessions.environment, environment), eq(sourceSessions.feedId, feedId)))
    .orderBy(asc(sourceSessions.sessionCode), asc(sourceSessions.executionCode))
    .limit(most)
  return rows.map(({ sessionCode, executionCode }) => sessionCode + executionCode)
}

/** How many source sessions are behind a feed, closed ones included. */
export const countSourcesOfFeed = (tx: Tx, environment: Environment, feedId: string): Promise<number> =>
  tx.$count(sourceSessions, and(eq(sourceSessions.environment, environment), eq(sourceSessions.feedId, feedId)))

/** Every open feed and open source of an environment: what a connector must know, in a group or not. */
export async function listReferenceData(tx: Tx, environment: Environment, now: Date) {
  const openSource = and(eq(sourceSessions.environment, environment), eq(sourceSessions.state, 'open'))
  return {
    feeds: await listOpenFeeds(tx, environment),
    sources: await listWhere(tx, openSource, now),
  }
}

/** A new source session with the firms that guarantee it from now on. */
export async function insertSource(
  tx: Tx,
  row: typeof sourceSessions.$inferInsert & { id: string },
  guarantorIds: readonly string[],
  now: Date,
): Promise<void> {
  await tx.insert(sourceSessions).values(row)
  if (guarantorIds.length === 0) return
  await tx
    .insert(sourceGuarantors)
    .values(guarantorIds.map((firmId) => ({ sourceId: row.id, firmId, during: { from: now, until: null } })))
}

/** Firms that guarantee a present source of the group today, as far as they are seen. */
export async function listGuarantorsOfGroup(tx: Tx, groupId: string, now: Date): Promise<string[]> {
  const rows = await tx
    .selectDistinct({ firmId: sourceGuarantors.firmId })
    .from(groupSources)
    .innerJoin(
      sourceGuarantors,
      and(eq(sourceGuarantors.sourceId, groupSources.sourceId), covers(sourceGuarantors.during, now)),
    )
    .where(and(eq(groupSources.groupId, groupId), covers(groupSources.during, now)))
  return rows.map((row) => row.firmId)
}
