import { basename } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { type Batch, type Verdict, walkBatches } from './batch-walk.ts'
import { BATCH_BYTES, BATCH_MAGIC, EMPTY_BATCH_BYTES, H, type Memory, memoryOf } from './layout.ts'
import { WindowNow } from './read-window.ts'
import { eachRecord, RecordDecoder } from './record-decoder.ts'
import type { JournalRecord, MessageRecord } from './records.ts'
import { type Segment, Segments } from './segments.ts'

/** How long a living writer gets before bytes that look wrong are read again. */
const settleMs = 50
const mostReads = 5

/** A batch that cannot be read, or a hole where batches are missing; `offset` in the file, `bytes` 0 for a hole. */
interface BadBatch {
  file: string
  offset: number
  bytes: number
  says: string
}

/** One segment as its file has it. */
interface InspectedSegment {
  file: string
  base: number
  /** Size of the file, written or not. */
  bytes: number
  /** The batches whose bytes are right, oldest first. */
  batches: readonly Batch[]
  bad: readonly BadBatch[]
  /** Bytes at the end of a write that is not finished, or never will be: nothing of it was sent. */
  unfinishedBytes: number
  memory: Memory
}

/**
 * A journal seen from outside: reads the files and changes nothing, even while a connector writes them. A write in
 * progress does not count as damage.
 */
export class JournalInspection {
  private readonly decoder = new RecordDecoder()
  private readonly lookUps = new RecordDecoder()
  private readonly segments: Segments
  private readonly window: WindowNow
  /** The segment that `each` gave last. */
  private current: InspectedSegment | undefined

  constructor(readonly dir: string) {
    this.segments = new Segments(dir, 'os')
    this.window = new WindowNow(this.segments)
  }

  /** Whether there are no files, not even files made ahead. */
  get isEmpty(): boolean {
    return this.segments.list.length === 0
  }

  /**
   * Segments that hold a batch, oldest first; one is in memory at a time. `fromMs`: begins with the segment that holds
   * this instant.
   */
  async *each(fromMs = Number.NEGATIVE_INFINITY): AsyncGenerator<InspectedSegment> {
    let last: Batch | undefined
    let before: { segment: Segment; read: Read; last: Batch | undefined } | undefined
    for (const segment of this.beginningAt(fromMs)) {
      let read = await this.read(segment, last)
      if (!read) last = undefined // removed in the meantime: nothing is missing before the next one
      if (!read || (read.batches.length === 0 && read.verdict.tail === 'clean')) continue // or the file was made ahead
      if (before && !(isWhole(before.read) && isWhole(read))) {
        // it was the newest one when read, and has been finished since
        before.read = (await this.readOnce(before.segment, before.last)) ?? before.read
        last = before.read.batches.at(-1) ?? before.last
        read = (await this.read(segment, last)) ?? read
      }
      if (before) yield this.show(before.segment, before.read, false)
      before = { segment, read, last }
      last = read.batches.at(-1) ?? last
    }
    if (before) yield this.show(before.segment, before.read, true)
  }

  /** Visits every record of one batch of a segment, in order; the record object is reused for the next one. */
  records({ memory, base }: InspectedSegment, { at }: Batch, visit: (record: JournalRecord) => void): void {
    eachRecord(this.decoder, memory, at, base + at, visit)
  }

  /** The message at a position; undefined when its segment is gone or its bytes are damaged. */
  message(position: number): Readonly<MessageRecord> | undefined {
    try {
      const record = this.lookUp(position)
      return record?.type === 'M' ? record : undefined
    } catch {
      return undefined
    }
  }

  private lookUp(position: number): JournalRecord | undefined {
    const { current } = this
    const offset = position - (current?.base ?? 0)
    if (!current || offset < 0 || offset >= current.bytes) {
      const at = this.window.find(position)
      return this.lookUps.decode(this.window.memory, at, position)
    }
    const isBad = current.bad.some((bad) => offset >= bad.offset && offset < bad.offset + bad.bytes)
    return isBad ? undefined : this.lookUps.decode(current.memory, offset, position)
  }

  private beginningAt(fromMs: number): readonly Segment[] {
    const { list } = this.segments
    const first = list.findLastIndex((segment) => {
      const beganMs = this.beganMs(segment)
      return beganMs !== undefined && beganMs <= fromMs
    })
    return list.slice(Math.max(0, first))
  }

