import { createHash } from 'node:crypto'
import type { EnvironmentSettings } from '#domain/reference/settings.ts'
import type { RequestState } from '#domain/request/lifecycle.ts'
import { Draw } from './draw.ts'
import { type Firm, makeReference, type Person, personWith, type Reference } from './firms.ts'
import { changeState, emptyGroup, type Group, membersOf, type Request, type Version } from './group.ts'
import { type Making, removeSources, version } from './publish.ts'
import { actOut, changeOf, contactOf, type Slot } from './requests.ts'
import type { LargeShape } from './shape.ts'

export type Model = {
  reference: Reference
  settings: EnvironmentSettings
  groups: Group[]
  requests: Request[]
  versions: Version[]
  /** Since when the exchange has run. */
  beganAtMs: number
}

const dayMs = 86_400_000

export const settings: EnvironmentSettings = {
  exchange: { compId: 'CME', subId: 'G' },
  listen: [
    { role: 'primary', host: '127.0.0.1', port: 9901 },
    { role: 'backup', host: '127.0.0.1', port: 9902 },
  ],
  queueDepth: 'all',
  queueGraceS: 60,
}

/** An exchange with a year behind it, up to this instant. */
export function makeModel(shape: LargeShape, nowMs: number): Model {
  const draw = new Draw(13)
  const reference = makeReference(shape, draw)
  const { exchange, firms, sources } = reference
  const making: Making = {
    draw,
    exchange,
    settings,
    sources: new Map(sources.map((source) => [source.name, source])),
    people: new Map(firms.flatMap(({ people }) => people.map((person) => [person.email, person]))),
    usedSessionIds: new Set(),
    versions: [],
  }
  const plans = planGroups(shape, draw, firms.slice(1))
  const counts = shareRequests(shape, plans)
  const requests = plans.flatMap((plan, i) => live(making, plan, counts[i] ?? 1, nowMs))
  const groups = plans.map(({ group }) => group).filter((group) => group.states.length > 0)
  finish(making, groups, nowMs)
  requests.sort((a, b) => a.draftedAtMs - b.draftedAtMs)
  for (const [i, request] of requests.entries()) request.number = i + 1
  making.versions.sort((a, b) => a.atMs - b.atMs)
  for (const [i, one] of making.versions.entries()) one.number = i + 3 // the first two: settings, feeds and sources
  return { reference, settings, groups, requests, versions: making.versions, beganAtMs: nowMs - 400 * dayMs }
}

type Plan = { group: Group; end: 'live' | 'closed' | 'requested' | 'abandoned'; hasTwoTargets: boolean; age: number }

function planGroups(shape: LargeShape, draw: Draw, owners: readonly Firm[]): Plan[] {
  const ofFirms = owners.flatMap((owner) => Array.from({ length: owner.groups }, () => owner))
  const others = (count: number) =>
    Array.from({ length: count }, (_, i) => owners[(i * 11) % owners.length] ?? owners[0]!)
  const ends = [
    ...ofFirms.map((owner) => ({ owner, end: 'live' as const })),
    ...others(shape.closedGroups).map((owner) => ({ owner, end: 'closed' as const })),
    ...others(shape.requestedGroups).map((owner) => ({ owner, end: 'requested' as const })),
    ...others(shape.abandonedGroups).map((owner) => ({ owner, end: 'abandoned' as const })),
  ]
  const step = Math.max(1, Math.floor(shape.groups / shape.twoTargets))
  return ends.map(({ owner, end }, i) => {
    const name = `Desk ${String(i + 1).padStart(3, '0')}`
    const hasTwoTargets = end === 'live' && i % step === 0 && i / step < shape.twoTargets
    const group = emptyGroup(draw.id(), owner, name, draw.next() < 0.1 ? 'dc4' : 'classic')
    return { group, end, hasTwoTargets, age: end === 'requested' ? 0.05 : 1 - 0.85 * draw.next() ** 3 }
  })
}

/** How many requests each group had: more the older it is, and all requests of the year together. */
function shareRequests({ requests }: LargeShape, plans: readonly Plan[]): number[] {
  const least = plans.map(({ end }) => (end === 'closed' ? 2 : 1))
  const isBusy = ({ end }: Plan) => end === 'live' || end === 'closed'
  const ages = plans.reduce((sum, plan) => sum + (isBusy(plan) ? plan.age : 0), 0)
  const free = requests - least.reduce((sum, one) => sum + one, 0)
  const counts = plans.map((plan, i) => (least[i] ?? 1) + (isBusy(plan) ? Math.floor((free * plan.age) / ages) : 0))
  for (let i = 0, left = requests - counts.reduce((sum, one) => sum + one, 0); left > 0; i++, left--)
    counts[i % counts.length] = (counts[i % counts.length] ?? 0) + (isBusy(plans[i % plans.length]!) ? 1 : 0)
  return counts
}

const outcomes = { applied: 72, rejected: 6, withdrawn: 9, expired: 4, failed: 1, returned: 2, draft: 6 }
const openOutcomes = { 'with-firms': 60, 'with-gam': 25, scheduled: 12, applying: 1 }

