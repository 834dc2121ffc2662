import { type SQL, sql } from 'drizzle-orm'
import type { GroupState, TargetState } from '#domain/group/states.ts'
import type { Environment, GatewayKind } from '#domain/reference/environment.ts'
import type { RequestKind, RequestState } from '#domain/request/lifecycle.ts'
import type { Tx } from '../../client.ts'
import { at } from '../../schema/columns.ts'

/**
 * What somebody may find, a query a kind. The policies hold back what the reader may not see; conditions on codes are
 * comparisons, which PostgreSQL may answer from an index before it asks them, as it may not for `like`. `total`: how
 * many there are, of which `most` are listed; `rank`: 0 the very identifier or name, 1 what begins so, 2 what holds it.
 */
type Found<Row> = Row & { rank: number; total: number }

const counted = sql`count(*) over ()::int as total`

/** Identifiers of up to three characters that begin with this text: the database sorts digits before letters. */
const begins = (column: SQL, text: string): SQL => sql`${column} between ${text} and ${text.padEnd(3, 'Z')}`

const isSession = sql.raw('s.session_code')
const isFirmId = sql.raw('s.execution_code')

/** By name, `K7T882`, by what it begins with, or by its Firm ID. */
export async function listSourcesFound(
  tx: Tx,
  environment: Environment,
  code: string,
  most: number,
): Promise<Found<{ name: string; gatewayKind: GatewayKind; isOpen: boolean }>[]> {
  const [session, firmId] = [code.slice(0, 3), code.slice(3)]
  const isNamed =
    firmId === '' ? begins(isSession, session) : sql`s.session_code = ${session} and ${begins(isFirmId, firmId)}`
  const ofFirm = firmId === '' ? sql`or ${begins(isFirmId, session)}` : sql``
  const rows = await tx.execute<Found<{ name: string; gatewayKind: GatewayKind; isOpen: boolean }>>(sql`
    select s.session_code || s.execution_code as name, s.gateway_kind as "gatewayKind", s.state = 'open' as "isOpen",
      case when s.session_code || s.execution_code = ${code} then 0 when ${isNamed} then 1 else 2 end as rank, ${counted}
    from dc.source_sessions s where s.environment = ${environment} and (${isNamed} ${ofFirm})
    order by rank, s.state desc, s.session_code, s.execution_code limit ${most}`)
  return [...rows]
}

type FoundTarget = Found<{ sessionId: string; state: TargetState; groupName: string; ownerName: string }>

/** By session id, or by what it begins with. */
export async function listTargetsFound(
  tx: Tx,
  environment: Environment,
  code: string,
  most: number,
): Promise<FoundTarget[]> {
  const rows = await tx.execute<FoundTarget>(sql`
    select t.session_id as "sessionId", t.state, g.name as "groupName", o.name as "ownerName",
      case when t.session_id = ${code} then 0 else 1 end as rank, ${counted}
    from dc.targets t join dc.groups g on g.id = t.group_id join dc.firms o on o.id = g.owner_id
    where t.environment = ${environment} and t.session_id between ${code} and ${code.padEnd(6, 'Z')}
    order by rank, t.session_id limit ${most}`)
  return [...rows]
}

/** How well a name answers; the name is compared in small letters. */
const rankOf = (column: SQL, name: string): SQL =>
  sql`case when lower(${column}) = ${name} then 0 when starts_with(lower(${column}), ${name}) then 1 else 2 end`
const holds = (column: SQL, name: string): SQL => sql`strpos(lower(${column}), ${name}) > 0`

type FoundGroup = Found<{ id: string; groupName: string; state: GroupState; ownerName: string }>

/** By name. */
export async function listGroupsFound(
  tx: Tx,
  environment: Environment,
  name: string,
  most: number,
): Promise<FoundGroup[]> {
  const rows = await tx.execute<FoundGroup>(sql`
    select g.id, g.name as "groupName", g.state, o.name as "ownerName", ${rankOf(sql.raw('g.name'), name)} as rank, ${counted}
    from dc.groups g join dc.firms o on o.id = g.owner_id
    where g.environment = ${environment} and ${holds(sql.raw('g.name'), name)}
    order by rank, g.state in ('closed', 'abandoned'), g.name, g.id limit ${most}`)
  return [...rows]
}

type FoundFirm = Found<{ id: string; firmName: string; codes: string[] }>

/** By name, or by one of its codes today that the reader sees. */
export async function listFirmsFound(
  tx: Tx,
  by: { name: string; code: string | null },
  now: Date,
  most: number,
): Promise<FoundFirm[]> {
  const rows = await tx.execute<FoundFirm>(sql`
    select f.id, f.name as "firmName", coalesce(c.codes, '{}') as codes,
      case when ${by.code} = any(c.codes) then 0 else ${rankOf(sql.raw('f.name'), by.name)} end as rank, ${counted}
    from dc.firms f left join (
      select firm_id, array_agg(distinct code order by code) as codes from dc.firm_codes where during @> ${at(now)} group by firm_id
    ) c on c.firm_id = f.id
    where ${holds(sql.raw('f.name'), by.name)} or ${by.code} = any(c.codes)
    order by rank, f.name, f.id limit ${most}`)
  return [...rows]
}

type FoundPerson = Found<{ id: string; personName: string; email: string; firmName: string; isActive: boolean }>

/** By name or e-mail. `firmId`: of this firm alone; null: of every firm that the reader sees. */
export async function listPeopleFound(
  tx: Tx,
  name: string,
  firmId: string | null,
  most: number,
): Promise<FoundPerson[]> {
  const [byName, byEmail] = [sql.raw('u.name'), sql.raw('u.email')]
  const rows = await tx.execute<FoundPerson>(sql`
    select u.id, u.name as "personName", u.email, f.name as "firmName", u.state = 'active' as "isActive",
      least(${rankOf(byName, name)}, ${rankOf(byEmail, name)}) as rank, ${counted}
    from dc.users u join dc.firms f on f.id = u.firm_id
    where (${holds(byName, name)} or ${holds(byEmail, name)}) ${firmId === null ? sql`` : sql`and u.firm_id = ${firmId}`}
    order by rank, u.state, u.name, u.id limit ${most}`)
  return [...rows]
}

type FoundRequest = Found<{
  number: number
  kind: RequestKind
  state: RequestState
  ownerName: string
  groupName: string | null
}>

/** By number. */
export async function listRequestsFound(tx: Tx, environment: Environment, number: number): Promise<FoundRequest[]> {
  const rows = await tx.execute<FoundRequest>(sql`
    select r.number, r.kind, r.state, o.name as "ownerName", g.name as "groupName", 0 as rank, 1 as total
    from dc.requests r join dc.firms o on o.id = r.owner_id left join dc.groups g on g.id = r.group_id
    where r.number = ${number} and r.environment = ${environment}`)
  return [...rows]
}

type FoundFeed = Found<{ id: string; gatewayKind: GatewayKind; isOpen: boolean }>

/** By id; the exchange's alone. */
export async function listFeedsFound(
  tx: Tx,
  environment: Environment,
  name: string,
  most: number,
): Promise<FoundFeed[]> {
  const rows = await tx.execute<FoundFeed>(sql`
    select f.id, f.gateway_kind as "gatewayKind", f.state = 'open' as "isOpen", ${rankOf(sql.raw('f.id'), name)} as rank, ${counted}
    from dc.feeds f where f.environment = ${environment} and ${holds(sql.raw('f.id'), name)}
    order by rank, f.state desc, f.id limit ${most}`)
  return [...rows]
}
