import { asc } from 'drizzle-orm'
import type { Shard } from '#domain/leadership/leader.ts'
import type { Tx } from '../../client.ts'
import { environments } from '../../schema/installation.ts'
import { listShards } from '../feed/feeds.ts'
import { findRefusal, type OpenRefusal } from './leases.ts'
import { connectorOf, listConnectors } from './session-commands.ts'

/** What the connector of a shard last reported. Only environments in which something was published are of interest. */
export type LastReport = Shard & {
  isPublished: boolean
  /** Undefined: nothing was ever reported. */
  report: { state: string; heardAt: Date; runningVersion: number | null; doubt: string | null } | undefined
  /** Why no connector leads the shard. */
  refusal: OpenRefusal | undefined
}

/** The newest report of each shard of each environment, as the portal itself sees it. */
export async function listLastReports(tx: Tx): Promise<LastReport[]> {
  const connectors = await listConnectors(tx)
  const reports: LastReport[] = []
  for (const { environment, newestVersion } of await tx
    .select()
    .from(environments)
    .orderBy(asc(environments.environment)))
    for (const shard of await listShards(tx, environment)) {
      const report = connectorOf(connectors, { environment, shard })
      const refusal = await findRefusal(tx, { environment, shard })
      reports.push({ environment, shard, isPublished: newestVersion > 0, report, refusal })
    }
  return reports
}
