import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { JournalInspection } from '#journal/inspect.ts'
import type { Journal } from '#journal/journal.ts'
import type { JournalRecord } from '#journal/records.ts'
import { Segments } from '#journal/segments.ts'
import { batchesOf, filled, type RandomJournal, randomFrom } from './random-journal.ts'
import { appendMessage, type Opened, opened, temporaryDirectory, textOf } from './support.ts'

type Range = { from: number; to: number }
const within = (position: number, ranges: readonly Range[]) =>
  ranges.some(({ from, to }) => position >= from && position < to)
const positionOf = (text: string) => Number(text.split(' ', 1)[0])
const textsOf = (made: RandomJournal) => [...made.texts.values()].flat()

async function scanned(journal: Journal): Promise<{ texts: string[]; damage: Range[] }> {
  const texts: string[] = []
  const damage: Range[] = []
  const visit = (record: JournalRecord) => void (record.type !== 'H' && texts.push(textOf(record)))
  await journal.scan(journal.start, journal.end, visit, (from, to) => damage.push({ from, to }))
  return { texts, damage }
}

/** What a reader gives for a position; undefined: it says that it is damaged. */
async function fetched(journal: Journal, position: number): Promise<string | undefined> {
  const reader = journal.reader()
  if (!(await reader.load(position))) return undefined
  return textOf(reader.peek(position)!)
}

/** Whatever way a record is asked for, it is the one that was written, or its loss is told. */
async function expectNoLie(made: RandomJournal, dir: string): Promise<void> {
  const original = textsOf(made)
  const known = new Set(original)
  for await (const segment of new JournalInspection(dir).each()) {
    const inspection = new JournalInspection(dir)
    for (const batch of segment.batches)
      inspection.records(segment, batch, (record) => {
        if (record.type !== 'H') expect(known).toContain(textOf(record))
      })
  }
  const again = await opened(dir)
  const { journal, fatal } = again
  const { texts, damage } = await scanned(journal)
  const { cut, damaged } = journal.recovery
  for (const text of texts) expect(known).toContain(text)
  expect(new Set(texts).size).toBe(texts.length)
  const there = new Set(texts)
  const cutEnd = cut.from > 0 ? [{ from: cut.from, to: Number.POSITIVE_INFINITY }] : []
  for (const text of original) {
    const position = positionOf(text)
    if (there.has(text)) expect(await fetched(journal, position)).toBe(text)
    else {
      expect(within(position, [...damage, ...damaged, ...cutEnd]), `${text} is missing, and nothing says so`).toBe(true)
      if (!within(position, cutEnd)) expect(journal.isDamaged(position)).toBe(true)
    }
    const [, type, , ids] = text.split(' ')
    if (type !== 'M') continue
    const [, stream, epoch, number] = ids!.split(',').map(Number)
    const found = journal.findMessage(stream!, epoch!, number!)
    if (there.has(text)) expect(found).toBe(position)
    else if (found >= 0) expect(journal.isDamaged(found)).toBe(true)
  }
  await journal.close()
  expect(fatal).toEqual([])
}

