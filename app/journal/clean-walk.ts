import { closeSync, openSync, readSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { endOfData, validBatch } from './batch-walk.ts'
import { memoryOf } from './layout.ts'
import type { Segment, Segments } from './segments.ts'

/** Bytes held in memory, and checked before other work gets its turn. */
const PIECE_BYTES = 4 << 20

/**
 * Whether every batch of a sealed segment is right, none is missing before the next segment, and only zeros follow.
 * False is no verdict: the segment has to be examined closely.
 */
export async function isClean(segments: Segments, segment: Segment, pieceBytes = PIECE_BYTES): Promise<boolean> {
  const walk = new CleanWalk(segment.bytes, segments.numberBehind(segment.base))
  const piece = Buffer.allocUnsafeSlow(pieceBytes)
  const file = await open(segments.path(segment.base), 'r')
  try {
    while (walk.verdict === undefined) {
      const { bytesRead } = await file.read(piece, 0, piece.length, walk.at)
      walk.take(piece.subarray(0, bytesRead))
    }
    return walk.verdict
  } finally {
    await file.close()
  }
}

/** The same at once, holding up all other work. */
export function isCleanNow(segments: Segments, segment: Segment, pieceBytes = PIECE_BYTES): boolean {
  const walk = new CleanWalk(segment.bytes, segments.numberBehind(segment.base))
  const piece = Buffer.allocUnsafeSlow(pieceBytes)
  const fd = openSync(segments.path(segment.base), 'r')
  try {
    while (walk.verdict === undefined) walk.take(piece.subarray(0, readSync(fd, piece, 0, piece.length, walk.at)))
    return walk.verdict
  } finally {
    closeSync(fd)
  }
}

class CleanWalk {
  /** Offset in the segment of the piece wanted next. */
  at = 0
  verdict: boolean | undefined
  /** Number of the last batch. */
  private number = 0
  private isBehind = false

  constructor(
    private readonly bytes: number,
    /** Number of the first batch behind the segment, if known. */
    private readonly behind: number | undefined,
  ) {}

  /** Checks the batches from `at` on, as far as the piece has them. */
  take(piece: Buffer): void {
    const end = this.isBehind ? 0 : this.behindBatches(piece)
    if (end === undefined) {
      this.verdict = false
      return
    }
    const isZero = endOfData(piece, end) === end
    this.isBehind ||= isZero && end < piece.length
    const step = isZero ? piece.length : end // a batch cut off by the piece's end begins the next piece
    this.at += step
    if (isZero && this.at >= this.bytes) this.verdict = this.behind === undefined || this.behind === this.number + 1
    else if (step === 0) this.verdict = false
  }

  /** Offset behind the last whole batch; undefined when a number is missing. */
  private behindBatches(piece: Buffer): number | undefined {
    const memory = memoryOf(piece)
    let end = 0
    for (let batch = validBatch(memory, end); batch; batch = validBatch(memory, end)) {
      if (this.number > 0 && batch.number !== this.number + 1) return undefined
      this.number = batch.number
      end += batch.length
    }
    return end
  }
}
