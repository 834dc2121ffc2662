import { setImmediate as nextTurn } from 'node:timers/promises'
import { type Batch, type Damage, type Verdict, walkBatches } from './batch-walk.ts'
import { isClean, isCleanNow } from './clean-walk.ts'
import { memoryOf } from './layout.ts'
import type { RecoveryReport } from './recovery.ts'
import type { Segment, Segments } from './segments.ts'

/*
 * How damage in old segments is found
 *
 * A start goes through the newest segment alone (`recovery.ts`). Older segments may hold weeks; reading them all would
 * make a start slower the longer the journal is. So each is checked once, when a record of it is first wanted:
 *
 *     a reader or a look-up asks for position p
 *             │
 *             ▼
 *     which segment holds p? ── none ─────────────► damaged: it was removed
 *             │
 *             ├── the one that is written to ─────► its bytes were checked by the start, or come from this process
 *             ├── sealed, still on its way ───────► not yet: its last batches are read from memory until then
 *             ├── gone through before ────────────► only the list of damage is asked
 *             ▼
 *     `isClean` (`clean-walk.ts`): every crc right, no number missing, zeros behind? ── yes ──► done
 *             │ no
 *             ▼
 *     `walkBatches` over the whole segment: each stretch without a valid batch goes to the list of damage
 *
 * There are two walks because nearly every segment is clean: the first reads it in pieces of 4 MB and answers yes or
 * no, the second needs all of it in memory and finds out where.
 *
 *     asked by                 call         how
 *     readers, scans           `damages`    in slices between other work, one segment at a time; who asks next waits
 *     single look-ups          `lookNow`    at once: the caller cannot wait
 *     a scan at bad bytes      `met`        adds what it could not read, once the segment was gone through
 *
 * The list of damage begins with what recovery has found. It only grows, and each stretch is told once (`onDamaged`),
 * so that an alarm can name the messages. A number that is missing at the end of a segment counts as damage too: zeros
 * may stand where batches were, and only the first number of the next segment tells.
 */

/** Bytes checked before other work gets its turn. */
const SLICE_BYTES = 2 << 20

type Damaged = RecoveryReport['damaged']

/**
 * Checks each sealed segment by crc once, before the first record is read from it. Damage is added to what recovery has
 * found, and reported. A segment whose last batches are still on their way to the disk is checked once they are there.
 */
export class SegmentChecks {
  private readonly done = new WeakSet<Segment>()
  private readonly running = new Map<Segment, Promise<void>>()
  /** One segment at a time: a damaged one is in memory while it is checked. */
  private last = Promise.resolve()

  constructor(
    private readonly segments: Segments,
    private readonly damaged: Damaged,
    /** Everything before this position is on the disk. */
    private readonly writtenEnd: () => number,
    private readonly onDamaged: (from: number, to: number) => void,
  ) {}

  /** The whole segment has been checked. */
  passed(segment: Segment): void {
    this.done.add(segment)
  }

  /** Whether this position is known to be in damaged bytes, or in a removed file. */
  isDamaged(position: number): boolean {
    if (!this.segments.holding(position)) return true
    const { damaged } = this
    for (let i = 0; i < damaged.length; i++) {
      const { from, to } = damaged[i]! // the index is within the list
      if (position >= from && position < to) return true
    }
    return false
  }

  /** Check the segment that holds this position, unless that was done. */
  private async look(position: number): Promise<void> {
    const segment = this.unchecked(position)
    if (!segment) return
    let running = this.running.get(segment)
    if (!running) {
      running = this.last.then(() => this.walkLater(segment)).finally(() => this.running.delete(segment))
      this.last = running.catch(() => undefined) // the caller gets the error
      this.running.set(segment, running)
    }
    return running
  }

  /** The same at once; all other work waits. */
  lookNow(position: number): void {
    const segment = this.unchecked(position)
    if (!segment) return
    if (isCleanNow(this.segments, segment)) {
      this.passed(segment)
      return
    }
    const walk = walkBatches(memoryOf(this.segments.load(segment)), 0)
    while (!this.step(walk, segment));
  }

  /** Whether the position is in damaged bytes, once its segment has been checked. */
  async damages(position: number): Promise<boolean> {
    await this.look(position)
    return this.isDamaged(position)
  }

  /** A caller could not read these bytes. In a segment that is still being written that may mean nothing. */
  async met(from: number, to: number): Promise<void> {
    await this.look(from)
    const segment = this.segments.holding(from)
    if (segment && this.done.has(segment)) this.found(from, to)
  }

  private found(from: number, to: number, batches = 1): void {
    if (this.damaged.some((one) => from >= one.from && to <= one.to)) return
    this.damaged.push({ from, to, batches, head: false })
    this.onDamaged(from, to)
  }

  private unchecked(position: number): Segment | undefined {
    const segment = this.segments.holding(position)
    if (!segment || this.done.has(segment) || segment === this.segments.list.at(-1)) return undefined
    return this.writtenEnd() >= segment.base + segment.bytes ? segment : undefined
  }

  private async walkLater(segment: Segment): Promise<void> {
    try {
      if (await isClean(this.segments, segment)) return this.passed(segment)
      const walk = walkBatches(memoryOf(await this.segments.loadLater(segment)), 0)
      while (!this.step(walk, segment)) await nextTurn()
    } catch (error) {
      if (this.segments.list.includes(segment)) throw error // otherwise the segment was removed in the meantime
    }
  }

  /** True: the whole segment has been checked. */
  private step(walk: Generator<Batch | Damage, Verdict>, segment: Segment): boolean {
    const { base } = segment
    for (let bytes = 0; bytes < SLICE_BYTES; ) {
      const { done, value } = walk.next()
      if (done) {
        const behind = this.segments.numberBehind(base) ?? 0
        const missing = behind - value.number - 1
        // there may be zeros where batches were: up to the end nothing can be read
        if (value.tail !== 'clean' || missing > 0)
          this.found(base + value.from, this.segments.above(base)?.base ?? base + segment.bytes, Math.max(1, missing))
        this.done.add(segment)
        return true
      }
      if ('length' in value) bytes += value.length
      else if (value.to > value.from) this.found(base + value.from, base + value.to, value.batches)
    }
    return false
  }
}
