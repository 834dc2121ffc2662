import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { Journal, JournalHooks } from '#journal/journal.ts'
import { openJournal } from '#journal/open-journal.ts'
import type { JournalRecord, MessageFields } from '#journal/records.ts'

export type JournalOptions = Parameters<typeof openJournal>[1]

/** A directory that is gone after the test. */
export function temporaryDirectory(): string {
  const dir = mkdtempSync(join(tmpdir(), 'journal-'))
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }))
  return dir
}

/** Segments and batches small enough that a test meets their ends. */
export const small: JournalOptions = {
  durability: 'os',
  segmentBytes: 64 * 1024,
  batchBytes: 4 * 1024,
  ringBytes: 128 * 1024,
  reserveBytes: 16 * 1024,
}

/** Plain text of a record, without what depends on the clock. */
export function textOf(record: JournalRecord): string {
  const { position } = record
  const bytes = 'bytes' in record ? record.bytes.toString('latin1', record.start, record.end) : ''
  switch (record.type) {
    case 'M': {
      const { stream, epoch, number, feed, feedEpoch, feedNumber, digest, flags, bodyAt, at797 } = record
      return `${position} M ${record.class} ${[flags, stream, epoch, number, feed, feedEpoch, feedNumber, digest, bodyAt, at797]} ${bytes}`
    }
    case 'D': {
      const messages = [...record.messages.subarray(0, record.count)]
      const chain = [...record.chain.subarray(0, record.count)]
      return `${position} D ${[record.target, record.epoch, record.kind, record.firstNumber, record.sendingTimeMs]} ${messages} ${chain}`
    }
    case 'S':
      return `${position} S ${[record.session, record.epoch, record.number, record.msgType]} ${bytes}`
    case 'I':
      return `${position} I ${[record.session, record.next]}`
    case 'X':
      return `${position} X ${record.kind} ${bytes}`
    case 'H':
      return `${position} H ${bytes}`
  }
}

/**
 * The simplest state there is: the text of every record since the start, folded into a count and a hash so that a head
 * stays small. Two states are equal when the same records were applied in the same order.
 */
export class Fold {
  count = 0
  hash = 5381
  readonly seen: string[] = []

  apply(record: JournalRecord): void {
    const text = textOf(record)
    this.seen.push(text)
    this.count++
    for (let i = 0; i < text.length; i++) this.hash = (Math.imul(this.hash, 33) ^ text.charCodeAt(i)) >>> 0
  }

  get state(): string {
    return `${this.count}:${this.hash}`
  }

  restore(head: Uint8Array): void {
    const [count, hash] = Buffer.from(head).toString().split(':').map(Number)
    this.count = count ?? 0
    this.hash = hash ?? 0
  }
}

export interface Opened {
  journal: Journal
  fold: Fold
  durable: number[]
  pressure: boolean[]
  fatal: Error[]
}

/** A journal and its fold. Closed after the test unless the test did. */
export async function opened(
  dir: string,
  options: Partial<JournalOptions> = {},
  hooks: Partial<JournalHooks> = {},
): Promise<Opened> {
  const fold = new Fold()
  const durable: number[] = []
  const pressure: boolean[] = []
  const fatal: Error[] = []
  const journal = await openJournal(
    dir,
    { ...small, ...options },
    {
      head: () => Buffer.from(fold.state),
      restore: (head) => fold.restore(head),
      replay: (record) => fold.apply(record),
      onDurable: (batch) => durable.push(batch),
      onPressure: (full) => pressure.push(full),
      onFatal: (error) => fatal.push(error),
      ...hooks,
    },
  )
  return { journal, fold, durable, pressure, fatal }
}

export const fieldsOf = (number: number, stream = 1): MessageFields => ({
  class: number % 256,
  flags: number % 65_536,
  stream,
  epoch: 3,
  feed: 7,
  feedEpoch: 2,
  number,
  feedNumber: number + 1_000,
  digest: (number * 2_654_435_761) >>> 0,
  bodyAt: 80,
  at797: 120,
})

/** Append M and apply it, as the owner of a state does. */
export function appendMessage(
  { journal, fold }: Opened,
  number: number,
  stream = 1,
  text = `message ${number}`,
): number {
  const bytes = Buffer.from(text)
  const position = journal.appendMessage(fieldsOf(number, stream), bytes, 0, bytes.length)
  fold.apply(journal.read(position))
  return position
}
