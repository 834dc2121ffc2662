import { describe, expect, test } from 'vitest'
import {
  blankCanonical,
  type Canonical,
  canonicaliseInner,
  canonicalisePlain,
  type NotCanonical,
  plainOrigin,
  unwrap,
} from '#dropcopy/canonical.ts'
import { messageClasses } from '#dropcopy/classify.ts'
import { memoryOf } from '#fix/memory.ts'
import { Message } from '#fix/message.ts'
import { decoded, isSealed } from '#test/fix/samples.ts'
import { framed, readable, wire } from './vectors.ts'

const origin = plainOrigin({ compId: 'CME', subId: 'G' }, 'M3P882')
const header = '34=7|49=GW2|56=DROPCOPY|52=20240304-13:00:00.000|'
const fill = '1=A|39=2|150=2|'

function plain(frame: Buffer): { made: Canonical; wrong: NotCanonical | undefined; text: string } {
  const made = blankCanonical()
  const wrong = canonicalisePlain(decoded(frame), origin, memoryOf(Buffer.alloc(2000)), 11, made)
  const bytes = Buffer.from(made.bytes.subarray(made.start, made.start + made.length))
  if (!wrong) expect([isSealed(bytes), statedLength(bytes)]).toEqual([true, trueLength(bytes)])
  return { made, wrong, text: readable(bytes) }
}

const statedLength = (frame: Buffer) => decoded(frame).int(9)
const trueLength = (frame: Buffer) => frame.length - 7 - frame.indexOf('\x0135=') - 1
const bodyOf = ({ made, text }: { made: Canonical; text: string }) =>
  text.slice(made.bodyAt - made.start, -'10=000|'.length)

describe('a message with something wrong in a field that nobody uses', () => {
  test.each([
    ['an empty value', `${fill}58=|9717=C|`],
    ['a tag of ten digits', `${fill}1234567890=x|9717=C|`],
    ['a tag of ten digits first in the body', `1234567890=x|${fill}`],
    ['tag 0', `${fill}0=x|9717=C|`],
    ['a tag that is no number', `${fill}Venue=x|9717=C|`],
    ['no tag', `${fill}=x|9717=C|`],
    ['bytes that are no field', `${fill}stray|9717=C|`],
    ['nothing between two delimiters', `${fill}||9717=C|`],
    ['a data length that points nowhere', `95=9999|96=short|${fill}`],
    ['a data length that ends inside the data', `95=2|96=sh|ort|${fill}`],
    ['a data length that reaches into the trailer', `${fill}95=14|96=short|`],
    ['data of FIX 4.4 that looks like fields', `${fill}621=8|622=a|39=8|b|`],
    ['data of FIX 5.0 SP2 that looks like fields', `${fill}1397=6|1398=a|39=8|`],
    ['data of a tag above 40,000', `${fill}40978=6|40979=a|39=8|`],
    ['data that no version of FIX has', `${fill}9000=8|9001=a|39=8|b|`],
    ['such data in front', `9000=8|9001=a|39=8|b|${fill}`],
    ['such data that could be fields', `${fill}9000=6|9001=a|39=8|`],
    ['such data that could be fields, in front', `9000=6|9001=a|39=8|${fill}`],
  ])('%s: is a fill with its body as it stands', (_, body) => {
    const made = plain(framed(`35=8|${header}${body}`))
    expect(made.wrong).toBeUndefined()
    expect(bodyOf(made)).toBe(body)
    expect(messageClasses[made.made.classCode]).toBe('fill')
  })

  test('a time with twelve decimals is one', () => {
    const made = plain(framed(`35=8|34=7|49=GW2|56=DROPCOPY|52=20240304-13:00:00.123456789012|${fill}`))
    expect([made.wrong, made.made.sendingTimeMs]).toEqual([undefined, Date.UTC(2024, 2, 4, 13, 0, 0, 123)])
    expect(made.text).toContain('|52=20240304-13:00:00.123456789012|')
  })

  test('797 goes behind data of its own length, never into it', () => {
    const body = '1=A|39=2|150=2|9000=8|9001=a|39=8|b|'
    const { made, text } = plain(framed(`35=8|${header}${body}`))
    expect(text.slice(made.copyFlagAt - made.start)).toMatch(/^9000=8\|9001=a/)
  })
})

