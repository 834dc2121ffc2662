import type { Journal, JournalHooks } from '#journal/journal.ts'
import { Fold, textOf } from './support.ts'

/** One journal: how to open it, to keep what it commits from becoming durable, and to let its process die. */
export interface Subject {
  /** Opens what is there; at first there is nothing. Segments of 64 kB, batches of at most 4 kB. */
  open(hooks: JournalHooks): Promise<Journal>
  /** From now on nothing becomes durable. */
  hold(): void
  /** All that was committed since may become durable. */
  release(): void
  /** The process dies, and `open` finds what was durable. What was committed and not held must have been waited for. */
  crash(): Promise<void>
  /** After a law, which has closed what it opened. */
  end(): Promise<void>
}

export interface Life {
  journal: Journal
  fold: Fold
  durable: number[]
  /** Texts of the heads restored. */
  heads: string[]
}

/** A journal from one opening to its close or crash, and the state that follows it. */
export async function lifeOf(subject: Subject, hooks: Partial<JournalHooks> = {}): Promise<Life> {
  const fold = new Fold()
  const durable: number[] = []
  const heads: string[] = []
  const journal = await subject.open({
    head: () => Buffer.from(fold.state),
    restore(head) {
      heads.push(Buffer.from(head).toString())
      fold.restore(head)
    },
    replay: (record) => fold.apply(record),
    onDurable: (batch) => durable.push(batch),
    onPressure: () => {},
    onFatal(error) {
      throw error
    },
    ...hooks,
  })
  return { journal, fold, durable, heads }
}

export async function scanned(
  { journal }: Pick<Life, 'journal'>,
  from = journal.start,
  to = journal.end,
): Promise<string[]> {
  const texts: string[] = []
  await journal.scan(from, to, (record) => void (record.type !== 'H' && texts.push(textOf(record))))
  return texts
}
