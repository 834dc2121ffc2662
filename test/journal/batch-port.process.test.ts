import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import type { BatchPort, SealedBatch } from '#journal/batch-port.ts'
import { recover } from '#journal/recovery.ts'
import { Segments } from '#journal/segments.ts'
import { type RandomJournal, randomFrom, randomJournal } from './random-journal.ts'
import { appendMessage, Fold, opened, temporaryDirectory, textOf } from './support.ts'
import { type CopiedBatch, writeCopy } from './written-copy.ts'

/** Keeps a copy of every batch, and acknowledges what the test says. */
class KeepingPort implements BatchPort {
  readonly batches: CopiedBatch[] = []
  acknowledged = 0
  isClosed = false
  private told = () => {}

  listen(onAcknowledged: () => void): void {
    this.told = onAcknowledged
  }

  send({ bytes, start, end, ...rest }: Readonly<SealedBatch>): void {
    this.batches.push({ ...rest, bytes: Buffer.from(bytes.subarray(start, end)) })
  }

  acknowledge(batch = Number.POSITIVE_INFINITY): void {
    this.acknowledged = batch
    this.told()
  }

  async close(): Promise<void> {
    this.isClosed = true
  }
}

function willing(): KeepingPort {
  const port = new KeepingPort()
  port.acknowledge()
  return port
}

async function filledWith(port: BatchPort, seed: number, batches: number): Promise<RandomJournal> {
  const made = await randomJournal(seed, temporaryDirectory(), { port })
  const random = randomFrom(seed + 1)
  for (let i = 0; i < batches; i++) {
    for (let n = 1 + random(6); n > 0; n--) made.append()
    await made.journal.flush()
  }
  return made
}

/** What a start finds in a directory that holds these batches and nothing else. */
function recoveredFrom(batches: readonly CopiedBatch[]) {
  const dir = mkdtempSync(join(tmpdir(), 'journal-copy-'))
  try {
    writeCopy(dir, batches)
    const fold = new Fold()
    const heads: string[] = []
    const { report, tail } = recover(new Segments(dir, 'os'), {
      restore(head) {
        heads.push(Buffer.from(head).toString())
        fold.restore(head)
      },
      replay: (record) => fold.apply(record),
    })
    return { fold, heads, report, tail }
  } finally {
    rmSync(dir, { recursive: true })
  }
}

describe('the batches that a port is sent', () => {
  test('are numbered one after the other, and are the bytes in the segment files', async () => {
    const port = willing()
    const made = await filledWith(port, 61, 300)
    await made.journal.close()
    expect(port.isClosed).toBe(true)
    expect(port.batches.map(({ batch }) => batch)).toEqual(port.batches.map((_, i) => i + 1))
    const segments = new Segments(made.dir, 'os')
    const files = new Map(segments.list.map(({ base }) => [base, readFileSync(segments.path(base))]))
    expect(files.size).toBeGreaterThan(2)
    for (const { bytes, position, base, segmentBytes } of port.batches) {
      const file = files.get(base)!
      expect(file.length).toBe(segmentBytes)
      expect(bytes.equals(file.subarray(position - base, position - base + bytes.length))).toBe(true)
    }
  })

  test('make a journal with the same state, head and end, wherever they are cut', async () => {
    const port = willing()
    const made = await filledWith(port, 63, 120)
    const end = made.journal.durableEnd
    await made.journal.close()
    const { batches } = port
    expect(new Set(batches.map(({ base }) => base)).size).toBeGreaterThan(1)
    let state = new Fold().state // a batch that holds a head alone changes none
    let head = ''
    const seen: string[] = []
    for (const [i, { batch, crc, position, base, bytes }] of batches.entries()) {
      if (position === base) head = state
      state = made.states.get(batch) ?? state
      seen.push(...(made.texts.get(batch) ?? []))
      const { fold, heads, report, tail } = recoveredFrom(batches.slice(0, i + 1))
      expect(report).toMatchObject({ tail: 'clean', damaged: [], restored: true })
      expect(fold.state).toBe(state)
      expect(heads).toEqual([head])
      expect(fold.seen).toEqual(seen.slice(seen.length - fold.seen.length))
      expect(tail).toMatchObject({ batch, crc, used: position - base + bytes.length })
    }
    expect(state).toBe(made.fold.state)
    expect(end).toMatchObject({ batch: batches.at(-1)!.batch, crc: batches.at(-1)!.crc })
  })

  test('make a journal that is opened, read and gone on with like the one they came from', async () => {
    const port = willing()
    const made = await filledWith(port, 65, 200)
    await made.journal.close()
    const dir = temporaryDirectory()
    writeCopy(dir, port.batches)
    const copy = await opened(dir)
    const texts: string[] = []
    const read = () =>
      copy.journal.scan(0, copy.journal.end, (record) => void (record.type !== 'H' && texts.push(textOf(record))))
    await read()
    expect(texts).toEqual(made.fold.seen)
    expect(copy.journal.durableEnd).toEqual(made.journal.durableEnd)
    appendMessage(copy, 5_000)
    await copy.journal.flush()
    texts.length = 0
    await read()
    expect(texts).toEqual([...made.fold.seen, copy.fold.seen.at(-1)])
    await copy.journal.close()
  })
})

