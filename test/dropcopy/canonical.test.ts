import { describe, expect, test } from 'vitest'
import {
  blankCanonical,
  type Canonical,
  canonicaliseInner,
  canonicalisePlain,
  innerSourceId,
  plainOrigin,
  unwrap,
} from '#dropcopy/canonical.ts'
import { messageClasses } from '#dropcopy/classify.ts'
import { blankSourceMessage, readSource } from '#dropcopy/source-message.ts'
import { memoryOf } from '#fix/memory.ts'
import { decode, Message } from '#fix/message.ts'
import { isSealed } from '#test/fix/samples.ts'
import { enveloped, framed, newOrder, readable, sources, wire } from './vectors.ts'

const message = (frame: Buffer) => {
  const made = new Message()
  expect(decode(frame, made)).toBeUndefined()
  return made
}
const origin = plainOrigin({ compId: 'CME', subId: 'G' }, 'M3P882')

function plain(frame: Buffer): { made: Canonical; text: string } {
  const made = blankCanonical()
  expect(canonicalisePlain(message(frame), origin, memoryOf(Buffer.alloc(2000)), 11, made)).toBeUndefined()
  const bytes = made.bytes.subarray(made.start, made.start + made.length)
  expect(isSealed(Buffer.from(bytes))).toBe(true)
  expectSameParts(made)
  return { made, text: readable(bytes) }
}

/** What is known of a message while it is made is what the journal's bytes say of it later. */
function expectSameParts(made: Canonical): void {
  const { start, length, bodyAt, copyFlagAt } = made
  const kept = Buffer.concat([Buffer.from('xxx'), made.bytes.subarray(start, start + length)])
  const read = readSource(memoryOf(kept), 3, length, bodyAt - start, copyFlagAt - start, blankSourceMessage())
  const { bytes: _, view: __, ...parts } = read
  const moved = Object.entries(parts).map(([name, value]) =>
    name === 'seqNum' || name === 'bodySum' || value === 0 ? [name, value] : [name, value - 3 + start],
  )
  expect(made).toMatchObject(Object.fromEntries(moved))
}

describe('a plain feed message', () => {
  const body = '1=A|39=2|150=2|9717=C|'
  const header = '49=GW2|56=DROPCOPY|57=OP1|142=CH|'
  const live = plain(framed(`35=8|34=7|${header}52=20240304-13:00:00.000|369=4|${body}`))

  test('gets the header of the exchange, in the order of the canonical form, with its body as it stands', () => {
    expect(live.text).toMatch(
      /^8=FIX\.4\.2\|9=\d+\|35=8\|34=7\|369=4\|52=20240304-13:00:00\.000\|49=CME\|50=G\|56=M3P882N\|57=OP1\|1=A\|39=2\|150=2\|9717=C\|10=\d{3}\|$/,
    )
    expect(live.text.slice(live.made.bodyAt - live.made.start)).toMatch(/^1=A\|/)
    expect(live.text.slice(live.made.copyFlagAt - live.made.start)).toMatch(/^9717=/)
    expect(message(wire(live.text)).int(9)).toBe(live.text.indexOf('10=') - live.text.indexOf('35='))
    expect(messageClasses[live.made.classCode]).toBe('fill')
    expect(live.made).toMatchObject({ seqNum: 7, recovered: false, possResend: false, requestTimeAt: 0 })
  })
  test('sent again yields the same bytes and the same digest, and is known to be recovered', () => {
    const again = plain(
      framed(`35=8|34=7|43=Y|${header}52=20240304-14:30:00.000|122=20240304-13:00:00.000|369=4|${body}`),
    )
    expect(again.text).toBe(live.text)
    expect(again.made.digest).toBe(live.made.digest)
    expect(again.made.recovered).toBe(true)
  })
  test('whose new header moves the place of 797 beyond what the journal can keep is none', () => {
    const long = plainOrigin({ compId: 'X'.repeat(32), subId: 'G' }, 'M3P882')
    const frame = (length: number) =>
      message(framed(`35=8|34=7|${header}52=20240304-13:00:00.000|58=${'x'.repeat(length)}|9717=C|`))
    const room = Buffer.alloc(70_000)
    const longest = 65_536 - frame(60_000).bytes.length + 60_000
    expect(frame(longest).bytes).toHaveLength(65_536)
    expect(canonicalisePlain(frame(longest), long, memoryOf(room), 11, blankCanonical())).toBe('too-long')
    expect(canonicalisePlain(frame(longest - 64), long, memoryOf(room), 11, blankCanonical())).toBeUndefined()
  })
  test('is the same message also when the sender wrote 369 anew on the resend', () => {
    const again = plain(
      framed(`35=8|34=7|43=Y|${header}52=20240304-14:30:00.000|122=20240304-13:00:00.000|369=19|${body}`),
    )
    expect(again.made.digest).toBe(live.made.digest)
  })
  test('is the same message also when the sender wrote 57 and 143 of another logon on the resend', () => {
    const again = plain(
      framed(
        `35=8|34=7|43=Y|49=GW2|56=DROPCOPY|57=OP2|143=US,IL|52=20240304-14:30:00.000|122=20240304-13:00:00.000|${body}`,
      ),
    )
    expect(again.made.digest).toBe(live.made.digest)
  })
  test.each([
    ['another number', `35=8|34=8|${header}52=20240304-13:00:00.000|369=4|${body}`],
    ['another time', `35=8|34=7|${header}52=20240304-13:00:00.001|369=4|${body}`],
    ['another type', `35=9|34=7|${header}52=20240304-13:00:00.000|369=4|${body}`],
    ['another body', `35=8|34=7|${header}52=20240304-13:00:00.000|369=4|1=B|39=2|150=2|9717=C|`],
  ])('with %s has another digest', (_name, text) => {
    expect(plain(framed(text)).made.digest).not.toBe(live.made.digest)
  })
  test('keeps 143 and leaves 369 and 57 out when they are absent', () => {
    const { text } = plain(framed(`35=8|34=7|49=GW2|56=DROPCOPY|143=US,IL|52=20240304-13:00:00.000|${body}`))
    expect(text).toContain('|34=7|52=20240304-13:00:00.000|49=CME|50=G|56=M3P882N|143=US,IL|1=A|')
  })
  test('without a body still has a place for everything', () => {
    const { made, text } = plain(framed('35=BZ|34=7|49=GW2|56=DROPCOPY|52=20240304-13:00:00.000|'))
    expect(text.slice(made.bodyAt - made.start)).toMatch(/^10=/)
    expect(made.copyFlagAt).toBe(made.bodyAt)
  })
  test('without a usable time or number is no source message', () => {
    const out = Buffer.alloc(500)
    const judge = (text: string) => canonicalisePlain(message(framed(text)), origin, memoryOf(out), 0, blankCanonical())
    expect(judge('35=8|34=7|49=A|56=B|52=noon|1=A|')).toBe('no-sending-time')
    expect(judge('35=8|34=x|49=A|56=B|52=20240304-13:00:00.000|1=A|')).toBe('no-number')
    expect(judge('35=8|34=4294967303|49=A|56=B|52=20240304-13:00:00.000|1=A|')).toBe('no-number')
  })
  test('knows a possible resend and where its request time stands', () => {
    const { made, text } = plain(
      framed(`35=8|34=7|97=Y|${header}52=20240304-13:00:00.000|1=A|39=0|5979=1709557201100123456|9717=C|`),
    )
    expect(made.possResend).toBe(true)
    const [from, to] = [made.requestTimeAt - made.start, made.requestTimeEnd - made.start]
    expect(text.slice(from, to)).toBe('1709557201100123456')
  })
})

