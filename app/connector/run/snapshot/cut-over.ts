import type { Core } from '#connector/run/core.ts'
import type { Failovers } from '#connector/run/failover.ts'
import { waitingOf } from '#connector/state/control.ts'
import type { Terms } from '#connector/state/state.ts'
import { type Lane, lanesOf, streamsOf } from '#connector/wire/lanes.ts'
import { feedsOf } from '#domain/configuration/cross-check.ts'
import type { Snapshot } from '#domain/configuration/snapshot.ts'
import { defaultFailoverJump } from '#domain/session/fail-over.ts'

/** What the journal keeps of a target's configuration: what decides who gets what, and nothing secret. */
/** Above this a queue's depth is no limit: each copy that counts is kept by itself in memory and in the state. */
const mostCounted = 10_000

const termsOf = (
  target: Lane,
  streamOf: (source: string) => number,
  insteadOf: 'primary' | 'backup' | undefined,
): Terms => ({
  level: target.level,
  // absent and undefined mean the same here; the journal keeps neither
  filters: Object.fromEntries(
    Object.entries(target.filters).flatMap(([name, on]) => (on === undefined ? [] : [[name, on] as const])),
  ),
  sources: target.sources.map(streamOf),
  revoked: target.revoked.map(streamOf),
  ...(target.stopped?.length
    ? { stopped: target.stopped.map(({ source, reason }) => ({ stream: streamOf(source), reason })) }
    : {}),
  // a dc4 target numbers every copy at once, client or no client
  queueDepth: target.protocol === 'dc4' || Number(target.queueDepth) > mostCounted ? 'all' : target.queueDepth,
  queueGraceS: target.queueGraceS,
  ...(target.protocol === 'dc4' ? { dc4: { active: target.active, ...(insteadOf && { insteadOf }) } } : {}),
})

/** Feed names by stream, the owner first. */
export const ownersOf = (snapshot: Snapshot): Map<string, readonly string[]> =>
  new Map(snapshot.sources.flatMap((source) => streamsOf(source).map((stream) => [stream, feedsOf(source)] as const)))

/**
 * What a failover adds to a target's outbound numbers. A dc4 target whose active address has changed has failed over.
 */
function jumpOf(before: Terms | undefined, now: Terms, { limits }: Snapshot): { jump: number } | undefined {
  if (!before?.dc4 || !now.dc4 || before.dc4.active === now.dc4.active) return undefined
  return { jump: limits.failoverJump ?? defaultFailoverJump }
}

/**
 * Writes the one record by which a configuration takes effect. Every source and target gets its id first; only changed
 * terms are written. False: this version is in force already.
 */
export function cutOver(core: Core, snapshot: Snapshot, digest: string, failovers: Pick<Failovers, 'of'>): boolean {
  const { data } = core.state
  const streamOf = (source: string) => core.idOf('stream', source)
  for (const source of snapshot.sources) streamsOf(source).forEach(streamOf)
  const wanted = lanesOf(snapshot).map((target) => ({
    id: core.idOf('target', target.name),
    terms: termsOf(target, streamOf, failovers.of(target.sessionId)),
  }))
  const ids = new Set(wanted.map(({ id }) => id))
  const targets = wanted.filter(({ id, terms }) => JSON.stringify(data.targets[id]?.terms) !== JSON.stringify(terms))
  const gone = Object.entries(data.targets)
    .filter(([id, target]) => target.terms && !ids.has(Number(id)))
    .map(([id]) => Number(id))
  if (data.version === snapshot.version && data.digest === digest && targets.length === 0 && gone.length === 0)
    return false
  core.flushDeliveries() // copies already numbered are no longer waiting
  const cut = targets.map(({ id, terms }) => ({
    id,
    terms,
    ...(terms.revoked.length > 0 ? { waited: waitingOf(core.state, data.targets[id], terms.revoked) } : {}),
    ...jumpOf(data.targets[id]?.terms, terms, snapshot),
  }))
  core.control({ kind: 'cut', version: snapshot.version, digest, targets: cut, gone })
  return true
}

/** By source: the first number judged by the configuration that was just cut over. */
export const fromSourceSeq = (core: Core, sources: readonly string[]): Record<string, number> =>
  Object.fromEntries(
    sources.map((name) => [name, (core.state.data.streams[core.idOf('stream', name)]?.highest ?? 0) + 1]),
  )
