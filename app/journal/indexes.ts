import { rm } from 'node:fs/promises'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { idsOf, isMessageKey, SegmentEntries } from './entry-list.ts'
import { isNoRoom } from './files.ts'
import { DamagedIndexError, IndexFile, PageCache, writeIndex } from './index-file.ts'
import { memoryOf } from './layout.ts'
import { type Found, type KeyedEntries, Lookups, SegmentIndexing } from './lookups.ts'
import type { Segment, Segments } from './segments.ts'

/** Batches indexed before other work gets its turn. */
const SLICE = 2_000

/**
 * Look-ups over all segments: the open segment in memory, sealed ones by their index files. Missing index files are
 * built.
 */
export class Indexes extends Lookups {
  /** Entries of the open segment. */
  open = new SegmentEntries()
  private readonly sealed = new Map<number, KeyedEntries>()
  private readonly cache = new PageCache()
  private background = Promise.resolve()
  private isClosed = false

  constructor(
    private readonly segments: Segments,
    private readonly onFailure: (error: Error) => void,
  ) {
    super(segments.list)
  }

  /** Use the existing indexes; build the missing ones bit by bit. */
  start(): void {
    for (const segment of this.segments.list.slice(0, -1)) {
      if (!this.openFile(segment)) this.later(segment, () => this.rebuild(segment))
    }
  }

  /** The open segment is full. Its entries stay in memory until they are on disk. */
  seal(segment: Segment): void {
    const entries = this.open
    this.open = new SegmentEntries()
    this.sealed.set(segment.base, entries)
    this.later(segment, () => this.save(segment, entries))
  }

  forget(segment: Segment): void {
    this.sealed.delete(segment.base)
  }

  async close(): Promise<void> {
    this.isClosed = true
    await this.background
  }

  /** The M between these positions of one segment. */
  messagesWithin(from: number, to: number): { stream: number; epoch: number; number: number }[] {
    const segment = this.segments.holding(from)
    if (!segment) return []
    return [...this.of(segment).keys].filter(isMessageKey).flatMap((key) =>
      this.within(segment, key, 0, Number.POSITIVE_INFINITY)
        .filter(({ position }) => position >= from && position < to)
        .map(({ number }) => ({ ...idsOf(key), number })),
    )
  }

  protected override within(segment: Segment, key: number, from: number, to: number): Found[] {
    try {
      return super.within(segment, key, from, to)
    } catch (error) {
      this.replace(segment, error)
      return super.within(segment, key, from, to)
    }
  }

  protected override searchSegment(segment: Segment, key: number, number: number, most: number): Found | undefined {
    try {
      return super.searchSegment(segment, key, number, most)
    } catch (error) {
      this.replace(segment, error)
      return super.searchSegment(segment, key, number, most)
    }
  }

  protected override of(segment: Segment): KeyedEntries {
    if (segment === this.segments.list.at(-1)) return this.open
    return this.sealed.get(segment.base) ?? this.openFile(segment) ?? this.buildNow(segment)
  }

  /** The index file of a segment is damaged: build its entries from the segment. @throws any other error */
  private replace(segment: Segment, error: unknown): void {
    if (!(error instanceof DamagedIndexError)) throw error
    this.sealed.delete(segment.base)
    this.buildNow(segment)
  }

  private openFile(segment: Segment): KeyedEntries | undefined {
    const file = IndexFile.open(this.segments.indexPath(segment.base), segment.base, segment.bytes, this.cache)
    if (file) this.sealed.set(segment.base, file)
    return file
  }

  private buildNow(segment: Segment): SegmentEntries {
    const entries = this.build(segment)
    this.sealed.set(segment.base, entries)
    this.later(segment, () => this.save(segment, entries))
    return entries
  }

  private build(segment: Segment): SegmentEntries {
    const indexing = new SegmentIndexing(memoryOf(this.segments.load(segment)), segment.base)
    while (!indexing.step(SLICE));
    return indexing.entries
  }

  private async rebuild(segment: Segment): Promise<void> {
    if (this.sealed.has(segment.base) || !this.segments.list.includes(segment)) return
    const indexing = new SegmentIndexing(memoryOf(await this.segments.loadLater(segment)), segment.base)
    while (!this.isClosed && !indexing.step(SLICE)) await nextTurn()
    if (this.isClosed || this.sealed.has(segment.base) || !this.segments.list.includes(segment)) return
    this.sealed.set(segment.base, indexing.entries)
    await this.save(segment, indexing.entries)
  }

  private async save(segment: Segment, entries: SegmentEntries): Promise<void> {
    if (!this.segments.list.includes(segment)) return
    try {
      await writeIndex(this.segments.indexPath(segment.base), segment.base, segment.bytes, entries)
    } catch (error) {
      // the disk is full: the entries stay in memory, and the next start writes them
      if (isNoRoom(error)) return
      throw error
    }
    if (this.sealed.get(segment.base) === entries) this.openFile(segment)
  }

  /** Does the work later, unless the segment is removed by then: a removed segment has no index. */
  private later(segment: Segment, work: () => Promise<void>): void {
    const isThere = () => this.segments.list.includes(segment)
    this.background = this.background
      .then(work)
      .catch((error: Error) => {
        if (isThere()) this.onFailure(error)
      })
      .then(() => (isThere() ? undefined : rm(this.segments.indexPath(segment.base), { force: true })))
      .catch(this.onFailure)
  }
}
