import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { encode } from '#fix/encode.ts'
import { Framer, frameLimits } from '#fix/framer.ts'
import { decode, Message } from '#fix/message.ts'
import { cut, example, examples, framed, readable, wire } from './samples.ts'

const heartbeat = (seqNum: number) =>
  readable(
    encode([
      [35, '0'],
      [34, seqNum],
      [112, `H${seqNum}`],
    ]),
  )
const badChecksum = (text: string) =>
  text.replace(/10=(\d)(\d\d)\|$/, (_, a, rest) => `10=${(Number(a) + 1) % 3}${rest}|`)
const longer = (text: string, by: number) => text.replace(/\|9=(\d+)\|/, (_, n) => `|9=${Number(n) + by}|`)
const framesOf = (text: string, limit?: number) => framed([wire(text)], limit)

describe('whole frames', () => {
  const stream = [...examples.values()].join('')

  test('come out as they went in, whole, byte by byte and cut at every place', () => {
    const whole = [...examples.values()]
    const bytes = wire(stream)
    expect(framed([bytes])).toEqual(whole)
    expect(framed([...bytes].map((byte) => Buffer.from([byte])))).toEqual(whole)
    for (let place = 1; place < bytes.length; place++) expect(framed(cut(bytes, [place]))).toEqual(whole)
  })

  test('are views of the chunk when they lie whole in it, and stay valid when the next chunk comes', () => {
    const chunk = wire(heartbeat(1) + heartbeat(2).slice(0, 20))
    const framer = new Framer()
    framer.push(chunk)
    expect(framer.next()).toBe('frame')
    const first = framer.frame
    expect(first.buffer).toBe(chunk.buffer)
    expect(framer.next()).toBe('more')
    framer.push(wire(heartbeat(2).slice(20) + heartbeat(3)))
    expect(framer.next()).toBe('frame')
    const second = framer.frame
    expect([framer.next(), readable(first), readable(second)]).toEqual(['frame', heartbeat(1), heartbeat(2)])
  })

  test('a BodyLength with leading zeros is a number', () => {
    const text = longer(heartbeat(1), 0).replace(/\|9=(\d+)\|/, (_, n) => `|9=${n.padStart(6, '0')}|`)
    const bytes = wire(text)
    const sum = [...bytes.subarray(0, -7)].reduce((a, b) => a + b, 0) & 255
    expect(framesOf(text.replace(/10=\d+\|$/, `10=${`${sum}`.padStart(3, '0')}|`))).toHaveLength(1)
  })
})

describe('damage', () => {
  test('with a bad checksum the whole frame is skipped by its length, whatever its inside looks like', () => {
    expect(framesOf(heartbeat(1) + badChecksum(example('D1')) + heartbeat(2))).toEqual([
      heartbeat(1),
      '!checksum',
      heartbeat(2),
    ])
  })

  test('with a wrong length the next beginning is looked for, and never found inside a data field', () => {
    for (const by of [-1, 1, -5, 40]) {
      expect(framesOf(longer(example('D1'), by) + heartbeat(2) + heartbeat(3))).toEqual([
        '!length',
        heartbeat(2),
        heartbeat(3),
      ])
    }
  })

  test('a message inside a data field is not taken for one either when the field has no envelope', () => {
    const nested = readable(
      encode([
        [35, 'n'],
        [34, 5],
        [212, wire(heartbeat(9)).length],
        [213, wire(heartbeat(9))],
      ]),
    )
    expect(framesOf(longer(nested, 3) + heartbeat(2))).toEqual(['!length', heartbeat(2)])
  })

  test('a message cut short costs itself alone', () => {
    expect(framesOf(heartbeat(1).slice(0, 25) + heartbeat(2) + heartbeat(3))).toEqual([
      '!length',
      heartbeat(2),
      heartbeat(3),
    ])
  })

  test('bytes that are no FIX are told once and skipped', () => {
    expect(framesOf(`GET / HTTP/1.1\r\n8=FI ${heartbeat(1)}xx8=FIY${heartbeat(2)}`)).toEqual([
      '!not-fix',
      heartbeat(1),
      '!not-fix',
      heartbeat(2),
    ])
  })

  test.each([
    '8=FIX.4.2|9=|35=0|',
    '8=FIX.4.2|9=x5|35=0|',
    '8=FIX.4.2|35=0|',
    '8=FIX.4.2.4.2.4.2.4.2|9=5|',
    '8=FIX.4.2|9=1234567890|35=0|',
  ])('the malformed head %s is skipped', (head) =>
    expect(framesOf(head + heartbeat(2))).toEqual(['!length', heartbeat(2)]),
  )
})

