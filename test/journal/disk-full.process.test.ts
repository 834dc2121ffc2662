import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { disk, type FilePort } from '#journal/files.ts'
import { appendMessage, fieldsOf, opened, temporaryDirectory, textOf } from './support.ts'

/** A disk without room for anything new while `isFull`. */
function limitedDisk() {
  const state = { isFull: false }
  const files: FilePort = {
    async zero(fd, bytes, position) {
      if (state.isFull) throw Object.assign(new Error('ENOSPC: injected'), { code: 'ENOSPC' })
      await disk.zero(fd, bytes, position)
    },
  }
  return { state, files }
}

function faultyWrites() {
  const plan = new Int32Array(new SharedArrayBuffer(12))
  const files: FilePort = { ...disk, writeModule: new URL('./faulty-write.mjs', import.meta.url).href, writeData: plan }
  return { plan, files }
}

describe('a full disk', () => {
  test('is told ahead of need, leaves the reserve to sessions, and is over by itself', async () => {
    const { state, files } = limitedDisk()
    const dir = temporaryDirectory()
    const one = await opened(dir, { files })
    const { journal, fold, pressure } = one
    await expect.poll(() => existsSync(join(dir, 'reserve'))).toBe(true)
    state.isFull = true
    let number = 0
    // the segment made ahead is used up, then no other can be made
    while (!journal.isFull) {
      appendMessage(one, ++number, 1, 'm'.repeat(200))
      await journal.flush()
    }
    expect(pressure).toEqual([true])
    expect(() => appendMessage(one, ++number)).not.toThrow()
    const sessions = () => {
      fold.apply(journal.read(journal.appendSession(3, 1, ++number, 48, Buffer.alloc(100, 65))))
      return journal.flush()
    }
    while (existsSync(join(dir, 'reserve'))) await sessions()
    expect(() => journal.appendMessage(fieldsOf(1), Buffer.from('no'), 0, 2)).toThrow('the disk is full')
    await sessions()
    state.isFull = false
    await expect.poll(() => journal.isFull).toBe(false)
    expect(pressure).toEqual([true, false])
    while (journal.end < journal.start + 400_000) {
      await sessions()
      await expect.poll(() => journal.isFull).toBe(false)
    }
    appendMessage(one, ++number)
    await journal.flush()
    await journal.close()
    const two = await opened(dir)
    expect(two.fold.state).toBe(fold.state)
    const texts: string[] = []
    await two.journal.scan(two.journal.start, two.journal.end, (r) => void (r.type !== 'H' && texts.push(textOf(r))))
    expect(texts).toEqual(fold.seen)
    expect(one.fatal).toEqual([])
    await two.journal.close()
  })

  test('in the middle of a batch leaves nothing of it behind, and the batch is written when there is room', async () => {
    const { plan, files } = faultyWrites()
    const dir = temporaryDirectory()
    const one = await opened(dir, { files })
    for (let i = 1; i <= 20; i++) appendMessage(one, i)
    await one.journal.flush()
    const before = one.durable.length
    Atomics.store(plan, 1, 100)
    Atomics.store(plan, 0, 1)
    for (let i = 21; i <= 40; i++) appendMessage(one, i)
    const batch = one.journal.commit()
    await expect.poll(() => Atomics.load(plan, 2)).toBeGreaterThan(3)
    await expect.poll(() => one.pressure).toEqual([true])
    expect(one.durable).toHaveLength(before)
    Atomics.store(plan, 0, 0)
    await expect.poll(() => one.durable.at(-1)).toBe(batch)
    await expect.poll(() => one.pressure).toEqual([true, false])
    await one.journal.close()
    const two = await opened(dir)
    expect(two.fold.state).toBe(one.fold.state)
    expect(two.journal.recovery).toMatchObject({ tail: 'clean', damaged: [] })
    await two.journal.close()
  })

  test('does not keep the journal from closing', async () => {
    const { plan, files } = faultyWrites()
    const dir = temporaryDirectory()
    const one = await opened(dir, { files })
    appendMessage(one, 1)
    await one.journal.flush()
    const durable = one.fold.state
    Atomics.store(plan, 0, 1)
    appendMessage(one, 2)
    one.journal.commit()
    await expect.poll(() => one.journal.isFull).toBe(true)
    await one.journal.close()
    expect(one.fatal).toEqual([])
    const two = await opened(dir)
    expect(two.fold.state).toBe(durable)
    await two.journal.close()
  })
})

describe('a write that fails otherwise', () => {
  test('is fatal: nothing after it is ever said to be durable', async () => {
    const { plan, files } = faultyWrites()
    const one = await opened(temporaryDirectory(), { files })
    appendMessage(one, 1)
    await one.journal.flush()
    const { durableBatch } = one.journal
    Atomics.store(plan, 0, 2)
    appendMessage(one, 2)
    await expect(one.journal.flush()).rejects.toThrow('EIO')
    expect(one.fatal).toHaveLength(1)
    Atomics.store(plan, 0, 0)
    appendMessage(one, 3)
    await expect(one.journal.flush()).rejects.toThrow('EIO')
    expect(one.journal.durableBatch).toBe(durableBatch)
    await one.journal.close()
  })
})
