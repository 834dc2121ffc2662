import { writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { LARGEST_READ, MOST_IN_ALL, SMALLEST_READ, Turns, type Window, Windows } from '#journal/read-window.ts'
import { Segments } from '#journal/segments.ts'
import { temporaryDirectory } from './support.ts'

const segmentBytes = 4 * LARGEST_READ

function windowsOverOneSegment(): Windows {
  const dir = temporaryDirectory()
  writeFileSync(`${dir}/${'0'.repeat(16)}.segment`, Buffer.alloc(segmentBytes))
  return new Windows(new Segments(dir, 'os'), new Turns(2), () => segmentBytes)
}

/** What it holds when it has read on and on, not as far as the end. */
async function readThrough(window: Window): Promise<number> {
  for (let at = 0; at < segmentBytes / 2; at = window.to) await window.load(at)
  return window.memory.bytes.length
}

test('one reader that goes on reads a megabyte at once', async () => {
  expect(await readThrough(windowsOverOneSegment().open())).toBe(LARGEST_READ)
})

test('many readers hold no more together, each at least the smallest read, until others are closed', async () => {
  const windows = windowsOverOneSegment()
  const many = Array.from({ length: 128 }, () => windows.open())
  for (const window of many) await readThrough(window)
  const held = () => many.reduce((sum, window) => sum + window.memory.bytes.length, 0)
  expect(held()).toBeLessThanOrEqual(MOST_IN_ALL)
  for (const window of many.slice(1)) windows.close(window)
  expect(held()).toBeLessThanOrEqual(LARGEST_READ)
  expect(await readThrough(many[0]!)).toBe(LARGEST_READ)
})

test('each of very many still reads 64 KB at once', async () => {
  const windows = windowsOverOneSegment()
  for (let i = 0; i < 1_000; i++) windows.open()
  expect(await readThrough(windows.open())).toBe(SMALLEST_READ)
})
