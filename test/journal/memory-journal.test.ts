import { expect, test } from 'vitest'
import { MemoryDisk } from '#test/support/memory-disk.ts'
import { openMemoryJournal } from '#test/support/memory-journal.ts'
import { Fold, fieldsOf } from './support.ts'

/** A memory journal whose writes end when the test says, at the time that the test says. */
function opened(disk: MemoryDisk, nowMs: number) {
  const fold = new Fold()
  const durable: number[] = []
  const writes: (() => void)[] = []
  const journal = openMemoryJournal(
    disk,
    {
      head: () => Buffer.from(fold.state),
      restore: (head) => fold.restore(head),
      replay: (record) => fold.apply(record),
      onDurable: (batch) => durable.push(batch),
      onPressure: () => {},
      onFatal: () => {},
    },
    { later: (endWrite) => writes.push(endWrite), nowMs: () => nowMs },
  )
  const append = (number: number) => {
    const position = journal.appendMessage(fieldsOf(number), Buffer.from('x'), 0, 1)
    fold.apply(journal.read(position))
    return position
  }
  return { journal, fold, durable, writes, append }
}

test('a batch of a memory journal is durable when its write is ended, and not before', async () => {
  const { journal, durable, writes, append } = opened(new MemoryDisk(), 0)
  append(1)
  const first = journal.commit()
  append(2)
  const second = journal.commit()
  expect([durable.length, writes.length]).toEqual([0, 1])
  const flushed = journal.flush()
  writes.shift()?.()
  expect(durable).toEqual([first])
  writes.shift()?.()
  expect(durable).toEqual([first, second])
  await flushed
})

test('a batch whose write reached the disk is there at the next start, told or not', () => {
  const disk = new MemoryDisk()
  const one = opened(disk, 0)
  one.append(1)
  one.journal.commit()
  const { state } = one.fold
  one.append(2)
  one.journal.commit()
  one.journal.crash(1)
  expect(one.durable).toEqual([])
  one.writes.shift()?.()
  expect(one.durable).toEqual([])
  const two = opened(disk, 0)
  expect(two.fold.state).toBe(state)
  two.journal.crash()
  expect(opened(disk, 0).fold.state).toBe(state)
})

test('the batches of a memory journal bear the time that it was given', async () => {
  const one = opened(new MemoryDisk(), 1_234)
  one.append(1)
  one.journal.commit()
  const times: number[] = []
  await one.journal.scan(0, one.journal.end, (record) => void times.push(record.wallClockMs))
  expect(times).toEqual([1_234, 1_234])
})
