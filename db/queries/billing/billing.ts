import { and, asc, desc, eq, isNull, sql } from 'drizzle-orm'
import type { BilledGroup, FeePlan } from '#domain/billing/fees.ts'
import type { Environment } from '#domain/reference/environment.ts'
import type { Tx } from '../../client.ts'
import { billingAccounts, feePlans } from '../../schema/billing.ts'
import { configurationParts } from '../../schema/configuration.ts'
import { firms } from '../../schema/firms.ts'
import { groupStates, groups } from '../../schema/groups.ts'
import { requests } from '../../schema/requests.ts'

export async function listFeePlans(tx: Tx): Promise<FeePlan[]> {
  return (await tx.select().from(feePlans)).map(planFrom)
}

/** The fee plans, and the settings of an environment as the newest version has them. */
export async function listFeePlansAndSettings(
  tx: Tx,
  environment: Environment,
): Promise<{ plans: FeePlan[]; settings: unknown }> {
  const newest = tx
    .select({ document: configurationParts.document })
    .from(configurationParts)
    .where(and(eq(configurationParts.environment, environment), eq(configurationParts.kind, 'environment')))
    .orderBy(desc(configurationParts.number))
    .limit(1)
    .as('newest')
  const rows = await tx
    .select({ plan: feePlans, settings: newest.document })
    .from(sql`(select 1) as one`)
    .leftJoin(feePlans, sql`true`)
    .leftJoin(newest, sql`true`)
  return { plans: rows.flatMap(({ plan }) => (plan ? [planFrom(plan)] : [])), settings: rows[0]?.settings }
}

const planFrom = (row: typeof feePlans.$inferSelect): FeePlan => ({
  monthlyMinor: row.monthlyMinor,
  currency: row.currency,
  firstWaived: row.firstWaived,
  sourceDocument: row.sourceDocument,
  isSample: row.isSample,
  fromMs: row.during.from?.getTime() ?? 0,
  untilMs: row.during.until?.getTime(),
})

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
