import type { JournalAppend } from './append.ts'
import type { JournalKeep } from './keep.ts'
import type { JournalRead } from './read.ts'
import type { JournalRecord, MessageFields } from './records.ts'

/**
 * The durable log of one directory and one process: append to the open batch, commit, be told when it is durable, read
 * back. One batch is in flight while one is open. Nothing here waits on the disk except where said.
 */
export interface Journal extends JournalAppend, JournalRead, JournalKeep {}

/** What a journal asks and tells the one who opens it. */
export interface JournalHooks {
  /**
   * The state after every record appended so far. Asked inside `commit`; inside an append only when more than 4 MB are
   * appended between two commits, so: append first, then apply, then append the next.
   */
  head(): Uint8Array
  /** Recovery, once at most: start from this state. */
  restore(head: Uint8Array): void
  /** Recovery: apply one record that follows. */
  replay(record: JournalRecord): void
  /** Recovery: what stood from here to the next record cannot be read. */
  damaged?(from: number): void
  /**
   * Sealed bytes that were to be read cannot be: added to `recovery.damaged`. `messages`: the M in them, as far as an
   * index tells.
   */
  onDamaged?(damage: FoundDamage): unknown
  /** This batch and all before it are durable. In order, from the event loop, never from inside an append or commit. */
  onDurable(batch: number): void
  /**
   * True: no room could be allocated ahead, feeds must pause at once, session records and deliveries go on. False:
   * there is room again.
   */
  onPressure(full: boolean): void
  /** A write or sync failed other than for want of room. Nothing may be assumed after it: the process must end. */
  onFatal(error: Error): void
}

/** Sealed bytes `[from, to)` that cannot be read. */
export interface FoundDamage {
  from: number
  to: number
  messages: Pick<MessageFields, 'stream' | 'epoch' | 'number'>[]
}
