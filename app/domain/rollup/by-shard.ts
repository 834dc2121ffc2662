/** Figures of one object, or the minutes in which connectors were heard, by shard and by the start of their step. */
export type ByShard = Map<string, Map<number, number>>

export function put(byShard: ByShard, shard: string, startMs: number, figure: number): void {
  const own = byShard.get(shard)
  if (own) own.set(startMs, (own.get(startMs) ?? 0) + figure)
  else byShard.set(shard, new Map([[startMs, figure]]))
}

/**
 * Whether all connectors that an object's figures come from were heard in at least so many minutes of a step. An object
 * without figures may be in any shard.
 */
export function isHeard(own: ByShard, heard: ByShard, startMs: number, atLeast: number): boolean {
  const shards = own.size > 0 ? own : heard
  return shards.size > 0 && [...shards.keys()].every((shard) => (heard.get(shard)?.get(startMs) ?? 0) >= atLeast)
}

export const sumAt = (own: ByShard, startMs: number): number =>
  [...own.values()].reduce((sum, figures) => sum + (figures.get(startMs) ?? 0), 0)