const outer = (inner: Buffer, header = '') => message(enveloped(inner, header))

describe('an encapsulated message', () => {
  test('is taken out of its envelope byte for byte', () => {
    const inner = new Message()
    expect(unwrap(outer(sources.newOrder), inner)).toBeUndefined()
    expect(innerSourceId(inner)).toBe('K7T882')
    const made = blankCanonical()
    expect(canonicaliseInner(outer(sources.newOrder), inner, made)).toBeUndefined()
    expect(readable(made.bytes.subarray(made.start, made.start + made.length))).toBe(readable(sources.newOrder))
    expect(readable(made.bytes.subarray(made.bodyAt))).toMatch(/^1=ACCT0091\|/)
    expect(readable(made.bytes.subarray(made.copyFlagAt))).toMatch(/^1028=Y\|/)
    expect(made).toMatchObject({ seqNum: 120, sendingTimeMs: Date.UTC(2024, 2, 4, 13, 0, 1, 101), recovered: false })
    expect(messageClasses[made.classCode]).toBe('new-order')
    expectSameParts(made)
  })
  const digestOf = (frame: Buffer, header = '') => {
    const inner = new Message()
    const made = blankCanonical()
    expect(unwrap(outer(frame, header), inner)).toBeUndefined()
    canonicaliseInner(outer(frame, header), inner, made)
    return made.digest
  }
  const innerText = '35=8|34=7|49=CME|50=G|56=K7T882N|57=OP1|52=20240304-13:00:00.000|369=4|1=A|39=2|150=2|'
  test('has the same digest in whatever envelope it comes again', () => {
    const live = digestOf(framed(innerText))
    expect(digestOf(framed(innerText), '43=Y|122=20240304-13:00:01.103|')).toBe(live)
    expect(digestOf(framed(innerText), '97=Y|')).toBe(live)
  })
  test.each([
    ['operator', '57=OP1', '57=OP2'],
    ['369', '369=4', '369=5'],
    ['type', '35=8', '35=9'],
    ['time', '00.000', '00.001'],
    ['body', '1=A', '1=B'],
  ])('has another digest with another %s inside', (_name, from, to) => {
    expect(digestOf(framed(innerText.replace(from, to)))).not.toBe(digestOf(framed(innerText)))
  })
  test('is known as recovered or as a possible resend by its envelope', () => {
    const inner = new Message()
    const made = blankCanonical()
    for (const [header, expected] of [
      ['43=Y|122=20240304-13:00:01.103|', { recovered: true, possResend: false }],
      ['97=Y|', { recovered: false, possResend: true }],
    ] as const) {
      const frame = outer(sources.newOrder, header)
      unwrap(frame, inner)
      canonicaliseInner(frame, inner, made)
      expect(made).toMatchObject(expected)
    }
  })
  test('with 0x02 between its fields becomes the one with SOH', () => {
    const inner = new Message()
    const odd = Buffer.from(sources.newOrder.map((byte) => (byte === 1 ? 2 : byte)))
    expect(unwrap(outer(odd), inner)).toBeUndefined()
    expect(readable(inner.frame())).toBe(readable(sources.newOrder))
  })
  test('is refused with its reason when there is none inside, or a damaged one', () => {
    const inner = new Message()
    const damaged = Buffer.from(sources.newOrder)
    damaged[40] = 66
    const headless = Buffer.from(wire(`35=8|34=1|${newOrder}`))
    expect(unwrap(outer(damaged), inner)).toBe('inner-checksum')
    expect(unwrap(outer(headless), inner)).toBe('inner-broken')
    expect(unwrap(message(framed('35=n|34=1|212=4|213=text|')), inner)).toBe('no-envelope')
    expect(unwrap(message(framed('35=8|34=1|1=A|')), inner)).toBe('no-envelope')
  })
})
