import { fdatasyncSync, mkdirSync } from 'node:fs'
import { Allocator } from './allocator.ts'
import { Appender, type Tail } from './appender.ts'
import { DurableJournal } from './durable-journal.ts'
import type { Durations } from './durations.ts'
import { disk, type FilePort, PIECE_BYTES } from './files.ts'
import { Indexes } from './indexes.ts'
import type { Memory } from './layout.ts'
import { lockDirectory } from './lock.ts'
import type { DeliveryRecord, JournalRecord, MessageFields } from './records.ts'
import { type RecoveryReport, recover } from './recovery.ts'
import { Ring } from './ring.ts'
import { SegmentChecks } from './segment-checks.ts'
import { type Segment, Segments } from './segments.ts'
import { Writer } from './writer.ts'

export { UnknownFormatError } from './layout.ts'
export { JournalLockedError } from './lock.ts'
export type { RecoveryReport } from './recovery.ts'

export interface JournalOptions {
  /** `fsync` survives power loss, `os` the death of the process. */
  durability: 'fsync' | 'os'
  /** Bytes of a segment file; 64 MB when absent. A multiple of 4,096. */
  segmentBytes?: number
  /** Memory shared with the writer, in which batches are built and from which recent ones are read; 32 MB when absent. */
  ringBytes?: number
  /** A batch that would grow past this is split; 1 MB when absent, at most a quarter of a segment. */
  batchBytes?: number
  /** What is kept back for session records when the disk is full; 16 MB when absent. */
  reserveBytes?: number
  /** Where files come from: replaced in tests that fill disks and tear writes. */
  files?: FilePort
}

export interface JournalHooks {
  /**
   * The state after every record appended so far. Asked inside `commit`; inside an append only when more than 4 MB are appended between two
   * commits, so: append first, then apply, then append the next.
   */
  head(): Uint8Array
  /** Recovery, once at most: start from this state. */
  restore(head: Uint8Array): void
  /** Recovery: apply one record that follows. */
  replay(record: JournalRecord): void
  /** Recovery: what stood from here to the next record cannot be read. */
  damaged?(from: number): void
  /** Sealed bytes that were to be read cannot be: added to `recovery.damaged`. `messages`: the M in them, as far as an index tells. */
  onDamaged?(damage: FoundDamage): unknown
  /** This batch and all before it are durable. In order, from the event loop, never from inside an append or commit. */
  onDurable(batch: number): void
  /** True: no room could be allocated ahead, feeds must pause at once, session records and deliveries go on. False: there is room again. */
  onPressure(full: boolean): void
  /** A write or sync failed other than for want of room. Nothing may be assumed after it: the process must end. */
  onFatal(error: Error): void
}

/**
 * The durable log of one directory and one process: append to the open batch, commit, be told when it is durable, read back.
 * One batch is in flight while one is open. Nothing here waits on the disk except where said.
 */
export interface Journal {
  readonly recovery: RecoveryReport
  /** Number of the open batch: what is appended now is durable when `onDurable` names it or a later one. */
  readonly batch: number
  /** The newest durable batch. */
  readonly durableBatch: number
  /** Where the durable part ends. Its crc covers that of the batch before, so two journals with equal ends hold the same batches. */
  readonly durableEnd: JournalEnd
  /** Position that the next record gets at the earliest; a scan up to here meets every record appended so far. */
  readonly end: number
  /** Position of the oldest record kept, or `end` when there is none. */
  readonly start: number
  /** Bytes appended and not yet durable. Past a few MB the caller should stop reading its feeds; past the ring an append waits for the disk. */
  readonly backlogBytes: number
  /** How long batches took to become durable since the journal was opened. */
  readonly syncs: Readonly<Durations>
  /** True from `onPressure(true)` to `onPressure(false)`. */
  readonly isFull: boolean

  /** Append M with the canonical bytes `bytes[start, end)`, copied. Returns its position. @throws when the reserve is in use (feeds should have paused). */
  appendMessage(fields: Readonly<MessageFields>, bytes: Uint8Array, start: number, end: number): number
  /** The same without a copy: where in `memory` to write at most `maxBytes` canonical bytes; then call `messageWritten` before any other append. */
  messageRoom(maxBytes: number): number
  messageWritten(fields: Readonly<MessageFields>, length: number): number
  /** Memory that `messageRoom` and `place` point into. */
  readonly memory: Memory

