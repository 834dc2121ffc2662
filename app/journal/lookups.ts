import { type Batch, type Damage, type Verdict, walkBatches } from './batch-walk.ts'
import { countUpTo, deliveryKey, type Entries, messageKey, SegmentEntries } from './entry-list.ts'
import type { Memory } from './layout.ts'
import { eachRecord, RecordDecoder } from './record-decoder.ts'
import type { JournalRecord } from './records.ts'
import type { Segment } from './segments.ts'

/** The entries of one segment, in memory or in a file. */
export interface KeyedEntries {
  readonly keys: Iterable<number>
  entries(key: number): Entries | undefined
}

export interface Found {
  position: number
  number: number
}

/** Looks for numbers in all segments, the newest first. */
export abstract class Lookups {
  private lastFound: Segment | undefined

  constructor(private readonly list: readonly Segment[]) {}

  protected abstract of(segment: Segment): KeyedEntries

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
    const found = this.list.flatMap((segment) => this.within(segment, key, from, to))
    let isSorted = true
    for (let i = 1; i < found.length; i++) isSorted &&= found[i - 1]!.number < found[i]!.number
    if (isSorted) return found.map(({ position }) => position)
    // numbers out of order are rare; sorting keeps equal ones in the order they came, and the newest counts
    const newest = new Map(found.sort((a, b) => a.number - b.number).map(({ number, position }) => [number, position]))
    return [...newest.values()]
  }

  protected within(segment: Segment, key: number, from: number, to: number): Found[] {
    return entriesWithin(this.of(segment).entries(key), segment.base, from, to)
  }

  /** A target uses a number once, so the segment of the last look-up may be asked first: resends ascend. */
  private searchDelivery(key: number, number: number, most: number): number {
    const { lastFound } = this
    if (lastFound && this.list.includes(lastFound)) {
      const found = this.searchSegment(lastFound, key, number, number)
      if (found) return found.position
    }
    return this.search(key, number, most)
  }

  /**
   * Position of the entry that holds this number, else of the nearest above that begins at or below `most`; of equal
   * ones the newest.
   */
  private search(key: number, number: number, most: number): number {
    let best: Found | undefined
    let where: Segment | undefined
    for (let i = this.list.length - 1; i >= 0; i--) {
      const segment = this.list[i]!
      const found = this.searchSegment(segment, key, number, best ? best.number - 1 : most)
      if (!found) continue
      best = found
      where = segment
      if (found.number <= number) break
    }
    this.lastFound = where
    return best?.position ?? -1
  }

  protected searchSegment(segment: Segment, key: number, number: number, most: number): Found | undefined {
    return searchEntries(this.of(segment).entries(key), segment.base, number, most)
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

/** Add the part of a record that can be looked up. */
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
export class SegmentIndexing {
  readonly entries = new SegmentEntries()
  private readonly decoder = new RecordDecoder()
  private readonly batches: Generator<Batch | Damage, Verdict>

  constructor(
    private readonly memory: Memory,
    private readonly base: number,
  ) {
    this.batches = walkBatches(memory, 0)
  }

  /** True: all batches are done. */
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
