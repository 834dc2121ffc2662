import type postgres from 'postgres'
import { roleNames } from '#domain/people/roles.ts'
import { roleOfCapacity } from '#domain/request/decide.ts'
import { consentSentence, signingSentence } from '#domain/request/signing.ts'
import { type Group, membersOf, type Request } from './group.ts'
import type { Model } from './model.ts'
import { during, insertRows, iso } from './write.ts'

type Put = (table: string, rows: readonly Record<string, unknown>[]) => Promise<void>

const environment = 'production'

/** The rows of everything but versions, audit events and what connectors report. */
export async function insertModel(sql: postgres.ISql, model: Model, passwordHash: string): Promise<void> {
  const put: Put = (table, rows) => insertRows(sql, table, rows)
  await putReference(put, model, passwordHash)
  await putGroups(put, model.groups)
  await putRequests(put, model)
  await putAgreed(put, model)
}

async function putReference(put: Put, { reference, beganAtMs }: Model, passwordHash: string): Promise<void> {
  const { exchange, firms, feeds, sources } = reference
  const open = during({ fromMs: beganAtMs, untilMs: null })
  const people = firms.flatMap((firm) => firm.people)
  const gams = exchange.people.filter(({ roles }) => roles.includes('gam'))
  await put(
    'firms',
    firms.map(({ id, name, kind }) => ({ id, name, is_exchange: kind === 'exchange' })),
  )
  await put(
    'firm_codes',
    firms.flatMap(({ id, codes }) => codes.map((code) => ({ ...code, firm_id: id, during: open }))),
  )
  await put(
    'firm_domains',
    firms.map(({ id, domain }) => ({ firm_id: id, domain, during: open })),
  )
  await put(
    'firm_agreements',
    firms.map(({ id }, i) => ({ firm_id: id, number: `SAMPLE-${i}`, signed_at: iso(beganAtMs), during: open })),
  )
  const reached = { phone: '+1 312 555 0100', hours: 'Mon to Fri, 7:00 to 17:00 Chicago time' }
  await put(
    'users',
    people.map(({ id, firm, email, name, roles }) => {
      const isGam = roles.includes('gam')
      return {
        id,
        firm_id: firm.id,
        email,
        name,
        phone: isGam ? reached.phone : null,
        hours: isGam ? reached.hours : null,
      }
    }),
  )
  await put(
    'role_grants',
    people.flatMap(({ id, firm, roles }) =>
      roles.map((role) => ({ user_id: id, firm_id: firm.id, role, during: open })),
    ),
  )
  await put(
    'user_secrets',
    people.map(({ id }) => ({ user_id: id, password_hash: passwordHash, changed_at: iso(beganAtMs) })),
  )
  await put(
    'firm_gams',
    firms.map(({ id }, i) => {
      const [gam, deputy] = [gams[i % gams.length], gams[(i + 1) % gams.length]]
      return { firm_id: id, gam_id: gam?.id, deputy_id: deputy?.id, during: open }
    }),
  )
  await put(
    'billing_accounts',
    firms.slice(1).map(({ id, account }) => ({ ...account, firm_id: id, owner_id: id })),
  )
  await put('fee_plans', [
    {
      name: 'Sample plan',
      currency: 'USD',
      monthly_minor: 125_000,
      first_waived: true,
      source_document: 'Sample fee of the test data, not a price list',
      is_sample: true,
      during: open,
    },
  ])
  await put(
    'feeds',
    feeds.map(({ id, gatewayKind }) => ({ id, environment, gateway_kind: gatewayKind, settings: feedSettings(id) })),
  )
  await put(
    'source_sessions',
    sources.map(({ id, sessionCode, executionCode, holder, feed, gatewayKind, segment }) => ({
      id,
      environment,
      session_code: sessionCode,
      execution_code: executionCode,
      operated_by: holder.id,
      feed_id: feed.id,
      gateway_kind: gatewayKind,
      market_segment: segment,
    })),
  )
  await put(
    'source_guarantors',
    sources.flatMap(({ id, guarantors }) =>
      guarantors.map((firm) => ({ source_id: id, firm_id: firm.id, during: open })),
    ),
  )
}

export const feedSettings = (id: string) => ({
  mode: 'accept',
  host: '127.0.0.1',
  port: 9801,
  dialect: 'encapsulated',
  ourCompId: 'DROPCOPY',
  theirCompId: id.toUpperCase(),
  heartbeatS: 30,
})