describe('a batch', () => {
  test('is durable when it is on the disk and the port has acknowledged it', async () => {
    const port = willing()
    const one = await opened(temporaryDirectory(), { port })
    const { journal, durable } = one
    const before = journal.durableEnd
    port.acknowledge(before.batch)
    appendMessage(one, 1)
    const first = journal.commit()
    await vi.waitFor(() => expect(port.batches.at(-1)!.batch).toBe(first))
    appendMessage(one, 2)
    const second = journal.commit()
    await vi.waitFor(() => expect(port.batches.at(-1)!.batch).toBe(second)) // the disk goes on without the port
    appendMessage(one, 3)
    const third = journal.commit()
    await vi.waitFor(() => expect(port.batches.at(-1)!.batch).toBe(third))
    expect(durable).toEqual([])
    expect(journal.durableEnd).toEqual(before)
    expect(journal.backlogBytes).toBeGreaterThan(3 * 32)

    port.acknowledge(second)
    expect(durable).toEqual([second])
    expect(journal.durableEnd).toMatchObject({ batch: second, crc: port.batches.at(-2)!.crc })
    expect(journal.crcOf(second)).toBe(port.batches.at(-2)!.crc)
    const flushed = journal.flush()
    port.acknowledge(third)
    await flushed
    expect(durable).toEqual([second, third])
    expect(journal.backlogBytes).toBe(0)
    port.acknowledge()
    await journal.close()
  })

  test('that the port has acknowledged before the disk has taken it waits for the disk', async () => {
    const port = willing()
    const one = await opened(temporaryDirectory(), { port })
    appendMessage(one, 1)
    const batch = one.journal.commit()
    port.acknowledge(batch) // in the turn of the commit: the disk has told nothing yet
    await one.journal.flush()
    expect(one.durable).toEqual([batch])
    await one.journal.close()
  })

  test('that is never acknowledged does not keep the journal from closing, and is there at the next start', async () => {
    const dir = temporaryDirectory()
    const port = willing()
    const one = await opened(dir, { port })
    port.acknowledge(one.journal.durableBatch)
    appendMessage(one, 1)
    await one.journal.close()
    expect(one.durable).toEqual([])
    const two = await opened(dir)
    expect(two.fold.state).toBe(one.fold.state)
    await two.journal.close()
  })
})

test('a new journal opens when its port has acknowledged the first batch', async () => {
  const port = new KeepingPort()
  let isOpen = false
  const opening = opened(temporaryDirectory(), { port }).then((one) => {
    isOpen = true
    return one
  })
  await vi.waitFor(() => expect(port.batches).toHaveLength(1))
  expect(isOpen).toBe(false)
  port.acknowledge()
  await (await opening).journal.close()
})
