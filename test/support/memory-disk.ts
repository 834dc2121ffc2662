import { validBatch, walkBatches } from '#journal/batch-walk.ts'
import { SegmentEntries } from '#journal/entry-list.ts'
import { type Memory, memoryOf } from '#journal/layout.ts'
import { Lookups, SegmentIndexing } from '#journal/lookups.ts'
import type { recover } from '#journal/recovery.ts'
import type { Segment } from '#journal/segments.ts'

type RecoverySegments = Parameters<typeof recover>[0]

/** The segments of a memory journal as far as they were written: what outlives the journal that writes them. */
export class MemoryDisk implements RecoverySegments {
  readonly dir = 'memory'
  readonly list: Segment[] = []
  private readonly files = new Map<number, Memory>()
  private readonly written = new Set<number>()

  constructor(readonly segmentBytes = 1 << 20) {}

  /** A file of zeros. Its base serves as its descriptor. */
  create(base: number): Segment {
    this.files.set(base, memoryOf(Buffer.alloc(this.segmentBytes)))
    return { base, bytes: this.segmentBytes }
  }

  close(_base: number): void {}

  write(base: number, bytes: Uint8Array, at: number): void {
    this.file(base).bytes.set(bytes, at)
    this.written.add(base)
  }

  /** Removes segments that were begun and not written to, as they are lost with the process that began them. */
  dropUnwritten(): void {
    for (let last = this.list.at(-1); last && !this.written.has(last.base); last = this.list.at(-1)) this.remove(last)
  }

  remove(segment: Segment): void {
    this.list.splice(this.list.indexOf(segment), 1)
    this.files.delete(segment.base)
    this.written.delete(segment.base)
  }

  file(base: number): Memory {
    const file = this.files.get(base)
    if (!file) throw new Error(`no segment begins at ${base}`)
    return file
  }

  load(segment: Segment): Buffer {
    return this.file(segment.base).bytes
  }

  path(): string {
    throw new Error('a memory disk has no files')
  }

  holding(position: number): Segment | undefined {
    return this.list.find(({ base, bytes }) => position >= base && position < base + bytes)
  }

  above(position: number): Segment | undefined {
    return this.list.find(({ base }) => base > position)
  }

  /** When the first batch of a segment was sealed; undefined: nothing is written there. */
  beganMs(segment: Segment): number | undefined {
    const file = this.file(segment.base)
    return validBatch(file, 0) && file.view.getFloat64(24, true)
  }

  /** The crc of a written batch. */
  crcOf(batch: number): number | undefined {
    for (const { base } of this.list)
      for (const step of walkBatches(this.file(base), 0)) if ('length' in step && step.number === batch) return step.crc
    return undefined
  }
}

/** Look-ups, kept for every segment. */
export class MemoryLookups extends Lookups {
  /** The entries of the segment that is being written. */
  open = new SegmentEntries()
  private readonly sealed = new Map<number, SegmentEntries>()

  constructor(private readonly disk: MemoryDisk) {
    super(disk.list)
  }

  seal({ base }: Segment): void {
    this.sealed.set(base, this.open)
    this.open = new SegmentEntries()
  }

  protected override of({ base }: Segment): SegmentEntries {
    if (base === this.disk.list.at(-1)?.base) return this.open
    return this.sealed.get(base) ?? this.build(base)
  }

  private build(base: number): SegmentEntries {
    const indexing = new SegmentIndexing(this.disk.file(base), base)
    while (!indexing.step(1_000));
    this.sealed.set(base, indexing.entries)
    return indexing.entries
  }
}
