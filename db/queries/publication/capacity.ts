import { and, eq } from 'drizzle-orm'
import type { Environment, GatewayKind } from '#domain/reference/environment.ts'
import { targetCapacity } from '#domain/target/placement.ts'
import type { Tx } from '../../client.ts'
import { covers } from '../../schema/columns.ts'
import { type CapacityKind, capacityLimits } from '../../schema/installation.ts'

/** The limits in force. Where the exchange published none there is no limit, except the wire's own for a target. */
export async function findLimits(
  tx: Tx,
  environment: Environment,
  now: Date,
): Promise<{ most: Partial<Record<CapacityKind, number>>; perTarget: Record<GatewayKind, number> }> {
  const rows = await tx
    .select({ kind: capacityLimits.kind, most: capacityLimits.most })
    .from(capacityLimits)
    .where(and(eq(capacityLimits.environment, environment), covers(capacityLimits.during, now)))
  const most: Partial<Record<CapacityKind, number>> = Object.fromEntries(rows.map((row) => [row.kind, row.most]))
  const cut = most['sources-per-target'] ?? Number.POSITIVE_INFINITY
  const perTarget = { cgw: Math.min(targetCapacity.cgw, cut), msgw: Math.min(targetCapacity.msgw, cut) }
  return { most, perTarget }
}
