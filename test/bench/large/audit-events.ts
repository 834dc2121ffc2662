import type postgres from 'postgres'

/**
 * The trail of all requests, as the services write it, in the order in which things were done; filled up to the count
 * with forms that were saved again and again while they were written.
 */
export async function insertAuditEvents(owner: postgres.Sql, count: number): Promise<void> {
  await owner.begin(async (tx) => {
    await tx`set local work_mem = '256MB'`
    await tx`create temporary table trail on commit drop as ${told(tx)}`
    const [row] = await tx<{ told: number; drafts: number }[]>`
      select (select count(*) from trail)::int as told, (select count(*) from dc.requests)::int as drafts`
    const saves = Math.max(0, count - (row?.told ?? 0))
    const each = Math.ceil(saves / Math.max(1, row?.drafts ?? 1))
    await tx`
      insert into trail
      select r.drafted_at + coalesce(s.submitted_at - r.drafted_at, interval '1 hour') * (k::float8 / (${each}::int + 1)),
        r.drafted_by, r.owner_id, 'request.save', 'request', r.id::text, null, null,
        jsonb_build_object('step', (array['group', 'sources', 'people'])[1 + k % 3])
      from generate_series(1, ${each}::int) k cross join dc.requests r
      left join dc.request_rounds s on s.request_id = r.id and s.round = 1
      order by k, r.number limit ${saves}`
    await tx`
      insert into dc.audit_events (at, actor_id, for_firm, action, object_kind, object_id, reason, before, after)
      select * from trail order by at, object_id, action, for_firm limit ${count}`
  })
}

/** Everything that the requests' and the groups' rows tell. */
const told = (tx: postgres.ISql) => tx`
  select drafted_at as at, drafted_by as actor_id, owner_id as for_firm, 'request.start' as action,
    'request' as object_kind, id::text as object_id, null::text as reason, null::jsonb as before,
    jsonb_build_object('number', number, 'kind', kind) as after
  from dc.requests
  union all select submitted_at, submitted_by, owner_id, 'request.submit', 'request', request_id::text, null,
    jsonb_build_object('state', case round when 1 then 'draft' else 'returned' end), jsonb_build_object('round', round)
  from dc.request_rounds
  union all select d.decided_at, d.decided_by, f.firm, 'request.' || d.verdict, 'request', d.request_id::text, d.reason, null,
    jsonb_build_object('round', d.round, 'capacity', d.capacity, 'digest', d.slice_digest, 'by', u.name, 'firm', firms.name)
  from dc.decisions d join dc.users u on u.id = d.decided_by join dc.firms on firms.id = d.firm_id
  cross join lateral (select d.firm_id as firm union select d.owner_id) f
  union all select published_at, state_by, owner_id, 'request.publish', 'request', id::text, null, null,
    jsonb_build_object('version', published_version, 'parts', 1)
  from dc.requests where published_at is not null
  union all select state_at, state_by, owner_id,
    'request.' || case state when 'applied' then 'confirm' when 'expired' then 'expire' when 'failed' then 'undo' else 'withdraw' end,
    'request', id::text, state_reason, null, jsonb_build_object('version', published_version)
  from dc.requests where state in ('applied', 'expired', 'failed', 'withdrawn')
  union all select c.claimed_at, c.claimed_by, g.owner_id, 'credential.create', 'target', t.session_id, 'Password of the client', null,
    jsonb_build_object('fingerprint', c.fingerprint)
  from dc.target_credentials c join dc.targets t on t.id = c.target_id join dc.groups g on g.id = t.group_id
  union all select s.at, s.by, f.firm, 'consent.withdraw', 'group', s.group_id::text, s.reason, null,
    jsonb_build_object('sources', jsonb_build_array(o.session_code || o.execution_code), 'mode',
      case when s.revokes then 'nothing-again' else 'from-now-on' end, 'version', s.version, 'by', u.name, 'firm', firms.name)
  from dc.source_stops s join dc.source_sessions o on o.id = s.source_id join dc.users u on u.id = s.by
  join dc.firms on firms.id = s.firm_id cross join lateral (select s.firm_id as firm union select s.owner_id) f`
