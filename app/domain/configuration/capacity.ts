import { writeCount } from '../figures.ts'
import type { SnapshotSource, SnapshotTarget } from './snapshot.ts'

/**
 * How many pairs of a target and a source one connector runs. Each has a chain and, of every trading week that is kept,
 * a row of the ledger in the state, and every segment of the journal begins with the whole state in one batch.
 */
const mostPairs = 10_000

type Sources = readonly Pick<SnapshotSource, 'id' | 'segments'>[]
type Targets = readonly Pick<SnapshotTarget, 'sources' | 'listen'>[]

/** Where a source has several market segments each counts by itself: its numbers are apart. */
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

/** undefined: one connector runs so much. */
export function overCapacity(snapshot: { sources: Sources; targets: Targets }): string | undefined {
  const pairs = pairsOf(snapshot)
  if (pairs <= mostPairs) return undefined
  return `they name ${writeCount(pairs)} pairs of a target and a source, and one connector runs at most ${writeCount(mostPairs)}`
}
