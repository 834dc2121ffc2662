import postgres from 'postgres'
import type { Level } from './facts.ts'
import { environment } from './world.ts'

/*
 * The state of the database after a step, read in one query that bypasses every policy. Ids are those of the database.
 */

export type SeenParty = {
  firm: string
  capacity: 'guarantor' | 'bill-to' | 'exchange'
  met: 'decision' | 'submission' | 'carried-over' | null
  digest: string
  sources: string[]
  contacts: { email: string }[]
}
export type SeenRequest = {
  number: number
  id: string
  state: string
  round: number
  group: string | null
  published: number | null
  draftVersion: number | null
  parties: SeenParty[] | null
}
export type SeenTarget = {
  session: string
  group: string
  credentials: { id: string; isRevoked: boolean }[] | null
  /** what the connector is told to run; null: not published, or taken away */
  part: {
    level: Level
    sources: string[]
    revoked: string[]
    paused: boolean
    active?: 'primary' | 'backup'
    credentials: { ref: string }[]
    filters?: { rejects: boolean }
  } | null
}
export type SeenEvent = { actor: string | null; action: string; refused: string | null; object: string }
export type SeenPerson = { id: string; firm: string; email: string; state: string; roles: string[]; version: number }
export type SeenDecision = {
  request: string
  round: number
  firm: string
  by: string
  digest: string
  submitter: string
}
export type Seen = {
  version: number
  seq: number
  events: SeenEvent[] | null
  requests: SeenRequest[] | null
  targets: SeenTarget[] | null
  groups: { id: string; state: string }[] | null
  consents: { group: string; source: string; firm: string; upTo: Level; basis: string }[] | null
  contacts: { id: string; group: string; email: string; firm: string; user: string | null }[] | null
  people: SeenPerson[] | null
  decision: SeenDecision | null
  /** `firm` null: nobody guarantees it */
  uncovered: { group: string; source: string; firm: string | null }[] | null
}

export type Observer = { see(now: Date, afterSeq: number): Promise<Seen>; end(): Promise<void> }

export function openObserver(url: string): Observer {
  const sql = postgres(url, { max: 1, onnotice: () => undefined, connection: { TimeZone: 'UTC' } })
  return {
    see: async (now, afterSeq) => {
      const clock = sql`select set_config('dc.now', ${now.toISOString()}, false)`.execute() // the view reads this
      const [row] = await sql<{ seen: Seen }[]>`${sql.unsafe(everything)} ${afterSeq})) as seen`
      await clock
      if (!row) throw new Error('a query without from gives one row')
      return row.seen
    },
    end: () => sql.end({ timeout: 5 }),
  }
}

/** Rows in a fixed order, so that unchanged rows read the same twice. */
const list = (columns: string, from: string, order: string) =>
  `(select json_agg(json_build_object(${columns}) order by ${order}) from ${from})`
const everything = `select json_build_object(
  'version', (select newest_version from dc.environments where environment = '${environment}'),
  'seq', (select coalesce(max(seq), 0) from dc.audit_events),
  'requests', ${list(
    `'number', r.number, 'id', r.id, 'state', r.state, 'round', r.round, 'group', r.group_id, 'published', r.published_version,
     'draftVersion', (select version from dc.request_drafts d where d.request_id = r.id),
     'parties', ${list(
       `'firm', p.firm_id, 'capacity', p.capacity, 'met', p.met_by, 'digest', p.slice_digest, 'sources', p.slice -> 'sources',
        'contacts', p.slice -> 'contacts'`,
       'dc.request_parties p where p.request_id = r.id and p.round = r.round',
       'p.firm_id, p.capacity',
     )}`,
    'dc.requests r',
    'r.number',
  )},
  'targets', ${list(
    `'session', t.session_id, 'group', t.group_id,
     'credentials', ${list(
       `'id', c.id, 'isRevoked', c.revoked_at is not null`,
       'dc.target_credentials c where c.target_id = t.id',
       'c.id',
     )},
     'part', (select document from dc.configuration_parts p where p.environment = t.environment and p.kind = 'target'
       and p.object_id = t.session_id order by p.number desc limit 1)`,
    'dc.targets t',
    't.session_id',
  )},
  'groups', ${list(`'id', id, 'state', state`, 'dc.groups', 'id')},
  'consents', ${list(
    `'group', c.group_id, 'source', s.session_code || s.execution_code, 'firm', c.clearing_firm_id, 'upTo', c.up_to_level, 'basis', c.basis`,
    'dc.consents c join dc.source_sessions s on s.id = c.source_id where upper_inf(c.during)',
    'c.id',
  )},
  'contacts', ${list(
    `'id', id, 'group', group_id, 'email', email, 'firm', authorized_by, 'user', user_id`,
    'dc.group_contacts where upper_inf(during)',
    'id',
  )},
  'people', ${list(
    `'id', u.id, 'firm', u.firm_id, 'email', u.email, 'state', u.state, 'version', u.version,
     'roles', (select coalesce(json_agg(role order by role), '[]') from dc.role_grants g where g.user_id = u.id and upper_inf(g.during))`,
    'dc.users u',
    'u.id',
  )},
  'decision', (select json_build_object('request', d.request_id, 'round', d.round, 'firm', d.firm_id, 'by', d.decided_by,
     'digest', d.slice_digest, 'submitter', d.submitted_by) from dc.decisions d order by d.decided_at desc limit 1),
  'uncovered', ${list(
    `'group', u.group_id, 'source', s.session_code || s.execution_code, 'firm', u.guarantor`,
    'dc.uncovered u join dc.source_sessions s on s.id = u.source_id',
    'u.group_id, u.source_id, u.guarantor',
  )},
  'events', (select json_agg(json_build_object('actor', actor_id, 'action', action, 'refused', refused, 'object', object_id) order by seq)
     from dc.audit_events where seq > `
