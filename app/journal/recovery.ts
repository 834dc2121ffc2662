import { closeSync, fdatasyncSync, openSync, rmSync, truncateSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { Tail } from './appender.ts'
import { type Batch, trailersWithin, type Verdict, validBatch, walkBatches } from './batch-walk.ts'
import { SegmentEntries } from './entry-list.ts'
import { isNoRoom } from './files.ts'
import { BATCH_BYTES, H, type Memory, memoryOf, TRAILER_BYTES, TRAILER_MAGIC, X_BYTES } from './layout.ts'
import { indexRecord } from './lookups.ts'
import { eachRecord, RecordDecoder } from './record-decoder.ts'
import type { JournalRecord } from './records.ts'
import type { Segment, Segments } from './segments.ts'

/*
 * How a start brings the state back
 *
 * A segment file is a row of batches, then zeros. Its first batch holds a head: the whole state at that moment. So the
 * newest segment with a readable head is enough, and how long the journal is makes no difference:
 *
 *     segment 0              segment 1              segment 2 (the newest)
 *     [H][b][b][b] … zeros   [H][b][b][b] … zeros   [H][b][b][b][?]  zeros
 *                                                   restore, replay   judged
 *
 *   1. `dropEmpty`: the newest segments without one valid batch are taken off. The last of them may have been made
 *      ahead and not used yet: it is the spare, and is used next. One that had been written to counts as suspect.
 *   2. `newestWithHead`: from the newest segment backwards to the first whose head is whole. When that head is damaged,
 *      the segment before is taken, and all its records and those of the next one are replayed.
 *   3. `replaySegment`: restore the head, then apply every record that follows it, batch by batch (`batch-walk.ts`).
 *   4. `judge`: what is behind the last valid batch of the last segment.
 *
 * What is not right is judged by one question: can anything of it have left this process? A batch leaves when its write
 * has ended, and the trailer is written last. So:
 *
 *     where                             what is found            verdict    what becomes of it
 *     behind the last valid batch       zeros                    clean      nothing to do
 *                                       bytes, no trailer        torn       cut: nothing of it was promised
 *                                       bytes and a trailer      suspect    cut and kept in a file: it may have been
 *                                                                           promised, so outbound numbers jump
 *     last batch, all but its trailer   the crc is right         clean      the trailer is written
 *     before a valid batch              wrong bytes              damaged    skipped, never cut; `damaged` is told
 *     a segment below the newest        wrong bytes at its end   damaged    the same: a later segment follows
 *
 * A trailer counts if it is that of the expected batch, or of a batch shortly behind it: the write of a batch begins
 * when the write before has ended.
 *
 * Cutting writes zeros over the tail, so that the next batch is written where the last valid one ends, and no later
 * start can take the old bytes for a batch. Otherwise only a missing trailer is written, and a file that ends within a
 * block is extended.
 */

const BLOCK_BYTES = 4096

/** What recovery found at the end of the journal and before it. */
export interface RecoveryReport {
  /**
   * `torn`: the last write never finished, so nothing of it was promised; it was cut. `suspect`: it finished but its
   * bytes are wrong, so what it promised is unknown; it was cut, and every outbound number must be raised by 10,000.
   */
  tail: 'clean' | 'torn' | 'suspect'
  /** The positions cut, `to` exclusive; both 0 when the tail is clean. */
  cut: { from: number; to: number }
  /** Damage in front of valid batches: skipped, never cut. `batches` were lost in it; `head`: only an H was lost. */
  damaged: { from: number; to: number; batches: number; head: boolean }[]
  /** Whether a head was restored: if so, the journal is not new. */
  restored: boolean
  replayedRecords: number
}

/** What recovery needs of the directory. */
type RecoverySegments = Pick<Segments, 'dir' | 'list' | 'load' | 'path'>

interface RecoveryHooks {
  restore(head: Uint8Array): void
  replay(record: JournalRecord): void
  /** Called between two replayed records: the bytes between them cannot be read. */
  damaged?(from: number): void
}

interface Recovered {
  report: RecoveryReport
  /** Where to go on; undefined when the directory holds no journal. */
  tail: Tail | undefined
  /** Entries of the open segment. */
  entries: SegmentEntries
  /** A segment made ahead, still unused. */
  spare: Segment | undefined
  /** The segments replayed, oldest first: the last one is where to go on. */
  replayed: readonly Segment[]
}

/**
 * Bring the state back: from the newest segment whose head is whole, then every record behind it, in one pass over that
 * segment (over more only when a newer head is damaged). Cuts the tail if necessary.
 * @throws when no head can be read and the journal does not begin with its first segment
 */
export function recover(segments: RecoverySegments, hooks: RecoveryHooks): Recovered {
  const recovery = new Recovery(segments, hooks)
  return recovery.run()
}

class Recovery {
  private readonly decoder = new RecordDecoder()
  private readonly report: RecoveryReport = {
    tail: 'clean',
    cut: { from: 0, to: 0 },
    damaged: [],
    restored: false,
    replayedRecords: 0,
  }
  private entries = new SegmentEntries()
  /** Number of the last batch found. */
  private number = 0
  private crc = 0
  private loaded: { segment: Segment; memory: Memory } | undefined

  constructor(
    private readonly segments: RecoverySegments,
    private readonly hooks: RecoveryHooks,
  ) {}

  run(): Recovered {
    const spare = this.dropEmpty()
    const { list } = this.segments
    const from = this.newestWithHead()
    let tail: Tail | undefined
    for (let i = from; i < list.length; i++) tail = this.replaySegment(list[i]!, i === from, i === list.length - 1)
    return { report: this.report, tail, entries: this.entries, spare, replayed: list.slice(from) }
  }

  /** Keeps the segment loaded last: it is nearly always the one to replay. */
  private load(segment: Segment): Memory {
    if (this.loaded?.segment !== segment) this.loaded = { segment, memory: memoryOf(this.segments.load(segment)) }
    return this.loaded.memory
  }

  /**
   * Newest segments without a valid batch were mostly made ahead, or ended right after they were made: nothing in them
   * was promised.
   */
  private dropEmpty(): Segment | undefined {
    const { list } = this.segments
    let spare: Segment | undefined
    for (let newest = list.at(-1); newest; newest = list.at(-1)) {
      const memory = this.load(newest)
      const { value, done } = walkBatches(memory, 0).next()
      if (!done) break
      if (isPromised(memory, value)) this.cutWhole(newest, memory, value)
      list.pop()
      if (spare) rmSync(this.segments.path(spare.base), { force: true })
      spare = value.tail === 'clean' && newest.bytes > 0 ? newest : undefined
      if (!spare) rmSync(this.segments.path(newest.base), { force: true })
    }
    return spare
  }

  /** All batches of a segment that was in use are damaged. @throws when the journal has nothing else */
  private cutWhole(segment: Segment, memory: Memory, { to }: Verdict): void {
    if (segment === this.segments.list[0]) throw new Error('no segment of the journal has a readable head')
    this.report.tail = 'suspect'
    this.report.cut = { from: segment.base, to: segment.base + to }
    this.keepCut(segment.base, memory.bytes.subarray(0, to))
  }

  private newestWithHead(): number {
    const { list } = this.segments
    for (let i = list.length - 1; i >= 0; i--) {
      const memory = this.load(list[i]!)
      const first = validBatch(memory, 0)
      if (first && memory.view.getUint8(BATCH_BYTES) === H) return i
    }
    if (list.length > 0 && list[0]!.base > 0) throw new Error('no segment of the journal has a readable head')
    return 0
  }

  private replaySegment(segment: Segment, isFirst: boolean, isLast: boolean): Tail {
    const memory = this.load(segment)
    this.entries = new SegmentEntries()
    const batches = walkBatches(memory, this.number)
    let last: Batch | undefined
    let step = batches.next()
    for (; !step.done; step = batches.next()) {
      if ('length' in step.value) {
        last = step.value
        this.replayBatch(memory, last, segment.base, isFirst)
      } else {
        const { from, to, batches: lost } = step.value
        const head = from === 0 && lost === 1
        this.report.damaged.push({ from: segment.base + from, to: segment.base + to, batches: lost, head })
        this.hooks.damaged?.(segment.base + from)
      }
    }
    this.judge(segment, memory, step.value, isLast)
    if (isLast && last && !last.hasTrailer) this.writeTrailer(segment, last)
    if (isLast) this.roundUp(segment)
    const { from: used } = step.value
    return { segment, used, fd: -1, isReserve: false, batch: this.number, crc: this.crc }
  }

  private replayBatch(memory: Memory, batch: Batch, base: number, restores: boolean): void {
    this.number = batch.number
    this.crc = batch.crc
    eachRecord(this.decoder, memory, batch.at, base + batch.at, (record, at) => {
      if (record.type === 'H') {
        if (restores) this.restore(memory, at)
        return
      }
      indexRecord(this.entries, record, at)
      this.hooks.replay(record)
      this.report.replayedRecords++
    })
  }

  private restore({ bytes, view }: Memory, at: number): void {
    this.hooks.restore(bytes.subarray(at + X_BYTES, at + X_BYTES + view.getUint32(at + 4, true)))
    this.report.restored = true
  }

  /** Judges what is behind the last batch: nothing, an unfinished write, or (below a later segment) damage. */
  private judge(segment: Segment, memory: Memory, verdict: Verdict, isLast: boolean): void {
    if (verdict.tail === 'clean') return
    const from = segment.base + verdict.from
    const to = segment.base + verdict.to
    if (!isLast) {
      this.report.damaged.push({ from, to: segment.base + segment.bytes, batches: 1, head: false })
      this.hooks.damaged?.(from)
      return
    }
    if (this.report.tail === 'clean') {
      this.report.tail = verdict.tail
      this.report.cut = { from, to }
    }
    const bytes = memory.bytes.subarray(verdict.from, verdict.to)
    if (verdict.tail === 'suspect') this.keepCut(from, bytes)
    this.overwrite(segment, verdict.from, Buffer.alloc(bytes.length))
  }

  /** Keeps the cut bytes for later examination; a full disk does not prevent the start. */
  private keepCut(from: number, bytes: Uint8Array): void {
    const path = join(this.segments.dir, `${String(from).padStart(16, '0')}.cut`)
    try {
      writeFileSync(path, bytes, { mode: 0o600 })
    } catch (error) {
      rmSync(path, { force: true })
      if (!isNoRoom(error)) throw error
    }
  }

  /** Rounds a file that was cut short up to a whole block, so that the next segment begins at a block. */
  private roundUp(segment: Segment): void {
    const bytes = Math.ceil(segment.bytes / BLOCK_BYTES) * BLOCK_BYTES
    if (bytes === segment.bytes) return
    truncateSync(this.segments.path(segment.base), bytes)
    segment.bytes = bytes
  }

  private writeTrailer(segment: Segment, batch: Batch): void {
    const trailer = Buffer.alloc(TRAILER_BYTES)
    trailer.writeUInt32LE(TRAILER_MAGIC)
    trailer.writeUInt32LE(batch.number % 0x100000000, 4)
    this.overwrite(segment, batch.at + batch.length - TRAILER_BYTES, trailer)
  }

  private overwrite(segment: Segment, at: number, bytes: Buffer): void {
    const fd = openSync(this.segments.path(segment.base), 'r+')
    try {
      for (let written = 0; written < bytes.length; ) {
        written += writeSync(fd, bytes, written, bytes.length - written, at + written)
      }
      fdatasyncSync(fd)
    } finally {
      closeSync(fd)
    }
  }
}

/** Whether more than the head was written to a segment without a valid batch: a trailer is where the head's is not. */
function isPromised(memory: Memory, { to }: Verdict): boolean {
  const headBytes = memory.bytes.length >= BATCH_BYTES ? memory.view.getUint32(4, true) : 0
  return trailersWithin(memory, 0, to).some((at) => at + TRAILER_BYTES !== headBytes)
}
