import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { recover } from '#journal/recovery.ts'
import { Segments } from '#journal/segments.ts'
import { compileProgram, type Program } from '#test/support/program.ts'
import { randomFrom } from './random-journal.ts'
import { temporaryDirectory } from './support.ts'

let child: Program
beforeAll(async () => {
  child = await compileProgram(fileURLToPath(new URL('./crash-child.ts', import.meta.url)))
})
afterAll(() => child?.remove())

/** Run until it has promised `count` batches and killed at that instant. */
async function killedAfter(dir: string, count: number): Promise<{ start: number; promised: number }> {
  const process_ = spawn(process.execPath, [child.path, dir], { stdio: ['ignore', 'pipe', 'inherit'] })
  let text = ''
  process_.stdout.on('data', (chunk: Buffer) => {
    text += chunk
    if (text.split('\n').length > count + 2) process_.kill('SIGKILL')
  })
  await once(process_, 'close')
  const [first, ...lines] = text.split('\n').slice(0, -1)
  return { start: Number(first?.replace('start ', '')), promised: Number(lines.at(-1) ?? 0) }
}

describe('a process killed while it writes', () => {
  test('loses nothing that it was told is durable, and repeats no number', async () => {
    const dir = temporaryDirectory()
    const random = randomFrom(12)
    let before = 0
    for (let round = 0; round < 4; round++) {
      const { start, promised } = await killedAfter(dir, 20 + random(400))
      expect(start).toBeGreaterThanOrEqual(before)
      expect(promised).toBeGreaterThan(start)
      const numbers: number[] = []
      const segments = new Segments(dir, 'fsync')
      let head = 0
      const { report } = recover(segments, {
        restore: (bytes) => {
          head = Number(Buffer.from(bytes).toString())
        },
        replay: (record) => {
          if (record.type !== 'M') return
          numbers.push(record.number)
          const length = 50 + (record.number % 700)
          expect(
            record.bytes.subarray(record.start, record.end).equals(Buffer.alloc(length, record.number % 256)),
          ).toBe(true)
        },
      })
      expect(report.damaged).toEqual([])
      expect(report.tail).not.toBe('suspect')
      expect(numbers).toEqual(numbers.map((_, i) => head + 1 + i))
      const last = numbers.at(-1) ?? head
      expect(last).toBeGreaterThanOrEqual(promised)
      before = last
    }
  })
})
