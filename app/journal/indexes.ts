import { rm } from 'node:fs/promises'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { type Batch, type Damage, type Verdict, walkBatches } from './batch-walk.ts'
import { countUpTo, deliveryKey, type Entries, idsOf, isMessageKey, messageKey, SegmentEntries } from './entry-list.ts'
import { isNoRoom } from './files.ts'
import { DamagedIndexError, IndexFile, PageCache, writeIndex } from './index-file.ts'
import { type Memory, memoryOf } from './layout.ts'
import { eachRecord, RecordDecoder } from './record-decoder.ts'
import type { JournalRecord } from './records.ts'
import type { Segment, Segments } from './segments.ts'

interface KeyedEntries {
  readonly keys: Iterable<number>
  entries(key: number): Entries | undefined
}

interface Found {
  position: number
  number: number
}

/** Batches indexed before other work has its turn. */
const SLICE = 2_000

/** Look-ups over all segments: the open one in memory, sealed ones by their index files, which are built when they are missing. */
export class Indexes {
  /** Of the open segment. */
  open = new SegmentEntries()
  private readonly sealed = new Map<number, KeyedEntries>()
  private readonly cache = new PageCache()
  private lastFound: Segment | undefined
  private background = Promise.resolve()
  private isClosed = false

  constructor(
    private readonly segments: Segments,
    private readonly onFailure: (error: Error) => void,
  ) {}

  /** Take the indexes that are there; build the missing ones bit by bit. */
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

  findDelivery(target: number, epoch: number, number: number): number {
    return this.searchDelivery(deliveryKey(target, epoch), number, number)
  }

  findDeliveryFrom(target: number, epoch: number, number: number): number {
    return this.searchDelivery(deliveryKey(target, epoch), number, Number.POSITIVE_INFINITY)
  }

  findMessage(stream: number, epoch: number, number: number): number {
    return this.search(messageKey(stream, epoch), number, number)
  }

  findMessageFrom(stream: number, epoch: number, number: number): number {
    return this.search(messageKey(stream, epoch), number, Number.POSITIVE_INFINITY)
  }

  findMessages(stream: number, epoch: number, from: number, to: number): number[] {
    const key = messageKey(stream, epoch)
    const found = this.segments.list.flatMap((segment) => this.within(segment, key, from, to))
    let isSorted = true
    for (let i = 1; i < found.length; i++) isSorted &&= found[i - 1]!.number < found[i]!.number
    if (isSorted) return found.map(({ position }) => position)
    // numbers out of their order are rare; sorting keeps equal ones in the order they came, and the newest counts
    const newest = new Map(found.sort((a, b) => a.number - b.number).map(({ number, position }) => [number, position]))
    return [...newest.values()]
  }

  /** The M in these positions of one segment. */
  messagesWithin(from: number, to: number): { stream: number; epoch: number; number: number }[] {
    const segment = this.segments.holding(from)
    if (!segment) return []
    return [...this.of(segment).keys].filter(isMessageKey).flatMap((key) =>
      this.within(segment, key, 0, Number.POSITIVE_INFINITY)
        .filter(({ position }) => position >= from && position < to)
        .map(({ number }) => ({ ...idsOf(key), number })),
    )
  }

  private within(segment: Segment, key: number, from: number, to: number): Found[] {
    try {
      return entriesWithin(this.of(segment).entries(key), segment.base, from, to)
    } catch (error) {
      if (!(error instanceof DamagedIndexError)) throw error
      this.sealed.delete(segment.base)
      return entriesWithin(this.buildNow(segment).entries(key), segment.base, from, to)
    }
  }

  /** A target uses a number once, so the segment of the last look-up may be asked first: resends go upwards. */
  private searchDelivery(key: number, number: number, most: number): number {
    const { lastFound } = this
    if (lastFound && this.segments.list.includes(lastFound)) {
      const found = this.searchSegment(lastFound, key, number, number)
      if (found) return found.position
    }
    return this.search(key, number, most)
  }

