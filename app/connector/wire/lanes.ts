import { segmentsOf } from '#domain/configuration/cross-check.ts'
import type { Snapshot, SnapshotSource, SnapshotTarget } from '#domain/configuration/snapshot.ts'

/**
 * One FIX session of a target, with its own numbers: the target itself, or one for each market segment that it listens
 * on (spec §3.3, MSGW). `name` is the session's name in the journal.
 */
export type Lane = SnapshotTarget & { name: string; segment?: string }

type Sources = Snapshot['sources']

/**
 * By a snapshot's sources, then by target: a target that no version has changed has the same lanes, as the same
 * objects.
 */
const known = new WeakMap<Sources, WeakMap<SnapshotTarget, readonly Lane[]>>()

/** The sessions of all targets. A lane's sources are streams: those of its segment, or all. */
export function lanesOf({ sources, targets }: Pick<Snapshot, 'sources' | 'targets'>): Lane[] {
  const lanes = known.get(sources) ?? new WeakMap<SnapshotTarget, readonly Lane[]>()
  known.set(sources, lanes)
  let byId: ReadonlyMap<string, Sources[number]> | undefined
  return targets.flatMap((target) => {
    const before = lanes.get(target)
    if (before) return before
    byId ??= new Map(sources.map((source) => [source.id, source]))
    const made = lanesOfTarget(target, byId)
    lanes.set(target, made)
    return made
  })
}

function lanesOfTarget(target: SnapshotTarget, sources: ReadonlyMap<string, Sources[number]>): Lane[] {
  const streams = (ids: readonly string[], segment?: string) =>
    ids.flatMap((id) => streamsOf(sources.get(id) ?? { id, segments: [] }, segment))
  const stops = (segment?: string) =>
    target.stopped && {
      stopped: target.stopped.flatMap(({ source, reason }) =>
        streams([source], segment).map((one) => ({ source: one, reason })),
      ),
    }
  const segments = segmentsOf(target)
  if (segments.length === 0) {
    const { sources: all, revoked } = target
    return [{ ...target, name: target.sessionId, sources: streams(all), revoked: streams(revoked), ...stops() }]
  }
  return segments.map((segment) => ({
    ...target,
    name: `${target.sessionId}/${segment}`,
    segment,
    listen: target.listen.filter((one) => one.segment === segment),
    sources: streams(target.sources, segment),
    revoked: streams(target.revoked, segment),
    ...stops(segment),
  }))
}

/**
 * The names of a source's streams in the journal: its own, or one for each of several market segments, which are
 * numbered separately.
 */
export function streamsOf({ id, segments }: Pick<SnapshotSource, 'id' | 'segments'>, only?: string): string[] {
  const wanted = only === undefined ? segments : segments.filter((segment) => segment === only)
  if (segments.length <= 1) return only === undefined || wanted.length > 0 ? [id] : []
  return wanted.map((segment) => streamName(id, segment))
}

export const streamName = (source: string, segment: string): string => `${source}/${segment}`

export const isSegment = (stream: string): boolean => stream.includes('/')
/** The source of a stream. */
export const sourceOf = (stream: string): string => stream.split('/', 1)[0] ?? stream
