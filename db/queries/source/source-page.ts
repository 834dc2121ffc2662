import { and, desc, eq, inArray, sql } from 'drizzle-orm'
import type { StopCause } from '#domain/consent/stops.ts'
import type { GroupState } from '#domain/group/states.ts'
import type { Environment, GatewayKind } from '#domain/reference/environment.ts'
import type { RequestKind, RequestState } from '#domain/request/lifecycle.ts'
import type { Ledger } from '#domain/status/state.ts'
import type { Tx } from '../../client.ts'
import { at, covers } from '../../schema/columns.ts'
import { firms } from '../../schema/firms.ts'
import { groups } from '../../schema/groups.ts'
import { observedAlarms } from '../../schema/observed.ts'
import { sourceGuarantors } from '../../schema/sources.ts'
import { targetSources, targets } from '../../schema/targets.ts'

/** A firm with its name. */
type NamedFirm = { id: string; name: string }

/** A source session, the firm of its Execution Firm ID as far as the reader sees the code, and its operator. */
type SourceCard = {
  id: string
  sessionCode: string
  executionCode: string
  gatewayKind: GatewayKind
  feedId: string
  marketSegment: string | null
  isOpen: boolean
  holder: NamedFirm | null
  operator: NamedFirm | null
}

export async function findSourceCard(
  tx: Tx,
  key: { environment: Environment; sessionCode: string; executionCode: string },
  now: Date,
): Promise<SourceCard | undefined> {
  const [row] = await tx.execute<SourceCard>(sql`
    select s.id, s.session_code as "sessionCode", s.execution_code as "executionCode", s.gateway_kind as "gatewayKind",
      s.feed_id as "feedId", s.market_segment as "marketSegment", s.state = 'open' as "isOpen",
      case when h.id is not null then json_build_object('id', h.id, 'name', h.name) end as holder,
      case when o.id is not null then json_build_object('id', o.id, 'name', o.name) end as operator
    from dc.source_sessions s
    left join dc.firm_codes c on c.kind = 'execution' and c.code = s.execution_code and c.during @> ${at(now)}
    left join dc.firms h on h.id = c.firm_id
    left join dc.firms o on o.id = s.operated_by
    where s.environment = ${key.environment} and s.session_code = ${key.sessionCode} and s.execution_code = ${key.executionCode}`)
  return row
}

type GuarantorPeriod = { firmId: string; firmName: string; from: Date | null; until: Date | null }

/** The clearing firms that guarantee or guaranteed a session, the present ones first, then the newest. */
export async function listGuarantorPeriods(tx: Tx, sourceId: string, most: number): Promise<GuarantorPeriod[]> {
  const rows = await tx
    .select({ firmId: firms.id, firmName: firms.name, during: sourceGuarantors.during })
    .from(sourceGuarantors)
    .innerJoin(firms, eq(firms.id, sourceGuarantors.firmId))
    .where(eq(sourceGuarantors.sourceId, sourceId))
    .orderBy(desc(sql`upper_inf(${sourceGuarantors.during})`), desc(sql`lower(${sourceGuarantors.during})`), firms.name)
    .limit(most)
  return rows.map(({ during, ...row }) => ({ ...row, ...during }))
}

/** When a source session joined a group, and when and why it left. */
type GroupFed = {
  groupId: string
  groupName: string
  state: GroupState
  ownerId: string
  ownerName: string
  from: Date
  until: Date | null
  /** why it was taken out, where that was not an ordinary change */
  stop: { cause: StopCause; firmName: string | null; revokes: boolean; reason: string } | null
}

/** Groups that a source session feeds or fed, the present ones first, then the newest. */
export async function listGroupsFed(tx: Tx, sourceId: string, most: number): Promise<GroupFed[]> {
  type Row = Omit<GroupFed, 'from' | 'until'> & { from: string; until: string | null }
  const rows = await tx.execute<Row>(sql`
    select g.id as "groupId", g.name as "groupName", g.state, o.id as "ownerId", o.name as "ownerName",
      lower(m.during) as from, upper(m.during) as until,
      (select json_build_object('cause', s.cause, 'firmName', f.name, 'revokes', s.revokes, 'reason', s.reason)
        from dc.source_stops s left join dc.firms f on f.id = s.firm_id
        where s.source_id = m.source_id and s.group_id = m.group_id and s.at = upper(m.during) order by f.name limit 1) as stop
    from dc.group_sources m
    join dc.groups g on g.id = m.group_id
    join dc.firms o on o.id = g.owner_id
    where m.source_id = ${sourceId}
    order by upper_inf(m.during) desc, lower(m.during) desc, g.name, m.id limit ${most}`)
  return rows.map(({ from, until, ...row }) => ({
    ...row,
    from: new Date(from),
    until: until === null ? null : new Date(until),
  }))
}

