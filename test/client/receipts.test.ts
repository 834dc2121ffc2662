import { describe, expect, test } from 'vitest'
import { compare } from '#client/compare.ts'
import { copyAsJson, describeCopy } from '#client/describe-copy.ts'
import { readClassic } from '#client/read-copy.ts'
import { Receipts } from '#client/receipts.ts'
import { restore, stateOf } from '#client/state-file.ts'
import { messageClasses } from '#dropcopy/classify.ts'
import { compileTerms } from '#dropcopy/eligible.ts'
import { decode, Message } from '#fix/message.ts'
import { NumberTally } from '#peer/number-tally.ts'
import { copies, framed, wire } from '#test/dropcopy/vectors.ts'

const decoded = (frame: Buffer) => {
  const message = new Message()
  decode(frame, message)
  return message
}
/** A copy of source number `n` under target number `target`. */
const copy = (target: number, n: number, previous: number, extra = '', body = `17=E${n}`, flag = '') =>
  decoded(
    framed(
      `35=8|34=${target}|${flag}49=CME|50=G|52=20240304-13:00:00.000|56=ODQ1Z9N|57=OP|369=1|1180=K7T|1181=${n}|${previous > 0 ? `1350=${previous}|` : ''}${extra}${body}|39=1|797=Y|453=1|448=882|447=D|452=7|`,
    ),
  )
function taken(...messages: Message[]): Receipts {
  const receipts = new Receipts()
  for (const message of messages) {
    receipts.see(message)
    receipts.take(message)
  }
  return receipts
}
const of = (receipts: Receipts) => {
  const { last, chainBreaks, doubled, renumbered, live, applResent } = receipts.source('K7T882')
  return { last, chainBreaks, doubled, renumbered, live: live.size, applResent: applResent.size }
}

describe('receipts', () => {
  test('of an unbroken chain are clean', () => {
    expect(of(taken(copy(3, 117, 0), copy(4, 120, 117), copy(5, 121, 120)))).toEqual({
      last: 121,
      chainBreaks: 0,
      doubled: 0,
      renumbered: 0,
      live: 3,
      applResent: 0,
    })
  })
  test('tell a missing copy by the chain', () => {
    expect(of(taken(copy(3, 117, 0), copy(4, 121, 120)))).toMatchObject({ chainBreaks: 1, live: 2 })
  })
  test('tell a copy that came under a second number', () => {
    expect(of(taken(copy(3, 117, 0), copy(4, 120, 117), copy(5, 120, 117)))).toMatchObject({ doubled: 1, last: 120 })
  })
  test('begin a new account when a source has started again, and lose nothing of the one before', () => {
    const receipts = taken(copy(3, 117, 0), copy(4, 120, 117), copy(5, 1, 0), copy(6, 117, 1, '', '17=OTHER'))
    expect(of(receipts)).toMatchObject({ last: 117, chainBreaks: 0, doubled: 0, renumbered: 0, live: 2 })
    expect(receipts.source('K7T882')).toMatchObject({ restarts: 1, earlier: 2 })
    const again = new Receipts()
    restore(stateOf('ODQ1Z9', { nextIn: 1, nextOut: 1 }, receipts), again)
    expect(again.source('K7T882')).toMatchObject({ restarts: 1, earlier: 2, last: 117 })
  })
  test('tell the first copy of a chain that came under a second number from a source that has started again', () => {
    const receipts = taken(copy(3, 117, 0), copy(4, 117, 0))
    expect(of(receipts)).toMatchObject({ doubled: 1 })
    expect(receipts.source('K7T882').restarts).toBe(0)
  })
  test('go on when a chain begins above the last number: the source has joined the group again', () => {
    const receipts = taken(copy(3, 117, 0), copy(4, 200, 0))
    expect(of(receipts)).toMatchObject({ last: 200, live: 2, doubled: 0 })
    expect(receipts.source('K7T882').restarts).toBe(0)
  })
  test('tell a target number that was given to another copy', () => {
    const receipts = taken(copy(3, 117, 0))
    receipts.see(copy(3, 117, 0, '', '17=E117', '43=Y|'))
    expect(of(receipts).renumbered).toBe(0)
    receipts.see(copy(3, 118, 117, '', '17=E118', '43=Y|'))
    expect(of(receipts).renumbered).toBe(1)
  })
  test('tell a source number that came with another content', () => {
    expect(of(taken(copy(3, 117, 0), copy(4, 117, 0, '1352=Y|', '17=OTHER')))).toMatchObject({ renumbered: 1 })
    expect(of(taken(copy(3, 117, 0), copy(4, 117, 0, '1352=Y|')))).toMatchObject({ renumbered: 0, applResent: 1 })
  })
  test('come back from a state file as they were', () => {
    const receipts = taken(copy(3, 117, 0), copy(4, 121, 120), copy(5, 119, 0, '1352=Y|'))
    const state = stateOf('ODQ1Z9', { nextIn: 6, nextOut: 2 }, receipts)
    const again = new Receipts()
    restore(JSON.parse(JSON.stringify(state)), again)
    expect(of(again)).toEqual(of(receipts))
    expect(again.copies).toBe(3)
  })
})

describe('comparing what was sent with what came', () => {
  const code = (name: (typeof messageClasses)[number]) => messageClasses.indexOf(name) + 1
  const sent = new NumberTally()
  for (const [n, name] of [
    [1, 'fill'],
    [2, 'new-order'],
    [4, 'fill'],
    [5, 'order-reject'],
    [7, 'fill'],
  ] as const) {
    sent.set(n, code(name))
  }
  const terms = compileTerms({ level: 'executions', filters: {}, protocol: 'classic' })
  test('names every lost, doubled and unexpected number, and what was filtered by reason', () => {
    const receipts = taken(copy(3, 1, 0), copy(4, 1, 0), copy(5, 2, 1), copy(6, 9, 2))
    expect(compare(sent, receipts.source('K7T882'), terms)).toEqual({
      sent: 5,
      filtered: { level: 2 },
      eligible: 3,
      received: 3,
      lost: [4, 7],
      doubled: [1],
      unexpected: [2, 9],
      renumbered: 0,
    })
  })
  test('finds nothing when every eligible one came once', () => {
    const receipts = taken(copy(3, 1, 0), copy(4, 4, 1), copy(5, 7, 4))
    expect(compare(sent, receipts.source('K7T882'), terms)).toMatchObject({ lost: [], doubled: [], unexpected: [] })
  })
})

describe('a copy for people', () => {
  const message = decoded(wire(copies.c6))
  test('is one line: when, which number, whose, what', () => {
    expect(describeCopy(message, readClassic(message)!)).toBe(
      '13:00:02.253  #4  K7T882 121<120  complete fill buy 5 CLM4 @ 7250 order 700000001 by TRDR22',
    )
    const resent = decoded(wire(copies.c8))
    expect(describeCopy(resent, readClassic(resent)!)).toContain('120<117 resent  new order buy 5 CLM4 @ 7250')
  })
  test('is one JSON object with every field in its order', () => {
    const json = JSON.parse(copyAsJson(message, readClassic(message)!))
    expect(json).toMatchObject({ number: 4, source: 'K7T882', sourceNumber: 121, previous: 120, class: 'fill' })
    expect(json.fields.map(([tag, value]: [string, string]) => `${tag}=${value}|`).join('')).toBe(copies.c6)
  })
})