/** Act out the group's requests one after the other; the last of some is still open. */
function live(making: Making, plan: Plan, count: number, nowMs: number): Request[] {
  const { draw } = making
  const { group, end } = plan
  const fromMs = nowMs - plan.age * 365 * dayMs
  const untilMs = end === 'closed' ? nowMs - (nowMs - fromMs) * 0.1 : nowMs - 60_000
  const slot = (i: number): Slot => {
    const length = (untilMs - fromMs) / count
    return { fromMs: fromMs + i * length, untilMs: fromMs + (i + 1) * length }
  }
  const created = {
    live: 'applied',
    closed: 'applied',
    requested: draw.weighted(openOutcomes),
    abandoned: 'rejected',
  } as const
  const requests = [actOut(making, group, newGroup(making, plan), created[end], slot(0))]
  if (end === 'abandoned') changeState(group, 'abandoned', requests[0]?.stateAtMs ?? untilMs)
  for (let i = 1; i < count; i++) {
    const isLast = i === count - 1
    if (isLast && end === 'closed') {
      requests.push(actOut(making, group, { kind: 'close', reason: 'The desk is closed.' }, 'applied', slot(i)))
      continue
    }
    const outcome: RequestState =
      isLast && draw.next() < 0.5 ? draw.weighted(openOutcomes) : recent(draw.weighted(outcomes), slot(i), nowMs)
    requests.push(actOut(making, group, changeOf(making, group), outcome, slot(i)))
    if (draw.next() < 0.003) withdrawConsent(making, group, slot(i))
  }
  return requests
}

/** A request cannot have expired that was sent less than a month ago. */
const recent = (outcome: RequestState, { untilMs }: Slot, nowMs: number): RequestState =>
  outcome === 'expired' && untilMs > nowMs - 35 * dayMs ? 'returned' : outcome

function newGroup({ draw }: Making, { group, hasTwoTargets }: Plan) {
  const { owner } = group
  const pool = (kind: string) => owner.sources.filter(({ gatewayKind }) => gatewayKind === kind)
  const chosen = [
    ...draw.some(pool('cgw'), draw.between(21, 25)),
    ...(hasTwoTargets ? draw.some(pool('msgw'), 24) : []),
  ]
  const [first = owner] = owner.clearers
  const level = draw.weighted({ all: 6, executions: 3, acknowledgments: 1 })
  return {
    kind: 'new-group' as const,
    groupName: group.name,
    purpose: group.purpose,
    billingAccountId: owner.account.id,
    feeAcknowledged: true,
    sources: chosen.map(({ name }) => name),
    level,
    rejects: draw.next() < 0.2,
    protocol: group.protocol,
    contacts: [contactOf(personWith(owner, 'requester'), first)],
    connection: { line: 'existing' as const, addresses: [], notes: '' },
  }
}

/** A guarantor takes one session out of the group at once. */
function withdrawConsent(making: Making, group: Group, { untilMs }: Slot): void {
  const { draw } = making
  const members = membersOf(group)
  if (members.length < 2) return
  const { source } = draw.pick(members)
  const firm = source.guarantors[0]
  if (!firm) return
  const by = personWith(firm, 'clearing-signatory', draw.below(2))
  const [reason, revokes] = ['The account moves to another firm.', draw.next() < 0.4]
  removeSources(group, [source.name], { by: by.id, reason: () => reason }, untilMs)
  const made = version(making, group, { cause: 'emergency', causeId: group.id, by }, untilMs)
  group.stops.push({ source, firm, revokes, atMs: untilMs, by, reason, version: made })
}

/** Credentials, and what is paused, suspended or being applied today. */
function finish(making: Making, groups: readonly Group[], nowMs: number): void {
  const { draw, exchange } = making
  const operator = personWith(exchange, 'operations')
  const delivering = groups.filter(({ state }) => state === 'live')
  for (const [i, group] of delivering.entries()) {
    const by = personWith(group.owner, 'technical-contact')
    for (const target of group.targets) {
      if (group.protocol === 'dc4') continue // its access key would have to be sealed with the installation's own key
      if (draw.next() < 0.2) addCredential(making, group, target, by, true)
      if (draw.next() < 0.92) addCredential(making, group, target, by, false)
      if (i % 60 === 7) Object.assign(target, { state: 'paused', pausedBy: by })
    }
    if (i % 90 === 11) changeState(group, 'suspended', nowMs - 5 * dayMs)
    const publisher = i % 90 === 11 ? operator : by
    version(making, group, { cause: 'credential', causeId: group.id, by: publisher }, nowMs - dayMs + i)
  }
}

function addCredential(
  { draw }: Making,
  group: Group,
  target: Group['targets'][number],
  by: Person,
  isRevoked: boolean,
): void {
  const atMs = (group.firstAppliedAtMs ?? 0) + (isRevoked ? 1 : 2) * 3_600_000
  const hex = (text: string, length: number) => createHash('sha256').update(text).digest('hex').slice(0, length)
  const id = draw.id()
  const secret = { salt: hex(`salt ${id}`, 32), sha256: hex(`verifier ${id}`, 64) }
  group.credentials.push({ id, target, by, atMs, revokedAtMs: isRevoked ? atMs + 60_000 : null, ...secret })
}