/** The targets on which a source session is delivered today, as far as the reader sees targets. */
export async function listTargetsCarrying(tx: Tx, sourceId: string, now: Date, most: number) {
  return tx
    .select({ sessionId: targets.sessionId, state: targets.state, groupId: groups.id, groupName: groups.name })
    .from(targetSources)
    .innerJoin(targets, eq(targets.id, targetSources.targetId))
    .innerJoin(groups, eq(groups.id, targets.groupId))
    .where(and(eq(targetSources.sourceId, sourceId), covers(targetSources.during, now)))
    .orderBy(groups.name, targets.sessionId)
    .limit(most)
}

/** The connector that leads a shard, and what it has reported of a source, by market segment. */
type SourceReport = {
  shard: string
  connector: string
  heardAt: Date
  doubt: string | null
  /** null: it has not reported on this source */
  received: number | null
  segment: string | null
  highest: number
  duplicates: number
  aside: number
  lastReceivedAt: Date | null
}

const leaders = (environment: Environment) => sql`
  select distinct on (shard) shard, connector, heard_at, doubt, week from dc.observed_connectors
  where environment = ${environment} order by shard, heard_at desc`

/** The connectors that lead, one row each or one for each segment that they have reported of the source. */
export async function listSourceReports(tx: Tx, environment: Environment, name: string): Promise<SourceReport[]> {
  type Row = Omit<SourceReport, 'heardAt' | 'lastReceivedAt'> & { heardAt: string; lastReceivedAt: string | null }
  const rows = await tx.execute<Row>(sql`
    with leader as (${leaders(environment)})
    select l.shard, l.connector, l.heard_at as "heardAt", l.doubt, o.segment, o.received::float8 as received,
      coalesce(o.highest, 0)::float8 as highest, coalesce(o.duplicates, 0)::float8 as duplicates,
      coalesce(o.aside, 0)::float8 as aside, o.last_received_at as "lastReceivedAt"
    from leader l left join dc.observed_sources o
      on o.environment = ${environment} and o.shard = l.shard and o.connector = l.connector and o.source_id = ${name}
    order by o.segment`)
  return rows.map(({ heardAt, lastReceivedAt, ...row }) => ({
    ...row,
    heardAt: new Date(heardAt),
    lastReceivedAt: lastReceivedAt === null ? null : new Date(lastReceivedAt),
  }))
}

/**
 * What became of a source's messages in this trading week, by group. A guarantor sees no targets, so it finds the group
 * by the sessions that its own row names; `groupId` null: the reader may not know the group.
 */
export async function listLedgerByGroup(
  tx: Tx,
  environment: Environment,
  name: string,
): Promise<(Ledger & { groupId: string | null })[]> {
  const total = (column: string) => sql.raw(`sum(l.${column})::float8 as ${column}`)
  const rows = await tx.execute<Ledger & { groupId: string | null }>(sql`
    with leader as (${leaders(environment)})
    select coalesce(t.group_id, v.group_id) as "groupId", ${sql.join(
      ['received', 'delivered', 'filtered', 'waiting', 'held', 'expired'].map(total),
      sql`, `,
    )}
    from dc.observed_ledger l
    join leader c on c.shard = l.shard and c.connector = l.connector and (c.week is null or c.week = l.week)
    left join dc.targets t on t.session_id = l.session_id
    left join dc.visible_groups v on t.id is null and v.reason = 'guarantor' and v.firm_id = (select dc.actor_firm())
      and l.session_id = any(v.sessions)
    where l.environment = ${environment} and l.source_id = ${name} group by 1`)
  return [...rows]
}

/** Alarms about a source or its feed that connectors have raised and not ended, the oldest first. */
export async function listAlarmsOf(tx: Tx, environment: Environment, name: string, feedId: string) {
  const { code, kind, says, since, shard, connector, objectId } = observedAlarms
  return tx
    .select({ code, kind, says, since, shard, connector })
    .from(observedAlarms)
    .where(
      and(
        eq(observedAlarms.environment, environment),
        inArray(sql`(${kind}, ${objectId})`, [sql`('source', ${name})`, sql`('feed', ${feedId})`]),
      ),
    )
    .orderBy(since)
}

type RequestNaming = {
  number: number
  kind: RequestKind
  state: RequestState
  stateAt: Date
  ownerId: string
  ownerName: string
  groupId: string | null
  groupName: string | null
}

/** Requests that have named a source session in any of their rounds, the newest first. */
export async function listRequestsNaming(
  tx: Tx,
  environment: Environment,
  name: string,
  page: { before: number | undefined; most: number },
): Promise<RequestNaming[]> {
  type Row = Omit<RequestNaming, 'stateAt'> & { stateAt: string }
  const rows = await tx.execute<Row>(sql`
    select r.number, r.kind, r.state, r.state_at as "stateAt", o.id as "ownerId", o.name as "ownerName",
      g.id as "groupId", g.name as "groupName"
    from dc.requests r
    join dc.firms o on o.id = r.owner_id
    left join dc.groups g on g.id = r.group_id
    where r.id in (select n.request_id from dc.request_sources n where n.source = ${name})
      and r.environment = ${environment} ${page.before === undefined ? sql`` : sql`and r.number < ${page.before}`}
    order by r.number desc limit ${page.most}`)
  return rows.map(({ stateAt, ...row }) => ({ ...row, stateAt: new Date(stateAt) }))
}