describe('limits', () => {
  test('a frame above the limit is passed over by its length, and nothing of it is kept', () => {
    const big = readable(
      encode([
        [35, 'B'],
        [34, 2],
        [58, 'x'.repeat(5000)],
      ]),
    )
    expect(framesOf(heartbeat(1) + big + heartbeat(3), frameLimits.beforeLogon)).toEqual([
      heartbeat(1),
      '!too-long',
      heartbeat(3),
    ])
    expect(framesOf(big)).toEqual([big])
  })

  test('the limit holds to the byte and can be raised at any time', () => {
    const size = heartbeat(1).length
    expect(framesOf(heartbeat(1), size)).toEqual([heartbeat(1)])
    expect(framesOf(heartbeat(1), size - 1)).toEqual(['!too-long'])
    const framer = new Framer(size - 1)
    framer.limit = frameLimits.live
    framer.push(wire(heartbeat(1)))
    expect(framer.next()).toBe('frame')
  })

  test('a 10 MB message costs no memory and the next one is read', () => {
    const size = 10 * 1024 * 1024
    const framer = new Framer(frameLimits.live)
    const head = wire(`8=FIX.4.2|9=${size}|35=B|34=2|`)
    const chunk = Buffer.alloc(64 * 1024, 'x')
    framer.push(head)
    expect([framer.next(), framer.fault, framer.next()]).toEqual(['garbled', 'too-long', 'more'])
    const before = process.memoryUsage().arrayBuffers
    let left = size - '35=B|34=2|'.length + 7
    for (; left > 0; left -= chunk.length) {
      framer.push(chunk.subarray(0, Math.min(left, chunk.length)))
      expect(framer.next()).toBe('more')
    }
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1024 * 1024)
    framer.push(wire(heartbeat(3)))
    expect([framer.next(), readable(framer.frame)]).toEqual(['frame', heartbeat(3)])
  })

  test('a length that would swallow the day is taken for a wrong one', () => {
    expect(framesOf(`8=FIX.4.2|9=999999999|35=0|${heartbeat(2)}`)).toEqual(['!too-long', heartbeat(2)])
  })

  /** Nothing of these is a frame; the last two are skipped by their length. */
  const hostile = {
    'beginnings alone': { text: '8=FIX', told: 1 },
    'heads that promise the longest frame': { text: '8=FIX.4.2|9=60000|', told: 1 },
    'heads whose frame does not end where they say': { text: '8=FIX.4.2|9=20|35=0|34=2|', told: 1 },
    'beginnings inside a data field': { text: '=8=FIX.4.2|9=5|', told: 1 },
    'no FIX': { text: 'GET / HTTP/1.1 ', told: 1 },
    'bad checksums': { text: badChecksum(heartbeat(7)), told: undefined },
    'frames that are too long': { text: `8=FIX.4.2|9=70000|${'x'.repeat(70_007)}`, told: undefined },
  }

  test.each(Object.entries(hostile))('%s cost work in proportion to their bytes, however they are cut', (_, one) => {
    const all = wire(one.text.repeat(Math.ceil(200_000 / one.text.length)))
    for (const size of [64 * 1024, 1000, 1]) {
      const framer = new Framer(frameLimits.live)
      let garbled = 0
      for (let at = 0; at < all.length; at += size) {
        framer.push(all.subarray(at, at + size))
        for (let status = framer.next(); status !== 'more'; status = framer.next()) garbled++
      }
      expect(framer.looked / all.length).toBeGreaterThan(0.5)
      expect(framer.looked / all.length).toBeLessThan(size === 1 ? 45 : 6)
      if (one.told !== undefined) expect(garbled).toBe(one.told)
    }
  })
})

describe('however a stream is cut', () => {
  const piece = fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom(...examples.values()) },
    { weight: 2, arbitrary: fc.constantFrom(...examples.values()).map(badChecksum) },
    {
      weight: 2,
      arbitrary: fc
        .tuple(fc.constantFrom(...examples.values()), fc.integer({ min: -9, max: 300 }))
        .map(([text, by]) => longer(text, by)),
    },
    {
      weight: 1,
      arbitrary: fc.string({ unit: fc.constantFrom('8', '=', 'F', 'I', 'X', '.', '|', '9', '>', 'a'), maxLength: 30 }),
    },
  )

  test('the same frames and faults come out', () => {
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 8 }),
        fc.array(fc.nat(), { maxLength: 30 }),
        fc.constantFrom(200, 400, 65_536),
        (pieces, places, limit) => {
          const stream = wire(pieces.join(''))
          expect(framed(cut(stream, places), limit)).toEqual(framed([stream], limit))
          expect(
            framed(
              [...stream].map((byte) => Buffer.from([byte])),
              limit,
            ),
          ).toEqual(framed([stream], limit))
        },
      ),
    )
  })
})

describe('100,000 mutated frames', () => {
  test('never break the framer or the decoder, and every frame let through is one', () => {
    const samples = [...examples.values()].map(wire)
    const message = new Message()
    const framer = new Framer(frameLimits.live)
    let seed = 20240304
    const random = (below: number) => {
      seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0
      return Math.floor((seed / 2 ** 32) * below)
    }
    const count = { pushed: 0, frames: 0, garbled: 0 }
    while (count.pushed < 100_000) {
      const bytes = Buffer.from(samples[random(samples.length)]!)
      for (let n = random(4); n > 0; n--) bytes[random(bytes.length)] = random(256)
      framer.push(random(8) === 0 ? bytes.subarray(random(bytes.length)) : bytes)
      count.pushed++
      for (let status = framer.next(); status !== 'more'; status = framer.next()) {
        count[status === 'frame' ? 'frames' : 'garbled']++
        if (status === 'frame') decode(framer.frame, message)
        if (status === 'frame' && message.endAt(message.count - 1) > framer.frame.length)
          throw new Error('field outside its frame')
      }
    }
    expect(count.frames).toBeGreaterThan(20_000)
    expect(count.garbled).toBeGreaterThan(20_000)
  })
})
