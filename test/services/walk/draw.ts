import type { Random } from '#gateway-sim/random.ts'

/**
 * One of those that fit; now and then any of them, whether it fits or not. When none fits, often nothing: then
 * something else is done.
 */
export function some<T>(random: Random, all: readonly T[], fits: (one: T) => boolean): T | undefined {
  const fitting = all.filter(fits)
  const isAny = random.below(100) < 8
  const from = isAny ? all : fitting
  return from.length > 0 ? random.pick(from) : undefined
}

/** At least one of these, and at most so many. */
export function several<T>(random: Random, all: readonly T[], most: number): T[] {
  const chosen = new Set<T>()
  for (let i = random.between(1, most); i > 0 && all.length > 0; i--) chosen.add(random.pick(all))
  return [...chosen]
}
