import { and, asc, count, desc, eq, inArray, isNotNull, isNull, sql } from 'drizzle-orm'
import type { Environment } from '#domain/reference/environment.ts'
import type { Tx } from '../../client.ts'
import { groups } from '../../schema/groups.ts'
import { observedTargets } from '../../schema/observed.ts'
import { requestDrafts, requests } from '../../schema/requests.ts'
import { targetCredentials, targets } from '../../schema/targets.ts'
import { users } from '../../schema/users.ts'
import type { RequestRecord } from '../request/requests.ts'

// What ticks the sandbox's six steps and its list of people. Over `asJobs`, because nobody is signed in yet.

/** How many targets of each of these owners have no credential, by the owner's id. */
export async function countTargetsWithoutCredential(
  tx: Tx,
  environment: Environment,
  ownerIds: readonly string[],
): Promise<Map<string, number>> {
  if (ownerIds.length === 0) return new Map()
  const rows = await tx
    .select({ ownerId: groups.ownerId, count: count() })
    .from(targets)
    .innerJoin(groups, eq(groups.id, targets.groupId))
    .leftJoin(targetCredentials, and(eq(targetCredentials.targetId, targets.id), isNull(targetCredentials.revokedAt)))
    .where(
      and(
        eq(groups.environment, environment),
        inArray(groups.ownerId, [...ownerIds]),
        sql`${targets.state} <> 'closed'`,
        isNull(targetCredentials.id),
      ),
    )
    .groupBy(groups.ownerId)
  return new Map(rows.map((row) => [row.ownerId, row.count]))
}

/** The newest request for a new group with this name in its draft, and who began it. */
export async function findNewestForGroup(
  tx: Tx,
  environment: Environment,
  groupName: string,
): Promise<{ request: RequestRecord; drafter: string } | undefined> {
  const [row] = await tx
    .select({ request: requests, drafter: users.name })
    .from(requests)
    .innerJoin(users, eq(users.id, requests.draftedBy))
    .innerJoin(requestDrafts, eq(requestDrafts.requestId, requests.id))
    .where(
      and(
        eq(requests.environment, environment),
        eq(requests.kind, 'new-group'),
        sql`${requestDrafts.document} ->> 'groupName' = ${groupName}`,
      ),
    )
    .orderBy(desc(requests.number))
    .limit(1)
  return row
}

/** Every firm that has or had a clearing code, the last by name first. */
export async function listFirmsThatClear(tx: Tx): Promise<{ id: string; name: string }[]> {
  return tx.execute<{ id: string; name: string }>(sql`
    select distinct f.id, f.name from dc.firms f join dc.firm_codes c on c.firm_id = f.id and c.kind = 'clearing' order by f.name desc`)
}

/** The first target of a group by session id that is not closed. */
export async function findFirstTarget(tx: Tx, groupId: string): Promise<{ id: string; sessionId: string } | undefined> {
  const [target] = await tx
    .select({ id: targets.id, sessionId: targets.sessionId })
    .from(targets)
    .where(and(eq(targets.groupId, groupId), inArray(targets.state, ['open', 'paused'])))
    .orderBy(asc(targets.sessionId))
  return target
}

/** Credentials of a target that nobody has revoked. */
export async function countUnrevoked(tx: Tx, targetId: string): Promise<number> {
  const rows = await tx
    .select({ id: targetCredentials.id })
    .from(targetCredentials)
    .where(and(eq(targetCredentials.targetId, targetId), isNull(targetCredentials.revokedAt)))
  return rows.length
}

/** When a client was last logged on at a target, as each connector that knows it says. */
export async function listLastLogons(tx: Tx, environment: Environment, sessionId: string): Promise<(Date | null)[]> {
  const rows = await tx
    .select({ at: observedTargets.lastLogonAt })
    .from(observedTargets)
    .where(
      and(
        eq(observedTargets.environment, environment),
        eq(observedTargets.sessionId, sessionId),
        isNotNull(observedTargets.lastLogonAt),
      ),
    )
  return rows.map(({ at }) => at)
}
