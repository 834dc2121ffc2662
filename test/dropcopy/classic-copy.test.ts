import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { blankCanonical, canonicaliseInner } from '#dropcopy/canonical.ts'
import { classicCopyGrowth, classicSource, classicTarget, writeClassicCopy } from '#dropcopy/classic-copy.ts'
import { constant } from '#dropcopy/constant.ts'
import { blankSourceMessage, readSource } from '#dropcopy/source-message.ts'
import { memoryOf } from '#fix/memory.ts'
import { decode, Message } from '#fix/message.ts'
import { isSealed } from '#test/fix/samples.ts'
import { copies, framed, readable, sources } from './vectors.ts'

const target = classicTarget({ compId: 'CME', subId: 'G' }, 'ODQ1Z9')
const k7t = classicSource('K7T882')
const time = (text: string) => constant(`20240304-13:00:0${text}`)

type ClassicTerms = Parameters<typeof writeClassicCopy>[5]

/** The copy of an encapsulated source message, by way of its canonical form, as the connector makes it. */
function copyOf(source: Buffer, terms: Partial<ClassicTerms>, of = k7t): Buffer {
  const inner = new Message()
  decode(source, inner)
  const canonical = blankCanonical()
  expect(canonicaliseInner(new Message(), inner, canonical)).toBeUndefined()
  const { bytes, start, length, bodyAt, copyFlagAt } = canonical
  // moved to an odd place of another buffer, as in a journal batch
  const journal = Buffer.concat([Buffer.from('xxx'), bytes.subarray(start, start + length), Buffer.from('yyy')])
  const message = readSource(memoryOf(journal), 3, length, bodyAt - start, copyFlagAt - start, blankSourceMessage())
  const out = Buffer.alloc(source.length + classicCopyGrowth)
  const all: ClassicTerms = {
    targetSeqNum: 1,
    previous: 0,
    applResend: false,
    sendingTime: time('1.103'),
    origSendingTime: undefined,
    ...terms,
  }
  const end = writeClassicCopy(memoryOf(out).view, 5, target, of, message, all)
  return out.subarray(5, end)
}

describe('the specification examples, byte for byte', () => {
  test('C5: a copied New Order acknowledgment', () => {
    expect(readable(copyOf(sources.newOrder, { targetSeqNum: 3, previous: 117 }))).toBe(copies.c5)
  })
  test('C6: a copied complete fill', () => {
    const copy = copyOf(sources.completeFill, { targetSeqNum: 4, previous: 120, sendingTime: time('2.253') })
    expect(readable(copy)).toBe(copies.c6)
  })
  test('C8: C5 sent again after a Resend Request, 43 behind 34 and 122 behind 57', () => {
    const terms = { targetSeqNum: 3, previous: 117, sendingTime: time('5.004'), origSendingTime: time('1.103') }
    expect(readable(copyOf(sources.newOrder, terms))).toBe(copies.c8)
  })
  test('C14 to C16: an application resend, the first without 1350', () => {
    const first = { targetSeqNum: 11, applResend: true, sendingTime: time('7.004') }
    expect(readable(copyOf(sources.cancelAck, first))).toBe(copies.c14)
    const second = { ...first, targetSeqNum: 12, previous: 117 }
    expect(readable(copyOf(sources.newOrder, second))).toBe(copies.c15)
    const third = { ...first, targetSeqNum: 13, previous: 120, sendingTime: time('7.005') }
    expect(readable(copyOf(sources.completeFill, third))).toBe(copies.c16)
  })
})

describe('a copy', () => {
  const inner = (header: string, body: string) =>
    framed(`35=8|34=9|52=20240304-13:00:00.000|49=CME|50=G|${header}${body}`)
  test('leaves 57 and 369 out when the source message has none, and drops 143', () => {
    expect(readable(copyOf(inner('56=K7T882N|143=US,IL|', '1=A|39=0|'), {}))).toMatch(
      /\|56=ODQ1Z9N\|1180=K7T\|1181=9\|1=A\|39=0\|797=Y\|453=1\|448=882\|447=D\|452=7\|10=\d{3}\|$/,
    )
  })
  test('puts 797 before the first tag above it, also where a lower one follows', () => {
    expect(readable(copyOf(inner('56=K7T882N|', '39=0|1057=Y|527=X|9717=C|'), {}))).toContain(
      '|39=0|797=Y|1057=Y|527=X|',
    )
  })
  test('never puts 797 inside a repeating group', () => {
    const body = '39=2|136=2|137=5|891=0|137=7|138=USD|891=1|893=Y|'
    expect(readable(copyOf(inner('56=K7T882N|', body), {}))).toContain('|138=USD|891=1|797=Y|893=Y|453=1|448=882|')
  })
  test('puts 797 last in a mass action report that has no higher tag behind its group', () => {
    const body = '11=MA|60=20240304-13:10:00.000|533=2|534=2|41=A|84=1|535=7|41=B|84=2|535=8|'
    expect(readable(copyOf(inner('56=K7T882N|', body), {}))).toContain('|535=8|797=Y|453=1|')
  })
  test('of a spread fill and its leg keeps every tag, negative price included', () => {
    const body =
      '1=40001|6=0|11=0001AB2|14=9|17=804:760000001TN6400001|20=0|31=-50|32=1|37=82200000001|38=10|39=1|40=2|41=0|44=-50|48=137001|54=2|55=CL|59=0|60=20240304-13:00:00.697|75=20240304|107=CLM4-CLN4|150=1|151=1|167=FUT|337=TRADE|375=CME000A|393=2|432=20240304|442=3|527=X0001Y0002|1057=Y|9717=6AB2|'
    const at = body.indexOf('1057=')
    expect(readable(copyOf(inner('56=K7T882N|57=OP1|', body), { previous: 8 }))).toContain(
      `|57=OP1|1180=K7T|1181=9|1350=8|${body.slice(0, at)}797=Y|${body.slice(at)}453=1|`,
    )
  })
  test('has a true length and checksum whatever its numbers, times and body', () => {
    const text = fc.stringMatching(/^[ -{}~]{1,40}$/)
    const value = fc.integer({ min: 1, max: 999_999_999 })
    fc.assert(
      fc.property(
        value,
        value,
        value,
        text,
        fc.boolean(),
        fc.boolean(),
        (seqNum, targetSeqNum, previous, account, applResend, again) => {
          const source = framed(
            `35=8|34=${seqNum}|369=7|52=20240304-13:00:00.000|49=CME|50=G|56=K7T882N|57=OP|1=${account}|39=1|9717=C|`,
          )
          const origSendingTime = again ? time('0.001') : undefined
          const copy = copyOf(source, { targetSeqNum, previous, applResend, origSendingTime })
          expect(isSealed(copy)).toBe(true)
          const message = new Message()
          expect(decode(copy, message)).toBeUndefined()
          const bodyStart = message.endAt(1) + 1
          expect(message.int(9)).toBe(copy.length - 7 - bodyStart)
          expect([message.int(34), message.int(1181), message.int(1350)]).toEqual([targetSeqNum, seqNum, previous])
          expect(message.str(1)).toBe(account)
        },
      ),
    )
  })
})
