import type { Tx } from '#db/client.ts'
import { findFeed } from '#db/queries/feed/feeds.ts'
import { endConsents, insertConsents, type NewConsent } from '#db/queries/group/consents.ts'
import { endContacts, insertContact } from '#db/queries/group/contacts.ts'
import { bumpRevision, endMembers, insertMembers, setTerms, showGroupTo } from '#db/queries/group/groups.ts'
import { liftStops, listStops } from '#db/queries/group/stops.ts'
import { findUserByEmail } from '#db/queries/people/people.ts'
import type { DecisionRecord } from '#db/queries/request/decisions.ts'
import type { PartyRecord } from '#db/queries/request/parties.ts'
import type { RequestRecord, RoundRecord } from '#db/queries/request/requests.ts'
import type { RoundFacts } from '#db/queries/request/round-facts.ts'
import {
  closeTargets,
  endPlacements,
  insertPlacements,
  insertTarget,
  isSessionIdUsed,
} from '#db/queries/target/targets.ts'
import { covers } from '#domain/consent/covering.ts'
import type { EnvironmentSettings } from '#domain/reference/settings.ts'
import { agreedConnection } from '#domain/request/addresses.ts'
import { sourceChanges, termsAfter } from '#domain/request/sheet.ts'
import { place, sessionIdFrom } from '#domain/target/placement.ts'
import type { Deps } from '#services/deps.ts'

/** A request that is about to be published, with everything its rows are made from. */
export type Publishing = {
  request: RequestRecord & { groupId: string }
  round: RoundRecord
  parties: PartyRecord[]
  decisions: DecisionRecord[]
  facts: RoundFacts
  settings: EnvironmentSettings
}

type Making = Pick<Deps, 'newId' | 'randomBytes'>

/**
 * Make the wanted tables say what the round says: terms, memberships, consents, contacts, placements. Preconditions
 * were checked before; `uncovered` is checked after. @returns sources taken away with effect on the past
 */
export async function applyItems(tx: Tx, what: Publishing, deps: Making, now: Date): Promise<string[]> {
  const { request, round, facts } = what
  const { added, removed } = sourceChanges(round.document, facts.members)
  const ids = (names: readonly string[]) => names.flatMap((name) => facts.sourceRows.get(name)?.id ?? [])
  const ended = { by: round.submittedBy, reason: reasonOf(request), now }
  await applyTerms(tx, what, now)
  await removeSources(tx, request.groupId, removed, facts, ended)
  const group = { id: request.groupId, environment: request.environment }
  await insertMembers(tx, group, ids(added), { via: 'request', viaId: request.id }, now)
  await placeSources(tx, what, added, deps, now)
  await applyConsents(tx, what, ended)
  await applyContacts(tx, what, now)
  if (round.document.kind === 'close') await closeRows(tx, what, ended)
  await bumpRevision(tx, request.groupId)
  const revoked = round.document.kind === 'change' ? round.document.removeSources.filter((row) => row.revoked) : []
  return revoked.map((row) => row.source)
}

/** What the rows say that a request's publication ended. */
export const reasonOf = (request: Pick<RequestRecord, 'number'>): string => `request ${request.number}`

async function applyTerms(tx: Tx, { request, round, facts }: Publishing, now: Date): Promise<void> {
  const { document } = round
  const { level, rejects, protocol } = termsAfter(document, facts.terms)
  if (document.kind === 'close' || level === null) return
  if (document.kind === 'change' && document.level === null && document.rejects === null && !document.addresses) return
  const before = facts.termsRow?.connection ?? {}
  const connection =
    document.kind === 'new-group'
      ? agreedConnection(document.connection)
      : { ...before, ...(document.addresses && { allowFrom: document.addresses }) }
  const billingAccountId = facts.account?.id
  if (!billingAccountId) throw new Error(`request ${request.number} names no billing account`)
  await setTerms(tx, request.groupId, { level, filters: { rejects }, protocol, billingAccountId, connection }, now)
}

