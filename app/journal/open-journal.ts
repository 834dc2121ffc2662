import { fdatasyncSync, mkdirSync } from 'node:fs'
import { Allocator } from './allocator.ts'
import { Appender, type Tail } from './appender.ts'
import { type BatchPort, noCopy } from './batch-port.ts'
import { DurableJournal } from './durable-journal.ts'
import { disk, type FilePort, PIECE_BYTES } from './files.ts'
import { Indexes } from './indexes.ts'
import type { Journal, JournalHooks } from './journal.ts'
import { lockDirectory } from './lock.ts'
import { recover } from './recovery.ts'
import { Ring } from './ring.ts'
import { SegmentChecks } from './segment-checks.ts'
import { type Segment, Segments } from './segments.ts'
import { Writer } from './writer.ts'

interface JournalOptions {
  /** `fsync` survives a power loss, `os` only the death of the process. */
  durability: 'fsync' | 'os'
  /** Bytes of a segment file; 64 MB when absent. A multiple of 4,096. */
  segmentBytes?: number
  /** Memory shared with the writer, where batches are built and recent ones are read; 32 MB when absent. */
  ringBytes?: number
  /** A batch that would grow larger is split; 1 MB when absent, at most a quarter of a segment. */
  batchBytes?: number
  /** Room reserved for session records when the disk is full; 16 MB when absent. */
  reserveBytes?: number
  /**
   * Where sealed batches go besides the disk; absent: nowhere. The journal opens when the port has acknowledged its
   * first batch.
   */
  port?: BatchPort
  /** The file operations: replaced in tests that fill disks and tear writes. */
  files?: FilePort
}

const MB = 1 << 20
/** A new journal's first segment, which is zeroed before it opens. */
const FIRST_SEGMENT_BYTES = 8 * MB

/**
 * Take the directory, recover its contents, and open it for appending.
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
  const { durability, segmentBytes = 64 * MB, reserveBytes = 16 * MB, files = disk, port = noCopy } = options
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
    () => appender.writtenEnd,
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
  const onMore = () => {
    if (!appender.collect()) return
    journal?.settle()
    if (isOpen) hooks.onDurable(appender.durableBatch)
  }
  const write = files.writeModule ? { module: files.writeModule, data: files.writeData } : undefined
  const writer = new Writer(
    ring.shared,
    { done: onMore, full: (isFull) => allocator.writeBlocked(isFull), failed: fail },
    write,
  )
  port.listen(onMore)
  const appender: Appender = new Appender(ring, writer, segments, allocator, tail, {
    batchBytes,
    port,
    nowMs: Date.now,
    head: hooks.head,
    onSealed: (segment) => indexes.seal(segment),
  })
  const release = async () => {
    await writer.close()
    await Promise.all([allocator.close(), indexes.close(), port.close()])
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

/**
 * Opens the segment in which recovery ended. What recovery read may only be in the system's cache, and the journal
 * builds on it: make it durable.
 */
function reopen(segments: Segments, segment: Segment, durability: 'fsync' | 'os'): number {
  const fd = segments.openForWrite(segments.path(segment.base), false)
  if (durability === 'fsync') fdatasyncSync(fd)
  return fd
}
