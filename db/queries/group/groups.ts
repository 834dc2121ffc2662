import { and, asc, eq, inArray, ne, sql } from 'drizzle-orm'
import {
  type Filters,
  type GroupChange,
  groupCan,
  groupChanges,
  type Level,
  type Protocol,
} from '#domain/group/states.ts'
import type { Environment } from '#domain/reference/environment.ts'
import { comparable } from '#domain/text.ts'
import type { Tx } from '../../client.ts'
import { at, covers, endedAt } from '../../schema/columns.ts'
import { groupSources, groupStates, groups, groupTerms, type SightReason, visibleGroups } from '../../schema/groups.ts'
import { sourceSessions } from '../../schema/sources.ts'

export type GroupRecord = typeof groups.$inferSelect
export type TermsRecord = typeof groupTerms.$inferSelect

/** As far as the transaction's person sees it. */
export async function findGroup(tx: Tx, id: string): Promise<GroupRecord | undefined> {
  const [row] = await tx.select().from(groups).where(eq(groups.id, id))
  return row
}

/** Another group of the owner with this name that is neither closed nor abandoned. */
export async function isNameTaken(
  tx: Tx,
  key: { ownerId: string; environment: Environment; name: string; exceptId: string | null },
): Promise<boolean> {
  const rows = await tx
    .select({ name: groups.name })
    .from(groups)
    .where(
      and(
        eq(groups.ownerId, key.ownerId),
        eq(groups.environment, key.environment),
        sql`${groups.state} not in ('closed', 'abandoned')`,
        key.exceptId ? ne(groups.id, key.exceptId) : undefined,
      ),
    )
  return rows.some(({ name }) => comparable(name) === comparable(key.name))
}

/** Inserts a group that was asked for; its dated state begins with it. */
export async function insertGroup(
  tx: Tx,
  row: { id: string; environment: Environment; ownerId: string; name: string; purpose: string },
  now: Date,
): Promise<void> {
  await tx.insert(groups).values({ ...row, state: 'requested' })
  await tx.insert(groupStates).values({ groupId: row.id, state: 'requested', during: { from: now, until: null } })
}

export async function renameGroup(tx: Tx, id: string, name: string, purpose: string): Promise<void> {
  await tx
    .update(groups)
    .set({ name, purpose, version: sql`${groups.version} + 1` })
    .where(eq(groups.id, id))
}

/**
 * Change a group's state by the table of group changes: the period of the old state ends, that of the new one begins.
 * @throws where the table does not list the change from the present state
 */
export async function changeGroup(tx: Tx, id: string, change: GroupChange, now: Date): Promise<void> {
  const { from, to } = groupChanges[change]
  const group = await findGroup(tx, id)
  if (!group || !groupCan(change, group.state))
    throw new Error(`group ${id} is ${group?.state ?? 'gone'}: ${change} begins at ${from.join(' or ')}`)
  if (group.state === to) return
  await tx
    .update(groups)
    .set({
      state: to,
      version: sql`${groups.version} + 1`,
      ...(to === 'live' ? { firstAppliedAt: sql`coalesce(${groups.firstAppliedAt}, ${at(now)})` } : {}),
    })
    .where(eq(groups.id, id))
  await tx
    .update(groupStates)
    .set({ during: endedAt(groupStates.during, now) })
    .where(and(eq(groupStates.groupId, id), sql`upper_inf(${groupStates.during})`))
  await tx.insert(groupStates).values({ groupId: id, state: to, during: { from: now, until: null } })
}

/** Counts a publication that concerned the group. */
export async function bumpRevision(tx: Tx, id: string): Promise<void> {
  await tx
    .update(groups)
    .set({ revision: sql`${groups.revision} + 1` })
    .where(eq(groups.id, id))
}

export async function findTerms(tx: Tx, groupId: string, now: Date): Promise<TermsRecord | undefined> {
  const [row] = await tx
    .select()
    .from(groupTerms)
    .where(and(eq(groupTerms.groupId, groupId), covers(groupTerms.during, now)))
  return row
}

type NewTerms = {
  level: Level
  filters: Filters
  protocol: Protocol
  billingAccountId: string
  connection: Record<string, unknown>
}

/** New terms from this instant on; those in force end. `undefined`: only end. */
export async function setTerms(tx: Tx, groupId: string, terms: NewTerms | undefined, now: Date): Promise<void> {
  await tx
    .update(groupTerms)
    .set({ during: endedAt(groupTerms.during, now) })
    .where(and(eq(groupTerms.groupId, groupId), sql`upper_inf(${groupTerms.during})`))
  if (!terms) return
  const { level, filters, protocol, billingAccountId, connection } = terms
  const during = { from: now, until: null }
  await tx.insert(groupTerms).values({ groupId, level, filters, protocol, billingAccountId, connection, during })
}

