import { describe, expect, test } from 'vitest'
import { encode, type Field } from '#fix/encode.ts'
import { acceptInSequence } from '#fix/fast-path.ts'
import { reserve } from '#fix/session.ts'
import { formatUtc } from '#fix/time.ts'
import { acceptor, PretendDriver, startMs } from './pretend-driver.ts'
import { decoded } from './samples.ts'

/** As a feed has it: nothing asked of the header, 141=Y taken. */
const feedSwitches = {
  requiredHeader: [],
  faultToleranceIndicator: '',
  resetAtLogon: 'accept',
  fieldRules: 'session',
} as const

const frame = (changes: Record<number, string | number> = {}, more: Field[] = []) => {
  const header: Field[] = [
    [35, '8'],
    [34, 2],
    [49, 'ODQ1Z9N'],
    [52, formatUtc(startMs)],
    [56, 'CME'],
  ]
  return encode([
    ...header.map(([tag, value]): Field => [tag, changes[tag] ?? value]).filter(([, value]) => value !== '-'),
    ...more,
  ])
}

function feed(preset: 'cme' | 'fix' = 'cme'): PretendDriver {
  const driver = new PretendDriver(acceptor({ preset, ...feedSwitches }))
  driver.do({ type: 'connected' })
  driver.receive(
    frame({ 35: 'A', 34: 1 }, [
      [98, 0],
      [108, 30],
    ]),
  )
  return driver
}

describe('the short way of a message in sequence', () => {
  test('does to the session what the long way does', () => {
    const short = feed()
    const long = feed()
    const nowMs = startMs + 5
    expect(acceptInSequence(short.session, decoded(frame()), nowMs)).toBe(true)
    long.nowMs = nowMs
    expect(long.receive(frame()).map(({ type }) => type)).toEqual(['accept'])
    expect(short.session).toEqual(long.session)
  })

  test('satisfies a Test Request and disarms the half-open check', () => {
    const driver = feed()
    driver.nowMs += 45_000
    driver.do({ type: 'tick' })
    driver.do({ type: 'rival-logon' })
    expect(acceptInSequence(driver.session, decoded(frame()), driver.nowMs)).toBe(true)
    expect(driver.session.phase).toMatchObject({ testSentMs: undefined, rival: undefined })
  })

  test.each([
    ['a session message', frame({ 35: '0' })],
    ['a number too high', frame({ 34: 3 })],
    ['a number too low', frame({ 34: 1 })],
    ['a resent message', frame({}, [[43, 'Y']])],
    ['another sender', frame({ 49: 'XXX' })],
    ['another target', frame({ 56: 'XXX' })],
    ['no time', frame({ 52: '-' })],
    ['no readable time', frame({ 52: 'now' })],
    ['an empty field', frame({}, [[58, '']])],
  ])('leaves %s to the rules, untouched', (_, bytes) => {
    const driver = feed()
    const before = structuredClone(driver.session)
    expect(acceptInSequence(driver.session, decoded(bytes), startMs)).toBe(false)
    expect(driver.session).toEqual(before)
  })

  test('leaves everything to the rules while a gap is open, before the Logon, and where 50, 57 and 142 are asked for', () => {
    const gap = feed()
    gap.receive(frame({ 34: 4 }))
    expect(acceptInSequence(gap.session, decoded(frame()), startMs)).toBe(false)
    const early = new PretendDriver(acceptor({ preset: 'cme', ...feedSwitches }), { nextIn: 2, nextOut: 1 })
    expect(acceptInSequence(early.session, decoded(frame()), startMs)).toBe(false)
    const strict = feed()
    strict.session = { ...strict.session, config: acceptor('cme') }
    expect(acceptInSequence(strict.session, decoded(frame()), startMs)).toBe(false)
  })

  test('checks SendingTime where the policy does', () => {
    const late = decoded(frame({ 52: formatUtc(startMs - 121_000) }))
    expect(acceptInSequence(feed('cme').session, late, startMs)).toBe(true)
    expect(acceptInSequence(feed('fix').session, late, startMs)).toBe(false)
  })
})

describe('numbers taken for a batch', () => {
  test('follow each other and keep the Heartbeat away', () => {
    const { session } = feed()
    const first = session.nextOut
    expect([reserve(session, 3, startMs + 10), reserve(session, 1, startMs + 20)]).toEqual([first, first + 3])
    expect([session.nextOut, session.lastOutMs]).toEqual([first + 4, startMs + 20])
  })
})
