import { sql } from 'drizzle-orm'
import type { Environment } from '#domain/reference/environment.ts'
import type { Tx } from '../client.ts'
import { findRefusal, type OpenRefusal } from './leases.ts'

/** Of an environment: what its connector last reported. An environment is of interest once something was published in it. */
export type LastReport = {
  environment: string
  isPublished: boolean
  /** Undefined: nothing was ever reported. */
  report: { state: string; heardAt: Date; runningVersion: number | null; doubt: string | null } | undefined
  /** Why nobody leads it. */
  refusal: OpenRefusal | undefined
}

/** The newest report of each environment, as the portal itself sees it. */
export async function listLastReports(tx: Tx): Promise<LastReport[]> {
  const rows = await tx.execute<{
    environment: Environment
    is_published: boolean
    state: string | null
    heard_ms: number
    running_version: number | null
    doubt: string | null
  }>(sql`
    select e.environment, e.newest_version > 0 as is_published, c.state, c.running_version, c.doubt,
      (extract(epoch from c.heard_at) * 1000)::float8 as heard_ms
    from dc.environments e
    left join lateral (select state, heard_at, running_version, doubt from dc.observed_connectors c
      where c.environment = e.environment order by heard_at desc limit 1) c on true
    order by e.environment`)
  const refusals = new Map<string, OpenRefusal | undefined>()
  for (const { environment } of rows) refusals.set(environment, await findRefusal(tx, environment))
  return rows.map((row) => ({
    environment: row.environment,
    isPublished: row.is_published,
    report:
      row.state === null
        ? undefined
        : {
            state: row.state,
            heardAt: new Date(row.heard_ms),
            runningVersion: row.running_version,
            doubt: row.doubt,
          },
    refusal: refusals.get(row.environment),
  }))
}
