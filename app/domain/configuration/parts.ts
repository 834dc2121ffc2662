import { z } from 'zod'
import { environmentSettings } from '../reference/settings.ts'
import { mainShard } from '../reference/shard.ts'
import { ok, type Result, refuse } from '../result.ts'
import { feedsOf } from './cross-check.ts'
import { type Credential, type CredentialReference, credential, credentialReference, shard } from './fields.ts'
import { problemLines } from './problem-lines.ts'
import {
  type commonShape,
  feedShape,
  parseSnapshot,
  type Snapshot,
  type SnapshotRefusal,
  sourceShape,
  targetShape,
} from './snapshot.ts'

/** In a part a credential may be a reference: the secret stays sealed in its own table. */
const credentials = z.array(z.union([...credential.options, credentialReference])).default([])

/** Absent: `main`. A snapshot is of one shard and names it once, at the top. */
const inShard = { shard: shard.optional() }

export const feedPart = z.strictObject({ ...feedShape, ...inShard, credentials })
export const sourcePart = z.strictObject(sourceShape)
export const targetPart = z.strictObject({ ...targetShape, ...inShard, credentials })
export type FeedPart = z.input<typeof feedPart>
export type SourcePart = z.input<typeof sourcePart>
export type TargetPart = z.input<typeof targetPart>

/** What runs: of these a connector says whether it runs them. */
export const objectKinds = ['feed', 'source', 'target'] as const
export type ObjectKind = (typeof objectKinds)[number]

/** The kinds of object a configuration version is made of: those that run, and the settings of their environment. */
export const partKinds = [...objectKinds, 'environment'] as const
export type PartKind = (typeof partKinds)[number]

/** One object as one version left it; `document` null: removed by that version. */
export type Part = { kind: PartKind; objectId: string; document: unknown }

/**
 * What a snapshot takes from the part of its environment, and whose feeds and targets it is made of: everything but the
 * version number has a default or is fixed.
 */
export type Common = Pick<
  z.input<z.ZodObject<typeof commonShape>>,
  'exchange' | 'week' | 'limits' | 'journal' | 'shard'
>

/** Answers a credential's secret or verifier; undefined when it is unknown, revoked or expired. */
export type ResolveCredential = (reference: CredentialReference) => Credential | undefined

/** A part that cannot be run as it is, and why. */
export type RefusedPart = { kind: ObjectKind; id: string; problems: string[] }

const schemas = { feed: feedPart, source: sourcePart, target: targetPart, environment: environmentSettings }
const noReferences: ResolveCredential = () => undefined

/** What is wrong with one part by itself, one line each; empty when nothing is. `targets[0].…` becomes `target ODQ1Z9.…`. */
export function partProblems(part: Part): string[] {
  if (part.document === null) return []
  const name = `${part.kind} ${part.objectId}`
  const parsed = schemas[part.kind].safeParse(part.document)
  if (!parsed.success) return problemLines(parsed.error).map((line) => `${name}: ${line}`)
  const own = ownName(parsed.data) ?? part.objectId
  return own === part.objectId ? [] : [`${name}: the document names ${own}`]
}

/** What a document says that it is of; the settings of an environment do not say it. */
function ownName(document: object): unknown {
  if ('sessionId' in document) return document.sessionId
  return 'id' in document ? document.id : undefined
}

/** Of the parts those that are there and run in this shard, in order. */
function present(parts: Iterable<Part>, shard = mainShard): RunningPart[] {
  const running = [...parts].filter(runs)
  const shardOf = shardsAmong(running)
  return running.filter((part) => shardOf(part) === shard).sort((a, b) => (a.objectId < b.objectId ? -1 : 1))
}
type RunningPart = Part & { kind: ObjectKind }

/** The shards that the parts run in, for each of which there is a snapshot; `main` where nothing runs. */
export function shardsOf(parts: Iterable<Part>): string[] {
  const running = [...parts].filter(runs)
  const found = new Set(running.map(shardsAmong(running)))
  return found.size === 0 ? [mainShard] : [...found].sort()
}

const named = z.object({ shard })
const fed = z.object({ feed: sourceShape.feed })

/** A feed and a target name their shard, and a source is in that of its owner, the first of its feeds. */
function shardsAmong(parts: readonly RunningPart[]): (part: RunningPart) => string {
  const ownShard = ({ document }: Part) => named.safeParse(document).data?.shard ?? mainShard
  const feeds = new Map(parts.filter(({ kind }) => kind === 'feed').map((feed) => [feed.objectId, ownShard(feed)]))
  return (part) => {
    if (part.kind !== 'source') return ownShard(part)
    const source = fed.safeParse(part.document).data
    return (source && feeds.get(feedsOf(source)[0] ?? '')) ?? mainShard
  }
}
const runs = (part: Part): part is RunningPart => part.kind !== 'environment' && part.document !== null

