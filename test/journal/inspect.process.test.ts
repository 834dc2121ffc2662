import { readFileSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import { describe, expect, test } from 'vitest'
import { JournalInspection } from '#journal/inspect.ts'
import { Segments } from '#journal/segments.ts'
import { batchesOf, filled, newestPath, randomFrom, randomJournal } from './random-journal.ts'
import { textOf } from './support.ts'

type Segment = Parameters<JournalInspection['records']>[0]

/** All of a journal: what is bad, the texts of the records but the heads', and the bytes of an unfinished write. */
async function inspected(dir: string) {
  const journal = new JournalInspection(dir)
  const segments: Segment[] = []
  const texts: string[] = []
  for await (const segment of journal.each()) {
    segments.push(segment)
    for (const batch of segment.batches)
      journal.records(segment, batch, (record) => record.type !== 'H' && texts.push(textOf(record)))
  }
  const unfinished = segments.reduce((sum, { unfinishedBytes }) => sum + unfinishedBytes, 0)
  return { segments, texts, bad: segments.flatMap(({ bad }) => bad), unfinished }
}

function change(path: string, edit: (bytes: Buffer) => void): void {
  const bytes = readFileSync(path)
  edit(bytes)
  writeFileSync(path, bytes)
}

describe('a journal looked at from outside', () => {
  test('shows every record in order and nothing bad, over all its segments', async () => {
    const made = await filled(31, 300)
    const { segments, texts, bad } = await inspected(made.dir)
    expect(segments.length).toBeGreaterThan(2)
    expect(texts).toEqual(made.fold.seen)
    expect(bad).toEqual([])
  })

  test('names each damaged batch with its file and offset, in any segment', async () => {
    const made = await filled(32, 300)
    const { list } = new Segments(made.dir, 'os')
    const oldest = new Segments(made.dir, 'os').path(list[0]!.base)
    const newest = newestPath(made.dir)
    const expected = []
    for (const path of [oldest, newest]) {
      const batches = batchesOf(readFileSync(path))
      for (const { at, length, number } of [batches[2]!, batches[3]!, batches[6]!]) {
        change(path, (bytes) => bytes.writeUInt8(bytes.readUInt8(at + 36) ^ 4, at + 36))
        expected.push({ file: basename(path), offset: at, bytes: length, says: `batch ${number} is damaged` })
      }
    }
    expect((await inspected(made.dir)).bad).toEqual(expected)
  })

  test('tells a write that never finished from one whose bytes are wrong', async () => {
    const made = await filled(33, 40)
    const path = newestPath(made.dir)
    const last = batchesOf(readFileSync(path)).at(-1)!
    change(path, (bytes) => bytes.writeUInt8(bytes.readUInt8(last.at + 36) ^ 4, last.at + 36))
    expect((await inspected(made.dir)).bad).toEqual([
      { file: basename(path), offset: last.at, bytes: last.length, says: 'its write ended and its bytes are wrong' },
    ])
    change(path, (bytes) => bytes.fill(0, last.at + 38))
    const { bad, unfinished } = await inspected(made.dir)
    expect(bad).toEqual([])
    expect(unfinished).toBeGreaterThan(30)
  })

  test('names what is missing between segments', async () => {
    const made = await filled(34, 300)
    const segments = new Segments(made.dir, 'os')
    const [, second, third] = segments.list
    const missing = batchesOf(readFileSync(segments.path(second!.base))).length
    await segments.remove(second!)
    expect((await inspected(made.dir)).bad).toEqual([
      {
        file: basename(segments.path(third!.base)),
        offset: 0,
        bytes: 0,
        says: `${missing} batches are missing before it`,
      },
    ])
  })

  test('is never bad while it is being written', async () => {
    const made = await randomJournal(35)
    const random = randomFrom(36)
    let isDone = false
    const writing = (async () => {
      for (let i = 0; i < 1_500; i++) {
        for (let n = 1 + random(12); n > 0; n--) made.append()
        await made.journal.flush()
      }
      isDone = true
    })()
    let looks = 0
    while (!isDone) {
      expect((await inspected(made.dir)).bad).toEqual([])
      looks++
    }
    await writing
    expect(looks).toBeGreaterThan(1)
    await made.journal.close()
  })
})
