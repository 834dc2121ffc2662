import type { JournalRecord } from './records.ts'

/** What can be read of a journal, by a position or by a number. */
export interface JournalRead {
  /** The next record gets this position or a higher one; a scan up to here meets every record appended so far. */
  readonly end: number
  /** Position of the oldest record kept, or `end` when there is none. */
  readonly start: number

  /**
   * The record at a position that came from an append, an index or a D. From memory, else by a small synchronous read:
   * for single look-ups.
   * @throws when there is no record, also where `isDamaged`
   */
  read(position: number): JournalRecord
  /**
   * Whether the bytes at a position cannot be read: ask before `read`. A sealed segment not yet read since the start is
   * checked first, synchronously: for single look-ups.
   */
  isDamaged(position: number): boolean
  /** For many records in ascending order: resends, catch-up. */
  reader(): JournalReader
  /**
   * Every record from a position (of a record or `start`) up to `to`, in order, bounded memory. `visit` returns false
   * to stop behind that record. Resolves to where to go on. Damaged batches are skipped and reported to `onDamage`.
   */
  scan(
    from: number,
    to: number,
    visit: (record: JournalRecord) => boolean | undefined,
    onDamage?: (from: number, to: number) => void,
  ): Promise<number>

  /**
   * Position of the D that gives this number, or the S with bytes that used it; −1 when there is none. May read one
   * index page, synchronously.
   */
  findDelivery(target: number, epoch: number, number: number): number
  /** The same, or else the nearest number above: position, or −1 when there is none. For walking a range with gaps. */
  findDeliveryFrom(target: number, epoch: number, number: number): number
  /**
   * Position of the newest M of this stream, epoch and number; −1 when there is none. May read one index page,
   * synchronously.
   */
  findMessage(stream: number, epoch: number, number: number): number
  /** The same, or else the M with the nearest number above; −1 when there is none. */
  findMessageFrom(stream: number, epoch: number, number: number): number
  /**
   * Positions of the M of this stream and epoch numbered `from` to `to`, by number; of equal numbers the newest. Only
   * for bounded ranges: reads index pages, synchronously.
   */
  findMessages(stream: number, epoch: number, from: number, to: number): number[]
}

/**
 * A window that moves forward over the journal until it is closed. Use one for D and another for M: each should ascend.
 */
export interface JournalReader {
  /** The record at a position if it is in memory, else undefined: then first `await load(position)`. */
  peek(position: number): JournalRecord | undefined
  /**
   * Load the bytes from this position on into memory, up to 1 MB, and less when many readers are open. All readers
   * together have at most two loads in flight, taken in turn. The first load from a sealed segment since the start
   * checks the whole segment. False: the bytes here are damaged.
   */
  load(position: number): Promise<boolean>
  /** Reads nothing more. */
  close(): void
}