/** Terms that ended at exactly this instant: what an undone publication replaced. */
export async function findTermsEndedAt(tx: Tx, groupId: string, at: Date): Promise<TermsRecord | undefined> {
  const [row] = await tx
    .select()
    .from(groupTerms)
    .where(and(eq(groupTerms.groupId, groupId), sql`upper(${groupTerms.during}) = ${at.toISOString()}::timestamptz`))
  return row
}

export type MemberRecord = { id: string; sourceId: string; name: string; via: string; viaId: string; since: Date }

/** The sources of a group today, by name. */
export async function listMembers(tx: Tx, groupId: string, now: Date): Promise<MemberRecord[]> {
  const rows = await tx
    .select({ member: groupSources, session: sourceSessions.sessionCode, execution: sourceSessions.executionCode })
    .from(groupSources)
    .innerJoin(sourceSessions, eq(sourceSessions.id, groupSources.sourceId))
    .where(and(eq(groupSources.groupId, groupId), covers(groupSources.during, now)))
    .orderBy(asc(sourceSessions.sessionCode), asc(sourceSessions.executionCode))
  return rows.map(({ member, session, execution }) => ({
    id: member.id,
    sourceId: member.sourceId,
    name: session + execution,
    via: member.via,
    viaId: member.viaId,
    since: member.during.from ?? now,
  }))
}

export async function insertMembers(
  tx: Tx,
  group: { id: string; environment: Environment },
  sourceIds: readonly string[],
  by: Pick<typeof groupSources.$inferSelect, 'via' | 'viaId'>,
  now: Date,
): Promise<void> {
  if (sourceIds.length === 0) return
  const row = { groupId: group.id, environment: group.environment, ...by }
  await tx
    .insert(groupSources)
    .values(sourceIds.map((sourceId) => ({ ...row, sourceId, during: { from: now, until: null } })))
}

export async function endMembers(tx: Tx, groupId: string, sourceIds: readonly string[], now: Date): Promise<void> {
  if (sourceIds.length === 0) return
  await tx
    .update(groupSources)
    .set({ during: endedAt(groupSources.during, now) })
    .where(
      and(
        eq(groupSources.groupId, groupId),
        inArray(groupSources.sourceId, [...sourceIds]),
        sql`upper_inf(${groupSources.during})`,
      ),
    )
}

/** Memberships that ended at exactly this instant. */
export async function listMembersEndedAt(
  tx: Tx,
  groupId: string,
  at: Date,
): Promise<(typeof groupSources.$inferSelect)[]> {
  return tx
    .select()
    .from(groupSources)
    .where(
      and(eq(groupSources.groupId, groupId), sql`upper(${groupSources.during}) = ${at.toISOString()}::timestamptz`),
    )
}

/** Lets this firm see the group from now on, for good. */
export async function showGroupTo(
  tx: Tx,
  groupId: string,
  firmIds: readonly string[],
  reason: SightReason,
): Promise<void> {
  if (firmIds.length === 0) return
  await tx
    .insert(visibleGroups)
    .values(firmIds.map((firmId) => ({ groupId, firmId, reason })))
    .onConflictDoNothing()
}

/**
 * Write what each guarantor's row now says of the group: how many sources it has, and the targets of the firm's own
 * sources. Called with every publication, with the system's sight.
 */
export async function keepSight(tx: Tx, groupId: string): Promise<void> {
  await tx.execute(sql`
    update dc.visible_groups v set
      sources = (select count(*) from dc.group_sources m where m.group_id = v.group_id and upper_inf(m.during)),
      sessions = array(select distinct t.session_id from dc.consents c
        join dc.target_sources p on p.group_id = c.group_id and p.source_id = c.source_id
        join dc.targets t on t.id = p.target_id
        where c.group_id = v.group_id and c.clearing_firm_id = v.firm_id order by t.session_id)
    where v.group_id = ${groupId} and v.reason = 'guarantor'`)
}

/** What guarantors' rows say of groups, as far as the reader sees them: of others' groups only the reader's own row. */
export async function listSights(
  tx: Tx,
  groupIds: readonly string[],
): Promise<{ groupId: string; sources: number; sessions: string[] }[]> {
  if (groupIds.length === 0) return []
  return tx
    .select({ groupId: visibleGroups.groupId, sources: visibleGroups.sources, sessions: visibleGroups.sessions })
    .from(visibleGroups)
    .where(and(eq(visibleGroups.reason, 'guarantor'), inArray(visibleGroups.groupId, [...groupIds])))
}

/** Groups of the owner that are neither closed nor abandoned. */
export async function countOpenGroups(tx: Tx, ownerId: string, environment: Environment): Promise<number> {
  return tx.$count(
    groups,
    and(
      eq(groups.ownerId, ownerId),
      eq(groups.environment, environment),
      sql`${groups.state} not in ('closed', 'abandoned')`,
    ),
  )
}

/** Groups of an environment that can be charged for, as far as the reader sees them. */
export async function countChargedGroups(tx: Tx, environment: Environment): Promise<number> {
  return tx.$count(groups, and(eq(groups.environment, environment), inArray(groups.state, ['live', 'suspended'])))
}
