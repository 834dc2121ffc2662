import { closeSync, openSync, read as readFile, readSync } from 'node:fs'
import { LONGEST_FIXED_PART, type Memory, memoryOf, recordBytes } from './layout.ts'
import type { Segments } from './segments.ts'

export const SMALLEST_READ = 64 * 1024
export const LARGEST_READ = 1 << 20

/** Lets so many reads be in flight at once; the others wait their turn. */
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

/** A piece of one segment file in memory. Pieces grow while reads go on from one to the next, and are small for single ones. */
export class Window {
  memory: Memory = memoryOf(Buffer.alloc(0))
  /** Position of the first byte. */
  from = 0
  /** Position behind the last byte. */
  to = 0
  private size = SMALLEST_READ / 2

  constructor(
    private readonly segments: Segments,
    private readonly turns: Turns,
  ) {}

  has(position: number, bytes: number): boolean {
    return position >= this.from && position + bytes <= this.to
  }

  /** Whether the whole record at a position is here. */
  hasRecord(position: number): boolean {
    if (!this.has(position, 1)) return false
    const bytes = recordBytes(this.memory.view, position - this.from, this.to - position)
    return bytes >= 0 && this.has(position, bytes)
  }

  /**
   * Read from a position on, at least `least` bytes where the segment has them.
   * @throws when the position is not in any segment (removed, or never written)
   */
  async load(position: number, least = 0): Promise<void> {
    const isNext = position >= this.from && position <= this.to + this.size
    this.size = isNext ? Math.min(LARGEST_READ, this.size * 2) : SMALLEST_READ
    await this.turns.take(() => this.readFrom(position, Math.max(this.size, least)))
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
    const fd = openSync(this.segments.path(segment.base), 'r')
    try {
      const read = await readFully(fd, buffer, length, position - segment.base)
      if (this.memory.bytes !== buffer) this.memory = memoryOf(buffer)
      this.from = position
      this.to = position + read
    } finally {
      closeSync(fd)
    }
  }
}

/** The one record at a position, by a synchronous read. @throws when there is none */
export function readRecordNow(segments: Segments, position: number): Memory {
  const segment = segmentOf(segments, position)
  const fd = openSync(segments.path(segment.base), 'r')
  try {
    const first = Buffer.alloc(1024)
    const got = readSync(fd, first, 0, first.length, position - segment.base)
    const bytes = recordBytes(memoryOf(first).view, 0, got)
    if (bytes < 0) throw new Error(`nothing of the journal is at ${position}`)
    if (bytes <= got) return memoryOf(first)
    const whole = Buffer.alloc(bytes)
    if (readSync(fd, whole, 0, bytes, position - segment.base) < bytes)
      throw new Error(`the record at ${position} is cut short`)
    return memoryOf(whole)
  } finally {
    closeSync(fd)
  }
}

function segmentOf(segments: Segments, position: number) {
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
