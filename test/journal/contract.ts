import { describe, expect, test, vi } from 'vitest'
import type { SealedSegment } from '#journal/keep.ts'
import type { JournalRecord } from '#journal/records.ts'
import { holdsAgainstModel } from './contract-model.ts'
import { type Life, lifeOf, type Subject, scanned } from './subject.ts'
import { fieldsOf, textOf } from './support.ts'

/** What every journal keeps, however it does. `runs`: how often random operations are tried against the model. */
export function journalContract(name: string, make: () => Subject, runs: number): void {
  describe(name, () => {
    for (const [title, law] of Object.entries(laws))
      test(title, async () => {
        const subject = make()
        try {
          await law(subject)
        } finally {
          subject.release()
          await subject.end()
        }
      })
    test('random operations end like those of a naive model', () => holdsAgainstModel(make, runs))
  })
}

const laws: Record<string, (subject: Subject) => Promise<void>> = {
  'what is appended is read back the same, in order, at positions that ascend, before and after it is durable and by the next process':
    async (subject) => {
      const one = await lifeOf(subject)
      const { journal } = one
      const positions = [
        appendMessage(one, 7),
        journal.appendSession(9, 1, 102, 48),
        journal.appendSession(9, 1, 103, 66, Buffer.from('..8=FIX.4.2 news..'), 2, 16),
        journal.appendInbound(9, 77),
        journal.appendControl(3, Buffer.from('week')),
      ]
      const delivery = journal.beginDelivery(4, 1, 2, 500, 1_700_000_000_123)
      journal.addCopy(positions[0]!, 0)
      journal.addCopy(positions[0]!, 3)
      journal.endDelivery()
      positions.push(delivery)
      for (const position of positions.slice(1)) one.fold.apply(journal.read(position))
      const { seen, state } = one.fold
      expect(seen.map((text) => text.replace(/^\d+ /, ''))).toEqual([
        `M 7 7,1,3,7,7,2,1007,${(7 * 2_654_435_761) >>> 0},80,120 ${'h'.repeat(100)}`,
        'S 9,1,102,48 ',
        'S 9,1,103,66 8=FIX.4.2 news',
        'I 9,77',
        'X 3 week',
        `D 4,1,2,500,1700000000123 ${positions[0]},${positions[0]} 0,3`,
      ])
      expect(positions).toEqual([...positions].sort((a, b) => a - b))
      expect(positions[0]).toBeGreaterThanOrEqual(journal.start)
      expect(positions.at(-1)).toBeLessThan(journal.end)
      expect(await scanned(one)).toEqual(seen)
      await journal.flush()
      expect(await scanned(one)).toEqual(seen)
      await journal.close()
      const two = await lifeOf(subject)
      expect(await scanned(two)).toEqual(seen)
      expect(two.fold.state).toBe(state)
      expect(two.fold.seen).toEqual(seen)
      expect(positions.map((position) => textOf(two.journal.read(position)))).toEqual(seen)
      await two.journal.close()
    },

  'what is appended in place is read back like what was copied': async (subject) => {
    const { journal } = await lifeOf(subject)
    const at = journal.messageRoom(1_000)
    journal.memory.bytes.write('in place', at)
    expect(textOf(journal.read(journal.messageWritten(fieldsOf(8), 8)))).toMatch(/ in place$/)
    await journal.close()
  },

  'what is appended is refused between the begin and the end of a delivery, and so is a commit': async (subject) => {
    const one = await lifeOf(subject)
    const position = appendMessage(one, 1)
    one.journal.beginDelivery(4, 1, 0, 500, 0)
    one.journal.addCopy(position, 0)
    expect(() => one.journal.appendInbound(1, 1)).toThrow('begun and not ended')
    expect(() => one.journal.commit()).toThrow('begun and not ended')
    one.journal.endDelivery()
    await one.journal.close()
  },

  'a batch is told to be durable in order and never inside an append or a commit': async (subject) => {
    let isInside = false
    const told: number[] = []
    const one = await lifeOf(subject, {
      onDurable(batch) {
        expect(isInside).toBe(false)
        told.push(batch)
      },
    })
    expect(told).toEqual([])
    const promised: number[] = []
    for (let number = 1; number <= 100; number++) {
      isInside = true
      appendMessage(one, number, 300)
      promised.push(one.journal.commit())
      isInside = false
      if (number % 10 === 0) await new Promise(setImmediate)
    }
    await one.journal.flush()
    expect(promised).toEqual([...promised].sort((a, b) => a - b))
    expect(told).toEqual([...new Set(told)].sort((a, b) => a - b))
    expect(told.at(-1)).toBe(promised.at(-1))
    await one.journal.close()
  },

  'a batch that is held counts as backlog and is durable when it is let go': async (subject) => {
    const one = await lifeOf(subject)
    const { journal, durable } = one
    await fill(one, 1, 3)
    const before = journal.durableEnd
    expect(before).toMatchObject({ batch: journal.durableBatch, position: journal.end })
    expect(journal.backlogBytes).toBe(0)
    const toldBefore = durable.length
    subject.hold()
    appendMessage(one, 4)
    const open = journal.backlogBytes
    expect(open).toBeGreaterThan(100)
    expect(journal.commit()).toBe(before.batch + 1)
    appendMessage(one, 5)
    expect(journal.commit()).toBe(before.batch + 2)
    appendMessage(one, 6)
    expect(journal.commit()).toBe(before.batch + 2) // one is in flight while one is open
    expect(journal.batch).toBe(before.batch + 2)
    for (let i = 0; i < 5; i++) await new Promise(setImmediate)
    expect(durable).toHaveLength(toldBefore)
    expect(journal.durableEnd).toEqual(before)
    expect(journal.backlogBytes).toBeGreaterThan(2 * open)
    expect(await scanned(one)).toEqual(one.fold.seen)
    subject.release()
    await vi.waitFor(() => expect(journal.durableBatch).toBe(before.batch + 2))
    expect(durable.slice(toldBefore)).toEqual([before.batch + 1, before.batch + 2])
    expect(journal.backlogBytes).toBe(0)
    await journal.close()
  },

  'a batch is not made of nothing': async (subject) => {
    const one = await lifeOf(subject)
    const { journal } = one
    await fill(one, 1, 1)
    const { batch, end, durableEnd } = journal
    expect(journal.commit()).toBe(batch - 1)
    await journal.flush()
    expect({ batch, end, durableEnd }).toEqual({
      batch: journal.batch,
      end: journal.end,
      durableEnd: journal.durableEnd,
    })
    expect(one.durable).toHaveLength(1)
    journal.beginDelivery(4, 1, 0, 500, 0)
    journal.endDelivery()
    expect(journal.commit()).toBe(batch - 1)
    await journal.close()
  },

  'a batch has a crc that the end names and every later process finds': async (subject) => {
    const one = await lifeOf(subject)
    const crcs = new Map<number, number>()
    for (let number = 1; number <= 800; number++) {
      await fill(one, number, number)
      if (number % 100 === 0) crcs.set(one.journal.durableBatch, one.journal.durableEnd.crc)
    }
    const { durableEnd } = one.journal
    for (const [batch, crc] of crcs) expect(one.journal.crcOf(batch)).toBe(crc)
    await one.journal.close()
    const { journal } = await lifeOf(subject)
    for (const [batch, crc] of crcs) expect(journal.crcOf(batch)).toBe(crc)
    expect(journal.durableEnd).toEqual(durableEnd)
    expect(journal.crcOf(durableEnd.batch + 1)).toBeUndefined()
    await journal.close()
  },

  'a start behind a crash finds what was durable, once and in order, and nothing else': async (subject) => {
    const one = await lifeOf(subject)
    await fill(one, 1, 20)
    const { durableEnd } = one.journal
    const { state } = one.fold
    const seen = [...one.fold.seen]
    subject.hold()
    for (let number = 21; number <= 30; number++) {
      appendMessage(one, number)
      if (number < 29) one.journal.commit()
    }
    await subject.crash()
    const two = await lifeOf(subject)
    expect(two.fold.state).toBe(state)
    expect(two.fold.seen).toEqual(seen)
    expect(await scanned(two)).toEqual(seen)
    expect(two.journal.durableEnd).toEqual(durableEnd)
    expect(two.journal.findMessage(1, 3, 20)).toBeGreaterThan(0)
    expect(two.journal.findMessage(1, 3, 21)).toBe(-1)
    const [position] = await fill(two, 21, 21)
    expect(position).toBeGreaterThanOrEqual(durableEnd.position)
    expect(await scanned(two)).toEqual(two.fold.seen)
    await two.journal.close()
  },

  'a start restores the newest head, once, and replays what follows it': async (subject) => {
    const one = await lifeOf(subject)
    expect(one.heads).toEqual([])
    expect(one.journal.recovery).toMatchObject({ restored: false, replayedRecords: 0 })
    await fill(one, 1, 1_200)
    const heads: string[] = []
    await one.journal.scan(one.journal.start, one.journal.end, (record) => void keepHead(record, heads))
    expect(heads.length).toBeGreaterThan(2)
    await one.journal.close()
    const two = await lifeOf(subject)
    expect(two.heads).toEqual([heads.at(-1)])
    const applied = Number(heads.at(-1)!.split(':')[0])
    expect(two.journal.recovery).toMatchObject({
      tail: 'clean',
      damaged: [],
      restored: true,
      replayedRecords: 1_200 - applied,
    })
    expect(two.fold.seen).toEqual(one.fold.seen.slice(applied))
    expect(two.fold.state).toBe(one.fold.state)
    await two.journal.close()
  },

  'a scan begins with the record it is told to, ends before the position it is told to, and stops behind a record':
    async (subject) => {
      const one = await lifeOf(subject)
      const positions = await fill(one, 1, 700)
      const { journal, fold } = one
      for (const [from, to] of [
        [0, 1],
        [5, 5],
        [3, 690],
        [340, 699],
      ] as const)
        expect(await scanned(one, positions[from], positions[to])).toEqual(fold.seen.slice(from, to))
      const texts: string[] = []
      for (let at = journal.start; at < journal.end; ) {
        let left = 37
        at = await journal.scan(at, journal.end, (record) => {
          if (record.type !== 'H') texts.push(textOf(record))
          return --left > 0
        })
      }
      expect(texts).toEqual(fold.seen)
      await journal.close()
    },

  'a scan and a reader find the same records at the positions of old and recent ones': async (subject) => {
    const one = await lifeOf(subject)
    const positions = await fill(one, 1, 1_500)
    const reader = one.journal.reader()
    for (const [i, position] of positions.entries()) {
      if (!reader.peek(position)) expect(await reader.load(position)).toBe(true)
      expect(textOf(reader.peek(position)!)).toBe(one.fold.seen[i])
    }
    reader.close()
    expect(() => one.journal.read(one.journal.end + 1_000_000)).toThrow('nothing of the journal')
    await one.journal.close()
  },

  'retention removes whole oldest segments that end at or below a position, and nothing else': async (subject) => {
    const one = await lifeOf(subject)
    const positions = await fill(one, 1, 1_500)
    const { journal, fold } = one
    const sealed: SealedSegment[] = []
    for (let i = 0, next = journal.sealed(0); next; next = journal.sealed(++i)) sealed.push(next)
    expect(sealed.length).toBeGreaterThan(1)
    expect(journal.diskBytes).toBeGreaterThan(sealed.reduce((sum, { bytes }) => sum + bytes, 0))
    expect(journal.replayFrom).toBe(sealed.at(-2)!.end)
    const cut = positions.find((position) => position > sealed[0]!.end)!
    const before = journal.diskBytes
    expect(await journal.removeBefore(cut)).toBe(sealed[0]!.end)
    expect(journal.start).toBe(sealed[0]!.end)
    expect(journal.diskBytes).toBe(before - sealed[0]!.bytes)
    expect(journal.sealed(0)).toEqual(sealed[1])
    const kept = positions.filter((position) => position >= journal.start)
    expect(await scanned(one)).toEqual(fold.seen.slice(-kept.length))
    expect(journal.isDamaged(positions[0]!)).toBe(true)
    expect(journal.isDamaged(kept[0]!)).toBe(false)
    expect(journal.findMessage(1, 3, 1)).toBe(-1)
    expect(journal.findMessageFrom(1, 3, 1)).toBe(kept[0])
    expect(await journal.removeBefore(journal.start)).toBe(journal.start)
    await journal.removeBefore(Number.MAX_SAFE_INTEGER)
    expect(journal.start).toBeLessThanOrEqual(journal.replayFrom) // what is written to stays
    await journal.close()
    const two = await lifeOf(subject)
    expect(two.fold.state).toBe(fold.state)
    expect(two.journal.start).toBe(journal.start)
    await two.journal.close()
  },
}

function appendMessage({ journal, fold }: Life, number: number, bytes = 100): number {
  const position = journal.appendMessage(fieldsOf(number), Buffer.alloc(bytes, 97 + (number % 26)), 0, bytes)
  fold.apply(journal.read(position))
  return position
}

/** Messages numbered one after the other, each in a batch of its own. Returns their positions. */
async function fill(life: Life, from: number, to: number): Promise<number[]> {
  const positions: number[] = []
  for (let number = from; number <= to; number++) {
    positions.push(appendMessage(life, number))
    await life.journal.flush()
  }
  return positions
}

function keepHead(record: JournalRecord, heads: string[]): void {
  if (record.type === 'H') heads.push(record.bytes.toString('latin1', record.start, record.end))
}
