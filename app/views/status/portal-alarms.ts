import type { Tx } from '#db/client.ts'
import { findBrokenSeal } from '#db/queries/audit/broken-seal.ts'
import { listFeePlansAndSettings } from '#db/queries/billing/billing.ts'
import { countChargedGroups } from '#db/queries/group/groups.ts'
import { brokenSealSentence } from '#domain/alarm/audit.ts'
import { type FeePlanHole, feePlanHole } from '#domain/billing/fee-plan-hole.ts'
import type { Environment } from '#domain/reference/environment.ts'
import { environmentSettings, zoneOf } from '#domain/reference/settings.ts'
import type { StatusView } from './status-view.ts'

/** Alarms that no connector knows of, for readers of the exchange. `charged`: how many groups a fee is charged for. */
export async function listPortalAlarms(
  tx: Tx,
  environment: Environment,
  charged: number,
  now: Date,
): Promise<StatusView['alarms']> {
  const hole = await holeIn(tx, environment, charged, now)
  const broken = await findBrokenSeal(tx)
  const trail = broken && { says: brokenSealSentence(broken), since: broken.since }
  return [
    ...(hole ? [{ code: 'no-fee-plan', kind: 'billing', objectId: '', ...hole }] : []),
    ...(trail ? [{ code: 'broken-seal', kind: 'audit', objectId: '', ...trail }] : []),
  ]
}

/** Whether this month or the next lacks a fee plan although the transaction sees groups to charge. */
export async function findFeePlanHole(tx: Tx, environment: Environment, now: Date): Promise<FeePlanHole | undefined> {
  return holeIn(tx, environment, await countChargedGroups(tx, environment), now)
}

async function holeIn(tx: Tx, environment: Environment, charged: number, now: Date): Promise<FeePlanHole | undefined> {
  if (environment === 'certification' || charged === 0) return undefined
  const found = await listFeePlansAndSettings(tx, environment)
  const settings = environmentSettings.safeParse(found.settings)
  return feePlanHole(found.plans, zoneOf(settings.data ?? {}), now)
}
