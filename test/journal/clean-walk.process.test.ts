import { readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { isClean, isCleanNow } from '#journal/clean-walk.ts'
import { type Segment, Segments } from '#journal/segments.ts'
import { appendMessage, opened, temporaryDirectory } from './support.ts'

/** A little more than the largest batch, so that most are cut by the end of a piece. */
const pieceBytes = 5_000

/** The segments of a journal of many batches; the last is the open one. */
async function sealed(): Promise<{ segments: Segments; segment: Segment; path: string }> {
  const dir = temporaryDirectory()
  const own = await opened(dir)
  for (let number = 1; number <= 2_000; number++) {
    appendMessage(own, number, 1, `message ${number} `.repeat(number % 12))
    if (number % 7 === 0) await own.journal.flush()
  }
  await own.journal.close()
  const segments = new Segments(dir, 'os')
  expect(segments.list.length).toBeGreaterThan(3)
  const segment = segments.list[1]! // there are more
  return { segments, segment, path: segments.path(segment.base) }
}

describe('a sealed segment', () => {
  test('is clean when all its batches are right and zeros follow, whatever the size of the pieces', async () => {
    const { segments } = await sealed()
    for (const segment of segments.list.slice(0, -1)) {
      expect(isCleanNow(segments, segment)).toBe(true)
      expect(isCleanNow(segments, segment, pieceBytes)).toBe(true)
      expect(await isClean(segments, segment, pieceBytes)).toBe(true)
    }
  })

  test('is not clean when a bit is another, when batches are zeros, or when something stands behind the zeros', async () => {
    const { segments, segment, path } = await sealed()
    const whole = readFileSync(path)
    const verdicts = (change: (bytes: Buffer) => unknown) => {
      const bytes = Buffer.from(whole)
      change(bytes)
      writeFileSync(path, bytes)
      return [isCleanNow(segments, segment), isCleanNow(segments, segment, pieceBytes)]
    }
    expect(verdicts(() => undefined)).toEqual([true, true])
    for (const at of [40, 4_990, 5_010, 30_000])
      expect(verdicts((bytes) => bytes.writeUInt8(bytes.readUInt8(at) ^ 4, at))).toEqual([false, false])
    expect(verdicts((bytes) => bytes.fill(0, 10_000, 30_000))).toEqual([false, false])
    expect(verdicts((bytes) => bytes.writeUInt8(1, bytes.length - 1))).toEqual([false, false])
    expect(await isClean(segments, segment, pieceBytes)).toBe(false)
  })
})