describe('a header field behind other fields', () => {
  const usual = plain(framed(`35=8|34=7|49=GW2|56=DROPCOPY|57=OP1|52=20240304-13:00:00.000|20001=x|${fill}`))
  test.each([
    ['right behind 35', `35=8|20001=x|34=7|49=GW2|56=DROPCOPY|57=OP1|52=20240304-13:00:00.000|${fill}`],
    ['in the midst', `35=8|34=7|49=GW2|56=DROPCOPY|20001=x|57=OP1|52=20240304-13:00:00.000|${fill}`],
    ['at the end', `35=8|34=7|49=GW2|56=DROPCOPY|20001=x|${fill}57=OP1|52=20240304-13:00:00.000|`],
  ])('of a plain feed is as good as in its place: a field of the sender stands %s', (_, text) => {
    const made = plain(framed(text))
    expect([made.wrong, made.text, made.made.digest]).toEqual([undefined, usual.text, usual.made.digest])
  })

  test('is known when the message is sent again', () => {
    const again = plain(
      framed(
        `35=8|20001=x|34=7|43=Y|122=20240304-13:00:00.000|49=GW2|56=DROPCOPY|57=OP1|52=20240304-14:00:00.000|${fill}`,
      ),
    )
    expect([again.text, again.made.recovered, again.made.digest]).toEqual([usual.text, true, usual.made.digest])
  })

  test('of an encapsulated message is put in its place', () => {
    const inner = new Message()
    const made = blankCanonical()
    const frame = outer(framed(`35=8|20001=x|34=7|49=CME|50=G|56=K7T882N|52=20240304-13:00:00.000|${fill}`))
    expect(unwrap(frame, inner)).toBeUndefined()
    expect(canonicaliseInner(frame, inner, made)).toBeUndefined()
    const bytes = Buffer.from(made.bytes.subarray(made.start, made.start + made.length))
    expect(readable(bytes)).toMatch(
      /^8=FIX\.4\.2\|9=\d+\|35=8\|34=7\|49=CME\|50=G\|56=K7T882N\|52=20240304-13:00:00\.000\|20001=x\|1=A\|39=2\|150=2\|10=\d{3}\|$/,
    )
    expect([isSealed(bytes), statedLength(bytes), made.seqNum]).toEqual([true, trueLength(bytes), 7])
  })

  test('that the header has as well stays where it is', () => {
    const made = plain(framed(`35=8|${header}${fill}49=OTHER|`))
    expect(bodyOf(made)).toBe(`${fill}49=OTHER|`)
  })
})

test.each([43, 97, 122, 369])(
  'a message whose %d has no value is none: nobody can say whether it came before',
  (tag) => {
    expect(plain(framed(`35=8|${header}${tag}=|${fill}`)).wrong).toBe('bad-field')
  },
)

/** A 35=n message around the given bytes, with this XmlDataLen(212) if it is not the true one. */
function outer(inner: Buffer, length = inner.length + 13): Message {
  const body = Buffer.concat([
    wire(`35=n|34=3|52=20240304-13:00:01.103|49=GW1|56=DROPCOPY|212=${length}|213=<RTRF>`),
    inner,
    wire('</RTRF>|'),
  ])
  return decoded(framed(body.toString('latin1')))
}

describe('an encapsulated message', () => {
  const good = framed(`35=8|34=7|49=CME|50=G|56=K7T882N|52=20240304-13:00:00.000|${fill}`)
  /** With another BodyLength(9), and a CheckSum(10) that holds. */
  const withLength = (length: string) => {
    const text = readable(good).replace(/\|9=\d+\|/, `|9=${length}|`)
    const head = wire(text.slice(0, -'10=000|'.length))
    const sum = head.reduce((total, byte) => total + byte, 0) & 255
    return Buffer.concat([head, wire(`10=${String(sum).padStart(3, '0')}|`)])
  }
  const unwrapped = (frame: Message) => {
    const inner = new Message()
    const wrong = unwrap(frame, inner)
    return wrong ?? readable(inner.frame())
  }

  test.each(['5', '70', '123456', 'x', ''])('with BodyLength %j gets the true one, and its CheckSum', (length) => {
    expect(unwrapped(outer(withLength(length)))).toBe(readable(good))
  })
  test('with a wrong CheckSum is none: any of its bytes may be wrong', () => {
    const wrong = Buffer.from(good)
    wrong[wrong.length - 2]! ^= 1
    expect(unwrapped(outer(wrong))).toBe('inner-checksum')
  })
  test.each([3, 60, 9999])('in an envelope whose XmlDataLen is %d is found all the same', (length) => {
    expect(unwrapped(outer(good, length))).toBe(readable(good))
  })
  test('with bytes that are no field is found as it stands', () => {
    const odd = framed(`35=8|34=7|49=CME|50=G|56=K7T882N|52=20240304-13:00:00.000|${fill}58=|stray|`)
    expect(unwrapped(outer(odd))).toBe(readable(odd))
  })
})
