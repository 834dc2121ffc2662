import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { encode, type Field } from '#fix/encode.ts'
import type { Effect, SessionConfig } from '#fix/session-state.ts'
import { formatUtc } from '#fix/time.ts'
import { Dice, mutant } from './mutants.ts'
import { acceptor, initiator, PretendDriver, startMs } from './pretend-driver.ts'
import { cut, readable } from './samples.ts'
import { earlyLimits, Stream } from './stream.ts'

/** A connection to a fresh session, and everything that it brings about, a line each. */
function connect(config: SessionConfig): { stream: Stream; said: string[] } {
  const said: string[] = []
  const driver = new PretendDriver(config)
  const stream = new Stream(driver, (effect) => said.push(lineOf(driver, effect)))
  stream.carryOut(driver.do({ type: 'connected' }))
  return { stream, said }
}

function lineOf(driver: PretendDriver, effect: Effect): string {
  if (effect.type === 'transmit') return `> ${readable(driver.frame(effect))}`
  if (effect.type === 'accept') return `= ${effect.seqNum} ${readable(effect.message.bytes)}`
  return JSON.stringify(effect)
}

const frame = (msgType: string, seqNum: number, body: readonly Field[] = []): Buffer => {
  const header: Field[] = [
    [35, msgType],
    [34, seqNum],
    [49, 'ODQ1Z9N'],
    [50, 'RISK01'],
    [52, formatUtc(startMs)],
    [56, 'CME'],
    [57, 'G'],
    [142, 'US,IL'],
  ]
  return encode([...header, ...body])
}
const logon = frame('A', 1, [
  [98, 0],
  [108, 30],
])

const configs = [acceptor('cme'), acceptor('fix'), initiator('cme'), initiator('fix')]

describe('however the bytes of a connection are cut', () => {
  test('the same things happen', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...configs),
        fc.nat(),
        fc.integer({ min: 1, max: 30 }),
        fc.array(fc.nat(), { maxLength: 20 }),
        (config, seed, count, places) => {
          const dice = new Dice(seed)
          const { stream, said } = connect(config)
          const frames: Buffer[] = []
          for (let n = 0; n < count && !stream.isClosed; n++) {
            const bytes = mutant(dice, stream.driver.session, startMs)
            frames.push(bytes)
            stream.push(bytes)
          }
          const all = Buffer.concat(frames)
          for (const chunks of [[all], cut(all, places), [...all].map((byte) => Buffer.from([byte]))]) {
            const other = connect(config)
            for (const chunk of chunks) other.stream.push(chunk)
            expect(other.said).toEqual(said)
            expect(other.stream.driver.session).toEqual(stream.driver.session)
          }
        },
      ),
    )
  })
})

describe.each(['cme', 'fix'] as const)('under the policy %s', (policy) => {
  const loggedOn = () => {
    const connection = connect(acceptor(policy))
    connection.stream.push(logon)
    connection.said.length = 0
    return connection
  }
  const ids = (said: readonly string[]) => said.flatMap((line) => /\|112=([^|]*)\|/.exec(line)?.[1] ?? [])

  test('two hundred Test Requests in one chunk are answered in order, each with its own 112', () => {
    const { stream, said } = loggedOn()
    const names = Array.from({ length: 200 }, (_, i) => `BURST-${i}`)
    stream.push(Buffer.concat(names.map((name, i) => frame('1', i + 2, [[112, name]]))))
    expect(ids(said)).toEqual(names)
  })

  test.each([1, 20, 21, 4_000, 60_000])('a Test Request with a 112 of %i characters is answered with it', (length) => {
    const { stream, said } = loggedOn()
    stream.push(frame('1', 2, [[112, 'x'.repeat(length)]]))
    expect(ids(said)).toEqual(['x'.repeat(length)])
  })

  test('of twelve thousand messages above a gap a bounded part is kept, and each is accepted once in the end', () => {
    const { stream, said } = loggedOn()
    const last = 12_000
    const send = (seqNum: number) => stream.push(frame('BW', seqNum, [[1346, seqNum]]))
    const asked = () => said.flatMap((line) => /35=2\|.*\|7=(\d+)\|16=(\d+)\|/.exec(line)?.slice(1).map(Number) ?? [])
    for (let seqNum = 3; seqNum <= last; seqNum++) send(seqNum)
    const { phase } = stream.driver.session
    const gap = phase.kind === 'live' ? phase.gap : undefined
    expect([gap?.early.size, asked().length]).toEqual([earlyLimits.messages, 2])
    expect(gap?.earlyBytes).toBeLessThanOrEqual(earlyLimits.bytes)
    for (let rounds = 0; stream.driver.session.nextIn <= last && rounds < 100; rounds++) {
      const [begin = 0, end = 0] = asked().slice(-2)
      for (let seqNum = begin; seqNum <= (end === 0 ? last : end); seqNum++) {
        const again: Field[] = [
          [122, formatUtc(startMs)],
          [1346, seqNum],
        ]
        stream.push(resent(frame('BW', seqNum, again)))
      }
    }
    const accepted = said.flatMap((line) => /^= (\d+)/.exec(line)?.[1] ?? []).map(Number)
    expect(accepted).toEqual(Array.from({ length: last - 1 }, (_, i) => i + 2))
  })
})

/** The same message with 43=Y behind its number. */
function resent(bytes: Buffer): Buffer {
  const fields = readable(bytes)
    .split('|')
    .slice(2, -2)
    .map((field): Field => {
      const at = field.indexOf('=')
      return [Number(field.slice(0, at)), field.slice(at + 1)]
    })
  return encode([...fields.slice(0, 2), [43, 'Y'], ...fields.slice(2)])
}
