import { type SQL, sql } from 'drizzle-orm'
import { type JournalEnd, type Lease, leaseLastsMs } from '#domain/leadership/claim.ts'
import type { Leader, Shard } from '#domain/leadership/leader.ts'
import type { Db, Tx } from '../../client.ts'

/** The lease with what its leader reported last. */
export type FoundLease = Lease & { numbers: unknown }

/** undefined: there has never been a leader. */
export async function findLease(db: Db, { environment, shard }: Shard): Promise<FoundLease | undefined> {
  const [row] = await db.execute<{
    lineage: string
    term: number
    place: string
    position: string
    batch: string
    crc: string
    numbers: unknown
    is_live: boolean
    is_ended: boolean
    silent_ms: number
  }>(sql`
    select lineage, term, place, position, batch, crc, numbers, deadline > now() as is_live, is_ended,
      (extract(epoch from now() - renewed_at) * 1000)::float8 as silent_ms
    from dc.connector_leases where environment = ${environment} and shard = ${shard}`)
  if (!row) return undefined
  const { lineage, term, place, numbers, is_live: isLive, is_ended: isEnded, silent_ms: silentMs } = row
  const end = { position: Number(row.position), batch: Number(row.batch), crc: Number(row.crc) }
  return { lineage, term, place, numbers, isLive, isEnded, silentMs, end }
}

type NewLease = Leader & { place: string; connector: string; end: JournalEnd; numbers: string }

const deadline = sql`now() + ${leaseLastsMs} * interval '1 millisecond'`

/**
 * Becomes the leader in place of the one in the lease that was seen; false: the lease has changed meanwhile, or its
 * leader has renewed it. Waits for reports that the previous leader is just writing.
 */
export async function takeLease(
  db: Db,
  { environment, shard, lineage, term, place, connector, end, numbers }: NewLease,
  seen: Pick<Lease, 'lineage' | 'term'> | undefined,
): Promise<boolean> {
  const { position, batch, crc } = end
  const rows = seen
    ? await db.execute(sql`
        update dc.connector_leases set lineage = ${lineage}, term = ${term}, place = ${place}, connector = ${connector},
          position = ${position}, batch = ${batch}, crc = ${crc}, numbers = ${numbers}::jsonb, renewed_at = now(), deadline = ${deadline},
          is_ended = false
        where environment = ${environment} and shard = ${shard} and lineage = ${seen.lineage} and term = ${seen.term}
          and (deadline <= now() or place = ${place}) returning term`)
    : await db.execute(sql`
        insert into dc.connector_leases
          (environment, shard, lineage, term, place, connector, position, batch, crc, numbers, renewed_at, deadline)
        values (${environment}, ${shard}, ${lineage}, ${term}, ${place}, ${connector}, ${position}, ${batch}, ${crc},
          ${numbers}::jsonb, now(), ${deadline})
        on conflict do nothing returning term`)
  return rows.length > 0
}

/**
 * Extends the leader's own lease. @returns the batch that the row held before; undefined: the row is another leader's,
 * or there is none. `numbers` absent: left as they are.
 */
export async function renewLease(
  db: Db,
  {
    environment,
    shard,
    lineage,
    term,
    place,
    end,
    numbers,
  }: Omit<NewLease, 'connector' | 'numbers'> & { numbers?: string },
): Promise<number | undefined> {
  const [row] = await db.execute<{ before: string }>(sql`
    with seen as (select batch as before from dc.connector_leases
      where environment = ${environment} and shard = ${shard} for no key update)
    update dc.connector_leases set position = ${end.position}, batch = ${end.batch}, crc = ${end.crc},
      numbers = coalesce(${numbers ?? null}::jsonb, numbers), renewed_at = now(), deadline = ${deadline}, is_ended = false
    from seen
    where environment = ${environment} and shard = ${shard} and lineage = ${lineage} and term = ${term} and place = ${place}
    returning seen.before`)
  return row && Number(row.before)
}

/** The leader has stopped in order, so the next one need not wait. */
export async function endLease(db: Db, { environment, shard, lineage, term }: Leader): Promise<void> {
  await db.execute(sql`
    update dc.connector_leases set deadline = now(), is_ended = true
    where environment = ${environment} and shard = ${shard} and lineage = ${lineage} and term = ${term}`)
}

/**
 * Whether this leader still leads, from here to the end of the transaction. Comes first in every transaction by which a
 * connector writes what it sees; another leader's claim waits for the transaction. False: nothing may be written in the
 * name of an older term.
 */
export async function holdsTerm(tx: Tx, leader: Leader): Promise<boolean> {
  return writeAsLeader(tx, leader, [])
}

/**
 * The same, together with the leader's writes, in one statement: the cost of a report every second is mostly that of
 * its statements. Each part writes only where `leads` holds.
 */
export async function writeAsLeader(db: Db, leader: Leader, parts: readonly SQL[]): Promise<boolean> {
  const { environment, shard, lineage, term } = leader
  const written = parts.map((part, i) => sql`, ${sql.identifier(`part${i}`)} as (${part})`)
  const rows = await db.execute(sql`
    with lease as materialized (select 1 from dc.connector_leases
      where environment = ${environment} and shard = ${shard} and lineage = ${lineage} and term = ${term}
      for key share)${sql.join(written)}
    select 1 from lease`)
  return rows.length > 0
}

/** The condition for the parts of `writeAsLeader`. */
export const leads = sql`exists (select from lease)`

type Refusal = { code: string; says: string; remedy: string }
type RefusedConnector = Shard & { connector: string; place: string }

/** Milliseconds after which a refusal that was not repeated no longer counts. */
export const refusalLastsMs = 10_000

/** Records why this connector does not lead; repeated for as long as that is so. */
export async function saveRefusal(db: Db, { environment, shard, connector, place }: RefusedConnector, why: Refusal) {
  await db.execute(sql`
    insert into dc.connector_refusals (environment, shard, connector, place, code, says, remedy, since, at)
    values (${environment}, ${shard}, ${connector}, ${place}, ${why.code}, ${why.says}, ${why.remedy}, now(), now())
    on conflict (environment, shard, connector, place) do update set code = excluded.code, says = excluded.says,
      remedy = excluded.remedy, at = now(),
      since = case when connector_refusals.at > now() - ${refusalLastsMs} * interval '1 millisecond'
        then connector_refusals.since else now() end`)
}

/** Somebody leads, so it no longer matters why another may not. */
export async function removeRefusals(db: Db, { environment, shard }: Shard): Promise<void> {
  await db.execute(sql`delete from dc.connector_refusals where environment = ${environment} and shard = ${shard}`)
}

export type OpenRefusal = Refusal & { since: Date }

/**
 * Why no connector leads a shard, in the words of the one that would lead it. undefined: one leads, or none asks to.
 */
export async function findRefusal(tx: Tx, { environment, shard }: Shard): Promise<OpenRefusal | undefined> {
  const [row] = await tx.execute<{ code: string; says: string; remedy: string; since_ms: number }>(sql`
    select code, says, remedy, (extract(epoch from since) * 1000)::float8 as since_ms from dc.connector_refusals
    where environment = ${environment} and shard = ${shard} and at > now() - ${refusalLastsMs} * interval '1 millisecond'
    order by at desc limit 1`)
  return row && { code: row.code, says: row.says, remedy: row.remedy, since: new Date(row.since_ms) }
}
