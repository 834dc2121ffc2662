import { and, asc, eq, isNull } from 'drizzle-orm'
import type { BilledGroup, FeePlan } from '#domain/billing/fees.ts'
import type { Environment } from '#domain/reference/environment.ts'
import type { Tx } from '../../client.ts'
import { billingAccounts, feePlans } from '../../schema/billing.ts'
import { firms } from '../../schema/firms.ts'
import { groupStates, groups } from '../../schema/groups.ts'
import { requests } from '../../schema/requests.ts'

export async function listFeePlans(tx: Tx): Promise<FeePlan[]> {
  const rows = await tx.select().from(feePlans)
  return rows.map((row) => ({
    monthlyMinor: row.monthlyMinor,
    currency: row.currency,
    firstWaived: row.firstWaived,
    sourceDocument: row.sourceDocument,
    isSample: row.isSample,
    fromMs: row.during.from?.getTime() ?? 0,
    untilMs: row.during.until?.getTime(),
  }))
}

export async function insertFeePlan(tx: Tx, row: typeof feePlans.$inferInsert): Promise<void> {
  await tx.insert(feePlans).values(row)
}

/** An owner's groups as billing sees them. */
export async function listBilledGroups(tx: Tx, ownerId: string, environment: Environment): Promise<BilledGroup[]> {
  const rows = await tx
    .select({ group: groups, closed: groupStates.during, publishedAt: requests.publishedAt })
    .from(groups)
    .leftJoin(groupStates, and(eq(groupStates.groupId, groups.id), eq(groupStates.state, 'closed')))
    .leftJoin(requests, and(eq(requests.groupId, groups.id), eq(requests.state, 'applying')))
    .where(and(eq(groups.ownerId, ownerId), eq(groups.environment, environment)))
  return rows.map(({ group, closed, publishedAt }) => ({
    id: group.id,
    name: group.name,
    ownerId: group.ownerId,
    environment: group.environment,
    firstAppliedMs: group.firstAppliedAt?.getTime(),
    isAsked: group.state === 'requested',
    publishedMs: group.state === 'requested' ? publishedAt?.getTime() : undefined,
    closedMs: closed?.from?.getTime(),
  }))
}

export type AccountRecord = {
  id: string
  number: string
  name: string
  firmId: string
  firmName: string
  ownerId: string
}

/** Accounts that a firm's groups may name, with the firm that pays. */
export async function listAccounts(tx: Tx, ownerId: string): Promise<AccountRecord[]> {
  return accounts(tx, and(eq(billingAccounts.ownerId, ownerId), isNull(billingAccounts.closedAt)))
}

export async function findAccount(tx: Tx, id: string): Promise<AccountRecord | undefined> {
  const [row] = await accounts(tx, eq(billingAccounts.id, id))
  return row
}

const accounts = (tx: Tx, where: ReturnType<typeof and>) =>
  tx
    .select({
      id: billingAccounts.id,
      number: billingAccounts.number,
      name: billingAccounts.name,
      firmId: billingAccounts.firmId,
      firmName: firms.name,
      ownerId: billingAccounts.ownerId,
    })
    .from(billingAccounts)
    .innerJoin(firms, eq(firms.id, billingAccounts.firmId))
    .where(where)
    .orderBy(asc(billingAccounts.number))

export async function insertAccount(tx: Tx, row: typeof billingAccounts.$inferInsert): Promise<void> {
  await tx.insert(billingAccounts).values(row)
}
