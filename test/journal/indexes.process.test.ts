import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Journal } from '#journal/journal.ts'
import { randomFrom, randomJournal } from './random-journal.ts'
import { appendMessage, opened, temporaryDirectory } from './support.ts'

interface Entry {
  position: number
  first: number
  last: number
}

/** What a scan of everything says, by kind, id and epoch. */
async function bruteForce(journal: Journal): Promise<Map<string, Entry[]>> {
  const found = new Map<string, Entry[]>()
  const add = (key: string, entry: Entry) => found.set(key, [...(found.get(key) ?? []), entry])
  await journal.scan(journal.start, journal.end, (record) => {
    const { position } = record
    if (record.type === 'M') {
      add(`M/${record.stream}/${record.epoch}`, { position, first: record.number, last: record.number })
    } else if (record.type === 'D') {
      const last = record.firstNumber + record.count - 1
      add(`D/${record.target}/${record.epoch}`, { position, first: record.firstNumber, last })
    } else if (record.type === 'S' && record.end > record.start) {
      add(`D/${record.session}/${record.epoch}`, { position, first: record.number, last: record.number })
    }
    return true
  })
  return found
}

const holding = (entries: Entry[], number: number) =>
  entries.findLast((e) => e.first <= number && number <= e.last)?.position ?? -1

function nearest(entries: Entry[], number: number): number {
  const exact = holding(entries, number)
  if (exact >= 0) return exact
  const above = entries.filter((e) => e.first > number)
  const lowest = Math.min(...above.map((e) => e.first))
  return above.findLast((e) => e.first === lowest)?.position ?? -1
}

async function expectSameAsScan(journal: Journal, seed: number): Promise<void> {
  const random = randomFrom(seed)
  const found = await bruteForce(journal)
  expect(found.size).toBeGreaterThan(3)
  for (const [key, entries] of found) {
    const [kind, id, epoch] = key.split('/').map((part) => Number(part) || 0) as [number, number, number]
    const isMessage = key.startsWith('M')
    expect(kind).toBe(0)
    const top = Math.max(...entries.map((e) => e.last))
    for (let i = 0; i < 300; i++) {
      const number = random(top + 10)
      const [exact, from] = isMessage
        ? [journal.findMessage(id, epoch, number), journal.findMessageFrom(id, epoch, number)]
        : [journal.findDelivery(id, epoch, number), journal.findDeliveryFrom(id, epoch, number)]
      expect([key, number, exact]).toEqual([key, number, holding(entries, number)])
      expect([key, number, from]).toEqual([key, number, nearest(entries, number)])
    }
  }
  expect(journal.findMessage(999, 1, 1)).toBe(-1)
  expect(journal.findDeliveryFrom(999, 1, 1)).toBe(-1)
}

describe('looking up by number', () => {
  test('agrees with a scan of everything: while open, after a restart, and with indexes missing or damaged', async () => {
    const made = await randomJournal(7)
    for (let i = 0; i < 4_000; i++) {
      made.append()
      if (i % 11 === 0) await made.journal.flush()
    }
    await made.journal.flush()
    await expectSameAsScan(made.journal, 1)
    await made.journal.close()
    const indexes = () => readdirSync(made.dir).filter((name) => name.endsWith('.index'))
    expect(indexes().length).toBeGreaterThan(5)

    const two = await opened(made.dir)
    await expectSameAsScan(two.journal, 2)
    await two.journal.close()

    const [missing, headless, wrong, zeroed] = indexes().map((name) => join(made.dir, name))
    rmSync(missing!)
    writeFileSync(headless!, readFileSync(headless!).fill(0, 0, 40))
    const bytes = readFileSync(wrong!)
    bytes[bytes.length - 16_000]! ^= 1
    writeFileSync(wrong!, bytes)
    const end = readFileSync(zeroed!)
    writeFileSync(zeroed!, end.fill(0, end.length - 16_384))
    const three = await opened(made.dir)
    await expectSameAsScan(three.journal, 3)
    await three.journal.close()
    const four = await opened(made.dir)
    await expectSameAsScan(four.journal, 4)
    expect(four.fatal).toEqual([])
    await four.journal.close()
  })

  test('finds numbers that came out of order, and the newest of equal ones', async () => {
    const one = await opened(temporaryDirectory())
    const random = randomFrom(3)
    for (let i = 0; i < 2_000; i++) {
      appendMessage(one, random(500))
      if (i % 50 === 0) await one.journal.flush()
    }
    await one.journal.flush()
    const newest = new Map<number, number>()
    await one.journal.scan(one.journal.start, one.journal.end, (record) => {
      if (record.type === 'M') newest.set(record.number, record.position)
      return true
    })
    for (let number = 0; number < 500; number++) {
      expect(one.journal.findMessage(1, 3, number)).toBe(newest.get(number) ?? -1)
    }
    await one.journal.close()
  })
})