async function damagedCopy(made: RandomJournal, change: (dir: string) => void): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'journal-damage-'))
  try {
    for (const name of readdirSync(made.dir)) if (name !== 'lock') cpSync(join(made.dir, name), join(dir, name))
    change(dir)
    await expectNoLie(made, dir)
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

/** The segments that anything was written to, oldest first. */
const written = (dir: string) => new Segments(dir, 'os').list.map(({ base }) => new Segments(dir, 'os').path(base))

describe('one damage to a journal', () => {
  test('of a bit makes no start, scan, look-up or read lie', async () => {
    const seed = Number(process.env.SWEEP_SEED) || Date.now() % 1_000_000
    const made = await filled(7, 130)
    const random = randomFrom(seed)
    for (let i = 0; i < (Number(process.env.SWEEP_RUNS) || 12); i++) {
      const names = readdirSync(made.dir).filter((name) => /segment|index/.test(name))
      const name = names[random(names.length)]!
      const bytes = readFileSync(join(made.dir, name))
      const end = bytes.findLastIndex((byte) => byte !== 0) + 64
      const at = random(Math.min(bytes.length, end))
      const bit = random(8)
      try {
        await damagedCopy(made, (dir) => {
          bytes[at]! ^= 1 << bit
          writeFileSync(join(dir, name), bytes)
        })
      } catch (cause) {
        throw new Error(`SWEEP_SEED=${seed}: bit ${bit} of byte ${at} of ${name}`, { cause })
      }
    }
  })

  test('of a sealed segment cut short, zeroed to its end, or gone is told', async () => {
    const made = await filled(9, 420)
    const oldest = written(made.dir)[0]!
    const batches = batchesOf(readFileSync(oldest))
    const third = batches.at(-3)!
    const same = (dir: string) => join(dir, oldest.slice(made.dir.length))
    for (const at of [third.at, third.at + 20, third.at + third.length]) {
      await damagedCopy(made, (dir) => truncateSync(same(dir), at))
      await damagedCopy(made, (dir) => writeFileSync(same(dir), readFileSync(oldest).fill(0, at)))
    }
    const middle = written(made.dir)[1]!.slice(made.dir.length)
    expect(batchesOf(readFileSync(written(made.dir)[2]!))).not.toEqual([]) // cut off at its end is another matter
    await damagedCopy(made, (dir) => rmSync(join(dir, middle)))
  })

  test('of an index that asks for gigabytes of keys, or was cut short, makes it be built again', async () => {
    const made = await filled(15, 200)
    const name = readdirSync(made.dir).find((one) => one.endsWith('.index'))!
    await damagedCopy(made, (dir) => {
      const bytes = readFileSync(join(dir, name))
      bytes.writeUInt32LE(0x7fffffff, 4)
      writeFileSync(join(dir, name), bytes)
    })
    await damagedCopy(made, (dir) => truncateSync(join(dir, name), 40))
  })

  test('by a foreign file, a doubled one or a directory changes nothing', async () => {
    const made = await filled(13, 60)
    await damagedCopy(made, (dir) => {
      copyFileSync(written(dir)[0]!, join(dir, '0.segment'))
      writeFileSync(join(dir, '.segment'), 'x')
      mkdirSync(join(dir, '0000000000000100.segment'))
      mkdirSync(join(dir, '9999999.index'))
    })
  })
})

async function append(one: Opened, from: number, count: number): Promise<number[]> {
  const positions: number[] = []
  for (let number = from; number < from + count; number++) {
    positions.push(appendMessage(one, number, 1, 'x'.repeat(1_000)))
    if (number % 3 === 0) await one.journal.flush()
  }
  await one.journal.flush()
  return positions
}

describe('an opened journal', () => {
  test('reads what was written where a reader saw zeros before', async () => {
    const dir = temporaryDirectory()
    const first = await opened(dir)
    const [old] = await append(first, 1, 3)
    await first.journal.close()
    const again = await opened(dir)
    const reader = again.journal.reader()
    expect(await reader.load(old!)).toBe(true)
    const [next] = await append(again, 4, 400)
    expect(again.journal.reader().peek(next!)).toBeUndefined() // no longer in memory
    expect(reader.peek(next!)).toBeUndefined()
    expect(await reader.load(next!)).toBe(true)
    expect(reader.peek(next!)).toMatchObject({ type: 'M', number: 4 })
    await again.journal.close()
  })

  test('believes no index of bytes that it writes anew', async () => {
    const dir = temporaryDirectory()
    const first = await opened(dir)
    await append(first, 1, 150)
    await first.journal.close()
    const [oldest, ...newer] = written(dir)
    const bytes = readFileSync(oldest!)
    writeFileSync(oldest!, bytes.fill(0, batchesOf(bytes).at(-4)!.at))
    for (const path of newer) rmSync(path)
    expect(existsSync(oldest!.replace('segment', 'index'))).toBe(true)
    const again = await opened(dir)
    expect(readdirSync(dir).filter((name) => name.endsWith('.index'))).toEqual([])
    await again.journal.close()
  })

  test('lets segments go whose indexes are being built', async () => {
    const dir = temporaryDirectory()
    const first = await opened(dir)
    await append(first, 1, 400)
    await first.journal.close()
    for (const name of readdirSync(dir).filter((name) => name.endsWith('.index'))) rmSync(join(dir, name))
    const again = await opened(dir)
    const gone = again.journal.start
    await again.journal.removeBefore(again.journal.replayFrom)
    expect(await again.journal.reader().load(gone)).toBe(false)
    await again.journal.close()
    expect(again.fatal).toEqual([])
    const kept = readdirSync(dir)
    const orphans = kept.filter((name) => name.endsWith('.index') && !kept.includes(name.replace('index', 'segment')))
    expect(orphans).toEqual([])
  })
})