async function putGroups(put: Put, groups: readonly Group[]): Promise<void> {
  const each = <T>(of: (group: Group) => readonly T[], row: (one: T, group: Group) => Record<string, unknown>) =>
    groups.flatMap((group) => of(group).map((one) => row(one, group)))
  await put(
    'groups',
    groups.map(({ id, owner, name, purpose, state, firstAppliedAtMs, revision }) => ({
      id,
      environment,
      owner_id: owner.id,
      name,
      purpose,
      state,
      first_applied_at: firstAppliedAtMs === null ? null : iso(firstAppliedAtMs),
      revision,
    })),
  )
  const states = each(
    (group) => group.states,
    (one, group) => ({ group_id: group.id, state: one.state, during: during(one) }),
  )
  await put('group_states', states)
  const terms = each(
    (group) => group.terms,
    (one, { id, protocol, owner }) => ({
      group_id: id,
      during: during(one),
      level: one.level,
      filters: { rejects: one.rejects },
      protocol,
      billing_account_id: owner.account.id,
      connection: one.connection,
    }),
  )
  await put('group_terms', terms)
  const targets = each(
    (group) => group.targets,
    ({ id, sessionId, gatewayKind, state, pausedBy }, group) => ({
      id,
      group_id: group.id,
      environment,
      session_id: sessionId,
      gateway_kind: gatewayKind,
      listen: [
        { role: 'primary', host: '127.0.0.1', port: 9901 },
        { role: 'backup', host: '127.0.0.1', port: 9902 },
      ],
      state,
      paused_by: pausedBy?.id ?? null,
      pause_reason: pausedBy ? 'The client is being moved.' : null,
    }),
  )
  await put('targets', targets)
  const credentials = each(
    (group) => group.credentials,
    ({ id, target, by, atMs, revokedAtMs, salt, sha256 }) => ({
      id,
      target_id: target.id,
      kind: 'password',
      verifier: { sha256, salt },
      fingerprint: `${sha256.slice(0, 4)}-${sha256.slice(4, 8)}`.toUpperCase(),
      claimed_by: by.id,
      claimed_at: iso(atMs),
      revoked_at: revokedAtMs === null ? null : iso(revokedAtMs),
      revoked_by: revokedAtMs === null ? null : by.id,
    }),
  )
  await put('target_credentials', credentials)
}

async function putRequests(put: Put, { reference, requests }: Model): Promise<void> {
  const gam = reference.exchange.people.find(({ roles }) => roles.includes('gam'))
  await put(
    'requests',
    requests.map((one) => ({
      id: one.id,
      number: one.number,
      environment,
      owner_id: one.owner.id,
      group_id: one.group?.id ?? null,
      kind: one.kind,
      state: one.state,
      round: one.rounds.length,
      drafted_by: one.draftedBy.id,
      drafted_at: iso(one.draftedAtMs),
      gam_id: one.rounds.length > 0 ? gam?.id : null,
      effective_at: one.effectiveAtMs === null ? null : iso(one.effectiveAtMs),
      expires_at: expiryOf(one),
      published_version: one.version?.number ?? null,
      published_at: one.publishedAtMs === null ? null : iso(one.publishedAtMs),
      applied_at: one.appliedAtMs === null ? null : iso(one.appliedAtMs),
      state_at: iso(one.stateAtMs),
      state_by: one.stateBy?.id ?? null,
      state_reason: one.stateReason,
      version: one.rounds.length + 1,
    })),
  )
  await put(
    'request_drafts',
    requests.map(({ id, owner, document, draftedBy, draftedAtMs }) => ({
      request_id: id,
      owner_id: owner.id,
      document,
      saved_by: draftedBy.id,
      saved_at: iso(draftedAtMs),
      version: 4,
    })),
  )
  await put('request_rounds', requests.flatMap(roundRows))
  await put('request_parties', requests.flatMap(partyRows))
  await put('decisions', requests.flatMap(decisionRows))
}

const monthMs = 30 * 86_400_000
const sent = (request: Request) => request.rounds.at(-1)?.submittedAtMs

function expiryOf(request: Request): string | null {
  const sentAtMs = sent(request)
  return sentAtMs === undefined || request.publishedAtMs !== null ? null : iso(sentAtMs + monthMs)
}

const roundRows = ({ id, owner, rounds }: Request) =>
  rounds.map(({ round, submittedBy, submittedAtMs, document, sheet, baseRevision }) => ({
    request_id: id,
    round,
    owner_id: owner.id,
    submitted_by: submittedBy.id,
    submitted_at: iso(submittedAtMs),
    document,
    sheet,
    base_revision: baseRevision,
  }))

