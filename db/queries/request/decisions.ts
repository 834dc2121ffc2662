import { and, desc, eq, inArray, isNull } from 'drizzle-orm'
import type { Tx } from '../../client.ts'
import { decisions, requests } from '../../schema/requests.ts'

export type DecisionRecord = typeof decisions.$inferSelect

/** Decisions of all rounds that were not taken back, newest first. */
export async function listStandingDecisions(tx: Tx, requestId: string): Promise<DecisionRecord[]> {
  return tx
    .select()
    .from(decisions)
    .where(and(eq(decisions.requestId, requestId), isNull(decisions.takenBackAt)))
    .orderBy(desc(decisions.decidedAt))
}

/** All decisions on several requests, those that were taken back included, in no order. */
export async function listDecisionsOf(tx: Tx, requestIds: readonly string[]): Promise<DecisionRecord[]> {
  if (requestIds.length === 0) return []
  return tx
    .select()
    .from(decisions)
    .where(inArray(decisions.requestId, [...requestIds]))
}

/** As far as the reader sees them; ids without a decision are left out. */
export async function listDecisionsById(tx: Tx, ids: readonly string[]): Promise<DecisionRecord[]> {
  if (ids.length === 0) return []
  return tx
    .select()
    .from(decisions)
    .where(inArray(decisions.id, [...ids]))
}

/** Approvals of a group's requests that were not taken back, newest first. */
export async function listApprovalsOfGroup(
  tx: Tx,
  groupId: string,
): Promise<{ decision: DecisionRecord; requestNumber: number }[]> {
  return tx
    .select({ decision: decisions, requestNumber: requests.number })
    .from(decisions)
    .innerJoin(requests, eq(requests.id, decisions.requestId))
    .where(and(eq(requests.groupId, groupId), eq(decisions.verdict, 'approve'), isNull(decisions.takenBackAt)))
    .orderBy(desc(decisions.decidedAt))
}

export async function insertDecision(tx: Tx, row: typeof decisions.$inferInsert): Promise<void> {
  await tx.insert(decisions).values(row)
}

export async function takeDecisionBack(
  tx: Tx,
  decisionId: string,
  row: { takenBackAt: Date; takenBackBy: string; takenBackReason: string },
): Promise<void> {
  await tx.update(decisions).set(row).where(eq(decisions.id, decisionId))
}
