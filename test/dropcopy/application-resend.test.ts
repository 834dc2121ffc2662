import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  ackBody,
  answerLast,
  answerRange,
  type RequestedRange,
  type RequestedSource,
  readAck,
  readReport,
  readRequest,
  reportBody,
  reportIdOf,
  responseIdOf,
  upperBound,
} from '#dropcopy/application-resend.ts'
import { encode, type Field } from '#fix/encode.ts'
import { decode, Message } from '#fix/message.ts'

function message(text: string): Message {
  const fields = text.split('|').map((field): Field => {
    const at = field.indexOf('=')
    return [Number(field.slice(0, at)), field.slice(at + 1)]
  })
  const made = new Message()
  decode(encode(fields), made)
  return made
}
const read = (body: string) => readRequest(message(`35=BW|34=4|${body}`))
const refusal = (body: string) => {
  const result = read(body)
  if (result.ok) throw new Error('it was taken')
  const { text, tag, reason } = result.violation
  return [text, tag, reason]
}
const printed = (body: readonly Field[]) => body.map(([tag, value]) => `${tag}=${value}`).join('|')
const at = Date.parse('2024-03-04T13:00:07.002Z')
const member = (last: number, oldest = 1): RequestedSource => ({ kind: 'member', last, oldest })

describe('a request for messages by application', () => {
  test('is read as the exchange`s clients write it', () => {
    expect(read('1346=1|1347=2|1351=1|1355=K7T')).toEqual({
      ok: true,
      request: { id: '1', type: 2, ranges: [{ applId: 'K7T', begin: 0, end: 0 }] },
    })
    expect(read('1346=2|1347=0|1351=2|1355=K7T|1182=100|1183=0|1355=M3P|1182=5|1183=9')).toEqual({
      ok: true,
      request: {
        id: '2',
        type: 0,
        ranges: [
          { applId: 'K7T', begin: 100, end: 0 },
          { applId: 'M3P', begin: 5, end: 9 },
        ],
      },
    })
    expect(read('1346=3|1347=3')).toEqual({ ok: true, request: { id: '3', type: 3, ranges: [] } })
  })

  test.each([
    ['1347=0', 'Required tag missing: ApplReqID (1346)', 1346, 1],
    ['1346=123456789012345678901|1347=3', 'Invalid ApplReqID. At most 20 characters', 1346, 5],
    ['1346=1', 'Required tag missing: ApplReqType (1347)', 1347, 1],
    ['1346=1|1347=x', 'Invalid ApplReqType. Integer required', 1347, 6],
    ['1346=1|1347=1', 'Invalid ApplReqType. Must be 0, 2 or 3', 1347, 5],
    ['1346=1|1347=2', 'Required tag missing: NoApplIDs (1351)', 1351, 1],
    ['1346=1|1347=2|1351=1', 'Required tag missing: RefApplID (1355)', 1355, 1],
    ['1346=1|1347=2|1351=2|1355=K7T', 'Invalid NoApplIDs. 1 entries follow', 1351, 16],
    ['1346=1|1347=2|1351=1|1355=K7T8', 'Invalid RefApplID. Three characters required', 1355, 5],
    ['1346=1|1347=0|1351=1|1355=K7T|1183=0', 'Required tag missing: ApplBegSeqNum (1182)', 1182, 1],
    [
      '1346=1|1347=0|1351=2|1355=K7T|1182=1|1355=M3P|1182=1|1183=0',
      'Required tag missing: ApplEndSeqNum (1183)',
      1183,
      1,
    ],
    ['1346=1|1347=0|1351=1|1355=K7T|1182=0|1183=0', 'Invalid ApplBegSeqNum. Must be 1 or more', 1182, 5],
    ['1346=1|1347=0|1351=1|1355=K7T|1182=-1|1183=0', 'Invalid ApplBegSeqNum. Integer required', 1182, 6],
    ['1346=1|1347=0|1351=1|1355=K7T|1182=1000000000|1183=0', 'Invalid ApplBegSeqNum. Integer required', 1182, 6],
    ['1346=1|1347=0|1351=1|1355=K7T|1182=9|1183=8', 'Invalid ApplEndSeqNum. Lower than ApplBegSeqNum', 1183, 5],
  ])('%s is rejected', (body, ...expected) => expect(refusal(body)).toEqual(expected))

  test('names no more sources than a target has', () => {
    const entries = (count: number) => `1346=1|1347=2|1351=${count}${'|1355=K7T'.repeat(count)}`
    expect(read(entries(1000)).ok).toBe(true)
    expect(refusal(entries(1001))).toEqual(['Invalid NoApplIDs. At most 1000', 1351, 5])
  })
})

