import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { PolicyChoice } from '#fix/policy.ts'
import { type End, Pair } from './pair.ts'
import { acceptor, initiator } from './pretend-driver.ts'
import { message } from './samples.ts'

type Action =
  | { do: 'send'; by: 'server' | 'client'; count: number }
  | { do: 'garble'; towards: 'server' | 'client'; count: number }
  | { do: 'cut' }
  | { do: 'connect' }
  | { do: 'wait'; s: number }

const side = fc.constantFrom('server' as const, 'client' as const)
const action: fc.Arbitrary<Action> = fc.oneof(
  fc.record({ do: fc.constant('send' as const), by: side, count: fc.integer({ min: 1, max: 9 }) }),
  fc.record({ do: fc.constant('garble' as const), towards: side, count: fc.integer({ min: 1, max: 3 }) }),
  fc.record({ do: fc.constant('cut' as const) }),
  fc.record({ do: fc.constant('connect' as const) }),
  fc.record({ do: fc.constant('wait' as const), s: fc.integer({ min: 1, max: 50 }) }),
)

/** Do it all on a fresh pair, then let the wire be sound. */
function live(policy: PolicyChoice, actions: readonly Action[]): Pair {
  const pair = new Pair(acceptor(policy), initiator(policy))
  let sent = 0
  pair.connect()
  for (const one of actions) {
    if (one.do === 'send') for (let i = 0; i < one.count; i++) pair[one.by].send(`m${sent++}`)
    else if (one.do === 'garble') pair.garble[one.towards] += one.count
    else if (one.do === 'wait') pair.wait(one.s * 1000)
    else pair[one.do]()
    pair.flow()
  }
  pair.heal()
  return pair
}

/** What `to` must have accepted: everything `from` sent but the numbers named as lost, in order. */
function due(from: End, to: End): string[] {
  const lost = (n: number) => to.lost.some(([begin, end]) => n >= begin && n <= end)
  return [...from.stored].flatMap(([seqNum, text]) => (lost(seqNum) ? [] : [text]))
}

const policies: [string, PolicyChoice][] = [
  ['cme', 'cme'],
  ['fix', 'fix'],
  ['cme with a cap of 5 and chunks of 4', { preset: 'cme', resendCap: 5, resendChunk: 4 }],
  ['fix with chunks of 3', { preset: 'fix', resendChunk: 3 }],
]

describe('two sessions over a wire that garbles frames and breaks', () => {
  test.each(policies)('agree in the end, each message once and in order or named as lost: %s', (_, policy) => {
    fc.assert(
      fc.property(fc.array(action, { maxLength: 25 }), (actions) => {
        const { server, client } = live(policy, actions)
        expect(server.driver.session.phase.kind).toBe('live')
        expect(client.accepted).toEqual(due(server, client))
        expect(server.accepted).toEqual(due(client, server))
        expect(client.driver.session.nextIn).toBe(server.driver.session.nextOut)
        expect(server.driver.session.nextIn).toBe(client.driver.session.nextOut)
      }),
      { numRuns: 150 },
    )
  })

  test('lose nothing at all when only connections break', () => {
    fc.assert(
      fc.property(
        fc.array(
          action.filter((one) => one.do !== 'garble'),
          { maxLength: 25 },
        ),
        (actions) => {
          const { server, client } = live('cme', actions)
          expect([server.lost, client.lost, client.refused]).toEqual([[], [], []])
          expect(client.accepted).toEqual([...server.stored.values()])
        },
      ),
      { numRuns: 100 },
    )
  })

  test('recover 6,000 messages numbered while the client was away, in chunks that the server takes', () => {
    const pair = new Pair(acceptor('cme'), initiator('cme'))
    for (let i = 0; i < 6000; i++) pair.server.send(`m${i}`)
    pair.connect()
    expect(pair.client.accepted).toEqual([...pair.server.stored.values()])
    expect(pair.client.lost).toEqual([])
  })
})

describe('whatever order numbers arrive in', () => {
  test('each message is accepted at most once and in sequence', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 2, max: 20 }), { maxLength: 60 }), (seqNums) => {
        const { server } = new Pair(acceptor({ preset: 'fix', resendChunk: 0 }), initiator('fix'))
        const { driver } = server
        const frame = (msgType: string, seqNum: number) =>
          driver.do({ type: 'message', message: message(msgType, seqNum) })
        driver.do({ type: 'connected' })
        frame('A', 1)
        const accepted = seqNums
          .flatMap((n) => frame('8', n))
          .flatMap((effect) => (effect.type === 'accept' ? [effect.seqNum] : []))
        expect(accepted).toEqual(accepted.map((_, i) => i + 2))
        expect(driver.session.nextIn).toBe(accepted.length + 2)
      }),
    )
  })
})
