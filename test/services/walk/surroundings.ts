import { confirmApplied } from '#services/jobs/jobs.ts'
import type { Act } from './acts.ts'
import type { Lane } from './lane.ts'
import { environment, worldId } from './world.ts'

/** The exchange enters who guarantees a source from now on; the portal has no page for this yet. */
export async function guarantee({ db }: Lane, act: Act & { kind: 'reference data' }): Promise<void> {
  const [source, firm] = [worldId('source', act.source), worldId('firm', act.firm)]
  const now = db.clock.now.toISOString()
  if (act.guarantees)
    await db.owner`
      insert into dc.source_guarantors (source_id, firm_id, during)
      values (${source}, ${firm}, tstzrange(${now}::timestamptz, null))`
  else
    await db.owner`
      update dc.source_guarantors set during = tstzrange(lower(during), ${now}::timestamptz)
      where source_id = ${source} and firm_id = ${firm} and upper_inf(during)`
}

/** The connector reports that it runs, or refuses, every part of every version, and the portal takes note. */
export async function connectorReports({ db, jobs }: Lane, state: 'running' | 'refused'): Promise<void> {
  const now = db.clock.now.toISOString()
  await db.owner`
    insert into dc.configuration_reports (environment, number, connector, kind, object_id, state, at)
    select environment, number, 'walk', kind, object_id, ${state}, ${now}::timestamptz from dc.configuration_parts
    where kind <> 'environment'
    on conflict (environment, number, shard, connector, kind, object_id) do update set state = excluded.state, at = excluded.at`
  if (state === 'refused') return
  await db.owner`
    insert into dc.observed_connectors (environment, connector, state, pid, host, release, started_at, heard_at, running_version)
    select environment, 'walk', 'running', 1, 'walk', '0', ${now}::timestamptz, ${now}::timestamptz, newest_version
    from dc.environments where environment = ${environment}
    on conflict (environment, shard, connector) do update set running_version = excluded.running_version, heard_at = excluded.heard_at`
  await confirmApplied(jobs)
}
