import { closeSync, openSync, read as readFile, readSync } from 'node:fs'
import { LONGEST_FIXED_PART, type Memory, memoryOf, recordBytes } from './layout.ts'
import type { Segment, Segments } from './segments.ts'

export const SMALLEST_READ = 64 * 1024
/** Enough for nearly every record. */
const ONE_RECORD = 1024
export const LARGEST_READ = 1 << 20
/** What all open windows hold together, while each has the smallest size. */
export const MOST_IN_ALL = 32 << 20

/** Allows so many reads at once; the others wait their turn. */
export class Turns {
  private free: number
  private readonly waiting: (() => void)[] = []

  constructor(count: number) {
    this.free = count
  }

  async take<T>(work: () => Promise<T>): Promise<T> {
    if (this.free > 0) this.free--
    else await new Promise<void>((resolve) => this.waiting.push(resolve))
    try {
      return await work()
    } finally {
      const next = this.waiting.shift()
      if (next) next()
      else this.free++
    }
  }
}

/** A piece of one segment file in memory. */
class Piece {
  memory: Memory = memoryOf(Buffer.alloc(0))
  /** Position of the first byte. */
  from = 0
  /** Position behind the last byte. */
  to = 0

  has(position: number, bytes: number): boolean {
    return position >= this.from && position + bytes <= this.to
  }

  /** Whether the whole record at a position is here. */
  hasRecord(position: number): boolean {
    if (!this.has(position, 1)) return false
    const bytes = recordBytes(this.memory.view, position - this.from, this.to - position)
    return bytes >= 0 && this.has(position, bytes)
  }
}

/** Pieces that grow while reads are consecutive, and stay small for single reads. */
export class Window extends Piece {
  private size = SMALLEST_READ / 2

  constructor(
    private readonly segments: Segments,
    private readonly turns: Turns,
    /** Everything before this position is in its file. */
    private readonly writtenEnd: () => number,
    /** How many bytes the window may read at once now. */
    private readonly largest: () => number,
  ) {
    super()
  }

  /**
   * Read from a position on, at least `least` bytes if the segment has them.
   * @throws when no segment has the position (removed, or never written)
   */
  async load(position: number, least = 0): Promise<void> {
    const isNext = position >= this.from && position <= this.to + this.size
    this.size = isNext ? Math.min(this.largest(), this.size * 2) : SMALLEST_READ
    await this.turns.take(() => this.readFrom(position, Math.max(this.size, least)))
  }

  /** Releases what the window holds. */
  forget(): void {
    this.memory = memoryOf(Buffer.alloc(0))
    this.from = this.to = 0
  }

  /** The same for the whole record at this position. */
  async loadRecord(position: number): Promise<void> {
    await this.load(position)
    if (this.hasRecord(position)) return
    const bytes = recordBytes(this.memory.view, position - this.from, this.to - position)
    await this.load(position, Math.max(bytes, LONGEST_FIXED_PART))
    if (!this.hasRecord(position)) throw new Error(`the journal ends within the record at ${position}`)
  }

  private async readFrom(position: number, bytes: number): Promise<void> {
    const segment = segmentOf(this.segments, position)
    const length = Math.min(bytes, segment.base + segment.bytes - position)
    const buffer =
      this.memory.bytes.length >= length && this.memory.bytes.length <= 4 * length
        ? this.memory.bytes
        : Buffer.allocUnsafeSlow(length)
    this.from = this.to = 0
    const writtenEnd = this.writtenEnd() // behind it a later read may find what is not there yet
    const fd = openSync(this.segments.path(segment.base), 'r')
    try {
      const read = await readFully(fd, buffer, length, position - segment.base)
      if (this.memory.bytes !== buffer) this.memory = memoryOf(buffer)
      this.from = position
      this.to = Math.max(position, Math.min(position + read, writtenEnd))
    } finally {
      closeSync(fd)
    }
  }
}

/** Makes windows over one journal: the more are open, the less each holds. */
export class Windows {
  private openNow = 0
  /** From a scan that has ended: the next scan needs no memory of its own. */
  private idle: Window | undefined

  constructor(
    private readonly segments: Segments,
    private readonly turns: Turns,
    private readonly writtenEnd: () => number,
  ) {}

  /** A window until `close`. */
  open(): Window {
    this.openNow++
    return this.make()
  }

  close(window: Window): void {
    this.openNow--
    window.forget()
  }

  private make(): Window {
    const largest = () => Math.max(SMALLEST_READ, Math.min(LARGEST_READ, Math.floor(MOST_IN_ALL / this.openNow)))
    return new Window(this.segments, this.turns, this.writtenEnd, largest)
  }

  /** Lends a window for the duration of the work. */
  async lent<T>(work: (window: Window) => Promise<T>): Promise<T> {
    const window = this.idle ?? this.make()
    this.idle = undefined
    const answer = await work(window)
    this.idle = window
    return answer
  }
}

/** A piece read synchronously, for single records or many in a row. Memory once handed out is never overwritten. */
export class WindowNow extends Piece {
  private size = ONE_RECORD

  constructor(private readonly segments: Segments) {
    super()
  }

  /** Offset in `memory` of the record at this position. @throws when there is none */
  find(position: number): number {
    if (!this.hasRecord(position)) this.loadRecord(position)
    return position - this.from
  }

  private loadRecord(position: number): void {
    const segment = segmentOf(this.segments, position)
    const isNext = position >= this.from && position <= this.to + this.size
    this.size = isNext ? Math.min(LARGEST_READ, this.size * 2) : ONE_RECORD
    this.read(segment, position, this.size)
    const bytes = recordBytes(this.memory.view, 0, this.to - position)
    if (bytes < 0) throw new Error(`nothing of the journal is at ${position}`)
    if (!this.has(position, bytes)) this.read(segment, position, bytes)
    if (!this.has(position, bytes)) throw new Error(`the record at ${position} is cut short`)
    // bytes behind it in the open segment may not have been written yet
    if (segment === this.segments.list.at(-1)) this.to = position + bytes
  }

  private read(segment: Segment, position: number, bytes: number): void {
    const buffer = Buffer.alloc(Math.min(bytes, segment.base + segment.bytes - position))
    this.from = this.to = 0
    const fd = openSync(this.segments.path(segment.base), 'r')
    try {
      const read = readSync(fd, buffer, 0, buffer.length, position - segment.base)
      this.memory = memoryOf(buffer)
      this.from = position
      this.to = position + read
    } finally {
      closeSync(fd)
    }
  }
}

function segmentOf(segments: Segments, position: number): Segment {
  const segment = segments.holding(position)
  if (!segment) throw new Error(`nothing of the journal is at ${position}`)
  return segment
}

async function readFully(fd: number, into: Buffer, length: number, at: number): Promise<number> {
  let read = 0
  while (read < length) {
    const n = await new Promise<number>((resolve, reject) =>
      readFile(fd, into, read, length - read, at + read, (error, count) => (error ? reject(error) : resolve(count))),
    )
    if (n === 0) break
    read += n
  }
  return read
}
