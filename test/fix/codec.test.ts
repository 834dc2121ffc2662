import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { sumBytes, writeTrailer } from '#fix/checksum.ts'
import { digitCount, encode, type Field, writeInt } from '#fix/encode.ts'
import { memoryOf } from '#fix/memory.ts'
import { decode, Message } from '#fix/message.ts'
import { decoded, encodable, example, examples, fieldsOf, isSealed, readable, wire } from './samples.ts'

describe('the constructed example messages', () => {
  test.each([...examples.keys()])('%s is read without a fault and written again byte for byte', (name) => {
    const frame = wire(example(name))
    const message = decoded(frame)
    expect(message.fault).toBeUndefined()
    expect(isSealed(frame)).toBe(true)
    expect(readable(encode(encodable(message)))).toBe(example(name))
  })

  test('an encapsulated one is read by the length of 213, SOH and inner trailer included, and its inside is a message', () => {
    const outer = decoded(wire(example('D1')))
    expect(fieldsOf(outer).map(([tag]) => tag)).toEqual([8, 9, 35, 34, 369, 52, 49, 50, 56, 57, 143, 212, 213, 10])
    const payload = outer.data(213)!
    const inner = decoded(payload.subarray(6, payload.length - 7))
    expect([inner.str(56), inner.int(34), inner.str(9717)]).toEqual(['K7T882N', 120, 'CL000001'])
    expect(outer.find(9717)).toBe(-1)
  })
})

describe('reading fields', () => {
  const read = (body: string) => decoded(wire(`8=FIX.4.2|9=1|35=8|34=0007|${body}10=000|`))

  test('gives text, numbers with leading zeros, bytes, and undefined for what is absent or no number', () => {
    const message = read('58=a b|60=x1|41=|')
    expect([message.msgType, message.seqNum, message.str(58), message.int(60), message.int(7)]).toEqual([
      '8',
      7,
      'a b',
      undefined,
      undefined,
    ])
    expect(message.data(58)).toEqual(Buffer.from('a b'))
    expect([message.is(58, 'a b'), message.is(58, 'a'), message.has(999)]).toEqual([true, false, false])
  })

  test('finds the second of a repeated tag from behind the first', () => {
    const message = read('1355=AAA|1355=BBB|')
    const first = message.find(1355)
    expect([message.strAt(first), message.strAt(message.find(1355, first + 1))]).toEqual(['AAA', 'BBB'])
  })

  test.each([
    ['a tag that is no number', 'abc=1|58=x|', { reason: 0, tag: 0 }],
    ['tag 0', '0=1|58=x|', { reason: 0, tag: 0 }],
    ['no equals sign', '123|58=x|', { reason: 0, tag: 123 }],
    ['an empty value', '41=|58=x|', { reason: 4, tag: 41 }],
    ['a data length that points nowhere', '95=99|96=short|58=x|', { reason: 6, tag: 96 }],
    ['a data length that is too short', '95=2|96=short|58=x|', { reason: 6, tag: 96 }],
  ] as const)('%s is a fault with its tag, and the other fields stay readable', (_, body, fault) => {
    const message = read(body)
    expect(message.fault).toEqual(fault)
    expect([message.seqNum, message.str(58)]).toEqual([7, 'x'])
  })

  test.each([
    [
      'bytes that are no field',
      'Venue=x||stray|58=y|',
      [
        [0, 'Venue=x||stray'],
        [58, 'y'],
      ],
    ],
    [
      'a tag of ten digits',
      '1234567890=x|58=y|',
      [
        [0, '1234567890=x'],
        [58, 'y'],
      ],
    ],
    [
      'data of the sender whose inside is no field',
      '9000=8|9001=a|39=8|b|58=y|',
      [
        [9000, '8'],
        [9001, 'a|39=8|b'],
        [58, 'y'],
      ],
    ],
    [
      'a length that covers the trailer',
      '95=12|96=short|',
      [
        [95, '12'],
        [96, 'short'],
      ],
    ],
  ] as const)('every byte is part of a field: %s', (_, body, fields) => {
    const found = fieldsOf(read(body)).map(([tag, value]) => [tag, value.replaceAll('\x01', '|')])
    expect(found.slice(4)).toEqual([...fields, [10, '000']])
  })

  test('a message is reused without a trace of the one before', () => {
    const message = new Message(4)
    decode(wire(example('C6')), message)
    expect(message.count).toBe(example('C6').split('|').length - 1)
    decode(wire('8=FIX.4.2|9=5|35=0|10=000|'), message)
    expect([message.count, message.msgType, message.has(453), message.seqNum]).toEqual([4, '0', false, 0])
  })

  test('a copy keeps its own bytes', () => {
    const frame = wire(example('C4'))
    const message = decoded(frame)
    const kept = message.copy()
    frame.fill(0)
    expect([kept.msgType, kept.seqNum, kept.str(112)]).toEqual(['0', 2, 'ID1709557200005'])
  })
})

describe('writing fields', () => {
  test('whatever is written is read back, data with SOH inside included', () => {
    const text = fc.string({
      unit: fc.integer({ min: 32, max: 126 }).map((c) => String.fromCharCode(c)),
      minLength: 1,
      maxLength: 40,
    })
    const plain = fc
      .tuple(fc.integer({ min: 400, max: 440 }), fc.oneof(text, fc.nat()))
      .map((field): Field[] => [field])
    const data = fc.uint8Array({ minLength: 1, maxLength: 60 }).map((bytes): Field[] => [
      [212, bytes.length],
      [213, bytes],
    ])
    fc.assert(
      fc.property(fc.array(fc.oneof(plain, plain, data), { maxLength: 30 }), (groups) => {
        const fields: Field[] = [[35, 'n'], [34, 7], ...groups.flat()]
        const message = decoded(encode(fields))
        const told = fields.map(([tag, value]) => [
          tag,
          typeof value === 'object' ? Buffer.from(value).toString('latin1') : `${value}`,
        ])
        expect(fieldsOf(message).slice(2, -1)).toEqual(told)
        expect(message.fault).toBeUndefined()
        expect(isSealed(message.bytes)).toBe(true)
      }),
    )
  })

  test('a value cannot become a field', () => {
    expect(() =>
      encode([
        [35, '0'],
        [112, 'x\x0135=5'],
      ]),
    ).toThrow('SOH')
  })

  test('integers are written as JavaScript writes them', () => {
    const out = Buffer.alloc(20)
    fc.assert(
      fc.property(fc.maxSafeNat(), (value) => {
        expect(out.toString('latin1', 0, writeInt(memoryOf(out).view, 0, value))).toBe(`${value}`)
        expect(digitCount(value)).toBe(`${value}`.length)
      }),
    )
  })

  test('sums of parts add up to the sum of the whole, also of long ones full of large bytes', () => {
    const long = fc
      .uint8Array({ minLength: 1000, maxLength: 3000, size: 'max' })
      .map((bytes) => bytes.map((byte) => byte | 240))
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 300 }), long), fc.nat(), (bytes, place) => {
        const { view } = memoryOf(Buffer.from(bytes))
        const middle = bytes.length === 0 ? 0 : place % bytes.length
        const whole = bytes.reduce((sum, byte) => sum + byte, 0)
        expect(sumBytes(view, 0, middle) + sumBytes(view, middle, bytes.length)).toBe(whole)
      }),
    )
  })

  test('a trailer has three digits', () => {
    const out = Buffer.alloc(7)
    writeTrailer(memoryOf(out).view, 0, 256 + 7)
    expect(readable(out)).toBe('10=007|')
  })
})