  /** Position of the entry that holds this number, else of the nearest above that begins at or below `most`; of equal ones the newest. */
  private search(key: number, number: number, most: number): number {
    let best: Found | undefined
    let where: Segment | undefined
    for (let i = this.segments.list.length - 1; i >= 0; i--) {
      const segment = this.segments.list[i]!
      const found = this.searchSegment(segment, key, number, best ? best.number - 1 : most)
      if (!found) continue
      best = found
      where = segment
      if (found.number <= number) break
    }
    this.lastFound = where
    return best?.position ?? -1
  }

  private searchSegment(segment: Segment, key: number, number: number, most: number): Found | undefined {
    try {
      return searchEntries(this.of(segment).entries(key), segment.base, number, most)
    } catch (error) {
      if (!(error instanceof DamagedIndexError)) throw error
      this.sealed.delete(segment.base)
      return searchEntries(this.buildNow(segment).entries(key), segment.base, number, most)
    }
  }

  private of(segment: Segment): KeyedEntries {
    if (segment === this.segments.list.at(-1)) return this.open
    return this.sealed.get(segment.base) ?? this.openFile(segment) ?? this.buildNow(segment)
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
      // the disk is full: the entries stay in memory, the next start writes them
      if (isNoRoom(error)) return
      throw error
    }
    if (this.sealed.get(segment.base) === entries) this.openFile(segment)
  }

  /** A segment removed meanwhile needs no index, nor keeps one. */
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

function searchEntries(entries: Entries | undefined, base: number, number: number, most: number): Found | undefined {
  if (!entries || entries.count === 0 || number > entries.highest || entries.lowest > most) return undefined
  const { stride } = entries
  const before = number < entries.lowest ? 0 : countUpTo(entries, entries.count, number)
  if (before > 0) {
    const at = (before - 1) * stride
    const first = entries.word(at)
    const last = stride === 3 ? entries.word(at + 1) : first
    if (last >= number) return { position: base + entries.word(at + stride - 1), number: first }
  }
  if (before === entries.count) return undefined
  const at = before * stride
  const first = entries.word(at)
  return first > most ? undefined : { position: base + entries.word(at + stride - 1), number: first }
}

/** The entries of a list of stride 2 with numbers `from` to `to`. */
function entriesWithin(entries: Entries | undefined, base: number, from: number, to: number): Found[] {
  const found: Found[] = []
  if (!entries || entries.count === 0 || from > entries.highest || entries.lowest > to) return found
  for (let at = countUpTo(entries, entries.count, from - 1) * 2; at < entries.count * 2; at += 2) {
    const number = entries.word(at)
    if (number > to) break
    found.push({ number, position: base + entries.word(at + 1) })
  }
  return found
}

/** Add what of a record can be looked up. */
export function indexRecord(entries: SegmentEntries, record: JournalRecord, offset: number): void {
  if (record.type === 'M') entries.addMessage(record.stream, record.epoch, record.number, offset)
  else if (record.type === 'D') {
    const last = record.firstNumber + record.count - 1
    entries.addDelivery(record.target, record.epoch, record.firstNumber, last, offset)
  } else if (record.type === 'S' && record.end > record.start) {
    entries.addDelivery(record.session, record.epoch, record.number, record.number, offset)
  }
}

/** Builds the entries of a segment from its bytes, a few batches at a time. */
class SegmentIndexing {
  readonly entries = new SegmentEntries()
  private readonly decoder = new RecordDecoder()
  private readonly batches: Generator<Batch | Damage, Verdict>

  constructor(
    private readonly memory: Memory,
    private readonly base: number,
  ) {
    this.batches = walkBatches(memory, 0)
  }

  /** True when all is done. */
  step(count: number): boolean {
    for (let i = 0; i < count; i++) {
      const { done, value } = this.batches.next()
      if (done) return true
      if (!('length' in value)) continue
      eachRecord(this.decoder, this.memory, value.at, this.base + value.at, (record, at) =>
        indexRecord(this.entries, record, at),
      )
    }
    return false
  }
}