/** Sources leave the group: membership, placement, and every firm's consent for them here. */
export async function removeSources(
  tx: Tx,
  groupId: string,
  names: readonly string[],
  facts: Pick<RoundFacts, 'sourceRows' | 'consents'>,
  ended: { by: string | null; reason: string; now: Date },
): Promise<void> {
  const ids = names.flatMap((name) => facts.sourceRows.get(name)?.id ?? [])
  await endMembers(tx, groupId, ids, ended.now)
  await endPlacements(tx, groupId, ids, ended.now)
  const consents = facts.consents.filter((consent) => names.includes(consent.source))
  await endConsents(
    tx,
    consents.map((consent) => consent.id),
    ended,
  )
}

async function placeSources(
  tx: Tx,
  what: Publishing,
  added: readonly string[],
  deps: Making,
  now: Date,
): Promise<void> {
  const { request, round, facts, settings } = what
  const { protocol } = termsAfter(round.document, facts.terms)
  const leaving = sourceChanges(round.document, facts.members).removed
  const present = facts.targets.map((one) => ({
    ...one,
    sources: one.sources.filter((name) => !leaving.includes(name)),
  }))
  const free = await freeSessionIds(tx, added.length, deps)
  const sources = added.flatMap((name) => facts.sources.get(name) ?? [])
  const { placed, created } = place(present, sources, protocol, () => take(free), facts.capacity)
  const ids = new Map(facts.targetRows.map((row) => [row.sessionId, row.id]))
  for (const { sessionId, gatewayKind } of created) {
    const id = deps.newId()
    ids.set(sessionId, id)
    const { groupId, environment } = request
    const shard = await shardFor(tx, placed.find((one) => one.sessionId === sessionId)?.source, facts)
    await insertTarget(tx, { id, groupId, environment, sessionId, gatewayKind, shard, listen: settings.listen })
  }
  const rows = placed.flatMap(({ source, sessionId }) => {
    const targetId = ids.get(sessionId)
    const sourceId = facts.sourceRows.get(source)?.id
    return targetId && sourceId ? [{ targetId, sourceId, groupId: request.groupId }] : []
  })
  await insertPlacements(tx, rows, now)
}

/** A target runs where the feeds of its sources do; one whose sources are of several shards cannot be published. */
async function shardFor(tx: Tx, source: string | undefined, { sourceRows }: RoundFacts): Promise<string> {
  const row = source === undefined ? undefined : sourceRows.get(source)
  const feed = row && (await findFeed(tx, row.feedId))
  if (!feed) throw new Error(`a target is made for ${source}, which no feed carries`)
  return feed.shard
}

/** As many never used session ids as could be needed. */
async function freeSessionIds(tx: Tx, most: number, { randomBytes }: Making): Promise<string[]> {
  const free = new Set<string>()
  const needed = Math.min(most, 64)
  while (free.size < needed) {
    const id = sessionIdFrom(randomBytes(6))
    if (!(await isSessionIdUsed(tx, id))) free.add(id)
  }
  return [...free]
}

function take(free: string[]): string {
  const id = free.pop()
  if (!id) throw new Error('more new targets in one request than session ids were set aside')
  return id
}

/**
 * What each guarantor agreed to becomes its consent, source by source; a narrower consent from before ends. No consent
 * for a source that is not in the group afterwards, or that the firm no longer guarantees.
 */
