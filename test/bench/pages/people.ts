import type postgres from 'postgres'

/** A person of one kind, and the objects that their pages are about. */
export type Visitor = {
  kind: string
  userId: string
  email: string
  firmId: string
  isExchange: boolean
  roles: string[]
  objects: Objects
}

/** Undefined: the firm has none. */
type Objects = {
  group: string | undefined
  target: string | undefined
  source: string | undefined
  /** Numbers of requests: open, drafted, and the last one that was applied. */
  open: number | undefined
  draft: number | undefined
  applied: number | undefined
  /** A request that waits for this person's firm. */
  asked: number | undefined
  person: string | undefined
}

type Kind = { kind: string; role: string; firm: 'exchange' | 'largest' | 'clearing' | 'average' | 'smallest' }

const kinds: readonly Kind[] = [
  { kind: 'operations', role: 'operations', firm: 'exchange' },
  { kind: 'GAM', role: 'gam', firm: 'exchange' },
  { kind: 'administrator', role: 'administrator', firm: 'exchange' },
  { kind: 'exchange billing', role: 'billing', firm: 'exchange' },
  { kind: 'large owner, requester', role: 'requester', firm: 'largest' },
  { kind: 'large owner, technical', role: 'technical-contact', firm: 'largest' },
  { kind: 'large owner, firm admin', role: 'firm-admin', firm: 'largest' },
  { kind: 'clearing signatory', role: 'clearing-signatory', firm: 'clearing' },
  { kind: 'billing approver', role: 'billing-approver', firm: 'average' },
  { kind: 'small firm, viewer', role: 'viewer', firm: 'smallest' },
]

export async function findVisitors(owner: postgres.Sql): Promise<Visitor[]> {
  const visitors: Visitor[] = []
  for (const { kind, role, firm } of kinds) {
    const [person] = await owner<Omit<Visitor, 'kind' | 'objects'>[]>`
      select u.id as "userId", u.email, u.firm_id as "firmId", f.is_exchange as "isExchange",
        (select array_agg(role) from dc.role_grants where user_id = u.id) as roles
      from dc.users u join dc.firms f on f.id = u.firm_id join dc.role_grants g on g.user_id = u.id and g.role = ${role}
      where u.firm_id = ${await firmOf(owner, firm)} order by u.email limit 1`
    if (!person) throw new Error(`nobody is ${kind}`)
    visitors.push({ kind, ...person, objects: await objectsOf(owner, person) })
  }
  return visitors
}

async function firmOf(owner: postgres.Sql, which: Kind['firm']): Promise<string> {
  const firms = await owner<{ id: string; isExchange: boolean; clears: number }[]>`
    select f.id, f.is_exchange as "isExchange", (select count(*) from dc.source_guarantors where firm_id = f.id)::int as clears
    from dc.firms f order by (select count(*) from dc.groups where owner_id = f.id), f.name`
  const owners = firms.filter(({ isExchange, clears }) => !isExchange && clears === 0)
  const found = {
    exchange: firms.find(({ isExchange }) => isExchange),
    largest: owners.at(-1),
    clearing: [...firms].sort((a, b) => b.clears - a.clears)[0],
    average: owners[Math.floor(owners.length / 2)],
    smallest: owners[0],
  }[which]
  if (!found) throw new Error(`there is no ${which} firm`)
  return found.id
}

async function objectsOf(
  owner: postgres.Sql,
  { userId, firmId, isExchange }: Pick<Visitor, 'userId' | 'firmId' | 'isExchange'>,
): Promise<Objects> {
  // a clearing firm's own pages are about what it guarantees; the others' about what they own
  const seen = owner`(${isExchange} or g.owner_id = ${firmId})`
  const [group] = await owner<{ id: string; sessionId: string; source: string }[]>`
    select g.id, t.session_id as "sessionId", s.session_code || s.execution_code as source
    from dc.groups g join dc.targets t on t.group_id = g.id join dc.target_sources p on p.target_id = t.id and upper_inf(p.during)
    join dc.source_sessions s on s.id = p.source_id
    where ${seen} and g.state = 'live' order by g.name, t.session_id, source limit 1`
  const request = async (condition: postgres.PendingQuery<postgres.Row[]>) => {
    const [row] = await owner<{ number: number }[]>`
      select g.number from dc.requests g where ${seen} and ${condition} order by g.number desc limit 1`
    return row?.number
  }
  const [asked] = await owner<{ number: number }[]>`
    select r.number from dc.requests r join dc.request_parties p on p.request_id = r.id and p.round = r.round
    where p.firm_id = ${firmId} and p.met_by is null
      and ((p.capacity = 'guarantor' and r.state = 'with-firms') or (p.capacity = 'exchange' and r.state = 'with-gam'))
    order by r.number limit 1`
  const [colleague] = await owner<{ id: string }[]>`
    select u.id from dc.users u join dc.role_grants g on g.user_id = u.id
    where u.firm_id = ${firmId} and u.id <> ${userId} order by u.email desc limit 1`
  return {
    group: group?.id,
    target: group?.sessionId,
    source: group?.source,
    open: await request(owner`g.state in ('with-firms', 'with-gam')`),
    draft: await request(owner`g.state = 'draft'`),
    applied: await request(owner`g.state = 'applied' and g.kind = 'change'`),
    asked: asked?.number,
    person: colleague?.id,
  }
}
