import { closeSync, fstatSync, readFileSync, statSync, writeSync } from 'node:fs'
import { setImmediate as nextTurn, setTimeout as wait } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { Allocator } from '#journal/allocator.ts'
import { disk, PIECE_BYTES } from '#journal/files.ts'
import { Segments } from '#journal/segments.ts'
import { randomFrom } from './random-journal.ts'
import { temporaryDirectory } from './support.ts'

const segmentBytes = 3 * PIECE_BYTES

/** On a disk that refuses while `isFull`, at a random moment of each piece. */
function allocatorOn(dir: string, random: (below: number) => number) {
  const state = { isFull: false, failures: [] as Error[] }
  const segments = new Segments(dir, 'os')
  const allocator = new Allocator(segments, {
    segmentBytes,
    reserveBytes: PIECE_BYTES,
    files: {
      async zero(fd, bytes, position) {
        for (let turns = random(4); turns > 0; turns--) await nextTurn()
        if (state.isFull) throw Object.assign(new Error('ENOSPC: injected'), { code: 'ENOSPC' })
        await disk.zero(fd, bytes, position)
      },
    },
    used: () => 1,
    onPressure: () => {},
    onFailure: (error) => state.failures.push(error),
  })
  return { state, segments, allocator }
}

/** What a segment in use holds must be found under its name by whoever starts next. */
async function takenSegmentsStay(seed: number): Promise<string[]> {
  const random = randomFrom(seed)
  const dir = temporaryDirectory()
  const { state, segments, allocator } = allocatorOn(dir, random)
  const taken: ReturnType<Allocator['take']>[] = []
  let end = 0
  allocator.prepare(end)
  for (let step = 0; step < 60; step++) {
    for (let turns = random(5); turns > 0; turns--) await nextTurn()
    if (random(10) === 0) await wait(random(600))
    const what = random(10)
    if (what < 4) {
      const next = allocator.take()
      writeSync(next.fd, `segment ${taken.length}`, 0)
      taken.push(next)
      end = next.base + next.bytes
      allocator.prepare(end)
    } else if (what < 7) state.isFull = random(3) > 0
    else if (what === 7) allocator.writeBlocked(true)
    else allocator.writeBlocked(false)
  }
  await allocator.close()
  const gone = taken.flatMap(({ base, fd }, i) => {
    const inUse = fstatSync(fd)
    closeSync(fd)
    const named = statSync(segments.path(base), { throwIfNoEntry: false })
    if (named?.ino !== inUse.ino) return [`seed ${seed}: segment ${i} is no longer under its name`]
    const text = `segment ${i}`
    const begins = readFileSync(segments.path(base)).subarray(0, text.length).toString()
    return begins === text ? [] : [`seed ${seed}: segment ${i} begins with ${JSON.stringify(begins)}`]
  })
  return [...gone, ...state.failures.map(({ message, cause }) => `seed ${seed}: ${message}: ${cause}`)]
}

test('a segment in use keeps its file, whatever becomes of those being made at that moment', async () => {
  const wrong = await Promise.all(Array.from({ length: 40 }, (_, seed) => takenSegmentsStay(seed)))
  expect(wrong.flat()).toEqual([])
})
