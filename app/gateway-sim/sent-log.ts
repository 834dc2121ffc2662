import {
  closeSync,
  fstatSync,
  ftruncateSync,
  mkdtempSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** The last record of everything that is not a frame, in a form that the owner chooses. */
export type Checkpoint = Record<string, unknown>

/** What a reopened log hands over, in the order it was written. */
interface LogVisitor {
  frame?(seqNum: number, frame: Buffer): void
  reset?(): void
}

const everyNth = 32
const chunkBytes = 256 * 1024

/**
 * Every application frame that was sent, by its number, so that any of them can be sent again, after a restart too. One
 * append-only file; in memory only the place of every 32nd frame. Without a path a temporary file that goes with
 * `close`. Past `maxBytes` the older half is dropped: those numbers count as no longer stored.
 *
 * A record is `M <number> <bytes>\n` with the frame and a newline, `C <json>\n`,
 * or `R\n` where the numbers started again.
 */
export class SentLog {
  /** The last one written, by this run or an earlier one. */
  checkpoint: Checkpoint | undefined
  private fd: number
  private readonly path: string
  private readonly temporary: string | undefined
  private readonly maxBytes: number
  private size = 0
  private pending: Buffer = Buffer.allocUnsafe(chunkBytes)
  private pendingBytes = 0
  private count = 0
  private seqNums: number[] = []
  private offsets: number[] = []

  constructor(path: string | undefined, visitor: LogVisitor = {}, maxBytes = 256 * 1024 * 1024) {
    this.temporary = path === undefined ? mkdtempSync(join(tmpdir(), 'gateway-sim-')) : undefined
    this.path = path ?? join(this.temporary ?? '', 'sent.log')
    this.maxBytes = maxBytes
    this.fd = openSync(this.path, 'a+', 0o600)
    this.reopen(visitor)
  }

  /** Buffered: `flush` before the frame goes out. */
  append(seqNum: number, frame: Buffer): void {
    this.index(seqNum, this.size + this.pendingBytes)
    this.put(`M ${seqNum} ${frame.length}\n`, frame)
  }

  saveCheckpoint(checkpoint: Checkpoint): void {
    this.put(`C ${JSON.stringify(checkpoint)}\n`)
    this.flush()
    this.checkpoint = checkpoint
    if (this.size > this.maxBytes) this.dropOlderHalf()
  }

  /** The numbers start again: what came before can no longer be asked for. */
  reset(): void {
    this.put('R\n')
    this.forget()
  }

  flush(): void {
    if (this.pendingBytes === 0) return
    writeSync(this.fd, this.pending, 0, this.pendingBytes)
    this.size += this.pendingBytes
    this.pendingBytes = 0
  }

  /** The frames numbered begin to end, ascending; numbers that were no application frames are left out. */
  *range(begin: number, end: number): Generator<{ seqNum: number; frame: Buffer }> {
    this.flush()
    let slot = this.seqNums.findLastIndex((seqNum) => seqNum <= begin)
    if (slot < 0) slot = 0
    const offset = this.offsets[slot]
    if (offset === undefined) return
    for (const record of this.records(offset, this.size)) {
      if (record.kind !== 'M' || record.seqNum < begin) continue
      if (record.seqNum > end) return
      yield { seqNum: record.seqNum, frame: record.frame }
    }
  }

  close(): void {
    this.flush()
    closeSync(this.fd)
    if (this.temporary !== undefined) rmSync(this.temporary, { recursive: true, force: true })
  }

  /** The newer half goes to another file, which then replaces this one in a single step. */
  private dropOlderHalf(): void {
    const slot = this.offsets.findIndex((offset) => offset >= this.size / 2)
    const from = this.offsets[slot]
    if (from === undefined) return
    const next = openSync(`${this.path}.new`, 'w+', 0o600)
    const buffer = Buffer.allocUnsafe(chunkBytes * 4)
    for (let at = from; at < this.size; ) {
      const read = readSync(this.fd, buffer, 0, Math.min(buffer.length, this.size - at), at)
      at += writeSync(next, buffer, 0, read)
    }
    renameSync(`${this.path}.new`, this.path)
    closeSync(next)
    closeSync(this.fd)
    this.fd = openSync(this.path, 'a+', 0o600)
    this.size -= from
    this.seqNums = this.seqNums.slice(slot)
    this.offsets = this.offsets.slice(slot).map((offset) => offset - from)
  }

  private put(head: string, frame?: Buffer): void {
    const bytes = head.length + (frame ? frame.length + 1 : 0)
    if (this.pendingBytes + bytes > this.pending.length) this.flush()
    if (bytes > this.pending.length) throw new Error(`unreachable: a record of ${bytes} bytes`)
    this.pendingBytes += this.pending.write(head, this.pendingBytes, 'latin1')
    if (!frame) return
    this.pending.set(frame, this.pendingBytes)
    this.pendingBytes += frame.length
    this.pending[this.pendingBytes++] = 10
  }

  private index(seqNum: number, offset: number): void {
    if (this.count++ % everyNth !== 0) return
    this.seqNums.push(seqNum)
    this.offsets.push(offset)
  }

  private forget(): void {
    this.count = 0
    this.seqNums = []
    this.offsets = []
  }

  /** Read what an earlier run left; a torn last record is cut off. */
  private reopen(visitor: LogVisitor): void {
    const size = fstatSync(this.fd).size
    for (const record of this.records(0, size)) {
      this.size = record.end
      if (record.kind === 'M') {
        this.index(record.seqNum, record.offset)
        visitor.frame?.(record.seqNum, record.frame)
      } else if (record.kind === 'C') this.checkpoint = record.checkpoint
      else {
        this.forget()
        visitor.reset?.()
      }
    }
    if (this.size < size) ftruncateSync(this.fd, this.size)
  }

  private *records(from: number, to: number): Generator<LogRecord> {
    let buffer = Buffer.alloc(0)
    let bufferAt = from
    let at = from
    while (at < to) {
      let record = parse(buffer, at - bufferAt, at)
      if (!record) {
        const bytes = Buffer.allocUnsafe(Math.min(chunkBytes * 2, to - at))
        const read = readSync(this.fd, bytes, 0, bytes.length, at)
        buffer = bytes.subarray(0, read)
        bufferAt = at
        record = parse(buffer, 0, at)
        if (!record) return
      }
      yield record
      at = record.end
    }
  }
}

type LogRecord = { offset: number; end: number } & (
  | { kind: 'M'; seqNum: number; frame: Buffer }
  | { kind: 'C'; checkpoint: Checkpoint }
  | { kind: 'R' }
)

/** The record at `index`; undefined when it is missing or incomplete. The frame is a view. */
function parse(buffer: Buffer, index: number, offset: number): LogRecord | undefined {
  const newline = buffer.indexOf(10, index)
  if (newline < 0) return undefined
  const head = buffer.toString('latin1', index, newline)
  const end = offset + newline + 1 - index
  if (head === 'R') return { kind: 'R', offset, end }
  if (head.startsWith('C ')) {
    // as: our own file, an object
    return { kind: 'C', checkpoint: JSON.parse(head.slice(2)) as Checkpoint, offset, end }
  }
  const [kind, seqNum, length] = head.split(' ')
  const bytes = Number(length)
  if (kind !== 'M' || !Number.isInteger(bytes)) throw new Error(`not a log of sent frames: ${head.slice(0, 40)}`)
  const frameEnd = newline + 1 + bytes
  if (frameEnd >= buffer.length) return undefined
  return { kind, seqNum: Number(seqNum), frame: buffer.subarray(newline + 1, frameEnd), offset, end: end + bytes + 1 }
}
