import type { FeedState } from './state.ts'

/** Numbers of a feed, inclusive, that were taken in by a batch which cannot be read any more. */
export type HiddenNumbers = { feed: number; from: number; to: number; position: number }

/**
 * Works out, while a journal is replayed, what of each feed damage has hidden: from the number that was expected before
 * it up to the first one that a readable record behind it speaks of.
 */
export class Hidden {
  private readonly found: (HiddenNumbers & { epoch: number })[] = []
  /** By feed: what was expected when damage began. */
  private readonly open = new Map<number, { epoch: number; nextIn: number; position: number }>()

  /** Damage stands here; these are the feeds as they were before it. */
  begin(position: number, feeds: Record<number, FeedState>): void {
    for (const [key, { epoch, nextIn }] of Object.entries(feeds)) {
      this.open.set(Number(key), { epoch, nextIn, position })
    }
  }

  /** A readable record says that this number of the feed has come. `epoch` undefined: the one in force. */
  arrived(feed: FeedState | undefined, id: number, epoch: number | undefined, number: number): void {
    const before = this.open.get(id)
    if (!before || !feed) return
    this.open.delete(id)
    if ((epoch ?? feed.epoch) !== before.epoch || number <= before.nextIn) return
    this.found.push({ feed: id, from: before.nextIn, to: number - 1, position: before.position, epoch: before.epoch })
  }

  /** What damage behind this position has hidden: of what stands before it the feeds have been asked again. */
  behind(position: number): HiddenNumbers[] {
    return this.found.filter((one) => one.position > position)
  }
}
