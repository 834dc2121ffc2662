import { sql } from 'drizzle-orm'
import { patientCodes } from '#domain/alarm/codes.ts'
import type { Environment } from '#domain/reference/environment.ts'
import { mainShard } from '#domain/reference/shard.ts'
import type { ReportedConnectorState } from '#domain/status/words.ts'
import type { Tx } from '../../client.ts'
import { refusalLastsMs } from '../connector/leases.ts'

/** What is known of the connector of a shard; `connector` null: none has reported there. */
export type ShardRow = {
  shard: string
  connector: string | null
  state: ReportedConnectorState | null
  heardAt: Date | null
  runningVersion: number | null
  week: string | null
  doubt: string | null
  refusal: { says: string; remedy: string } | null
  /** The oldest alarm for which the connector as a whole wants a person; `says` null: not for this reader. */
  alarm: { says: string | null } | null
  /** Messages that the feeds of the reader's sources lost this trading week. */
  lost: number
}

/**
 * The shards in which the reader's sources are copied, for the exchange's people all, each with the connector heard
 * last; `main` where there are none.
 */
export async function listSeenConnectors(tx: Tx, environment: Environment): Promise<ShardRow[]> {
  const rows = await tx.execute<Omit<ShardRow, 'heardAt'> & { heardAt: string | null }>(sql`
    with seen as (select shard from dc.seen_shards() where environment = ${environment}),
    shards as (select shard from seen union select ${mainShard} where not exists (select from seen))
    select s.shard, c.connector, c.state, c.heard_at as "heardAt", c.running_version as "runningVersion", c.week, c.doubt,
      (select jsonb_build_object('says', r.says, 'remedy', r.remedy) from dc.connector_refusals r
        where r.environment = ${environment} and r.shard = s.shard and r.at > now() - ${refusalLastsMs} * interval '1 millisecond'
        order by r.at desc limit 1) as refusal,
      (select jsonb_build_object('says', a.says) from dc.connector_alarms() a
        where a.environment = ${environment} and a.shard = s.shard and a.connector = c.connector
          and a.code not in ${[...patientCodes]} order by a.since limit 1) as alarm,
      (select coalesce(sum(f.lost), 0)::float8 from dc.feed_health() f
        where f.environment = ${environment} and f.shard = s.shard and f.connector = c.connector) as lost
    from shards s left join lateral (
      select * from dc.observed_connectors o where o.environment = ${environment} and o.shard = s.shard
      order by o.heard_at desc limit 1) c on true
    order by s.shard`)
  return rows.map(({ heardAt, ...row }) => ({ ...row, heardAt: heardAt === null ? null : new Date(heardAt) }))
}
