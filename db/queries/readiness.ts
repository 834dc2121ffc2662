import { sql } from 'drizzle-orm'
import type { Tx } from '../client.ts'

/** Of an environment: what its connector last reported. An environment is of interest once something was published in it. */
export type LastReport = {
  environment: string
  isPublished: boolean
  /** Undefined: nothing was ever reported. */
  report: { state: string; heardAt: Date; runningVersion: number | null } | undefined
}

/** The newest report of each environment, as the portal itself sees it. */
export async function listLastReports(tx: Tx): Promise<LastReport[]> {
  const rows = await tx.execute<{
    environment: string
    is_published: boolean
    state: string | null
    heard_ms: number
    running_version: number | null
  }>(sql`
    select e.environment, e.newest_version > 0 as is_published, c.state, c.running_version,
      (extract(epoch from c.heard_at) * 1000)::float8 as heard_ms
    from dc.environments e
    left join lateral (select state, heard_at, running_version from dc.observed_connectors c
      where c.environment = e.environment order by heard_at desc limit 1) c on true
    order by e.environment`)
  return rows.map(({ environment, is_published: isPublished, state, heard_ms, running_version: runningVersion }) => ({
    environment,
    isPublished,
    report: state === null ? undefined : { state, heardAt: new Date(heard_ms), runningVersion },
  }))
}
