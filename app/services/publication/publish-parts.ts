import type { Tx } from '#db/client.ts'
import { type FeedRecord, listFeeds } from '#db/queries/feed/feeds.ts'
import { listSourcesById, type SourceRecord } from '#db/queries/feed/sources.ts'
import { findGroup, findTerms, keepSight, listMembers } from '#db/queries/group/groups.ts'
import { listRevokedByTarget, listStoppedByTarget } from '#db/queries/group/stops.ts'
import {
  findSettings,
  insertVersion,
  listNewestParts,
  lockPublications,
  type StoredPart,
  type VersionRecord,
} from '#db/queries/publication/publications.ts'
import { listLiveCredentials, listTargetsOf } from '#db/queries/target/targets.ts'
import { changeProblems } from '#domain/configuration/concerned.ts'
import type { Part, ResolveCredential, TargetPart } from '#domain/configuration/parts.ts'
import { mostReason } from '#domain/configuration/snapshot.ts'
import type { Stopping } from '#domain/consent/stops.ts'
import { canonicalJson } from '#domain/digest.ts'
import { commonOf, type EnvironmentSettings, environmentSettings } from '#domain/reference/settings.ts'
import { mainShard } from '#domain/reference/shard.ts'
import { clientAddressesOf } from '#domain/request/addresses.ts'
import { ok, type Result, refuse } from '#domain/result.ts'
import { sha256 } from '#services/deps.ts'
import type { Refused } from '#services/refused.ts'

export type Publication = {
  environment: VersionRecord['environment']
  groupId: string
  settings: EnvironmentSettings
  cause: VersionRecord['cause']
  causeId: string
  ownerId: string
  /** null: the portal itself */
  madeBy: string | null
  /** sources taken away with effect on the past: their copies are no longer given out by any resend */
  revoked: readonly string[]
  /** sources that it takes out for want of a consent; those stopped before are known */
  stopping?: readonly Stopping[]
  /** parts to publish even if the tables say otherwise: what an undone publication puts back */
  also?: readonly Part[]
}

/**
 * The version that makes the parts say what the wanted tables say of one group: its targets and the sources and feeds
 * they need, as far as they differ from the newest parts. Also rewrites what guarantors may know of the group. Commands
 * call `publishGroup` instead.
 */
export async function publishRows(
  tx: Tx,
  publication: Publication,
  now: Date,
): Promise<Result<{ number: number; changed: number }, Refused>> {
  const { environment, groupId, also = [] } = publication
  const newest = await lockPublications(tx, environment)
  await keepSight(tx, groupId)
  const before = await listNewestParts(tx, environment)
  const computed = await wantedParts(tx, publication, before, now)
  const wanted = [...computed.filter((part) => !also.some(isOf(part))), ...also]
  return publishChanged(tx, { newest, before }, wanted, publication, now)
}

type Cause = Pick<Publication, 'environment' | 'settings' | 'cause' | 'causeId' | 'madeBy'> & { ownerId: string | null }

/**
 * The version that publishes these parts, as far as they differ from the newest ones, under the lock of
 * `lockPublications`. A version without an owner concerns several firms: each target's part keeps its own owner.
 */
export async function publishChanged(
  tx: Tx,
  { newest, before }: { newest: number; before: readonly StoredPart[] },
  wanted: readonly Part[],
  publication: Cause,
  now: Date,
): Promise<Result<{ number: number; changed: number }, Refused>> {
  const changed = wanted.filter((part) => !same(part, before))
  const { settings, ownerId } = publication
  if (changed.length === 0) return ok({ number: newest, changed: 0 })
  const number = newest + 1
  const parts = [...before.filter((part) => !changed.some(isOf(part))), ...changed]
  const problems = changeProblems(number, commonOf(settings), parts, changed, anySecret)
  if (problems.length > 0) return refuse({ code: 'invalid-configuration', problems })
  const ownerOf = (part: Part) => ownerId ?? before.find(isOf(part))?.ownerId ?? null
  const rows = changed.map((part) => ({ ...part, ownerId: part.kind === 'target' ? ownerOf(part) : null }))
  await insertVersion(tx, { ...versionOf(publication, changed), number, madeAt: now }, rows)
  return ok({ number, changed: changed.length })
}

function versionOf({ environment, cause, causeId, ownerId, madeBy }: Cause, parts: readonly Part[]) {
  return { environment, cause, causeId, ownerId, madeBy, digest: sha256(canonicalJson(parts)) }
}

/** Parts of the same object. */
export const isOf = (part: Part) => (other: Part) => other.kind === part.kind && other.objectId === part.objectId

/** Whether the newest parts already say exactly this of the object. */
export const same = (part: Part, before: readonly Part[]): boolean => {
  const old = before.find(isOf(part))
  if (!old) return part.document === null
  return canonicalJson(old.document) === canonicalJson(part.document)
}

