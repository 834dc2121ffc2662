import { readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { JournalRecord } from '#journal/records.ts'
import {
  batchesOf,
  filled,
  newestOf,
  newestPath,
  type RandomJournal,
  randomFrom,
  randomJournal,
  recoveredAfter,
} from './random-journal.ts'
import { Fold, opened, textOf } from './support.ts'

/** The number of the last batch that is whole when all bytes from `cut` on are zero; its trailer may be missing. */
function lastWholeInZeros(bytes: Buffer, cut: number): number {
  const isWhole = ({ at, length }: { at: number; length: number }) =>
    bytes.subarray(Math.max(cut, at), Math.max(cut, at + length - 8)).every((byte) => byte === 0)
  return batchesOf(bytes).findLast(isWhole)?.number ?? 0
}

/** The same when the file ends at `cut`. */
const lastWholeInFile = (bytes: Buffer, cut: number): number =>
  batchesOf(bytes).findLast(({ at, length }) => at + length <= cut)?.number ?? 0

/** State after a batch; batches that hold only a head change nothing. */
function stateAfter(made: RandomJournal, number: number): string {
  for (let n = number; n > 0; n--) {
    const state = made.states.get(n)
    if (state) return state
  }
  return new Fold().state
}

const zeroedFrom = (cut: number) => (bytes: Buffer) => bytes.fill(0, cut)

function expectCut(made: RandomJournal, cut: number): void {
  const bytes = newestOf(made)
  const before = batchesOf(bytes)[0]!.number - 1
  for (const [change, lastWhole] of [
    [zeroedFrom(cut), lastWholeInZeros],
    [(b: Buffer) => b.subarray(0, cut), lastWholeInFile],
  ] as const) {
    const { fold, recovered } = recoveredAfter(made, change)
    expect(fold.state).toBe(stateAfter(made, lastWhole(bytes, cut) || before))
    expect(recovered.report.damaged).toEqual([])
    expect(recovered.report.tail).not.toBe('suspect')
  }
}

describe('a journal cut off', () => {
  test('after any batch has the state of that moment', async () => {
    const made = await filled(11, 60)
    for (const { at, length } of batchesOf(newestOf(made))) expectCut(made, at + length)
  })

  test('at any byte has the state of the last batch that was whole', async () => {
    for (const seed of [1, 2, 3]) {
      const made = await filled(seed, 40)
      const end = batchesOf(newestOf(made)).reduce((_, b) => b.at + b.length, 0)
      fc.assert(
        fc.property(fc.integer({ min: 1, max: end }), (cut) => expectCut(made, cut)),
        { numRuns: 40 },
      )
    }
  })

  test('at every byte of its last batch has the state before it, or after it when only the trailer is missing', async () => {
    const made = await filled(5, 4)
    const last = batchesOf(newestOf(made)).at(-1)!
    for (let cut = last.at; cut <= last.at + last.length; cut++) expectCut(made, cut)
  })

  test('goes on as if what was cut had never been', async () => {
    const made = await filled(21, 80)
    const path = newestPath(made.dir)
    const bytes = readFileSync(path)
    const last = batchesOf(bytes).at(-1)!
    writeFileSync(path, bytes.fill(0, last.at + 50))
    const again = await randomJournal(99, made.dir)
    expect(again.journal.recovery).toMatchObject({ tail: 'torn', damaged: [] })
    expect(again.fold.state).toBe(stateAfter(made, last.number - 1))
    for (let i = 0; i < 300; i++) {
      again.append()
      if (i % 9 === 0) await again.journal.flush()
    }
    await again.journal.close()
    const third = await opened(made.dir)
    expect(third.journal.recovery).toMatchObject({ tail: 'clean', damaged: [] })
    expect(third.fold.state).toBe(again.fold.state)
    await third.journal.close()
  })

  test('in its file goes on behind the last whole batch', async () => {
    const made = await filled(23, 30)
    const path = newestPath(made.dir)
    const bytes = readFileSync(path)
    const last = batchesOf(bytes).at(-1)!
    writeFileSync(path, bytes.subarray(0, last.at + 21))
    const again = await randomJournal(98, made.dir)
    expect(again.fold.state).toBe(stateAfter(made, last.number - 1))
    for (let i = 0; i < 300; i++) {
      again.append()
      if (i % 9 === 0) await again.journal.flush()
    }
    await again.journal.close()
    const third = await opened(made.dir)
    expect(third.fold.state).toBe(again.fold.state)
    const texts: string[] = []
    const { start, end } = third.journal
    await third.journal.scan(start, end, (record) => void (record.type !== 'H' && texts.push(textOf(record))))
    expect(texts.slice(-again.fold.seen.length)).toEqual(again.fold.seen)
    await third.journal.close()
  })

  test('holds an M at every position a delivery names, and no number of a target twice', async () => {
    const made = await filled(31, 120)
    const bytes = newestOf(made)
    const random = randomFrom(4)
    for (let i = 0; i < 15; i++) {
      const cut = 200 + random(bytes.length - 200)
      const path = newestPath(made.dir)
      writeFileSync(path, Buffer.from(bytes).fill(0, cut))
      const { journal } = await opened(made.dir)
      const messages = new Set<number>()
      const numbers = new Set<string>()
      await journal.scan(journal.start, journal.end, (record) => {
        if (record.type === 'M') messages.add(record.position)
        if (record.type !== 'D') return true
        for (let n = 0; n < record.count; n++) {
          expect(messages).toContain(record.messages[n])
          const number = `${record.target}/${record.epoch}/${record.firstNumber + n}`
          expect(numbers).not.toContain(number)
          numbers.add(number)
        }
        return true
      })
      await journal.close()
      writeFileSync(path, bytes)
    }
  })
})

describe('a flipped bit', () => {
  const flipped = (at: number, bit: number) => (bytes: Buffer) => {
    bytes[at]! ^= 1 << bit
    return bytes
  }

  test('never lets a batch vanish unsaid', async () => {
    const made = await filled(41, 50)
    const bytes = newestOf(made)
    const batches = batchesOf(bytes)
    const end = batches.at(-1)!.at + batches.at(-1)!.length
    fc.assert(
      fc.property(fc.integer({ min: 0, max: end - 1 }), fc.integer({ min: 0, max: 7 }), (at, bit) => {
        const hit = batches.find((b) => at < b.at + b.length)!
        const { fold, recovered } = recoveredAfter(made, flipped(at, bit))
        const isTrailer = at >= hit.at + hit.length - 8
        const { tail, damaged, cut } = recovered.report
        if (isTrailer)
          expect({ tail, damaged, state: fold.state }).toEqual({ tail: 'clean', damaged: [], state: made.fold.state })
        else if (hit === batches.at(-1)) {
          expect({ tail, damaged, length: cut.to - cut.from }).toEqual({
            tail: 'suspect',
            damaged: [],
            length: hit.length,
          })
          expect(fold.state).toBe(stateAfter(made, hit.number - 1))
        } else if (hit.isHead) {
          expect(damaged).toEqual([expect.objectContaining({ batches: 1, head: true })])
          expect(fold.state).toBe(made.fold.state)
        } else {
          expect(tail).toBe('clean')
          expect(damaged).toEqual([expect.objectContaining({ batches: 1, head: false })])
          expect(damaged[0]!.to - damaged[0]!.from).toBe(hit.length)
          const lost = new Set(made.texts.get(hit.number))
          expect(fold.seen.some((text) => lost.has(text))).toBe(false)
        }
      }),
      { numRuns: 200 },
    )
  })

  test('in a trailer costs nothing, whoever reads on from whichever record', async () => {
    const made = await filled(41, 60)
    const [bytes, path] = [newestOf(made), newestPath(made.dir)]
    const batches = batchesOf(bytes)
    for (const [i, { at, length }] of batches.entries()) {
      const flip = flipped(at + length - 8, i % 8) // its first byte is what the kind of a record would be told by
      expect(recoveredAfter(made, flip).fold.state).toBe(made.fold.state)
      if (i % 8 > 0) continue
      writeFileSync(path, flip(Buffer.from(bytes)))
      const { journal } = await opened(made.dir)
      const damage: number[] = []
      const read = async (from: number) => {
        const records: { position: number; text: string }[] = []
        const take = (record: JournalRecord) =>
          void (record.type !== 'H' && records.push({ position: record.position, text: textOf(record) }))
        await journal.scan(from, journal.end, take, (position) => damage.push(position))
        return records
      }
      const all = await read(journal.start)
      expect(all.map(({ text }) => text)).toEqual(made.fold.seen)
      for (const [n, { position }] of all.entries()) if (n % 7 === 0) expect(await read(position)).toEqual(all.slice(n))
      expect(damage).toEqual([])
      await journal.close()
      writeFileSync(path, bytes)
    }
  })

  test('in the last batch is cut also where the disk has no room to keep what is cut', async () => {
    const made = await filled(44, 20)
    const [bytes, path] = [newestOf(made), newestPath(made.dir)]
    const last = batchesOf(bytes).at(-1)!
    writeFileSync(path, flipped(last.at + 40, 3)(Buffer.from(bytes)))
    const from = Number(/(\d+)\.segment$/.exec(path)![1]) + last.at
    symlinkSync('/dev/full', join(made.dir, `${String(from).padStart(16, '0')}.cut`)) // where every write finds no room
    const { journal, fold } = await opened(made.dir)
    expect(journal.recovery).toMatchObject({ tail: 'suspect', cut: { from, to: from + last.length } })
    expect(fold.state).toBe(stateAfter(made, last.number - 1))
    await journal.close()
  })

  test('behind the end costs nothing', async () => {
    const made = await filled(43, 20)
    const last = batchesOf(newestOf(made)).at(-1)!
    const { fold, recovered } = recoveredAfter(made, flipped(last.at + last.length + 999, 3))
    expect(recovered.report).toMatchObject({ tail: 'torn', damaged: [] })
    expect(fold.state).toBe(made.fold.state)
  })

  test('in an older segment is found by a scan, which goes on behind it', async () => {
    const made = await filled(45, 900)
    const one = await opened(made.dir)
    const { journal } = one
    const all: string[] = []
    const oldest = journal.start
    await journal.scan(oldest, journal.end, (record) => void (record.type !== 'H' && all.push(textOf(record))))
    expect(all).toEqual(made.fold.seen)
    await journal.close()
    const path = newestPath(made.dir).replace(/\d{16}/, String(oldest).padStart(16, '0'))
    const bytes = readFileSync(path)
    const hit = batchesOf(bytes)[5]!
    writeFileSync(path, flipped(hit.at + 40, 2)(bytes))
    const two = await opened(made.dir)
    expect(two.fold.state).toBe(made.fold.state)
    const left: string[] = []
    const damage: [number, number][] = []
    await two.journal.scan(
      oldest,
      two.journal.end,
      (record) => void (record.type !== 'H' && left.push(textOf(record))),
      (from, to) => damage.push([from - oldest, to - oldest]),
    )
    expect(damage).toEqual([[hit.at, hit.at + hit.length]])
    const lost = new Set(made.texts.get(hit.number))
    expect(left).toEqual(made.fold.seen.filter((text) => !lost.has(text)))
    await two.journal.close()
  })
})

describe('a page of zeros', () => {
  const blank = (from: number, to: number) => (bytes: Buffer) => bytes.fill(0, from, to)

  test('over the end of one batch and the beginning of the last leaves a suspect tail: both had been promised', async () => {
    const made = await filled(45, 40)
    const [before, last] = batchesOf(newestOf(made)).slice(-2)
    const { fold, recovered } = recoveredAfter(made, blank(last!.at - 16, last!.at + 16))
    expect(recovered.report).toMatchObject({ tail: 'suspect', damaged: [] })
    expect(fold.state).toBe(stateAfter(made, before!.number - 1))
  })

  test('over the head of a young segment and all that followed it is no segment that died at birth', async () => {
    const made = await youngSegment(3)
    const path = newestPath(made.dir)
    const batches = batchesOf(newestOf(made))
    const end = batches.at(-1)!.at + batches.at(-1)!.length
    const { recovered } = recoveredAfter(made, blank(0, end - 8))
    const base = Number(basename(path).slice(0, 16))
    expect(recovered.report).toMatchObject({ tail: 'suspect', cut: { from: base, to: base + end } })
    expect(recovered.tail?.segment.base).toBeLessThan(base)
  })

  test('over a head and nothing else costs nothing', async () => {
    const made = await youngSegment(0)
    const { fold, recovered } = recoveredAfter(made, blank(64, 72))
    expect(recovered.report).toMatchObject({ tail: 'clean', damaged: [] })
    expect(fold.state).toBe(made.fold.state)
  })

  test('over all of a journal that has one segment is no new journal', async () => {
    const made = await filled(46, 5)
    const bytes = newestOf(made)
    const last = batchesOf(bytes).at(-1)!
    expect(() => recoveredAfter(made, blank(0, last.at + last.length - 8))).toThrow('no segment of the journal has')
  })
})

/** A journal whose newest segment holds its head and so many batches. */
async function youngSegment(batches: number): Promise<RandomJournal> {
  const made = await randomJournal(47)
  const count = () => batchesOf(newestOf(made)).length
  const first = newestPath(made.dir)
  while (newestPath(made.dir) === first) {
    made.append()
    await made.journal.flush()
    await made.journal.flush() // for the head behind it, when a segment was begun
  }
  while (count() < 1 + batches) {
    made.append()
    await made.journal.flush()
  }
  await made.journal.close()
  return made
}
