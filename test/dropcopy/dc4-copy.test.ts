import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { blankCanonical, canonicaliseInner, unwrap } from '#dropcopy/canonical.ts'
import { constant } from '#dropcopy/constant.ts'
import { type Dc4Terms, dc4CopyGrowth, dc4DataLength, dc4Target, writeDc4Copy } from '#dropcopy/dc4-copy.ts'
import { blankSourceMessage, readSource } from '#dropcopy/source-message.ts'
import { memoryOf } from '#fix/memory.ts'
import { decode, Message } from '#fix/message.ts'
import { decoded, example, isSealed, readable, wire } from '#test/fix/samples.ts'
import { framed } from './vectors.ts'

const exchange = { compId: 'CME', subId: 'G' }
const client = { subId: 'RISK01', locationId: 'US,IL' }
const time = (text: string) => constant(`20240304-${text}`)

const inside = (name: string): Buffer => {
  const [, inner] = /<RTRF>(.*)<\/RTRF>/.exec(example(name))!
  return wire(inner!)
}

/** The copy of a source message as it stands in the journal. */
function copyOf(source: Buffer, terms: Partial<Dc4Terms>, target = dc4Target(exchange, 'P4TGT1', client)): Buffer {
  const canonical = blankCanonical()
  expect(canonicaliseInner(new Message(), decoded(source), canonical)).toBeUndefined()
  const journal = Buffer.concat([Buffer.from('xxx'), source, Buffer.from('yyy')])
  const message = readSource(
    memoryOf(journal),
    3,
    source.length,
    canonical.bodyAt,
    canonical.copyFlagAt,
    blankSourceMessage(),
  )
  const out = Buffer.alloc(source.length + dc4CopyGrowth(target) + 2)
  const all: Dc4Terms = {
    targetSeqNum: 3,
    lastProcessed: 1,
    possResend: false,
    sendingTime: time('13:00:01.103'),
    origSendingTime: undefined,
    ...terms,
  }
  return out.subarray(2, writeDc4Copy(memoryOf(out).view, 2, target, message, all))
}

describe('the specification examples, byte for byte', () => {
  test('D1: a New Order acknowledgment on a CGW target', () => {
    expect(readable(copyOf(inside('D1'), {}))).toBe(example('D1'))
  })
  test('D2: an Order Mass Action Report on the MSGW target of segment 84', () => {
    const target = dc4Target({ compId: 'CME', subId: '84' }, 'P4TGT1', client)
    const terms = { targetSeqNum: 9, lastProcessed: 4, sendingTime: time('13:10:00.008') }
    expect(readable(copyOf(inside('D2'), terms, target))).toBe(example('D2'))
  })
  test('D3: D1 sent again', () => {
    const again = { sendingTime: time('13:20:00.002'), origSendingTime: time('13:00:01.103') }
    expect(readable(copyOf(inside('D1'), { lastProcessed: 7, ...again }))).toBe(example('D3'))
  })
})

describe('a copy', () => {
  test('says 97=Y behind 43', () => {
    const copy = readable(copyOf(inside('D1'), { possResend: true, origSendingTime: time('13:00:00.000') }))
    expect(copy).toContain('|52=20240304-13:00:01.103|43=Y|97=Y|49=CME|')
  })

  test('without 50 and 142 of a client has no 57 and no 143 outside', () => {
    const copy = readable(copyOf(inside('D1'), {}, dc4Target(exchange, 'P4TGT1', {})))
    expect(copy).toContain('|56=P4TGT1N|212=359|213=<RTRF>8=FIX.4.2|')
  })

  test('is read back as the same source message, with a true length and checksum, whatever it holds', () => {
    const number = fc.integer({ min: 1, max: 999_999_999 })
    const text = fc.stringMatching(/^[ -{}~]{1,40}$/)
    fc.assert(
      fc.property(
        number,
        number,
        number,
        text,
        fc.stringMatching(/^[A-Za-z0-9]{1,200}$/),
        fc.boolean(),
        fc.boolean(),
        fc.integer({ min: 0, max: 9_000 }),
        (seqNum, targetSeqNum, lastProcessed, account, subId, possResend, again, bulk) => {
          const source = framed(
            `35=8|34=${seqNum}|52=20240304-13:00:00.000|49=CME|50=G|56=K7T882N|1=${account}|39=1|58=${'x'.repeat(bulk + 1)}|`,
          )
          const target = dc4Target(exchange, 'P4TGT1', { subId, locationId: account })
          const origSendingTime = again ? time('00:00:00.001') : undefined
          const copy = copyOf(source, { targetSeqNum, lastProcessed, possResend, origSendingTime }, target)
          expect(isSealed(Buffer.from(copy))).toBe(true)
          const outer = new Message()
          expect(decode(Buffer.from(copy), outer)).toBeUndefined()
          expect(outer.int(9)).toBe(copy.length - 7 - outer.endAt(1) - 1)
          expect([outer.int(34), outer.int(369), outer.str(57)]).toEqual([targetSeqNum, lastProcessed, subId])
          expect([outer.possDup, outer.is(97, 'Y')]).toEqual([again, possResend])
          const inner = new Message()
          expect(unwrap(outer, inner)).toBeUndefined()
          expect(inner.frame().equals(source)).toBe(true)
          expect(outer.int(212)).toBe(source.length + 13)
        },
      ),
    )
  })

  test('tells the length of its data before it is made', () => {
    const source = inside('D1')
    const canonical = blankCanonical()
    canonicaliseInner(new Message(), decoded(source), canonical)
    expect(dc4DataLength(canonical)).toBe(359)
  })
})
