import type postgres from 'postgres'

/** The nth identifier, readable in a failure. */
export const id = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`

export const exchange = id(1)
export const alder = id(2)
export const xenon = id(3)
export const cedar = id(4)
export const people = { gam: id(11), deputy: id(12), ana: id(21), ben: id(22), xia: id(31), cy: id(41) }
export const group = id(100)
export const source = id(200)
export const request = id(300)
export const target = id(400)
export const account = id(500)

/** Who acts, as `withActor` takes them. */
export const actors = {
  gam: { userId: people.gam, firmId: exchange, isExchange: true },
  /** Of the group's owner. */
  ana: { userId: people.ana, firmId: alder, isExchange: false },
  ben: { userId: people.ben, firmId: alder, isExchange: false },
  /** Of the clearing firm that guarantees the one source. */
  xia: { userId: people.xia, firmId: xenon, isExchange: false },
  /** Of a firm that has nothing to do with any of it. */
  cy: { userId: people.cy, firmId: cedar, isExchange: false },
}

const at = '2026-03-01T12:00:00Z'
const during = '[2026-03-01T00:00:00Z,)'
const place = { environment: 'sandbox', connector: 'c1' }

/**
 * A row in every table: Alder Trading's one live group, fed by a session that Xenon Clearing guarantees. Cedar Capital
 * has none of it. Written past the policies, as the owner of the tables.
 */
export async function writeWorld(owner: postgres.Sql): Promise<void> {
  const put = (table: string, ...rows: Record<string, unknown>[]) =>
    owner`insert into ${owner(`dc.${table}`)} ${owner(rows)}`
  const json = (value: postgres.JSONValue) => owner.json(value)
  await who(put)
  await put('feeds', { id: 'gw1', environment: 'sandbox', gateway_kind: 'cgw', settings: json({ id: 'gw1' }) })
  const session = {
    environment: 'sandbox',
    session_code: 'K7T',
    execution_code: '882',
    feed_id: 'gw1',
    gateway_kind: 'cgw',
  }
  await put('source_sessions', { id: source, ...session })
  await put('source_guarantors', { source_id: source, firm_id: xenon, during })
  await put('billing_accounts', { id: account, firm_id: alder, owner_id: alder, number: 'B-1', name: 'Alder Trading' })
  await put('groups', {
    id: group,
    environment: 'sandbox',
    owner_id: alder,
    name: 'Desk 7',
    state: 'live',
    revision: 1,
  })
  await put('group_states', { group_id: group, state: 'live', during })
  await put('group_terms', {
    group_id: group,
    during,
    level: 'executions',
    protocol: 'classic',
    billing_account_id: account,
  })
  await put('visible_groups', { firm_id: xenon, group_id: group, reason: 'guarantor' })
  const membership = { group_id: group, source_id: source, during }
  await put('group_sources', { ...membership, environment: 'sandbox', via: 'request', via_id: request })
  await put('consents', {
    ...membership,
    owner_id: alder,
    clearing_firm_id: xenon,
    up_to_level: 'executions',
    basis: 'decision',
    basis_id: id(310),
  })
  await put('source_stops', {
    group_id: group,
    owner_id: alder,
    source_id: source,
    firm_id: xenon,
    cause: 'withdrawn',
    revokes: false,
    at,
    reason: 'no longer ours',
    version: 1,
  })
  const contact = { name: 'Ana Alder', email: 'ana@alder.example', phone: '+1 555 0100', user_id: people.ana }
  await put('group_contacts', {
    ...contact,
    group_id: group,
    owner_id: alder,
    authorized_by: xenon,
    basis_id: id(310),
    during,
  })
  await put('automation_rules', { group_id: group, by_kind: 'execution', code: '882', during })
  const listen = json([{ role: 'primary', host: '127.0.0.1', port: 9901 }])
  await put('targets', {
    id: target,
    group_id: group,
    environment: 'sandbox',
    session_id: 'ODQ1Z9',
    gateway_kind: 'cgw',
    listen,
    state: 'open',
  })
  await put('target_sources', { ...membership, target_id: target })
  const verifier = json({ sha256: 'aa', salt: 'bb' })
  await put('target_credentials', {
    target_id: target,
    kind: 'password',
    verifier,
    fingerprint: 'aa',
    claimed_by: people.ana,
    claimed_at: at,
  })
  await requestRows(put, json)
  await runningRows(put, json)
}

type Put = (table: string, ...rows: Record<string, unknown>[]) => PromiseLike<unknown>
type Json = (value: postgres.JSONValue) => unknown

async function who(put: Put): Promise<void> {
  const firm = (firmId: string, name: string, isExchange = false) => ({ id: firmId, name, is_exchange: isExchange })
  await put(
    'firms',
    firm(exchange, 'Harbor Exchange', true),
    firm(alder, 'Alder Trading'),
    firm(xenon, 'Xenon Clearing'),
    firm(cedar, 'Cedar Capital'),
  )
  const user = (userId: string, firmId: string, name: string) => ({
    id: userId,
    firm_id: firmId,
    name,
    email: `${name}@firm.example`,
  })
  await put(
    'users',
    user(people.gam, exchange, 'gam'),
    user(people.deputy, exchange, 'deputy'),
    user(people.ana, alder, 'ana'),
  )
  await put('users', user(people.ben, alder, 'ben'), user(people.xia, xenon, 'xia'), user(people.cy, cedar, 'cy'))
  await put('role_grants', { user_id: people.ana, firm_id: alder, role: 'requester', during, granted_by: people.ben })
  await put('user_secrets', { user_id: people.ana, password_hash: '$argon2id$', changed_at: at })
  await put('auth_sessions', {
    id: 'aa',
    user_id: people.ana,
    created_at: at,
    expires_at: '2026-03-03',
    absolute_until: '2026-03-03',
  })
  await put('invitations', {
    token_hash: 'aa',
    user_id: people.ana,
    invited_by: people.ben,
    created_at: at,
    expires_at: '2026-03-03',
  })
  await put(
    'firm_codes',
    { kind: 'execution', code: '882', firm_id: alder, during, class: null },
    { kind: 'clearing', code: '560', firm_id: xenon, class: 'A', during },
  )
  await put('firm_domains', { firm_id: alder, domain: 'alder.example', during })
  await put('firm_agreements', { firm_id: alder, number: 'DC-1', signed_at: at, during })
  await put('firm_gams', { firm_id: alder, gam_id: people.gam, deputy_id: people.deputy, during })
  await put('capacity_limits', { environment: 'sandbox', kind: 'sources-per-group', most: 100, during })
  const plan = {
    name: 'Drop Copy',
    currency: 'USD',
    monthly_minor: 0,
    first_waived: true,
    source_document: 'Sample',
    is_sample: true,
  }
  await put('fee_plans', { ...plan, during })
}

async function requestRows(put: Put, json: Json): Promise<void> {
  const key = { request_id: request, owner_id: alder }
  await put('requests', {
    id: request,
    environment: 'sandbox',
    owner_id: alder,
    group_id: group,
    kind: 'new-group',
    state: 'with-firms',
    round: 1,
    drafted_by: people.ana,
    drafted_at: at,
    state_at: at,
  })
  await put('request_drafts', { ...key, document: json({}), saved_by: people.ana, saved_at: at })
  const paper = { name: 'signed.pdf', type: 'application/pdf', bytes: 1, digest: 'aa', content: Buffer.from('%') }
  await put('request_papers', { ...key, ...paper, attached_by: people.gam, attached_at: at })
  await put('request_rounds', {
    ...key,
    round: 1,
    submitted_by: people.ana,
    submitted_at: at,
    document: json({ kind: 'new-group', sources: ['K7T882'] }),
    sheet: json({}),
    base_revision: 0,
  })
  const asked = { submitted_by: people.ana, submitter: 'Ana', submitted_at: at }
  const party = { ...key, round: 1, slice: json({ sources: ['K7T882'] }), ...asked }
  await put('request_parties', { ...party, firm_id: xenon, capacity: 'guarantor', slice_digest: 'd1' })
  await put('request_parties', { ...party, firm_id: exchange, capacity: 'exchange', slice_digest: 'd2' })
  await put('decisions', {
    ...key,
    id: id(310),
    round: 1,
    firm_id: xenon,
    capacity: 'guarantor',
    slice_digest: 'd1',
    submitted_by: people.ana,
    decided_by: people.xia,
    verdict: 'approve',
    authority: 'I, Xia, signatory of Xenon Clearing (560), agree',
    decided_at: at,
  })
}

async function runningRows(put: Put, json: Json): Promise<void> {
  const version = { environment: 'sandbox', number: 1, owner_id: alder }
  await put('configuration_versions', { ...version, cause: 'request', cause_id: request, made_at: at, digest: 'd' })
  await put('configuration_parts', {
    ...version,
    kind: 'target',
    object_id: 'ODQ1Z9',
    document: json({ sessionId: 'ODQ1Z9' }),
  })
  const report = { ...place, number: 1, state: 'running', at }
  await put(
    'configuration_reports',
    { ...report, kind: 'target', object_id: 'ODQ1Z9' },
    { ...report, kind: 'source', object_id: 'K7T882' },
  )
  await put('observed_connectors', {
    ...place,
    state: 'running',
    pid: 1,
    host: 'h',
    release: '1',
    started_at: at,
    heard_at: at,
  })
  const leading = { environment: 'sandbox', shard: 'main', connector: 'c1', place: '1.1' }
  const end = { position: 1, batch: 1, crc: 1, numbers: json({}) }
  await put('connector_leases', { ...leading, ...end, lineage: 'l', term: 1, renewed_at: at, deadline: at })
  await put('connector_refusals', { ...leading, code: 'no-journal', says: 's', remedy: 'r', since: at, at })
  await put('observed_journals', { ...place, position: '0', at })
  const alarm = { ...place, code: 'x', says: 'something', since: at }
  await put(
    'observed_alarms',
    { ...alarm, kind: 'target', object_id: 'ODQ1Z9' },
    { ...alarm, kind: 'source', object_id: 'K7T882' },
  )
  await put('observed_feeds', { ...place, feed_id: 'gw1', state: 'logged-on', since: at, at })
  await put('observed_sources', { ...place, source_id: 'K7T882', at })
  await put('observed_targets', { ...place, session_id: 'ODQ1Z9', state: 'no-logon', since: at, at })
  const figures = { ...place, session_id: 'ODQ1Z9', source_id: 'K7T882', at }
  await put('observed_ledger', { ...figures, week: '2026-03-01' })
  await put('observed_past_ledger', { ...figures, week: '2026-02-22' })
  const standing = { environment: 'sandbox', word: 'Complete', rank: 7, group_id: group }
  await put('target_standings', { ...standing, target_id: target, owner_id: alder, shard: 'main' })
  await put('group_standings', { ...standing, firm_id: alder })
  const drawn = { environment: 'sandbox', step: 'minute', starts_at: at, received: Array(60).fill(1) }
  await put(
    'rollups',
    { ...drawn, kind: 'target', object_id: 'ODQ1Z9' },
    { ...drawn, kind: 'source', object_id: 'K7T882' },
  )
  await put('rollup_shards', { environment: 'sandbox', lineage: 'l', week: '2026-03-01', heard_at: at, read_at: at })
  await put('rollup_counts', { environment: 'sandbox', kind: 'target', object_id: 'ODQ1Z9' })
  const knock = {
    ...place,
    at,
    kind: 'target',
    claimed: 'ODQ1Z9N',
    address: '127.0.0.1',
    code: 'wrong-password',
    says: 'wrong password',
  }
  await put('observed_refused_logons', { ...knock, object_id: 'ODQ1Z9' })
  const asked = { environment: 'sandbox', action: 'log-out', kind: 'target', session: 'ODQ1Z9', reason: 'x' }
  await put('session_commands', { ...asked, id: id(600), operator: 'root', asked_at: at, expires_at: at })
  await put('session_command_outcomes', { command_id: id(600), connector: 'c1', state: 'expired', says: 'x', at })
  await put('commands', { id: id(900), run: 1, actor_id: people.ana, name: 'x', answer: json({}), at })
  await put('outbox', { topic: 'mail', payload: json({}), not_before: at })
  await put('audit_events', {
    at,
    actor_id: people.ana,
    for_firm: alder,
    action: 'x',
    object_kind: 'group',
    object_id: group,
  })
  await put('audit_seals', { from_seq: 1, to_seq: 1, hash: Buffer.from('00', 'hex'), at })
}
