import { describe, expect, test } from 'vitest'
import { classOf } from '#dropcopy/classify.ts'
import { decode, Message } from '#fix/message.ts'
import { type FlowMessage, OrderFlow } from '#gateway-sim/order-flow.ts'
import { framed } from '#test/dropcopy/vectors.ts'

const sources = ['K7T882', 'M3P882']
const nowMs = Date.UTC(2024, 2, 4, 13)
function flow(seed: number, turns: number): FlowMessage[] {
  const made = new OrderFlow(seed, sources)
  return Array.from({ length: turns }, () => made.next(nowMs)).flat()
}
function decoded({ msgType, body }: FlowMessage): Message {
  const message = new Message()
  expect(decode(framed(`35=${msgType}|34=1|${body}`), message)).toBeUndefined()
  return message
}
const reports = flow(11, 4000).filter((message) => message.body !== '')

describe('a flow', () => {
  test('is the same for the same seed, and another one for another', () => {
    expect(flow(3, 500)).toEqual(flow(3, 500))
    expect(flow(3, 500)).not.toEqual(flow(4, 500))
  })
  test('wound forward goes on as if it had never stopped', () => {
    const whole = new OrderFlow(5, sources)
    for (let i = 0; i < 300; i++) whole.next(nowMs)
    const again = new OrderFlow(5, sources)
    again.wind(300)
    expect(again.next(nowMs)).toEqual(whole.next(nowMs))
  })
  test('holds every kind of message an order-entry session sends, of every source', () => {
    const kinds = new Set(reports.map(({ messageClass }) => messageClass))
    expect([...kinds].sort()).toEqual(
      ['cancel', 'cancel-reject', 'elimination', 'fill', 'mass-action', 'modify', 'never-copied', 'new-order'].concat([
        'order-reject',
        'trade-cancel',
        'trade-correction',
      ]),
    )
    expect(new Set(reports.map(({ source }) => source))).toEqual(new Set([0, 1]))
    expect(flow(11, 500).some(({ body }) => body === '')).toBe(true)
  })
})

describe('its messages', () => {
  test('are of the class they say', () => {
    expect(reports.map((report) => classOf(decoded(report)))).toEqual(reports.map((report) => report.messageClass))
  })
  test('have their tags in ascending order, as captured reports have, apart from the group of a mass action', () => {
    for (const report of reports.filter(({ msgType }) => msgType !== 'BZ')) {
      const message = decoded(report)
      const tags = [...message.tags.subarray(4, message.count - 1)]
      expect(tags).toEqual([...tags].sort((a, b) => a - b))
    }
  })
  test('never use an ExecID twice', () => {
    const ids = reports.map((report) => decoded(report).str(17)).filter((id) => id !== undefined)
    expect(new Set(ids).size).toBe(ids.length)
  })
})

describe('fills', () => {
  const fills = reports.filter(({ messageClass }) => messageClass === 'fill').map(decoded)
  test('of a spread come with a leg for each of its outrights, tied by 527 and without quantity or price of the order', () => {
    const spreads = fills.flatMap((message, i) => (message.is(442, '3') ? [{ message, at: i }] : []))
    expect(spreads.length).toBeGreaterThan(20)
    for (const { message, at } of spreads) {
      const legs = fills.slice(at + 1, at + 3)
      for (const leg of legs) {
        expect([leg.str(442), leg.str(527), leg.str(37)]).toEqual(['2', message.str(527), message.str(37)])
        expect([38, 44, 59, 151, 432, 1057, 393].some((tag) => leg.has(tag))).toBe(false)
      }
      expect(legs.map((leg) => leg.str(54)).sort()).toEqual(['1', '2'])
      expect(message.str(107)).toBe(`${legs.map((leg) => leg.str(107)).join('-')}`)
    }
    expect(spreads.some(({ message }) => message.str(31)?.startsWith('-'))).toBe(true)
  })
  test('add up: 14 and 151 are the order quantity, and 39=2 means nothing is left', () => {
    for (const fill of fills.filter((message) => message.has(151))) {
      expect(fill.int(14)! + fill.int(151)!).toBe(fill.int(38))
      expect(fill.is(39, '2')).toBe(fill.is(151, '0'))
    }
  })
})

test('a bust or a correction names a trade that was made before, by the last nine characters of its ExecID', () => {
  const made = new Set<string>()
  let changes = 0
  for (const report of reports) {
    const message = decoded(report)
    if (report.messageClass === 'fill') made.add((message.str(17) ?? '').slice(-9))
    else if (message.has(19)) {
      expect(made.has(message.str(19) ?? '')).toBe(true)
      changes++
    }
  }
  expect(changes).toBeGreaterThan(10)
})
