import { type Memory, memoryOf } from './layout.ts'

/** A stretch of the journal in the ring; positions and offsets grow together. */
interface Run {
  position: number
  offset: number
  /** Offset behind its last byte; the newest run ends where the open batch does. */
  end: number
}

/**
 * The memory in which batches are built, from which the writer's thread writes them and recent ones are read. Filled
 * round and round: the newest bytes overwrite the oldest. The ring knows nothing of durability: the appender never
 * claims room that holds unwritten bytes.
 */
export class Ring {
  readonly shared: SharedArrayBuffer
  readonly memory: Memory
  readonly size: number
  /** Oldest first; each turn of the ring and each new segment begins another. */
  private readonly runs: Run[] = []

  constructor(bytes: number) {
    this.size = bytes
    this.shared = new SharedArrayBuffer(bytes)
    this.memory = memoryOf(Buffer.from(this.shared))
  }

  /** Where a batch that needs `room` contiguous bytes begins when the last one ended at `at`. */
  startFor(at: number, room: number): number {
    if (room > this.size)
      throw new RangeError(`a batch of ${room} bytes is larger than the journal's memory of ${this.size}`)
    return at + room <= this.size ? at : 0
  }

  /**
   * Give `[offset, offset + room)` to what begins at `position`; older bytes there can no longer be read from the ring.
   */
  claim(position: number, offset: number, room: number): void {
    const newest = this.runs.at(-1)
    const isContinued =
      newest !== undefined && newest.end === offset && newest.position + (offset - newest.offset) === position
    for (const run of this.runs) {
      if ((isContinued && run === newest) || run.offset >= offset + room || run.end <= offset) continue
      const cut = Math.min(offset + room, run.end) - run.offset
      run.offset += cut
      run.position += cut
    }
    while (this.runs.length > 0 && this.runs[0] !== newest && this.runs[0]!.offset >= this.runs[0]!.end)
      this.runs.shift()
    if (!isContinued) this.runs.push({ position, offset, end: offset })
  }

  /** The newest run now ends here. */
  extend(end: number): void {
    // claim was called before
    this.runs[this.runs.length - 1]!.end = end
  }

  /** Offset of a position, or −1; `end` is the present end of the open batch. */
  place(position: number, end: number): number {
    for (let i = this.runs.length - 1; i >= 0; i--) {
      const run = this.runs[i]!
      const distance = position - run.position
      if (distance >= 0) {
        const offset = run.offset + distance
        const runEnd = i === this.runs.length - 1 ? end : run.end
        return offset < runEnd ? offset : -1
      }
    }
    return -1
  }
}