  /** Begin D: copies of one target. Returns its position. Ended by `endDelivery`, before which nothing else may be appended. */
  beginDelivery(target: number, epoch: number, kind: number, firstNumber: number, sendingTimeMs: number): number
  /** The next copy: the position of its M, and 1181 − 1350 (0: without 1350). At most 65,535 in one D. */
  addCopy(messagePosition: number, chainDistance: number): void
  endDelivery(): void

  /** Append S: this session used this number. With bytes, it is found again by `findDelivery`. Sessions and targets share one id space of 16 bits. */
  appendSession(
    session: number,
    epoch: number,
    number: number,
    msgType: number,
    bytes?: Uint8Array,
    start?: number,
    end?: number,
  ): number
  /** Append I: rides with the next batch; the caller need not commit for it. */
  appendInbound(session: number, next: number): number
  /** Append X: `kind` 0 to 255. */
  appendControl(kind: number, bytes: Uint8Array): number

  /** Send what was appended to the disk: at once, or when the batch in flight is durable. Returns the batch to wait for. Empty: the last one sealed. */
  commit(): number
  /** Commit, and resolve when everything appended so far is durable. */
  flush(): Promise<void>

  /** Offset in `memory` of what has this position, or −1 when it is no longer there. Until the next append. */
  place(position: number): number
  /**
   * The record at a position that an append, an index or a D gave. From memory, else by a small synchronous read: for single look-ups.
   * @throws when nothing is there, also where `isDamaged`
   */
  read(position: number): JournalRecord
  /**
   * Whether a position stands in bytes that cannot be read: ask before `read`. A sealed segment that nobody has read from since the start is
   * gone through first, synchronously: for single look-ups.
   */
  isDamaged(position: number): boolean
  /** For many records in ascending order: resends, catch-up. */
  reader(): JournalReader
  /**
   * Every record from a position (of a record or `start`) up to `to`, in order, bounded memory. `visit` returns false to stop behind that record.
   * Resolves to where to go on. Damaged batches are skipped and told to `onDamage`.
   */
  scan(
    from: number,
    to: number,
    visit: (record: JournalRecord) => boolean | undefined,
    onDamage?: (from: number, to: number) => void,
  ): Promise<number>

  /** Position of the D that numbers, or the S with bytes that used, this number; −1 when there is none. May read one index page, synchronously. */
  findDelivery(target: number, epoch: number, number: number): number
  /** The same, or else the nearest above: position, or −1 when there is none. For walking a range past gaps. */
  findDeliveryFrom(target: number, epoch: number, number: number): number
  /** Position of the newest M of this stream, epoch and number; −1 when there is none. May read one index page, synchronously. */
  findMessage(stream: number, epoch: number, number: number): number
  /** The same, or else the M with the nearest number above; −1 when there is none. */
  findMessageFrom(stream: number, epoch: number, number: number): number
  /** Positions of the M of this stream and epoch numbered `from` to `to`, by number, of equal ones the newest. For bounded ranges: reads index pages, synchronously. */
  findMessages(stream: number, epoch: number, from: number, to: number): number[]

