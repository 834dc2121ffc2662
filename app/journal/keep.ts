import type { Durations } from './durations.ts'
import type { RecoveryReport } from './recovery.ts'

/**
 * What the process that holds the journal looks after: its start, its end, the room it takes, and how far the disk is
 * behind.
 */
export interface JournalKeep {
  readonly recovery: RecoveryReport
  /**
   * Where the durable part ends. Its crc covers that of the batch before, so two journals with equal ends hold the same
   * batches.
   */
  readonly durableEnd: JournalEnd
  /**
   * Bytes appended and not yet durable, whether the disk or the port is behind. Past a few MB the caller should stop
   * reading its feeds; past the ring an append waits for the disk, never for the port.
   */
  readonly backlogBytes: number
  /** How long batches took to become durable since the journal was opened. */
  readonly syncs: Readonly<Durations>
  /** True from `onPressure(true)` to `onPressure(false)`. */
  readonly isFull: boolean

  /**
   * The segment so many after the oldest, of those nothing is written to any more; undefined: there is none. A few
   * bytes are read, once each.
   */
  sealed(index: number): SealedSegment | undefined
  /**
   * The crc of a batch; undefined: it is not here, or cannot be read. Reads a whole segment, synchronously: for a
   * start.
   */
  crcOf(batch: number): number | undefined
  /**
   * A start may replay records from here on, also when it finds the newest head damaged: base of the second newest
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

  /** Commit what is open, wait for it, and let the directory go. */
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
