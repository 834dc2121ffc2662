import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { validBatch } from '#journal/batch-walk.ts'
import { BATCH_BYTES, H, memoryOf } from '#journal/layout.ts'
import { recover } from '#journal/recovery.ts'
import { Segments } from '#journal/segments.ts'
import { Fold, fieldsOf, type JournalOptions, type Opened, opened, temporaryDirectory } from './support.ts'

/** A small generator of its own, so that a failure names its seed. */
export function randomFrom(seed: number): (below: number) => number {
  let state = seed >>> 0 || 1
  return (below) => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) % below
  }
}

export interface RandomJournal extends Opened {
  dir: string
  /** State after each batch, by its number. */
  states: Map<number, string>
  /** Texts of the records of each batch. */
  texts: Map<number, string[]>
  append(): void
}

/**
 * A journal that appends records of all kinds as a connector might: deliveries
 * of what is there, numbers that only grow.
 */
export async function randomJournal(
  seed: number,
  dir = temporaryDirectory(),
  options: Partial<JournalOptions> = {},
): Promise<RandomJournal> {
  const random = randomFrom(seed)
  const states = new Map<number, string>()
  const texts = new Map<number, string[]>()
  const one = await opened(dir, options)
  const { journal, fold } = one
  const numbers = [1, 1, 1]
  const outbound = [1, 1, 1, 1]
  const messages: number[] = []
  const apply = (position: number) => {
    fold.apply(journal.read(position))
    const { batch } = journal
    states.set(batch, fold.state)
    texts.set(batch, [...(texts.get(batch) ?? []), fold.seen.at(-1)!])
  }
  const kinds: (() => void)[] = [
    () => {
      const stream = random(3)
      const bytes = Buffer.alloc(random(400), 65 + random(26))
      // now and then a hole in the source's numbers, as sources leave them
      numbers[stream]! += random(20) === 0 ? 3 : 1
      const position = journal.appendMessage(fieldsOf(numbers[stream]!, stream), bytes, 0, bytes.length)
      messages.push(position)
      apply(position)
    },
    () => {
      if (messages.length === 0) return
      const target = random(4)
      const count = 1 + random(5)
      const position = journal.beginDelivery(target, 1, random(4), outbound[target]!, random(2 ** 31))
      for (let i = 0; i < count; i++)
        journal.addCopy(messages[Math.max(0, messages.length - 1 - random(50))]!, random(3))
      journal.endDelivery()
      outbound[target]! += count
      apply(position)
    },
    () => {
      const target = random(4)
      const bytes = random(2) ? Buffer.alloc(random(200), 66) : undefined
      apply(journal.appendSession(target, 1, outbound[target]!++, 66, bytes))
    },
    () => apply(journal.appendInbound(random(4), random(1_000_000))),
    () => apply(journal.appendControl(random(256), Buffer.alloc(random(100), random(256)))),
  ]
  const append = () => kinds[Math.max(0, random(9) - 4)]!()
  return { ...one, dir, states, texts, append }
}

/** Fill and close: a directory to damage copies of. */
export async function filled(seed: number, batches: number): Promise<RandomJournal> {
  const made = await randomJournal(seed)
  const random = randomFrom(seed + 1)
  for (let i = 0; i < batches; i++) {
    for (let n = 1 + random(6); n > 0; n--) made.append()
    await made.journal.flush()
  }
  await made.journal.close()
  return made
}

/** Where every batch of a segment is; in a segment as it was written. */
export function batchesOf(bytes: Buffer) {
  const memory = memoryOf(bytes)
  const batches = []
  for (let at = 0; ; ) {
    const batch = validBatch(memory, at)
    if (!batch) return batches
    batches.push({ ...batch, isHead: memory.view.getUint8(at + BATCH_BYTES) === H })
    at += batch.length
  }
}

export interface Damaged {
  recovered: ReturnType<typeof recover>
  fold: Fold
  segments: Segments
}

/**
 * Recover a copy of a directory after a change to its newest segment that holds anything;
 * of the older ones only the last is there.
 */
export function recoveredAfter(made: RandomJournal, change: (newest: Buffer) => Buffer): Damaged {
  const dir = mkdtempSync(join(tmpdir(), 'journal-cut-'))
  try {
    const newest = newestPath(made.dir)
    const older = readdirSync(made.dir).filter((name) => name.endsWith('.segment') && name < basename(newest))
    for (const name of older.slice(-1)) cpSync(join(made.dir, name), join(dir, name))
    writeFileSync(join(dir, basename(newest)), change(readFileSync(newest)))
    const segments = new Segments(dir, 'os')
    const fold = new Fold()
    const recovered = recover(segments, {
      restore: (head) => fold.restore(head),
      replay: (record) => fold.apply(record),
    })
    return { recovered, fold, segments }
  } finally {
    rmSync(dir, { recursive: true })
  }
}

/** The newest segment file that anything was written to. */
export function newestPath(dir: string): string {
  const segments = new Segments(dir, 'os')
  const written = segments.list.filter((s) => segments.load(s).some((byte) => byte !== 0))
  return segments.path(written.at(-1)!.base)
}

export const newestOf = (made: RandomJournal): Buffer => readFileSync(newestPath(made.dir))