  /** The segment so many after the oldest, of those nothing is written to any more; undefined: there is none. A few bytes are read, once each. */
  sealed(index: number): SealedSegment | undefined
  /** The crc of a batch; undefined: it is not here, or cannot be read. Reads a whole segment, synchronously: for a start. */
  crcOf(batch: number): number | undefined
  /** A start may replay records from here on, also when it finds the newest head damaged: base of the second newest segment. */
  readonly replayFrom: number
  /** Remove the oldest segments that end at or below this position. Resolves to the new `start`. The caller has worked out the floor. */
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

/** Sealed bytes `[from, to)` that cannot be read. */
export interface FoundDamage {
  from: number
  to: number
  messages: Pick<MessageFields, 'stream' | 'epoch' | 'number'>[]
}

/** The place of a number within a D: the copy's M. */
export function messageOf(delivery: DeliveryRecord, number: number): number {
  return delivery.messages[number - delivery.firstNumber] ?? -1
}

const MB = 1 << 20
/** A new journal's first segment, which is zeroed before it opens. */
const FIRST_SEGMENT_BYTES = 8 * MB

/**
 * Take the directory, recover what is there, and open it for appending.
 * @throws JournalLockedError when a living process holds it
 */
export async function openJournal(dir: string, options: JournalOptions, hooks: JournalHooks): Promise<Journal> {
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  const unlock = await lockDirectory(dir)
  try {
    return await openLocked(dir, options, hooks, unlock)
  } catch (error) {
    await unlock()
    throw error
  }
}

async function openLocked(
  dir: string,
  options: JournalOptions,
  hooks: JournalHooks,
  unlock: () => Promise<void>,
): Promise<Journal> {
  const { durability, segmentBytes = 64 * MB, reserveBytes = 16 * MB, files = disk } = options
  const batchBytes = Math.min(options.batchBytes ?? MB, Math.floor(segmentBytes / 32) * 8)
  const segments = new Segments(dir, durability)
  const recovered = recover(segments, hooks)
  let journal: DurableJournal | undefined
  let isOpen = false
  const fail = (error: Error) => {
    journal?.fail(error)
    hooks.onFatal(error)
  }
  const allocator: Allocator = new Allocator(segments, {
    segmentBytes,
    reserveBytes,
    files,
    used: () => appender.usedPart,
    onPressure: hooks.onPressure,
    onFailure: fail,
  })
  const indexes = new Indexes(segments, fail)
  const checks = new SegmentChecks(
    segments,
    recovered.report.damaged,
    () => appender.durableEnd,
    (from, to) => hooks.onDamaged?.({ from, to, messages: indexes.messagesWithin(from, to) }),
  )
  if (recovered.report.damaged.length === 0)
    for (const segment of recovered.replayed.slice(0, -1)) checks.passed(segment)
  indexes.open = recovered.entries
  const tail = recovered.tail ?? (await firstTail(segments, Math.min(segmentBytes, FIRST_SEGMENT_BYTES), files))
  if (tail.fd < 0) tail.fd = reopen(segments, tail.segment, durability)
  segments.removeIndexesFrom(tail.segment.base)
  const { spare } = recovered
  if (spare?.bytes === segmentBytes && recovered.tail) allocator.adopt(spare.base)
  else if (spare && spare.base !== tail.segment.base) await segments.remove(spare)
  const ring = new Ring(options.ringBytes ?? 32 * MB)
  const onDone = () => {
    if (!appender.collect()) return
    journal?.settle()
    if (isOpen) hooks.onDurable(appender.durableBatch)
  }
  const write = files.writeModule ? { module: files.writeModule, data: files.writeData } : undefined
  const writer = new Writer(
    ring.shared,
    { done: onDone, full: (isFull) => allocator.writeBlocked(isFull), failed: fail },
    write,
  )
  const appender: Appender = new Appender(ring, writer, segments, allocator, tail, {
    batchBytes,
    head: hooks.head,
    onSealed: (segment) => indexes.seal(segment),
  })
  const release = async () => {
    await writer.close()
    await Promise.all([allocator.close(), indexes.close()])
    appender.close()
    await unlock()
  }
  journal = new DurableJournal({
    appender,
    segments,
    allocator,
    indexes,
    checks,
    recovery: recovered.report,
    batchBytes,
    release,
  })
  indexes.start()
  allocator.prepare(tail.segment.base + tail.segment.bytes)
  await journal.flush()
  isOpen = true
  return journal
}

/** The first segment of a new journal. */
async function firstTail(segments: Segments, bytes: number, files: FilePort): Promise<Tail> {
  const fd = segments.createSparse(0, bytes)
  for (let at = 0; at < bytes; at += PIECE_BYTES) await files.zero(fd, Math.min(PIECE_BYTES, bytes - at), at)
  const segment = { base: 0, bytes }
  segments.list.push(segment)
  return { segment, used: 0, fd, isReserve: false, batch: 0, crc: 0 }
}

/** The segment that recovery ended in. What it read may be in the system's cache only, and is built upon: make it durable. */
function reopen(segments: Segments, segment: Segment, durability: 'fsync' | 'os'): number {
  const fd = segments.openForWrite(segments.path(segment.base), false)
  if (durability === 'fsync') fdatasyncSync(fd)
  return fd
}
