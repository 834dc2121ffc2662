import type { JournalRecord } from './records.ts'

/** What of a journal can be read, by whoever has a position or looks for a number. */
export interface JournalRead {
  /** Position that the next record gets at the earliest; a scan up to here meets every record appended so far. */
  readonly end: number
  /** Position of the oldest record kept, or `end` when there is none. */
  readonly start: number

  /**
   * The record at a position that an append, an index or a D gave. From memory, else by a small synchronous read: for
   * single look-ups.
   * @throws when nothing is there, also where `isDamaged`
   */
  read(position: number): JournalRecord
  /**
   * Whether a position stands in bytes that cannot be read: ask before `read`. A sealed segment that nobody has read
   * from since the start is gone through first, synchronously: for single look-ups.
   */
  isDamaged(position: number): boolean
  /** For many records in ascending order: resends, catch-up. */
  reader(): JournalReader
  /**
   * Every record from a position (of a record or `start`) up to `to`, in order, bounded memory. `visit` returns false
   * to stop behind that record. Resolves to where to go on. Damaged batches are skipped and told to `onDamage`.
   */
  scan(
    from: number,
    to: number,
    visit: (record: JournalRecord) => boolean | undefined,
    onDamage?: (from: number, to: number) => void,
  ): Promise<number>

  /**
   * Position of the D that numbers, or the S with bytes that used, this number; −1 when there is none. May read one
   * index page, synchronously.
   */
  findDelivery(target: number, epoch: number, number: number): number
  /** The same, or else the nearest above: position, or −1 when there is none. For walking a range past gaps. */
  findDeliveryFrom(target: number, epoch: number, number: number): number
  /**
   * Position of the newest M of this stream, epoch and number; −1 when there is none. May read one index page,
   * synchronously.
   */
  findMessage(stream: number, epoch: number, number: number): number
  /** The same, or else the M with the nearest number above; −1 when there is none. */
  findMessageFrom(stream: number, epoch: number, number: number): number
  /**
   * Positions of the M of this stream and epoch numbered `from` to `to`, by number, of equal ones the newest. For
   * bounded ranges: reads index pages, synchronously.
   */
  findMessages(stream: number, epoch: number, from: number, to: number): number[]
}

/**
 * A window over the journal that moves forward, until it is closed. Use one for D and another for M: each should
 * ascend.
 */
export interface JournalReader {
  /** The record at a position if it is in memory, else undefined: then `await load(position)` first. */
  peek(position: number): JournalRecord | undefined
  /**
   * Bring the bytes from this position on into memory, up to 1 MB, and less when many readers are open. At most two
   * such reads are in flight over all readers, taken in turn. The first read from a sealed segment since the start has
   * all of it checked before. False: what stands here is damaged.
   */
  load(position: number): Promise<boolean>
  /** Nothing more is read with it. */
  close(): void
}
