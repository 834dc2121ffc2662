import {
  closeSync,
  constants,
  fsyncSync,
  ftruncateSync,
  openSync,
  readdirSync,
  readSync,
  rmSync,
  statSync,
} from 'node:fs'
import { open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type Batch, validBatch } from './batch-walk.ts'
import { EMPTY_BATCH_BYTES, type Memory, memoryOf } from './layout.ts'

/** One file of the journal: the positions `[base, base + bytes)`. */
export interface Segment {
  base: number
  /** Size of its file, written or not. */
  bytes: number
  /** Number and time of its first batch, once somebody has asked. */
  first?: { number: number; wallClockMs: number }
}

const suffix = '.segment'
/** Only files with the journal's own names: a copy beside a segment is not a segment. */
const named = /^\d{16}\.segment$/
const namedIndex = /^\d{16}\.index$/
const O_DSYNC = constants.O_DSYNC ?? constants.O_SYNC ?? 0

/** The segment files of one directory, oldest first. All but the last are sealed. */
export class Segments {
  readonly list: Segment[] = []

  constructor(
    readonly dir: string,
    private readonly durability: 'fsync' | 'os',
  ) {
    for (const name of readdirSync(dir)) {
      if (!named.test(name)) continue
      const there = statSync(join(dir, name), { throwIfNoEntry: false })
      if (there?.isFile()) this.list.push({ base: Number(name.slice(0, -suffix.length)), bytes: there.size })
    }
    this.list.sort((a, b) => a.base - b.base)
  }

  path(base: number): string {
    return join(this.dir, String(base).padStart(16, '0') + suffix)
  }

  indexPath(base: number): string {
    return join(this.dir, `${String(base).padStart(16, '0')}.index`)
  }

  /** Opens a file for writing with the durability of the journal. */
  openForWrite(path: string, create: boolean): number {
    const flags = constants.O_RDWR | (create ? constants.O_CREAT | constants.O_TRUNC : 0)
    return openSync(path, flags | (this.durability === 'fsync' ? O_DSYNC : 0), 0o600)
  }

  close(fd: number): void {
    closeSync(fd)
  }

  /**
   * A new file of this size without blocks: for when no file was made ahead. A file being made under this name loses
   * the name.
   */
  createSparse(base: number, bytes: number): number {
    rmSync(this.path(base), { force: true })
    const fd = this.openForWrite(this.path(base), true)
    ftruncateSync(fd, bytes)
    this.syncEntries()
    return fd
  }

  syncEntries(): void {
    if (this.durability === 'os') return
    const fd = openSync(this.dir, 'r')
    fsyncSync(fd)
    closeSync(fd)
  }

  /** The segment that holds a position; undefined when it was removed or is not written yet. */
  holding(position: number): Segment | undefined {
    let low = 0
    let high = this.list.length - 1
    while (low <= high) {
      const middle = (low + high) >> 1
      // the index is within the list
      const segment = this.list[middle]!
      if (position < segment.base) high = middle - 1
      else if (position >= segment.base + segment.bytes) low = middle + 1
      else return segment
    }
    return undefined
  }

  /** The segment that holds a batch, if any does: the newest that begins with this batch or an earlier one. */
  holdingBatch(number: number): Segment | undefined {
    return this.list.findLast((segment) => (this.first(segment)?.number ?? Number.POSITIVE_INFINITY) <= number)
  }

  /** The oldest segment above a position, to go on behind the end of another. */
  above(position: number): Segment | undefined {
    return this.list.find((s) => s.base > position)
  }

  /**
   * When the first batch of a segment was sealed, by the wall clock; undefined while that cannot be read, or is
   * damaged.
   */
  beganMs(segment: Segment): number | undefined {
    return this.first(segment)?.wallClockMs
  }

  /**
   * Number of the first batch in the next segment above a position; undefined while that cannot be read, or is damaged.
   */
  numberBehind(position: number): number | undefined {
    const next = this.above(position)
    return next && this.first(next)?.number
  }

  private first(segment: Segment): Segment['first'] {
    if (segment.first) return segment.first
    const header = this.loadStart(segment, EMPTY_BATCH_BYTES)
    if (header.bytes.length < EMPTY_BATCH_BYTES) return undefined
    const memory = this.loadStart(segment, Math.min(segment.bytes, header.view.getUint32(4, true)))
    const batch: Batch | undefined = validBatch(memory, 0)
    if (batch) segment.first = { number: batch.number, wallClockMs: memory.view.getFloat64(24, true) }
    return segment.first
  }

  /** The first bytes of a segment file, or fewer if the file is shorter. */
  private loadStart(segment: Segment, bytes: number): Memory {
    const start = Buffer.alloc(bytes)
    const fd = openSync(this.path(segment.base), 'r')
    try {
      return memoryOf(start.subarray(0, readSync(fd, start, 0, bytes, 0)))
    } finally {
      closeSync(fd)
    }
  }

  /** All bytes of a segment file; missing bytes read as zero. */
  load(segment: Segment): Buffer {
    const bytes = Buffer.alloc(segment.bytes)
    const fd = openSync(this.path(segment.base), 'r')
    try {
      for (let at = 0; at < bytes.length; ) {
        const read = readSync(fd, bytes, at, Math.min(bytes.length - at, 4 << 20), at)
        if (read === 0) break
        at += read
      }
    } finally {
      closeSync(fd)
    }
    return bytes
  }

  /** The same without blocking other work. */
  async loadLater(segment: Segment): Promise<Buffer> {
    const bytes = Buffer.alloc(segment.bytes)
    const file = await open(this.path(segment.base), 'r')
    try {
      for (let at = 0; at < bytes.length; ) {
        const { bytesRead } = await file.read(bytes, at, Math.min(bytes.length - at, 1 << 20), at)
        if (bytesRead === 0) break
        at += bytesRead
      }
    } finally {
      await file.close()
    }
    return bytes
  }

  /** Removes indexes of an earlier run for bytes that may be rewritten: such an index never describes the new bytes. */
  removeIndexesFrom(base: number): void {
    for (const name of readdirSync(this.dir))
      if (namedIndex.test(name) && Number.parseInt(name, 10) >= base) rmSync(join(this.dir, name), { force: true })
  }

  async remove(segment: Segment): Promise<void> {
    const at = this.list.indexOf(segment)
    if (at >= 0) this.list.splice(at, 1)
    await rm(this.path(segment.base), { force: true })
    await rm(this.indexPath(segment.base), { force: true })
  }
}
