import { describe, expect, test } from 'vitest'
import { encodeDraft, gapFillDraft } from '#fix/drafts.ts'
import { encode } from '#fix/encode.ts'
import { headerFields } from '#fix/header.ts'
import type { SessionConfig } from '#fix/session-state.ts'
import { acceptor, initiator, PretendDriver } from './pretend-driver.ts'
import { decoded, encodable, example, readable, wire } from './samples.ts'

/** A session in the state that an example starts from; the peer's header is learned from a Logon. */
function live(config: SessionConfig, nextIn: number, nextOut: number): PretendDriver {
  const sent = config.role === 'acceptor' ? 2 : 1
  const driver = new PretendDriver(config, { nextIn: nextIn - 1, nextOut: nextOut - sent })
  driver.do({ type: 'connected' })
  const logon = example(config.role === 'acceptor' ? 'C1' : 'C2')
  driver.receive(encode(encodable(decoded(wire(logon))).map(([tag, value]) => [tag, tag === 34 ? nextIn - 1 : value])))
  return driver
}

const at = (driver: PretendDriver, name: string) => {
  const [, hours, minutes, seconds] = /\|52=\d{8}-(\d\d):(\d\d):([\d.]+)\|/.exec(example(name))!
  driver.nowMs = Date.UTC(2024, 2, 4, Number(hours), Number(minutes)) + Math.round(Number(seconds) * 1000)
}

/** The peer's example with another number. */
const numbered = (name: string, seqNum: number) =>
  encode(encodable(decoded(wire(example(name)))).map(([tag, value]) => [tag, tag === 34 ? seqNum : value]))

describe('the example messages of the session, byte for byte', () => {
  test('C1 to C4: Logon, answer, Test Request, Heartbeat', () => {
    const client = new PretendDriver(initiator())
    const server = new PretendDriver(acceptor())
    const [c1] = client.sent(client.do({ type: 'connected' }))
    expect(c1).toBe(example('C1'))
    server.do({ type: 'connected' })
    at(server, 'C3') // the id of the Test Request is the time at which the Logon was answered
    const answers = server.receive(wire(example('C1')))
    const frames = server.sent(answers)
    expect(frames[1]).toBe(example('C3'))
    at(server, 'C2')
    expect(server.sent(answers)[0]).toBe(example('C2'))
    client.receive(wire(example('C2')))
    at(client, 'C4')
    expect(client.sent(client.receive(wire(example('C3'))))).toEqual([example('C4')])
  })

  test('a Logon that resets is told as the next number expected, whatever that was before', () => {
    const server = new PretendDriver(acceptor('fix'), { nextIn: 2, nextOut: 9 })
    server.do({ type: 'connected' })
    const fields = encodable(decoded(wire(example('C1')))).filter(([tag]) => tag !== 141)
    const logon = fields.map(([tag, value]) => [tag, tag === 34 ? 1 : value] as const)
    const effects = server.receive(encode([...logon, [141, 'Y']]))
    expect(effects).toContainEqual({ type: 'reset' })
    expect(effects).toContainEqual({ type: 'next-in', nextIn: 2 })
  })

  test('a Logon below the expected number is told as such on either side: nothing of the session mends it', () => {
    const server = new PretendDriver(acceptor(), { nextIn: 9, nextOut: 1 })
    server.do({ type: 'connected' })
    const client = new PretendDriver(initiator(), { nextIn: 9, nextOut: 1 })
    client.do({ type: 'connected' })
    for (const effects of [server.receive(numbered('C1', 4)), client.receive(numbered('C2', 4))])
      expect(effects).toContainEqual({ type: 'note', code: 'low-logon', text: expect.stringMatching(/9.*4/) })
  })

  test('C7: Resend Request', () => {
    const client = live(initiator(), 3, 3)
    at(client, 'C7')
    expect(client.sent(client.receive(numbered('C5', 9)))).toEqual([example('C7')])
  })

  test('C9: Gap Fill', () => {
    const server = live(acceptor(), 4, 9)
    at(server, 'C9')
    expect(readable(encodeDraft(server.session, 5, gapFillDraft(server.session, 9, server.nowMs), server.nowMs))).toBe(
      example('C9'),
    )
  })

  test.each([
    ['C11', 5, 9],
    ['C13', 6, 10],
    ['C17', 6, 14],
    ['C18', 7, 15],
  ] as const)("%s: an application answer under the session's header", (name, nextIn, seqNum) => {
    const server = live(acceptor(), nextIn, seqNum)
    at(server, name)
    const body = encodable(decoded(wire(example(name)))).slice(8)
    const draft = { msgType: decoded(wire(example(name))).msgType, body, lastProcessed: nextIn - 1 }
    expect(readable(encodeDraft(server.session, seqNum, draft, server.nowMs))).toBe(example(name))
  })

  test.each([
    ['C10', 9, 4],
    ['C12', 10, 5],
  ] as const)('%s: a request of the client', (name, nextIn, seqNum) => {
    const client = live(initiator(), nextIn, seqNum)
    at(client, name)
    const body = encodable(decoded(wire(example(name)))).slice(10)
    const draft = { msgType: 'BW', body, lastProcessed: nextIn - 1 }
    expect(readable(encodeDraft(client.session, seqNum, draft, client.nowMs))).toBe(example(name))
  })

  test('C19: forced Logout over a low number', () => {
    const server = live(acceptor(), 7, 16)
    at(server, 'C19')
    expect(server.sent(server.receive(numbered('C10', 4)))).toEqual([example('C19')])
  })

  test('C20: Logout confirmed', () => {
    const server = live(acceptor(), 7, 16)
    at(server, 'C20')
    const logout = encode([
      ...headerFields(initiator().identity, '5', { seqNum: 7, sendingTimeMs: server.nowMs, lastProcessed: 15 }),
    ])
    expect(server.sent(server.receive(logout))).toEqual([example('C20')])
  })

  test('C21: Reject of a bad Resend Request', () => {
    const server = live(acceptor(), 7, 17)
    at(server, 'C21')
    const bad = encode(encodable(decoded(numbered('C7', 7))).map(([tag, value]) => [tag, tag === 16 ? 'x' : value]))
    expect(server.sent(server.receive(bad))).toEqual([example('C21')])
  })

  test('D1: the header of a Drop Copy 4.0 target is another row of the same table', () => {
    const identity = { layout: 'dc4-server', senderCompId: 'CME', senderSubId: 'G', targetCompId: 'P4TGT1N' } as const
    const fields = encodable(decoded(wire(example('D1'))))
    const header = headerFields(identity, 'n', {
      seqNum: 3,
      lastProcessed: 1,
      sendingTimeMs: Date.UTC(2024, 2, 4, 13, 0, 1, 103),
      peerSubId: 'RISK01',
      peerLocationId: 'US,IL',
    })
    expect(readable(encode([...header, ...fields.slice(-2)]))).toBe(example('D1'))
  })
})
