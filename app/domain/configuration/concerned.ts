import { mainShard } from '../reference/shard.ts'
import { overCapacity } from './capacity.ts'
import { feedsOf } from './cross-check.ts'
import {
  assemble,
  type Common,
  type FeedPart,
  type Part,
  type PartKind,
  partProblems,
  type ResolveCredential,
  type SourcePart,
  shardsOf,
  type TargetPart,
} from './parts.ts'

/** A part that exists and whose document was checked, either when it was published or just now. */
type Present<K extends PartKind, D> = Part & { kind: K; document: D }

const isFeed = (part: Part): part is Present<'feed', FeedPart> => part.kind === 'feed' && part.document !== null
const isSource = (part: Part): part is Present<'source', SourcePart> => part.kind === 'source' && part.document !== null
const isTarget = (part: Part): part is Present<'target', TargetPart> => part.kind === 'target' && part.document !== null

/**
 * Why the configuration cannot be run with these changed parts, one line per problem; empty when nothing is wrong. The
 * configuration before the change was right, since it passed this check when it was published.
 *
 * @param parts the whole configuration, with the changed parts as they are now
 */
export function changeProblems(
  number: number,
  common: Omit<Common, 'shard'>,
  parts: readonly Part[],
  changed: readonly Part[],
  resolve: ResolveCredential,
): string[] {
  const wrong = changed.flatMap(partProblems)
  if (wrong.length > 0) return wrong
  const judged = concerned(parts, changed)
  const problems = shardsOf(judged).flatMap((shard) => {
    const assembled = assemble(number, { ...common, shard }, judged, resolve)
    return assembled.ok ? [] : assembled.error.problems
  })
  return problems.length > 0 ? problems : sizeProblems(parts, shardsOf(judged))
}

/** Whether a shard is too big: the one rule that looks at all targets of the shard together. */
function sizeProblems(parts: readonly Part[], shards: readonly string[]): string[] {
  const sources = parts.filter(isSource).map(({ document }) => ({ id: document.id, segments: document.segments ?? [] }))
  const targets = parts.filter(isTarget).map(({ document }) => document)
  return shards.flatMap((shard) => {
    const own = targets.filter((target) => (target.shard ?? mainShard) === shard)
    const problem = overCapacity({ sources, targets: own })
    return problem === undefined ? [] : [`targets: ${problem}`]
  })
}

/**
 * The parts to judge when some parts of a correct configuration change: the changed ones, and all that a rule of
 * `crossCheck` compares with one of them. A problem of the whole configuration, except its size (`sizeProblems`), is
 * then a problem of these parts. So the cost of a publication depends on what it changes, not on the size of the
 * installation.
 *
 * | changed | judged with it |
 * |---|---|
 * | a feed | the sources that name it, and the targets that name one of those: they run where it runs |
 * | a source | the targets that name it, and the plain feed that is its own, whether it still names that feed or not |
 * | a feed or a target, at its addresses | the feeds that listen there, and one target: those there agree already |
 *
 * Each judged part brings the parts that it needs: a target its sources, a source its feeds, a plain feed its sources.
 *
 * @param parts all of the configuration, with what changed as it is now
 */
function concerned(parts: readonly Part[], changed: readonly Part[]): Part[] {
  const feeds = byId(parts.filter(isFeed))
  const sources = byId(parts.filter(isSource))
  const targets = parts.filter(isTarget)
  const carried = carriedBy(sources.values())
  const keys = new Set(changed.map(keyOf))
  const isChanged = (part: Part) => keys.has(keyOf(part))
  const chosen = new Set<Part>()
  const choose = (part: Part | undefined) => {
    if (!part || chosen.has(part)) return
    chosen.add(part)
    if (isTarget(part)) for (const id of part.document.sources) choose(sources.get(id))
    if (isSource(part)) for (const id of feedsOf(part.document)) choose(feeds.get(id))
    if (isFeed(part) && part.document.dialect === 'plain')
      for (const one of carried.get(part.objectId) ?? []) choose(one)
  }

  const own = parts.filter((part) => part.document !== null && isChanged(part))
  for (const part of own) choose(part)
  const moved = new Set(idsOf(changed, 'source'))
  for (const feed of feeds.values()) if (moved.has(feed.document.source ?? '')) choose(feed)
  for (const source of idsOf(changed, 'feed').flatMap((id) => carried.get(id) ?? [])) {
    choose(source)
    moved.add(source.objectId)
  }
  for (const target of targets) if (target.document.sources.some((id) => moved.has(id))) choose(target)

  const addresses = new Set(own.flatMap(addressesOf))
  for (const feed of feeds.values()) if (addressesOf(feed).some((one) => addresses.has(one))) choose(feed)
  for (const target of targets) {
    const shared = isChanged(target) ? [] : addressesOf(target).filter((one) => addresses.has(one))
    if (shared.length > 0) choose(target)
    for (const address of shared) addresses.delete(address)
  }
  return [...chosen]
}

/** The sources of each feed, by its id. */
function carriedBy(sources: Iterable<Present<'source', SourcePart>>) {
  const carried = new Map<string, Present<'source', SourcePart>[]>()
  for (const source of sources)
    for (const feed of feedsOf(source.document)) {
      const list = carried.get(feed)
      if (list) list.push(source)
      else carried.set(feed, [source])
    }
  return carried
}

const byId = <P extends Part>(parts: readonly P[]): ReadonlyMap<string, P> =>
  new Map(parts.map((part) => [part.objectId, part]))

const idsOf = (parts: readonly Part[], kind: PartKind): string[] =>
  parts.filter((part) => part.kind === kind).map(({ objectId }) => objectId)

/** The addresses at which a part accepts connections. */
function addressesOf(part: Part): string[] {
  if (isTarget(part)) return part.document.listen.map(addressOf)
  if (isFeed(part) && part.document.mode === 'accept')
    return [part.document, ...(part.document.addresses ?? [])].map(addressOf)
  return []
}

const addressOf = ({ host, port }: { host: string; port: number }): string => `${host}:${port}`

const keyOf = ({ kind, objectId }: Part): string => `${kind} ${objectId}`
