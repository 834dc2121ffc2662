import type { FeedState } from './state.ts'

/** Numbers of a feed, inclusive, that were taken in by a batch that can no longer be read. */
export type HiddenNumbers = { feed: number; from: number; to: number; position: number }

/**
 * Finds out during a replay which numbers of each feed are hidden by damage: from the number expected before the damage
 * up to the first number in a readable record behind it.
 */
export class Hidden {
  private readonly found: (HiddenNumbers & { epoch: number })[] = []
  /** By feed: the number expected when damage began. */
  private readonly open = new Map<number, { epoch: number; nextIn: number; position: number }>()

  /** Damage begins here; `feeds` are as they were before it. */
  begin(position: number, feeds: Record<number, FeedState>): void {
    for (const [key, { epoch, nextIn }] of Object.entries(feeds)) {
      this.open.set(Number(key), { epoch, nextIn, position })
    }
  }

  /** A readable record shows that this number of the feed has come. `epoch` undefined: the one in force. */
  arrived(feed: FeedState | undefined, id: number, epoch: number | undefined, number: number): void {
    const before = this.open.get(id)
    if (!before || !feed) return
    this.open.delete(id)
    if ((epoch ?? feed.epoch) !== before.epoch || number <= before.nextIn) return
    this.found.push({ feed: id, from: before.nextIn, to: number - 1, position: before.position, epoch: before.epoch })
  }

  /** What damage behind this position has hidden: for damage before it the feeds have already been asked again. */
  behind(position: number): HiddenNumbers[] {
    return this.found.filter((one) => one.position > position)
  }
}
