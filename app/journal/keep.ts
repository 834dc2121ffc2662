import type { Durations } from './durations.ts'
import type { RecoveryReport } from './recovery.ts'

/**
 * What the process that holds the journal looks after: start and end, the room on the disk, and how far the disk is
 * behind.
 */
export interface JournalKeep {
  readonly recovery: RecoveryReport
  /**
   * Where the durable part ends. The crc of its last batch covers the crc of the batch before, so two journals with
   * equal ends hold the same batches.
   */
  readonly durableEnd: JournalEnd
  /**
   * Bytes appended and not yet durable, because of the disk or the port. Above a few MB the caller should stop reading
   * its feeds; when the ring is full an append waits for the disk, never for the port.
   */
  readonly backlogBytes: number
  /** How long batches took to become durable since the journal was opened. */
  readonly syncs: Readonly<Durations>
  /** True from `onPressure(true)` to `onPressure(false)`. */
  readonly isFull: boolean

  /**
   * The segment at this index from the oldest, among those no longer written to; undefined: there is none. Reads a few
   * bytes, once per segment.
   */
  sealed(index: number): SealedSegment | undefined
  /**
   * The crc of a batch; undefined: the batch is not here, or cannot be read. Reads a whole segment, synchronously: only
   * for a start.
   */
  crcOf(batch: number): number | undefined
  /**
   * A start may replay records from here on, even if it finds the newest head damaged: base of the second newest
   * segment.
   */
  readonly replayFrom: number
  /**
   * Remove the oldest segments that end at or below this position. Resolves to the new `start`. The caller has worked
   * out the floor.
   */
  removeBefore(position: number): Promise<number>
  /** Bytes on disk, segments and indexes. */
  readonly diskBytes: number

  /** Commit the open batch, wait for it, and release the directory. */
  close(): Promise<void>
}

/** The last batch of a journal or of a part of it: its number, its crc, and the position behind it. */
export interface JournalEnd {
  position: number
  batch: number
  crc: number
}

/** `end`: position behind it. `endedMs`: when the next one began, by the wall clock. */
export interface SealedSegment {
  end: number
  bytes: number
  endedMs: number
}