describe('the range of a resend', () => {
  const number = fc.integer({ min: 1, max: 999_999_999 })
  const range = fc.tuple(number, fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 6000 }))).map(
    ([begin, span]): RequestedRange => ({
      applId: 'K7T',
      begin,
      end: span === 0 ? 0 : Math.min(999_999_999, begin + span),
    }),
  )

  const endOf = (begin: number, end: number) => answerRange({ applId: 'K7T', begin, end }, member(999_999_999)).end

  test('is as captured: open to 2,500 above the begin, unchanged within it, and cut to it', () => {
    expect(endOf(236_033, 0)).toBe(238_533)
    expect(endOf(241_033, 241_851)).toBe(241_851)
    expect(endOf(1, 9999)).toBe(2501)
  })

  test('never passes what was asked for, the span, or the newest copy', () => {
    fc.assert(
      fc.property(range, number, ({ begin, end }, last) => {
        const effective = endOf(begin, end)
        expect(effective - begin).toBeGreaterThanOrEqual(0)
        expect(effective - begin).toBeLessThanOrEqual(2500)
        if (end > 0) expect(effective).toBeLessThanOrEqual(end)
        expect(upperBound(effective, last)).toBe(Math.min(effective, last))
      }),
    )
  })

  test('asked for piece by piece covers every number once', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100_000 }), fc.integer({ min: 0, max: 20_000 }), (first, span) => {
        const last = first + span
        let next = first
        for (let requests = 0; next <= last; requests++) {
          const granted = answerRange({ applId: 'K7T', begin: next, end: last }, member(last))
          expect(granted.error).toBeUndefined()
          expect(granted.begin).toBe(next)
          expect(requests).toBeLessThanOrEqual(span / 2501)
          next = upperBound(granted.end, last) + 1
        }
        expect(next).toBe(last + 1)
      }),
    )
  })

  test('is refused above the newest copy and below the oldest of the week, and to whom it does not belong', () => {
    fc.assert(
      fc.property(range, number, number, (asked, last, oldest) => {
        const isThere = asked.begin <= last && asked.begin >= oldest
        expect(answerRange(asked, member(last, oldest)).error).toBe(isThere ? undefined : 1)
      }),
    )
    const asked = { applId: 'K7T', begin: 3, end: 9000 }
    expect(answerRange(asked, { kind: 'unknown' })).toEqual({ ...asked, error: 0 })
    expect(answerRange(asked, { kind: 'stranger' })).toEqual({ ...asked, error: 2 })
  })
})

describe('the answers', () => {
  test('C11: the last number', () => {
    const request = { id: '1', type: 2 as const, ranges: [{ applId: 'K7T', begin: 0, end: 0 }] }
    const entries = request.ranges.map((one) => answerLast(one, member(121)))
    expect(printed(ackBody(request, entries, responseIdOf('CME', '1', at - 1000)))).toBe(
      '1346=1|1347=2|1348=0|1353=CME1___________________070006002|1351=1|1355=K7T|1357=121',
    )
  })

  test('C13: the effective range', () => {
    const request = { id: '2', type: 0 as const, ranges: [{ applId: 'K7T', begin: 100, end: 0 }] }
    const entries = request.ranges.map((one) => answerRange(one, member(121)))
    expect(printed(ackBody(request, entries, responseIdOf('CME', '2', at)))).toBe(
      '1346=2|1347=0|1348=0|1353=CME2___________________070007002|1351=1|1355=K7T|1182=100|1183=2600',
    )
  })

  test('C17: the report at the end', () => {
    expect(printed(reportBody('K7T', 121, reportIdOf('CME', 'K7T', at + 4)))).toBe(
      '1356=CMERPTK7T070007006|1426=3|1351=1|1355=K7T|1357=121',
    )
  })

  test('C18: an unknown source', () => {
    const request = { id: '3', type: 0 as const, ranges: [{ applId: 'ZZZ', begin: 1, end: 10 }] }
    const entries = request.ranges.map((one) => answerRange(one, { kind: 'unknown' }))
    expect(printed(ackBody(request, entries, responseIdOf('CME', '3', at + 1000)))).toBe(
      '1346=3|1347=0|1348=1|1353=CME3___________________070008002|1351=1|1355=ZZZ|1182=1|1183=10|1354=0|58=Application does not exist',
    )
  })

  test('carry the time of day in Chicago on both sides of a change of its clocks', () => {
    const ids = ['2026-03-08T07:59:59.999Z', '2026-03-08T08:00:00.001Z'].map((utc) =>
      reportIdOf('CME', 'K7T', Date.parse(utc)).slice(-9),
    )
    expect(ids).toEqual(['015959999', '030000001'])
  })

  test('are read back by a client as they were meant', () => {
    const request = {
      id: '9',
      type: 0 as const,
      ranges: ['K7T', 'ZZZ', 'M3P'].map((applId) => ({ applId, begin: 5, end: 0 })),
    }
    const standings = [member(9), { kind: 'unknown' } as const, member(4)]
    const body = ackBody(
      request,
      request.ranges.map((one, i) => answerRange(one, standings[i]!)),
      'x',
    )
    expect(readAck(message(`35=BX|${printed(body)}`))).toEqual({
      id: '9',
      type: 0,
      response: 1,
      text: 'Application does not exist',
      entries: [
        { applId: 'K7T', end: 2505, last: 0, error: undefined },
        { applId: 'ZZZ', end: 0, last: 0, error: 0 },
        { applId: 'M3P', end: 0, last: 0, error: 1 },
      ],
    })
    expect(readReport(message(`35=BY|${printed(reportBody('M3P', 0, 'x'))}`))).toEqual({ applId: 'M3P', last: 0 })
  })
})