const partyRows = ({ id, owner, rounds }: Request) =>
  rounds.flatMap(({ round, parties, submittedBy, submittedAtMs }) =>
    parties.map(({ firmId, capacity, slice, sliceDigest, metBy }) => ({
      request_id: id,
      round,
      owner_id: owner.id,
      firm_id: firmId,
      capacity,
      slice,
      slice_digest: sliceDigest,
      submitted_at: iso(submittedAtMs),
      submitted_by: submittedBy.id,
      submitter: submittedBy.name,
      authority:
        metBy === 'submission' ? consentSentence(slice, { name: submittedBy.name, contactFor: [firmId] }) : null,
      met_by: metBy,
    })),
  )

const decisionRows = ({ id, owner, rounds }: Request) =>
  rounds.flatMap(({ round, parties, decisions, submittedBy }) =>
    decisions.flatMap((one) => {
      const party = parties.find(({ firmId, capacity }) => firmId === one.firmId && capacity === one.capacity)
      if (!party) return []
      return {
        id: one.id,
        request_id: id,
        round,
        owner_id: owner.id,
        firm_id: one.firmId,
        capacity: one.capacity,
        slice_digest: party.sliceDigest,
        submitted_by: submittedBy.id,
        decided_by: one.by.id,
        verdict: one.verdict,
        reason: one.reason,
        authority:
          one.verdict === 'approve'
            ? signingSentence(party.slice, one.by.name)
            : `${one.by.name}, ${roleNames[roleOfCapacity(one.capacity)]}`,
        decided_at: iso(one.atMs),
      }
    }),
  )

/** Memberships, placements, consents, contacts, stops, and who sees what of it. */
async function putAgreed(put: Put, { groups }: Model): Promise<void> {
  const each = <T>(of: (group: Group) => readonly T[], row: (one: T, group: Group) => Record<string, unknown>) =>
    groups.flatMap((group) => of(group).map((one) => row(one, group)))
  const members = each(
    (group) => group.members,
    (one, group) => ({
      group_id: group.id,
      source_id: one.source.id,
      environment,
      during: during(one),
      via: 'request',
      via_id: one.viaId,
    }),
  )
  await put('group_sources', members)
  const placements = each(
    (group) => group.members,
    (one, group) => ({ target_id: one.target.id, group_id: group.id, source_id: one.source.id, during: during(one) }),
  )
  await put('target_sources', placements)
  const consents = each(
    (group) => group.consents,
    (one, group) => ({
      group_id: group.id,
      owner_id: group.owner.id,
      source_id: one.source.id,
      clearing_firm_id: one.firm.id,
      up_to_level: one.level,
      basis: one.basis,
      basis_id: one.basisId,
      during: during(one),
      ended_by: one.ended?.by ?? null,
      end_reason: one.ended?.reason() ?? null,
    }),
  )
  await put('consents', consents)
  const contacts = each(
    (group) => group.contacts,
    ({ entry: { name, title, email, phone }, ...one }, group) => ({
      group_id: group.id,
      owner_id: group.owner.id,
      user_id: one.person.id,
      name,
      title,
      email,
      phone,
      authorized_by: one.firm.id,
      basis_id: one.basisId,
      during: during(one),
    }),
  )
  await put('group_contacts', contacts)
  const stops = each(
    (group) => group.stops,
    (one, group) => ({
      group_id: group.id,
      owner_id: group.owner.id,
      source_id: one.source.id,
      firm_id: one.firm.id,
      cause: 'withdrawn',
      revokes: one.revokes,
      at: iso(one.atMs),
      by: one.by.id,
      reason: one.reason,
      version: one.version.number,
    }),
  )
  await put('source_stops', stops)
  await put('visible_groups', groups.flatMap(sightOf))
}

function sightOf(group: Group) {
  const firms = [...new Set(group.consents.map(({ firm }) => firm))]
  return firms.map((firm) => {
    const signed = new Set(group.consents.flatMap((one) => (one.firm === firm ? [one.source] : [])))
    const carrying = group.members.filter(({ source }) => signed.has(source)).map(({ target }) => target.sessionId)
    const sessions = [...new Set(carrying)].sort()
    return { firm_id: firm.id, group_id: group.id, reason: 'guarantor', sources: membersOf(group).length, sessions }
  })
}
