import { describe, expect, test } from 'vitest'
import { Framer, frameLimits } from '#fix/framer.ts'
import { decode, Message } from '#fix/message.ts'
import { EncapsulatedFrames, type Frames, ReportFrames, RotatingFrames, sendingTime } from './report-frames.ts'

const now = Date.UTC(2026, 0, 5, 14, 30, 1)

/** Two messages written one behind the other, as a framer that verifies lengths and checksums cuts them. */
function written(frames: Frames): Message[] {
  const bytes = Buffer.alloc(frames.bytes * 2)
  frames.stamp(now)
  const second = frames.write(bytes, 0, 7, 1_234_567)
  expect(frames.write(bytes, second, 123_456_789, 9_007_199_254_740)).toBe(bytes.length)
  return cut(bytes)
}

function cut(bytes: Buffer): Message[] {
  const framer = new Framer(frameLimits.live)
  framer.push(bytes)
  const messages: Message[] = []
  for (let status = framer.next(); status !== 'more'; status = framer.next()) {
    expect(status).toBe('frame')
    const message = new Message()
    expect(decode(framer.frame, message)).toBeUndefined()
    messages.push(message)
  }
  return messages
}

describe('the messages of the load generator', () => {
  test.each(['execution', 'acknowledgment'] as const)('are right when they are an %s', (kind) => {
    const [first, second] = written(new ReportFrames('GW0', 'DROPCOPY', kind))
    expect([first?.int(34), first?.str(52), first?.str(5979)]).toEqual([7, sendingTime(now), '0000000001234567'])
    expect([second?.int(34), second?.str(52), second?.str(5979)]).toEqual([
      123_456_789,
      sendingTime(now),
      '0009007199254740',
    ])
  })

  test('of an execution have 350 bytes', () => {
    expect(new ReportFrames('GW0', 'DROPCOPY', 'execution').bytes).toBe(350)
  })

  test('are whole inside those of an encapsulated feed, under the same number', () => {
    const outer = written(new EncapsulatedFrames('GW0', 'DROPCOPY', 'S00882', 'execution'))
    expect(outer.map((message) => [message.msgType, message.int(34)])).toEqual([
      ['n', 7],
      ['n', 123_456_789],
    ])
    const payload = outer[1]?.str(213) ?? ''
    expect(payload).toHaveLength(outer[1]?.int(212) ?? 0)
    const [inner] = cut(Buffer.from(/^<RTRF>(.*)<\/RTRF>$/s.exec(payload)?.[1] ?? '', 'latin1'))
    expect([inner?.int(34), inner?.str(56), inner?.str(5979)]).toEqual([123_456_789, 'S00882N', '0009007199254740'])
  })
  test('take turns where a feed carries many sources', () => {
    const frames = new RotatingFrames('GW0', 'DROPCOPY', ['S00882', 'S01882', 'S02882'], 'execution')
    const outer = [...written(frames), ...written(frames)]
    const inner = outer.map((message) => /56=(\w{6})N/.exec(message.str(213) ?? '')?.[1])
    expect(inner).toEqual(['S00882', 'S01882', 'S02882', 'S00882'])
    expect(outer.map((message) => message.str(52))).toEqual(Array(4).fill(sendingTime(now)))
  })
})