async function applyConsents(
  tx: Tx,
  what: Publishing,
  ended: { by: string; reason: string; now: Date },
): Promise<void> {
  const { request, round, parties, decisions, facts } = what
  const { level } = termsAfter(round.document, facts.terms)
  if (level === null) return
  const guarantors = parties.filter((party) => party.capacity === 'guarantor')
  const { added, kept } = sourceChanges(round.document, facts.members)
  const rows = guarantors.flatMap((party) =>
    party.slice.sources.flatMap((source): NewConsent[] => {
      const { id: sourceId, guarantors: today = [] } = facts.sourceRows.get(source) ?? {}
      if (!sourceId || ![...added, ...kept].includes(source) || !today.some((firm) => firm.id === party.firmId))
        return []
      if (facts.consents.some((consent) => covers(consent, source, party.firmId, level))) return []
      const { groupId, ownerId } = request
      return [{ groupId, ownerId, sourceId, clearingFirmId: party.firmId, upToLevel: level, ...basisOf(what, party) }]
    }),
  )
  const replaced = facts.consents.filter((old) =>
    rows.some((row) => row.sourceId === old.sourceId && row.clearingFirmId === old.clearingFirmId),
  )
  await endConsents(
    tx,
    replaced.map((consent) => consent.id),
    ended,
  )
  await insertConsents(tx, rows, ended.now)
  await liftOvercome(tx, request, { added, consents: rows }, ended.now)
  const firmIds = [...new Set(guarantors.map((party) => party.firmId))]
  await showGroupTo(tx, request.groupId, firmIds, 'guarantor')
  const payers = parties.filter((party) => party.capacity === 'bill-to').map((party) => party.firmId)
  await showGroupTo(tx, request.groupId, payers, 'bill-to')

  function basisOf({ request: { id } }: Publishing, party: PartyRecord): Pick<NewConsent, 'basis' | 'basisId'> {
    if (party.metBy === 'submission') return { basis: 'submission', basisId: id }
    const own = decisions.find((one) => one.firmId === party.firmId && one.capacity === 'guarantor')
    return { basis: 'decision', basisId: own?.id ?? id }
  }
}

/**
 * Stops that this publication lifts. A withdrawal is lifted by the firm's new consent, but one "and nothing again" only
 * by the firm's own signature. Every other stop is lifted when the source is in the group again.
 */
async function liftOvercome(
  tx: Tx,
  request: Publishing['request'],
  { added, consents }: { added: readonly string[]; consents: readonly NewConsent[] },
  now: Date,
): Promise<void> {
  const overcome = (await listStops(tx, request.groupId)).filter(({ cause, source, sourceId, firmId, revokes }) => {
    if (cause !== 'withdrawn') return added.includes(source)
    const own = consents.find((consent) => consent.sourceId === sourceId && consent.clearingFirmId === firmId)
    return own !== undefined && (own.basis === 'decision' || !revokes)
  })
  await liftStops(
    tx,
    overcome.map((stop) => stop.id),
    request.id,
    now,
  )
}

/** A person's authority begins when the clearing firm that was asked for them approves. */
async function applyContacts(tx: Tx, what: Publishing, now: Date): Promise<void> {
  const { request, parties } = what
  const firms = parties.filter((party) => party.capacity === 'guarantor')
  for (const party of firms) {
    for (const { name, title, email, phone } of party.slice.contacts) {
      const user = await findUserByEmail(tx, email)
      const isOurs = user && [request.ownerId, party.firmId].includes(user.firmId)
      const { groupId, ownerId, id: basisId } = request
      await endContacts(tx, { groupId, email, authorizedBy: party.firmId }, { by: what.round.submittedBy, now })
      await insertContact(tx, {
        groupId,
        ownerId,
        userId: isOurs ? user.id : null,
        name,
        title,
        email,
        phone,
        authorizedBy: party.firmId,
        basisId,
        during: { from: now, until: null },
      })
    }
  }
}

async function closeRows(tx: Tx, what: Publishing, ended: { by: string; reason: string; now: Date }): Promise<void> {
  const { request, facts } = what
  await setTerms(tx, request.groupId, undefined, ended.now)
  await endContacts(tx, { groupId: request.groupId }, ended)
  await closeTargets(
    tx,
    facts.targetRows.map((row) => row.id),
  )
}