  private beganMs(segment: Segment): number | undefined {
    try {
      return this.segments.beganMs(segment)
    } catch {
      return undefined // removed in the meantime
    }
  }

  /** Bytes that look wrong may be those that a living writer is writing: reads until two readings agree. */
  private async read(segment: Segment, last: Batch | undefined): Promise<Read | undefined> {
    let read = await this.readOnce(segment, last)
    for (let reads = 1; read && !isWhole(read) && reads < mostReads; reads++) {
      await wait(settleMs)
      const again = await this.readOnce(segment, last)
      if (again && sameTrouble(read, again)) return again
      read = again
    }
    return read
  }

  private async readOnce(segment: Segment, last: Batch | undefined): Promise<Read | undefined> {
    try {
      return walk(basename(this.segments.path(segment.base)), memoryOf(await this.segments.loadLater(segment)), last)
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined // retention removed it
      throw error
    }
  }

  private show(segment: Segment, { verdict, bad, batches, memory }: Read, isNewest: boolean): InspectedSegment {
    const file = basename(this.segments.path(segment.base))
    const bytes = verdict.to - verdict.from
    const isUnfinished = verdict.tail === 'torn' && isNewest
    const says = verdict.tail === 'suspect' ? 'its write ended and its bytes are wrong' : 'bytes behind the last batch'
    const tail = bytes > 0 && !isUnfinished ? [{ file, offset: verdict.from, bytes, says }] : []
    this.current = {
      file,
      base: segment.base,
      bytes: segment.bytes,
      batches,
      bad: [...bad, ...tail],
      unfinishedBytes: isUnfinished ? bytes : 0,
      memory,
    }
    return this.current
  }
}

interface Read {
  memory: Memory
  batches: Batch[]
  bad: BadBatch[]
  verdict: Verdict
}

const isWhole = ({ bad, verdict }: Read) => bad.length === 0 && verdict.tail === 'clean'
const sameTrouble = (a: Read, b: Read) =>
  JSON.stringify([a.bad, a.verdict, a.batches.length]) === JSON.stringify([b.bad, b.verdict, b.batches.length])

function walk(file: string, memory: Memory, last: Batch | undefined): Read {
  const batches: Batch[] = []
  const bad: BadBatch[] = []
  const steps = walkBatches(memory, last?.number ?? 0)
  let before = last
  let step = steps.next()
  for (; !step.done; step = steps.next()) {
    const found = step.value
    if ('length' in found) {
      const why = wrongPlace(memory, found, before)
      if (why) bad.push({ file, offset: found.at, bytes: found.length, says: why })
      batches.push(found)
      before = found
    } else if (found.to > found.from) bad.push(...damaged(file, memory, found, (before?.number ?? 0) + 1))
    else bad.push({ file, offset: found.from, bytes: 0, says: `${found.batches} batches are missing before it` })
  }
  return { memory, batches, bad, verdict: step.value }
}

/** Why a batch whose bytes are right is in the wrong place. */
function wrongPlace({ view }: Memory, batch: Batch, before: Batch | undefined): string | undefined {
  if (batch.at === 0 && view.getUint8(BATCH_BYTES) !== H) return `batch ${batch.number} does not begin with the state`
  const follows = before?.number === batch.number - 1
  if (follows && view.getUint32(batch.at + 12, true) !== before.crc)
    return `batch ${batch.number} does not continue the one before it`
  return undefined
}

/** The batches of a damaged stretch one by one, as far as their headers show where each ends. */
function damaged(
  file: string,
  { view }: Memory,
  { from, to }: { from: number; to: number },
  first: number,
): BadBatch[] {
  const found: BadBatch[] = []
  for (let at = from; at < to; ) {
    const length =
      at + EMPTY_BATCH_BYTES <= to && view.getUint32(at, true) === BATCH_MAGIC ? view.getUint32(at + 4, true) : 0
    const isPlausible = length > EMPTY_BATCH_BYTES && length % 8 === 0 && at + length <= to
    const bytes = isPlausible ? length : to - at
    found.push({ file, offset: at, bytes, says: `batch ${first + found.length} is damaged` })
    at += bytes
  }
  return found
}