/** @throws when the environment was never set up: no request could have been made for it */
export async function readSettings(tx: Tx, environment: VersionRecord['environment']): Promise<EnvironmentSettings> {
  return environmentSettings.parse(await findSettings(tx, environment))
}

/** Secrets stay sealed: any secret of the right kind will do for checking the shape. */
export const anySecret: ResolveCredential = ({ kind }) =>
  kind === 'hmac' ? { kind, accessKeyId: '-', secretKey: '-'.repeat(43) } : { kind: 'password', password: '-' }

async function wantedParts(tx: Tx, publication: Publication, before: readonly Part[], now: Date): Promise<Part[]> {
  const { groupId } = publication
  const targets = await targetParts(tx, publication, before, now)
  const members = await listMembers(tx, groupId, now)
  const sources = await listSourcesById(
    tx,
    members.map((member) => member.sourceId),
    now,
  )
  const feeds = await listFeeds(tx, [...new Set(sources.map((source) => source.feedId))])
  return [...feeds.map(feedPart), ...sources.map(sourcePart), ...targets]
}

/** A part of shard `main` names no shard, like the parts published before there were other shards. */
const inShard = (shard: string) => (shard === mainShard ? {} : { shard })

export const feedPart = (feed: Pick<FeedRecord, 'id' | 'shard' | 'settings' | 'credential'>): Part => ({
  kind: 'feed',
  objectId: feed.id,
  document: {
    ...feed.settings,
    id: feed.id,
    ...inShard(feed.shard),
    ...(feed.credential && { credentials: [{ kind: feed.credential.kind, ref: feed.credential.id }] }),
  },
})

export const sourcePart = (source: SourceRecord): Part => ({
  kind: 'source',
  objectId: source.name,
  document: {
    id: source.name,
    feed: source.feedId,
    gateway: source.gatewayKind,
    ...(source.marketSegment && { segments: [source.marketSegment] }),
  },
})

async function targetParts(
  tx: Tx,
  { groupId, settings, revoked, stopping = [] }: Publication,
  before: readonly Part[],
  now: Date,
): Promise<Part[]> {
  const group = await findGroup(tx, groupId)
  const terms = await findTerms(tx, groupId, now)
  const targets = await listTargetsOf(tx, groupId, now)
  const revokedFor = await listRevokedByTarget(tx, groupId, revoked)
  const present = targets.flatMap((target) => target.sources.map((source) => source.name))
  const stoppedFor = await listStoppedByTarget(tx, groupId, stopping, present)
  const credentials = await listLiveCredentials(
    tx,
    targets.map((target) => target.id),
    now,
  )
  return targets.map((target): Part => {
    const part = { kind: 'target' as const, objectId: target.sessionId }
    if (target.state === 'closed' || !terms || !group) return { ...part, document: null }
    const sources = target.sources.map((source) => source.name)
    const stopped = stoppedPart(stoppedFor.get(target.id) ?? [])
    const { level, protocol, filters } = terms
    const { allowFrom } = clientAddressesOf(terms.connection)
    const document: TargetPart = {
      sessionId: target.sessionId,
      ...inShard(target.shard),
      protocol,
      group: group.name,
      level,
      ...(filters.rejects && { filters: { rejects: true } }),
      sources,
      revoked: [...new Set([...revokedBefore(before, target.sessionId), ...(revokedFor.get(target.id) ?? [])])]
        .filter((name) => !sources.includes(name))
        .sort(),
      ...(stopped.length > 0 && { stopped }),
      queueDepth: settings.queueDepth,
      queueGraceS: settings.queueGraceS,
      listen: target.listen,
      ...(allowFrom.length > 0 && { allowFrom }),
      ...(target.active === 'backup' && { active: target.active }),
      paused: target.state === 'paused' || group.state === 'suspended',
      credentials: credentials
        .filter((credential) => credential.targetId === target.id)
        .map((credential) => ({ kind: credential.kind, ref: credential.id })),
    }
    return { ...part, document }
  })
}

const stoppedPart = (stopped: readonly Stopping[]): Stopping[] =>
  stopped
    .map(({ source, reason }) => ({ source, reason: reason.slice(0, mostReason) }))
    .sort((a, b) => (a.source < b.source ? -1 : 1))

/** The sources that were revoked for good, by the target's present part. */
function revokedBefore(before: readonly Part[], sessionId: string): string[] {
  const document: unknown = before.find((part) => part.kind === 'target' && part.objectId === sessionId)?.document
  return typeof document === 'object' && document !== null && 'revoked' in document ? stringsOf(document.revoked) : []
}

const stringsOf = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : []
