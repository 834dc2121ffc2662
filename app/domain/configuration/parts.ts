import { z } from 'zod'
import { environmentSettings } from '../reference/settings.ts'
import { mainShard } from '../reference/shard.ts'
import { ok, type Result, refuse } from '../result.ts'
import { type Credential, type CredentialReference, credential, credentialReference, shard } from './fields.ts'
import { problemLines } from './problem-lines.ts'
import {
  type commonShape,
  feedShape,
  joinSnapshot,
  parseSnapshot,
  type Snapshot,
  type SnapshotFeed,
  type SnapshotRefusal,
  type SnapshotSource,
  type SnapshotTarget,
  sourceShape,
  targetShape,
} from './snapshot.ts'

/** In a part a credential may be a reference: the secret stays sealed in its own table. */
const credentials = z.array(z.union([...credential.options, credentialReference])).default([])

/** Absent: `main`. A snapshot is of one shard and names it once, at the top. */
const inShard = { shard: shard.optional() }

const feedPart = z.strictObject({ ...feedShape, ...inShard, credentials })
export const sourcePart = z.strictObject(sourceShape)
export const targetPart = z.strictObject({ ...targetShape, ...inShard, credentials })
export type FeedPart = z.input<typeof feedPart>
export type SourcePart = z.input<typeof sourcePart>
export type TargetPart = z.input<typeof targetPart>

/** The kinds of object that run: a connector reports whether it runs each of them. */
export const objectKinds = ['feed', 'source', 'target'] as const
export type ObjectKind = (typeof objectKinds)[number]

/** The kinds of object a configuration version is made of: those that run, and the settings of their environment. */
export const partKinds = [...objectKinds, 'environment'] as const
export type PartKind = (typeof partKinds)[number]

/** One object as one version left it; `document` null: removed by that version. */
export type Part = { kind: PartKind; objectId: string; document: unknown }

/**
 * What a snapshot takes from the settings of its environment, and the shard that the snapshot is for. Everything else
 * beside the parts has a default or is fixed, except the version number.
 */
export type Common = Pick<
  z.input<z.ZodObject<typeof commonShape>>,
  'exchange' | 'week' | 'limits' | 'journal' | 'shard'
>

/** Returns a credential's secret or verifier; undefined when the credential is unknown, revoked or expired. */
export type ResolveCredential = (reference: CredentialReference) => Credential | undefined

/** A part that cannot be run as it is, and why. */
export type RefusedPart = { kind: ObjectKind; id: string; problems: string[] }

const schemas = { feed: feedPart, source: sourcePart, target: targetPart, environment: environmentSettings }
const noReferences: ResolveCredential = () => undefined

type Checked = { kind: PartKind; data: object | undefined; problems: readonly string[] }

/**
 * The check of each document, kept as long as the document is. A version changes few parts, so the documents of all
 * other parts were already checked for the version before.
 */
const known = new WeakMap<object, Checked>()

function check({ kind, document }: Pick<Part, 'kind' | 'document'>): Checked {
  const before = isObject(document) ? known.get(document) : undefined
  if (before?.kind === kind) return before
  const parsed = schemas[kind].safeParse(document)
  const checked = { kind, data: parsed.data, problems: parsed.success ? [] : problemLines(parsed.error) }
  if (isObject(document)) known.set(document, checked)
  return checked
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null

/**
 * What is wrong with one part by itself, one line each; empty when nothing is.
 * `targets[0].…` becomes `target ODQ1Z9.…`.
 */
export function partProblems(part: Part): string[] {
  if (part.document === null) return []
  const name = `${part.kind} ${part.objectId}`
  const { data, problems } = check(part)
  if (!data) return problems.map((line) => `${name}: ${line}`)
  const own = ownName(data) ?? part.objectId
  return own === part.objectId ? [] : [`${name}: the document names ${own}`]
}

/** The id that a document gives its object; the settings of an environment give none. */
function ownName(document: object): unknown {
  if ('sessionId' in document) return document.sessionId
  return 'id' in document ? document.id : undefined
}

/** The parts that exist and run in this shard, in order. */
function present(parts: Iterable<Part>, shard = mainShard): RunningPart[] {
  const running = [...parts].filter(runs)
  const shardOf = shardsAmong(running)
  return running.filter((part) => shardOf(part) === shard).sort((a, b) => (a.objectId < b.objectId ? -1 : 1))
}
type RunningPart = Part & { kind: ObjectKind }

/** The shards that the parts run in, each of which has a snapshot; `main` where nothing runs. */
export function shardsOf(parts: Iterable<Part>): string[] {
  const running = [...parts].filter(runs)
  const found = new Set(running.map(shardsAmong(running)))
  return found.size === 0 ? [mainShard] : [...found].sort()
}

/** Finds a part's shard: feeds and targets name theirs, and a source is in the shard of its owner, its first feed. */
function shardsAmong(parts: readonly RunningPart[]): (part: RunningPart) => string {
  const ownShard = ({ document }: Part) =>
    isObject(document) && 'shard' in document ? (shard.safeParse(document.shard).data ?? mainShard) : mainShard
  const feeds = new Map(parts.filter(({ kind }) => kind === 'feed').map((feed) => [feed.objectId, ownShard(feed)]))
  return (part) => (part.kind === 'source' ? (feeds.get(ownerOf(part)) ?? mainShard) : ownShard(part))
}

/** The first feed that a source names; '' where none can be told. */
function ownerOf({ document }: Part): string {
  const feed = isObject(document) && 'feed' in document ? document.feed : undefined
  const first: unknown = Array.isArray(feed) ? feed[0] : feed
  return typeof first === 'string' ? first : ''
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
      else documents[part.kind].push(withSecrets.value.document)
    }
  }
  if (problems.length > 0) return refuse({ code: 'invalid-snapshot', problems })
  const { feed: feeds, source: sources, target: targets } = documents
  const parsed = parseSnapshot({ schema: 1, version, ...common, feeds, sources, targets })
  if (parsed.ok) return parsed
  return refuse({ ...parsed.error, problems: parsed.error.problems.map((line) => named(line, running).line) })
}

/**
 * A line about one of these parts, in the order of their lists, with the part's name: `target ODQ1Z9: sources[1]: …`.
 * `part` undefined: the line is about none of them.
 */
function named<P extends { kind: ObjectKind; objectId: string }>(line: string, parts: readonly P[]) {
  const [place = '', list = '', index = ''] = /^(feed|source|target)s\[(\d+)\]\.?/.exec(line) ?? []
  const part = parts.filter(({ kind }) => kind === list)[Number(index)]
  return { part, line: part ? `${part.kind} ${part.objectId}: ${line.slice(place.length)}` : line }
}

/**
 * As much of a version as can be run. A part with a problem, or one that depends on such a part, stays as it is in
 * `before`, or is left out if `before` lacks it; each such part is named with its problems. The version is refused as a
 * whole only for a problem that belongs to no part.
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
    (part): Entry => ({ kind: part.kind, objectId: part.objectId, ...documentOf(part, resolve) }),
  )
  for (;;) {
    entries = entries.flatMap((entry) => (entry.problems.length > 0 ? refuseEntry(entry, refused, before) : [entry]))
    const parsed = joinSnapshot({ schema: 1, version, ...common }, listsOf(entries, before))
    if (parsed.ok) return ok({ snapshot: parsed.value, refused: [...refused.values()] })
    for (const line of parsed.error.problems) {
      const blamed = named(line, entries)
      if (!blamed.part) return parsed
      blamed.part.problems.push(blamed.line)
    }
  }
}

/** A part on its way into the snapshot: its shape was checked, unless it has problems. */
type Entry = { kind: ObjectKind; objectId: string; document: unknown; problems: string[]; isBefore?: true }

/** The documents of entries without problems. An unchanged list is the same object as before, and so are its parts. */
function listsOf(
  entries: readonly Entry[],
  before: Snapshot | undefined,
): Pick<Snapshot, 'feeds' | 'sources' | 'targets'> {
  const list = <T>(kind: ObjectKind, old: readonly T[] | undefined): T[] => {
    // checked as this
    const documents = entries.filter((entry) => entry.kind === kind).map(({ document }) => document as T)
    const isSame = old?.length === documents.length && documents.every((one, i) => one === old[i])
    return isSame ? (old as T[]) : documents
  }
  return {
    feeds: list<SnapshotFeed>('feed', before?.feeds),
    sources: list<SnapshotSource>('source', before?.sources),
    targets: list<SnapshotTarget>('target', before?.targets),
  }
}

function documentOf(part: RunningPart, resolve: ResolveCredential): Pick<Entry, 'document' | 'problems'> {
  const problems = partProblems(part)
  if (problems.length > 0) return { document: part.document, problems }
  if (part.kind === 'source') return { document: check(part).data, problems }
  const withSecrets = resolved(part, resolve)
  if (!withSecrets.ok) return { document: part.document, problems: [withSecrets.error.says] }
  const { document } = withSecrets.value
  return { document, problems: secretProblems(document).map((line) => `${part.kind} ${part.objectId}: ${line}`) }
}

const withCredentials = z.object({ credentials: z.array(credential) })

/** Secrets come from outside the part, so they are checked each time. */
function secretProblems(document: { credentials: readonly Credential[] }): string[] {
  const parsed = withCredentials.safeParse(document)
  return parsed.success ? [] : problemLines(parsed.error)
}

/** Notes the refusal. @returns the entry that ran before, to take the place of the refused one, or none */
function refuseEntry(entry: Entry, refused: Map<string, RefusedPart>, before: Snapshot | undefined): Entry[] {
  const { kind, objectId: id, problems } = entry
  const key = `${kind} ${id}`
  if (!refused.has(key)) refused.set(key, { kind, id, problems })
  if (entry.isBefore || !before) return []
  const lists = { feed: before.feeds, source: before.sources, target: before.targets }
  const old = lists[kind].find((one) => ('sessionId' in one ? one.sessionId : one.id) === id)
  return old ? [{ kind, objectId: id, document: old, problems: [], isBefore: true }] : []
}

type Resolved = { document: { credentials: Credential[] } }

/** Each part with its secrets, used again while the secrets are the same. */
const resolvedBefore = new WeakMap<object, Resolved & { secrets: string }>()

/** The part with its secrets, as a snapshot has it: without its shard. Its shape is right. */
function resolved(part: Part, resolve: ResolveCredential): Result<Resolved, { code: 'unresolved'; says: string }> {
  const data = check(part).data as z.output<typeof feedPart> | z.output<typeof targetPart> // the caller has checked it
  const found: Credential[] = []
  for (const [i, one] of data.credentials.entries()) {
    const secret = 'ref' in one ? resolve(one) : one
    if (secret) found.push(secret)
    else if (part.kind === 'feed') {
      return refuse({
        code: 'unresolved',
        says: `feed ${part.objectId}: credentials[${i}]: its secret is not available`,
      })
    }
  }
  const secrets = JSON.stringify(found)
  const before = resolvedBefore.get(data)
  if (before?.secrets === secrets) return ok(before)
  const { shard: _shard, ...document } = data
  const made = { document: { ...document, credentials: found }, secrets }
  resolvedBefore.set(data, made)
  return ok(made)
}
