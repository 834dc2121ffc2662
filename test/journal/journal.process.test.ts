import { describe, expect, test } from 'vitest'
import type { JournalRecord } from '#journal/records.ts'
import { appendMessage, fieldsOf, type Opened, opened, temporaryDirectory, textOf } from './support.ts'

/** Everything a scan meets, as text. */
async function scanned({ journal }: Opened, from = journal.start, to = journal.end): Promise<string[]> {
  const texts: string[] = []
  await journal.scan(from, to, (record) => {
    if (record.type !== 'H') texts.push(textOf(record))
    return true
  })
  return texts
}

function appendDelivery({ journal, fold }: Opened, target: number, first: number, messages: number[]): number {
  const position = journal.beginDelivery(target, 1, 2, first, 1_700_000_000_123)
  for (const [i, message] of messages.entries()) journal.addCopy(message, i)
  journal.endDelivery()
  if (messages.length > 0) fold.apply(journal.read(position))
  return position
}

describe('a journal', () => {
  test('gives back what was appended, from memory and from the disk', async () => {
    const dir = temporaryDirectory()
    const one = await opened(dir)
    const { journal, fold } = one
    const message = appendMessage(one, 41, 5, 'x'.repeat(300))
    const delivery = appendDelivery(one, 9, 100, [message, message])
    fold.apply(journal.read(journal.appendSession(9, 1, 102, 48)))
    const kept = journal.appendSession(9, 1, 103, 66, Buffer.from('..8=FIX.4.2 news..'), 2, 16)
    fold.apply(journal.read(kept))
    fold.apply(journal.read(journal.appendInbound(9, 77)))
    const control = journal.appendControl(3, Buffer.from('week 2026-11-22'))
    fold.apply(journal.read(control))
    expect(await scanned(one)).toEqual(fold.seen)
    await journal.flush()
    expect(journal.read(kept)).toMatchObject({ type: 'S', session: 9, epoch: 1, number: 103, msgType: 66 })
    await journal.close()

    const two = await opened(dir)
    expect(two.journal.recovery).toMatchObject({ tail: 'clean', damaged: [], restored: true, replayedRecords: 6 })
    expect(two.fold.state).toBe(fold.state)
    expect(await scanned(two)).toEqual(fold.seen)
    expect(two.journal.read(message)).toMatchObject({ type: 'M', ...fieldsOf(41, 5) })
    expect(two.journal.read(delivery)).toMatchObject({ type: 'D', target: 9, kind: 2, firstNumber: 100, count: 2 })
    expect(textOf(two.journal.read(control))).toContain('week 2026-11-22')
    await two.journal.close()
  })

  test('says of every batch in order when it is durable', async () => {
    const one = await opened(temporaryDirectory())
    const promised: number[] = []
    for (let i = 1; i <= 200; i++) {
      appendMessage(one, i)
      promised.push(one.journal.commit())
      if (i % 10 === 0) await one.journal.flush()
    }
    await one.journal.flush()
    expect(one.durable).toEqual([...one.durable].sort((a, b) => a - b))
    expect(one.durable.at(-1)).toBe(promised.at(-1))
    expect(one.journal.durableBatch).toBe(promised.at(-1))
    expect(one.journal.backlogBytes).toBe(0)
    await one.journal.close()
  })

  test('gathers what is appended while a batch is in flight into the next one', async () => {
    const one = await opened(temporaryDirectory(), { durability: 'fsync' })
    appendMessage(one, 1)
    const first = one.journal.commit()
    const rest = [2, 3, 4].map((number) => {
      appendMessage(one, number)
      return one.journal.commit()
    })
    expect(rest).toEqual([first + 1, first + 1, first + 1])
    await one.journal.flush()
    await one.journal.close()
  })

  test('goes on in a new segment that begins with the state, and recovers from the newest alone', async () => {
    const dir = temporaryDirectory()
    const one = await opened(dir)
    for (let i = 1; i <= 3_000; i++) {
      appendMessage(one, i, 1, 'y'.repeat(100))
      if (i % 7 === 0) await one.journal.flush()
    }
    await one.journal.flush()
    expect(await scanned(one)).toEqual(one.fold.seen)
    await one.journal.close()
    const two = await opened(dir)
    expect(two.fold.state).toBe(one.fold.state)
    expect(two.journal.recovery.replayedRecords).toBeLessThan(600)
    expect(await scanned(two)).toEqual(one.fold.seen)
    appendMessage(two, 3_001)
    await two.journal.flush()
    expect(await scanned(two)).toHaveLength(3_001)
    await two.journal.close()
  })

  test('is scanned into the batch still open, whatever stood in that memory before', async () => {
    const one = await opened(temporaryDirectory())
    for (let i = 1; i <= 400; i++) {
      const from = one.journal.end
      appendMessage(one, i, 1, '6'.repeat(1_000))
      expect(await scanned(one, from)).toEqual([one.fold.seen.at(-1)])
      await one.journal.flush()
    }
    await one.journal.close()
  })

  test('takes a burst larger than a batch, a segment and its memory', async () => {
    const dir = temporaryDirectory()
    const one = await opened(dir)
    for (let i = 1; i <= 5_000; i++) appendMessage(one, i, 1, 'z'.repeat(150))
    one.journal.commit()
    await one.journal.flush()
    expect(await scanned(one)).toEqual(one.fold.seen)
    await one.journal.close()
    const two = await opened(dir)
    expect(two.fold.state).toBe(one.fold.state)
    await two.journal.close()
  })

  test('keeps a delivery of more copies than a batch holds, under consecutive numbers', async () => {
    const one = await opened(temporaryDirectory())
    const message = appendMessage(one, 1)
    const { journal } = one
    journal.beginDelivery(4, 1, 0, 500, 0)
    for (let i = 0; i < 4_000; i++) journal.addCopy(message, 0)
    journal.endDelivery()
    await journal.flush()
    const numbers: number[] = []
    await journal.scan(journal.start, journal.end, (record) => {
      if (record.type !== 'D') return true
      for (let i = 0; i < record.count; i++) {
        numbers.push(record.firstNumber + i)
        expect(record.messages[i]).toBe(message)
      }
      return true
    })
    expect(numbers).toEqual(Array.from({ length: 4_000 }, (_, i) => 500 + i))
    expect(journal.findDelivery(4, 1, 4_499)).toBeGreaterThan(journal.findDelivery(4, 1, 500))
    expect(journal.findDelivery(4, 1, 4_500)).toBe(-1)
    await journal.close()
  })

  test('writes nothing for a delivery without copies', async () => {
    const one = await opened(temporaryDirectory())
    const before = one.journal.end
    appendDelivery(one, 4, 1, [])
    expect(one.journal.end).toBe(before)
    await one.journal.close()
  })

  test('encodes a message written in place like one that was copied', async () => {
    const { journal } = await opened(temporaryDirectory())
    const at = journal.messageRoom(1_000)
    journal.memory.bytes.write('in place', at)
    const position = journal.messageWritten(fieldsOf(8), 8)
    expect(journal.read(position)).toMatchObject({ start: at, end: at + 8 })
    expect(textOf(journal.read(position))).toMatch(/ in place$/)
    await journal.close()
  })

  test('stops a scan where it is told to and goes on from there', async () => {
    const one = await opened(temporaryDirectory())
    for (let i = 1; i <= 2_000; i++) {
      appendMessage(one, i, 1, 'w'.repeat(90))
      if (i % 50 === 0) await one.journal.flush()
    }
    await one.journal.flush()
    const texts: string[] = []
    let from = one.journal.start
    while (from < one.journal.end) {
      let left = 37
      const visit = (record: JournalRecord) => {
        if (record.type !== 'H') texts.push(textOf(record))
        return --left > 0
      }
      from = await one.journal.scan(from, one.journal.end, visit)
    }
    expect(texts).toEqual(one.fold.seen)
    await one.journal.close()
  })

  test('reads ascending positions through a reader from disk and memory alike', async () => {
    const one = await opened(temporaryDirectory())
    const positions: number[] = []
    for (let i = 1; i <= 3_000; i++) {
      positions.push(appendMessage(one, i, 1, 'v'.repeat(i % 3_500)))
      if (i % 20 === 0) await one.journal.flush()
    }
    await one.journal.flush()
    const reader = one.journal.reader()
    let loads = 0
    for (const [i, position] of positions.entries()) {
      let record = reader.peek(position)
      if (!record) {
        loads++
        await reader.load(position)
        record = reader.peek(position)
      }
      expect(record && textOf(record)).toBe(one.fold.seen[i])
    }
    expect(loads).toBeGreaterThan(1)
    expect(loads).toBeLessThan(300)
    expect(() => one.journal.read(one.journal.end + 1_000_000)).toThrow('nothing of the journal')
    await one.journal.close()
  })

  test('takes up segments of another size, whatever an earlier run had made ahead', async () => {
    const dir = temporaryDirectory()
    const seen: string[] = []
    for (const segmentBytes of [64, 128, 32, 64, 256].map((kb) => kb * 1024)) {
      const one = await opened(dir, { segmentBytes })
      for (let i = 1; i <= 400; i++) {
        appendMessage(one, seen.length + i, 1, 't'.repeat(200))
        if (i % 30 === 0) await one.journal.flush()
      }
      seen.push(...one.fold.seen.slice(-400))
      await one.journal.flush()
      expect(await scanned(one)).toEqual(seen)
      await one.journal.close()
    }
    const last = await opened(dir)
    expect(await scanned(last)).toEqual(seen)
    await last.journal.close()
  })

  test('removes whole old segments and nothing else', async () => {
    const dir = temporaryDirectory()
    const one = await opened(dir)
    for (let i = 1; i <= 3_000; i++) {
      appendMessage(one, i, 1, 'u'.repeat(100))
      if (i % 100 === 0) await one.journal.flush()
    }
    await one.journal.flush()
    const disk = one.journal.diskBytes
    const cut = one.journal.findMessage(1, 3, 1_500)
    const start = await one.journal.removeBefore(cut)
    expect(start).toBeGreaterThan(0)
    expect(start).toBeLessThanOrEqual(cut)
    expect(one.journal.diskBytes).toBeLessThan(disk)
    expect(one.journal.findMessage(1, 3, 1)).toBe(-1)
    expect(one.journal.findMessage(1, 3, 1_500)).toBe(cut)
    const kept = await scanned(one)
    expect(kept).toEqual(one.fold.seen.slice(-kept.length))
    await one.journal.close()
    const two = await opened(dir)
    expect(two.fold.state).toBe(one.fold.state)
    expect(two.journal.start).toBe(start)
    await two.journal.close()
  })
})
