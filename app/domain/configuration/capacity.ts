import { writeCount } from '../figures.ts'
import type { SnapshotSource, SnapshotTarget } from './snapshot.ts'

/**
 * The most pairs of a target and a source that one connector runs. In the state each pair has a chain, and a row of the
 * ledger for every trading week that is kept; every segment of the journal begins with the whole state in one batch.
 */
const mostPairs = 10_000

type Sources = readonly Pick<SnapshotSource, 'id' | 'segments'>[]
type Targets = readonly Pick<SnapshotTarget, 'sources' | 'listen'>[]

/** A source counts once for each of its market segments, because each segment has its own numbers. */
export function pairsOf({ sources, targets }: { sources: Sources; targets: Targets }): number {
  const segments = new Map(sources.map((source) => [source.id, source.segments]))
  let pairs = 0
  for (const target of targets) {
    const listens = new Set(target.listen.flatMap(({ segment }) => segment ?? []))
    for (const id of target.sources) {
      const own = segments.get(id) ?? []
      pairs += listens.size > 0 ? own.filter((one) => listens.has(one)).length : Math.max(1, own.length)
    }
  }
  return pairs
}

/** Why one connector cannot run this many pairs; undefined: it can. */
export function overCapacity(snapshot: { sources: Sources; targets: Targets }): string | undefined {
  const pairs = pairsOf(snapshot)
  if (pairs <= mostPairs) return undefined
  return `they name ${writeCount(pairs)} pairs of a target and a source, and one connector runs at most ${writeCount(mostPairs)}`
}
