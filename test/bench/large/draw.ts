import { createHash } from 'node:crypto'
import { Random } from '#gateway-sim/random.ts'

/** Chance, from a seed: the same shape gives the same rows, except that instants count from the present. */
export class Draw extends Random {
  private ids = 0

  /** Ids that are spread like random ones. */
  id(): string {
    this.ids++
    const hex = createHash('sha256').update(`id ${this.ids}`).digest('hex')
    return [
      hex.slice(0, 8),
      hex.slice(8, 12),
      `4${hex.slice(13, 16)}`,
      `8${hex.slice(17, 20)}`,
      hex.slice(20, 32),
    ].join('-')
  }

  /** One of the keys, as often as its weight says. */
  weighted<K extends string>(weights: Readonly<Record<K, number>>): K {
    const entries = Object.entries<number>(weights)
    let left = this.next() * entries.reduce((sum, [, weight]) => sum + weight, 0)
    for (const [key, weight] of entries) {
      left -= weight
      if (left < 0) return key as K // a key of the record that was given
    }
    throw new Error('unreachable: the weights add up')
  }

  /** Up to so many of the list, in the order of the list. */
  some<T>(list: readonly T[], count: number): T[] {
    const chosen = new Set<number>()
    while (chosen.size < Math.min(count, list.length)) chosen.add(this.below(list.length))
    return list.filter((_, i) => chosen.has(i))
  }
}
