import type { JournalAppend } from './append.ts'
import type { JournalKeep } from './keep.ts'
import type { JournalRead } from './read.ts'
import type { JournalRecord, MessageFields } from './records.ts'

/**
 * The durable log of one directory and one process: append to the open batch, commit, learn when it is durable, read
 * back. One batch is in flight while one is open. Nothing here waits for the disk except where said.
 */
export interface Journal extends JournalAppend, JournalRead, JournalKeep {}

/** What a journal asks of and tells the code that opens it. */
export interface JournalHooks {
  /**
   * The state after every record appended so far. Called inside `commit`; inside an append only when more than 4 MB are
   * appended between two commits. So append first, then apply, then append the next record.
   */
  head(): Uint8Array
  /** Recovery, once at most: start from this state. */
  restore(head: Uint8Array): void
  /** Recovery: apply one record that follows. */
  replay(record: JournalRecord): void
  /** Recovery: everything from here to the next record cannot be read. */
  damaged?(from: number): void
  /**
   * Sealed bytes that were needed cannot be read: they are added to `recovery.damaged`. `messages`: the M in them, as
   * far as an index tells.
   */
  onDamaged?(damage: FoundDamage): unknown
  /** This batch and all before it are durable. In order, from the event loop, never inside an append or commit. */
  onDurable(batch: number): void
  /**
   * True: no room could be allocated ahead, feeds must pause at once, session records and deliveries go on. False:
   * there is room again.
   */
  onPressure(full: boolean): void
  /** A write or sync failed for a reason other than want of room. Nothing is certain after it: the process must end. */
  onFatal(error: Error): void
}

/** Sealed bytes `[from, to)` that cannot be read. */
export interface FoundDamage {
  from: number
  to: number
  messages: Pick<MessageFields, 'stream' | 'epoch' | 'number'>[]
}