/**
 * The snapshot of a version and a shard from the newest part of each object. Objects are ordered by kind and id, so
 * equal parts give equal snapshots. A reference that cannot be resolved is dropped on a target (nobody logs on with it)
 * and is a problem on a feed.
 */
export function assemble(
  version: number,
  common: Common,
  parts: Iterable<Part>,
  resolve: ResolveCredential = noReferences,
): Result<Snapshot, SnapshotRefusal> {
  const running = present(parts, common.shard)
  const problems = running.flatMap(partProblems)
  const documents: Record<ObjectKind, unknown[]> = { feed: [], source: [], target: [] }
  if (problems.length > 0) return refuse({ code: 'invalid-snapshot', problems })
  for (const part of running) {
    if (part.kind === 'source') documents.source.push(part.document)
    else {
      const withSecrets = resolved(part, resolve)
      if (!withSecrets.ok) problems.push(withSecrets.error.says)
      else documents[part.kind].push(withSecrets.value)
    }
  }
  if (problems.length > 0) return refuse({ code: 'invalid-snapshot', problems })
  const { feed: feeds, source: sources, target: targets } = documents
  return parseSnapshot({ schema: 1, version, ...common, feeds, sources, targets })
}

/**
 * As much of a version as can be run. A part that is wrong, or hangs on one that is, stays as it is in `before`, or is left out where it
 * was not there; each is named with its problems. Refused as a whole only for what belongs to no part.
 */
export function assembleRunnable(
  version: number,
  common: Common,
  parts: Iterable<Part>,
  resolve: ResolveCredential,
  before: Snapshot | undefined,
): Result<{ snapshot: Snapshot; refused: RefusedPart[] }, SnapshotRefusal> {
  const refused = new Map<string, RefusedPart>()
  let entries = present(parts, common.shard).map(
    (part): Entry => ({ kind: part.kind, id: part.objectId, ...documentOf(part, resolve) }),
  )
  for (;;) {
    entries = entries.flatMap((entry) => (entry.problems.length > 0 ? refuseEntry(entry, refused, before) : [entry]))
    const of = (kind: ObjectKind) => entries.filter((entry) => entry.kind === kind)
    const documents = (kind: ObjectKind) => of(kind).map(({ document }) => document)
    const [feeds, sources, targets] = [documents('feed'), documents('source'), documents('target')]
    const parsed = parseSnapshot({ schema: 1, version, ...common, feeds, sources, targets })
    if (parsed.ok) return ok({ snapshot: parsed.value, refused: [...refused.values()] })
    for (const line of parsed.error.problems) {
      const [, list = '', index = ''] = /^(feed|source|target)s\[(\d+)\]/.exec(line) ?? []
      const blamed = entries.filter(({ kind }) => kind === list)[Number(index)]
      if (!blamed) return parsed
      blamed.problems.push(line.replace(/^\w+\[\d+\]\.?/, `${blamed.kind} ${blamed.id}: `))
    }
  }
}

/** A part as it will stand in the snapshot. */
type Entry = { kind: ObjectKind; id: string; document: unknown; problems: string[]; isBefore?: true }

function documentOf(part: RunningPart, resolve: ResolveCredential): Pick<Entry, 'document' | 'problems'> {
  const problems = partProblems(part)
  if (problems.length > 0 || part.kind === 'source') return { document: part.document, problems }
  const withSecrets = resolved(part, resolve)
  return withSecrets.ok
    ? { document: withSecrets.value, problems }
    : { document: part.document, problems: [withSecrets.error.says] }
}

/** What stands in its place: what ran before, or nothing. */
function refuseEntry(entry: Entry, refused: Map<string, RefusedPart>, before: Snapshot | undefined): Entry[] {
  const { kind, id, problems } = entry
  const key = `${kind} ${id}`
  if (!refused.has(key)) refused.set(key, { kind, id, problems })
  if (entry.isBefore || !before) return []
  const lists = { feed: before.feeds, source: before.sources, target: before.targets }
  const old = lists[kind].find((one) => ('sessionId' in one ? one.sessionId : one.id) === id)
  return old ? [{ kind, id, document: old, problems: [], isBefore: true }] : []
}

function resolved(part: Part, resolve: ResolveCredential): Result<unknown, { code: 'unresolved'; says: string }> {
  const { shard: _shard, ...document } = (part.kind === 'feed' ? feedPart : targetPart).parse(part.document)
  const found: Credential[] = []
  for (const [i, one] of document.credentials.entries()) {
    const known = 'ref' in one ? resolve(one) : one
    if (known) found.push(known)
    else if (part.kind === 'feed') {
      return refuse({
        code: 'unresolved',
        says: `feed ${part.objectId}: credentials[${i}]: its secret is not available`,
      })
    }
  }
  return ok({ ...document, credentials: found })
}
