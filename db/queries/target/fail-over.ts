import { and, eq } from 'drizzle-orm'
import { environmentSettings } from '#domain/reference/settings.ts'
import { defaultFailoverJump, type FailOverFacts } from '#domain/session/fail-over.ts'
import { isTargetOnline } from '#domain/status/words.ts'
import type { Tx } from '../../client.ts'
import { observedAlarms, observedTargets } from '../../schema/observed.ts'
import { connectorOf, listConnectors } from '../connector/session-commands.ts'
import { findTerms } from '../group/groups.ts'
import { findSettings } from '../publication/publications.ts'
import type { TargetRecord } from './targets.ts'

/**
 * A target as wanted, and how it runs: whether a client is logged on, and whether the other address is in use instead
 * of the wanted one.
 */
export async function findFailOverFacts(tx: Tx, target: TargetRecord, now: Date): Promise<FailOverFacts> {
  const { environment, shard, sessionId, groupId, active, listen } = target
  const connector = connectorOf(await listConnectors(tx, environment), target)?.connector ?? ''
  const of = (table: typeof observedTargets | typeof observedAlarms) =>
    and(eq(table.environment, environment), eq(table.shard, shard), eq(table.connector, connector))
  const seen = await tx
    .select({ sessionId: observedTargets.sessionId, state: observedTargets.state })
    .from(observedTargets)
    .where(of(observedTargets))
  const alarms = await tx
    .select({ code: observedAlarms.code })
    .from(observedAlarms)
    .where(and(of(observedAlarms), eq(observedAlarms.code, 'failover'), eq(observedAlarms.objectId, sessionId)))
  const settings = environmentSettings.safeParse(await findSettings(tx, environment))
  const jump = settings.data?.limits?.failoverJump
  return {
    name: sessionId,
    protocol: (await findTerms(tx, groupId, now))?.protocol ?? 'classic',
    active,
    isStoodIn: alarms.length > 0,
    listen,
    // a target has one session on each market segment: ODQ1Z9/10
    isLoggedOn: seen.some((one) => one.sessionId.split('/')[0] === sessionId && isTargetOnline(one.state)),
    jump: typeof jump === 'number' ? jump : defaultFailoverJump,
  }
}
