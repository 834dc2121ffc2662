import { appendFileSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { SentLog } from '#gateway-sim/sent-log.ts'
import { framed } from '#test/dropcopy/vectors.ts'

const dir = mkdtempSync(join(tmpdir(), 'sent-log-'))
afterAll(() => rmSync(dir, { recursive: true, force: true }))

const frame = (n: number) => framed(`35=8|34=${n}|11=${'x'.repeat(n % 700)}|`)
const numbers = (log: SentLog, begin: number, end: number) => [...log.range(begin, end)].map(({ seqNum }) => seqNum)

describe('the log of sent frames', () => {
  test('gives back any range, byte for byte, with the numbers between left out', () => {
    const log = new SentLog(undefined)
    for (let n = 2; n <= 3000; n++) if (n % 7 !== 0) log.append(n, frame(n))
    for (const [begin, end] of [
      [1, 20],
      [6, 8],
      [1490, 1510],
      [2990, 9999],
      [2, 2],
      [7, 7],
    ] as const) {
      const wanted = []
      for (let n = Math.max(2, begin); n <= Math.min(end, 3000); n++) if (n % 7 !== 0) wanted.push(n)
      expect(numbers(log, begin, end)).toEqual(wanted)
    }
    for (const { seqNum, frame: bytes } of log.range(1200, 1300)) expect(bytes.equals(frame(seqNum))).toBe(true)
    log.close()
  })
  test('goes on after being opened again, and hands over what was there with the last checkpoint', () => {
    const path = join(dir, 'again.log')
    const log = new SentLog(path)
    for (let n = 1; n <= 500; n++) log.append(n, frame(n))
    log.saveCheckpoint({ nextOut: 501 })
    log.append(501, frame(501))
    log.close()
    const seen: number[] = []
    const again = new SentLog(path, { frame: (seqNum) => seen.push(seqNum) })
    expect(seen).toEqual(Array.from({ length: 501 }, (_, i) => i + 1))
    expect(again.checkpoint).toEqual({ nextOut: 501 })
    again.append(502, frame(502))
    expect(numbers(again, 499, 600)).toEqual([499, 500, 501, 502])
    again.close()
  })
  test('cuts off a last record that was not written whole', () => {
    const path = join(dir, 'torn.log')
    const log = new SentLog(path)
    log.append(1, frame(1))
    log.append(2, frame(2))
    log.close()
    const whole = statSync(path).size
    appendFileSync(path, 'M 3 400\n8=FIX.4.2|9=')
    const again = new SentLog(path)
    expect(statSync(path).size).toBe(whole)
    again.append(3, frame(3))
    expect(numbers(again, 1, 9)).toEqual([1, 2, 3])
    again.close()
  })
  test('drops its older half when it grows past its limit, and knows what is left after a restart', () => {
    const path = join(dir, 'large.log')
    const log = new SentLog(path, {}, 100_000)
    for (let n = 1; n <= 2000; n++) {
      log.append(n, frame(n % 100))
      if (n % 10 === 0) log.saveCheckpoint({ nextOut: n + 1 })
    }
    expect(statSync(path).size).toBeLessThan(110_000)
    const kept = numbers(log, 1, 2000)
    expect(kept.at(-1)).toBe(2000)
    expect(kept).toEqual(Array.from({ length: kept.length }, (_, i) => 2001 - kept.length + i))
    log.close()
    const again = new SentLog(path)
    expect(numbers(again, 1, 2000)).toEqual(kept)
    expect(again.checkpoint).toEqual({ nextOut: 2001 })
    again.close()
  })
  test('forgets what came before a reset of the numbers', () => {
    const path = join(dir, 'reset.log')
    const log = new SentLog(path)
    log.append(1, frame(1))
    log.append(2, frame(2))
    log.reset()
    log.append(1, frame(11))
    expect([...log.range(1, 9)].map((one) => [one.seqNum, one.frame.equals(frame(11))])).toEqual([[1, true]])
    log.close()
    const again = new SentLog(path)
    expect(numbers(again, 1, 9)).toEqual([1])
    again.close()
  })
})
