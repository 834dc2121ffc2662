import { type SQL, sql } from 'drizzle-orm'
import type { GroupState } from '#domain/group/states.ts'
import type { Role } from '#domain/people/roles.ts'
import type { Environment, GatewayKind } from '#domain/reference/environment.ts'
import type { RequestKind, RequestState } from '#domain/request/lifecycle.ts'
import type { Tx } from '../../client.ts'
import { at } from '../../schema/columns.ts'
import type { ClearingClass, CodeKind } from '../../schema/firms.ts'

/** A firm as the directory has it; the agreement and the account manager as far as the reader sees them. */
type FirmCard = {
  id: string
  name: string
  isExchange: boolean
  isActive: boolean
  codes: { kind: CodeKind; code: string; class: ClearingClass | null }[]
  agreement: { number: string; signedAt: string } | null
  gam: string | null
}

export async function findFirmCard(tx: Tx, id: string, now: Date): Promise<FirmCard | undefined> {
  const today = at(now)
  const [row] = await tx.execute<FirmCard>(sql`
    select f.id, f.name, f.is_exchange as "isExchange", f.state = 'active' as "isActive",
      coalesce((select json_agg(json_build_object('kind', c.kind, 'code', c.code, 'class', c.class) order by c.kind, c.code)
        from dc.firm_codes c where c.firm_id = f.id and c.during @> ${today}), '[]') as codes,
      (select json_build_object('number', a.number, 'signedAt', a.signed_at)
        from dc.firm_agreements a where a.firm_id = f.id and a.during @> ${today}) as agreement,
      (select u.name from dc.firm_gams g join dc.users u on u.id = g.gam_id
        where g.firm_id = f.id and g.during @> ${today}) as gam
    from dc.firms f where f.id = ${id}`)
  return row
}

/** The first rows of a list, each with how many there are in all. */
type Listed<Row> = Row & { total: number }
const counted = sql`count(*) over ()::int as total`

/** A firm's people, those who are active first. */
export async function listFirmPeople(tx: Tx, firmId: string, now: Date, most: number) {
  type Row = Listed<{ id: string; name: string; email: string; isActive: boolean; roles: Role[] }>
  const rows = await tx.execute<Row>(sql`
    select u.id, u.name, u.email, u.state = 'active' as "isActive", ${counted},
      array(select r.role from dc.role_grants r where r.user_id = u.id and r.during @> ${at(now)} order by r.role) as roles
    from dc.users u where u.firm_id = ${firmId} order by u.state, u.name, u.id limit ${most}`)
  return [...rows]
}

/** Groups that a firm owns, those that are over last. */
export async function listGroupsOwned(tx: Tx, environment: Environment, firmId: string, most: number) {
  type Row = Listed<{ id: string; name: string; state: GroupState }>
  const rows = await tx.execute<Row>(sql`
    select g.id, g.name, g.state, ${counted} from dc.groups g
    where g.owner_id = ${firmId} and g.environment = ${environment}
    order by g.state in ('closed', 'abandoned'), g.name, g.id limit ${most}`)
  return [...rows]
}

type FirmSource = Listed<{ name: string; gatewayKind: GatewayKind; isOpen: boolean }>

const sourcesWhere = async (tx: Tx, environment: Environment, where: SQL, most: number): Promise<FirmSource[]> => {
  const rows = await tx.execute<FirmSource>(sql`
    select s.session_code || s.execution_code as name, s.gateway_kind as "gatewayKind", s.state = 'open' as "isOpen", ${counted}
    from dc.source_sessions s where s.environment = ${environment} and ${where}
    order by s.state desc, s.session_code, s.execution_code limit ${most}`)
  return [...rows]
}

/** Source sessions that a firm guarantees today. */
export const listSourcesGuaranteed = (tx: Tx, environment: Environment, firmId: string, now: Date, most: number) =>
  sourcesWhere(
    tx,
    environment,
    sql`s.id in (select g.source_id from dc.source_guarantors g where g.firm_id = ${firmId} and g.during @> ${at(now)})`,
    most,
  )

/** Source sessions under a firm's Execution Firm IDs today, or operated by it. */
export const listSourcesHeld = (tx: Tx, environment: Environment, firmId: string, now: Date, most: number) =>
  sourcesWhere(
    tx,
    environment,
    sql`(s.operated_by = ${firmId} or s.execution_code in (select c.code from dc.firm_codes c
      where c.firm_id = ${firmId} and c.kind = 'execution' and c.during @> ${at(now)}))`,
    most,
  )

type FirmRequest = Listed<{
  number: number
  kind: RequestKind
  state: RequestState
  stateAt: Date
  groupName: string | null
  ownerId: string
  ownerName: string
}>

const requestsWhere = async (tx: Tx, environment: Environment, where: SQL, most: number): Promise<FirmRequest[]> => {
  type Row = Omit<FirmRequest, 'stateAt'> & { stateAt: string }
  const rows = await tx.execute<Row>(sql`
    select r.number, r.kind, r.state, r.state_at as "stateAt", g.name as "groupName",
      o.id as "ownerId", o.name as "ownerName", ${counted}
    from dc.requests r join dc.firms o on o.id = r.owner_id left join dc.groups g on g.id = r.group_id
    where r.environment = ${environment} and ${where} order by r.number desc limit ${most}`)
  return rows.map((row) => ({ ...row, stateAt: new Date(row.stateAt) }))
}

/** Requests of a firm's own, the newest first. */
export const listRequestsOwned = (tx: Tx, environment: Environment, firmId: string, most: number) =>
  requestsWhere(tx, environment, sql`r.owner_id = ${firmId}`, most)

/** Requests of others in which a firm was asked to agree, the newest first. */
export const listRequestsAsked = (tx: Tx, environment: Environment, firmId: string, most: number) =>
  requestsWhere(
    tx,
    environment,
    sql`r.owner_id <> ${firmId} and r.id in (select p.request_id from dc.request_parties p
      where p.firm_id = ${firmId} and p.capacity <> 'exchange')`,
    most,
  )
