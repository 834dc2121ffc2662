import { describe, expect, test } from 'vitest'
import type { SnapshotInput } from '#domain/configuration/snapshot.ts'
import {
  client,
  feed,
  gateway,
  password,
  type Started,
  snapshot,
  start,
  target,
  temporaryDirectory,
} from '#test/support/connector.ts'
import { dc4LoggedOn, dc4Target, innerOf, key1 } from '#test/support/dc4.ts'
import { type FixPeer, fieldOf, listen, type Received, utc } from '#test/support/fix-peer.ts'
import { envelop, sourceFill } from '#test/support/source-flow.ts'

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i)

/** The classic group, and beside it a Drop Copy 4.0 target with the same copies. */
const both = [target(), dc4Target()]

/** A feed that is a client of the Drop Copy 4.0 target at these ports. */
const upstream = (port: number, backup: number) =>
  feed({
    id: 'upstream',
    mode: 'initiate',
    host: '127.0.0.1',
    port,
    addresses: [{ host: '127.0.0.2', port: backup }],
    ourCompId: 'P4TGT1N',
    theirCompId: 'CME',
    subId: 'RISK01',
    targetSubId: 'G',
    locationId: 'US,IL',
    app: { name: 'DCSIM', version: '1.0', vendor: 'EXAMPLE' },
    credentials: [{ kind: 'hmac', ...key1 }],
  })

const sources = ['K7T882', 'M3P882'].map((id) => ({ id, feed: 'upstream', gateway: 'cgw' as const }))

function second(first: Started, more: Partial<SnapshotInput> = {}): SnapshotInput {
  const { targetPort } = first
  return snapshot({ feeds: [upstream(targetPort, first.port('127.0.0.2:0'))], sources, targets: both, ...more })
}

async function loggedOnGateway(port: number): Promise<FixPeer> {
  const peer = await gateway(port)
  peer.logon()
  await peer.message('A')
  return peer
}

async function loggedOnClient(connector: Started): Promise<FixPeer> {
  const peer = await client(connector.targetPort)
  peer.logon(password())
  await peer.message('1')
  return peer
}

/** A copy without what is each session's own. */
const essence = (copy: Received) => copy.text.replace(/\|(34|52)=[^|]*(?=\|)/g, '').replace(/\|9=\d+\|/, '|')
const sum = /\|10=\d{3}\|$/
const essences = (copies: Received[]) => copies.map((copy) => essence(copy).replace(sum, '|'))

const fills = (peer: FixPeer, from: number, to: number) => {
  for (const n of range(from, to)) {
    envelop(peer, sourceFill('K7T882', n * 2))
    if (n % 3 === 0) envelop(peer, sourceFill('M3P882', n))
  }
}

describe('a connector behind another', () => {
  test('delivers what the first one did, through its own stop, the other failing over, and a gap of thousands', async () => {
    const first = await start(snapshot({ targets: both }))
    const data = temporaryDirectory()
    const document = second(first)
    const gw = await loggedOnGateway(first.feedPort)
    const near = await loggedOnClient(first)
    const before = await start(document, data)
    const feedOf = (connector: Started) => connector.worker.feeds.get('upstream')!
    await near.until('the feed logged on', () => feedOf(before).peer.isLive)
    fills(gw, 1, 30)
    await near.until('the first ones', () => near.of('8').length === 40)
    await near.until('all of them passed on', () => feedOf(before).state.received === 40)
    await before.stop()
    fills(gw, 31, 4_500)
    await near.until('the copies', () => near.of('8').length === 6_000)
    const again = await start(document, data)
    await near.until('all fetched', () => feedOf(again).state.received === 6_000)
    first.wish.become(snapshot({ version: 2, targets: [target(), dc4Target({ active: 'backup' })] }))
    await near.until('a new Logon at the backup', () => {
      const { report, peer } = feedOf(again)
      return peer.isLive && report.address === '127.0.0.2'
    })
    fills(gw, 4_501, 4_530)
    await near.until('the last ones', () => near.of('8').length === 6_040)
    await near.until('all of them there too', () => feedOf(again).state.received === 6_040)
    expect(feedOf(again).missing).toBe(0)
    expect(feedOf(again).state.loss).toEqual([])
    const far = await loggedOnClient(again)
    await far.until('the copies', () => far.of('8').length === 6_040)
    expect(essences(far.of('8'))).toEqual(essences(near.of('8')))
    const nested = await dc4LoggedOn(again.targetPort)
    const askFrom = (begin: number) => {
      nested.send('2', [
        [7, begin],
        [16, 0],
      ])
    }
    askFrom(1)
    for (const [chunk, next] of [2_501, 5_001].entries()) {
      await nested.until('a chunk', () => nested.of('n').length === 2_500 * (chunk + 1))
      askFrom(next)
    }
    await nested.until('the rest', () => nested.of('n').length === 6_040)
    expect(nested.of('n').map((copy) => [inside(copy, 56), inside(copy, 34)])).toEqual(
      near.of('8').map((copy) => [`${fieldOf(copy, 1180)}882N`, fieldOf(copy, 1181)]),
    )
  })

  test('may be a client of a classic target: its copies are copies of its own, with the firms of both as parties', async () => {
    const first = await start(snapshot({ targets: [target()] }))
    const plain = feed({
      id: 'upstream',
      mode: 'initiate',
      host: 'localhost',
      port: first.targetPort,
      dialect: 'plain',
      source: 'DC1777',
      ourCompId: 'ODQ1Z9N',
      theirCompId: 'CME',
      subId: 'RISK01',
      targetSubId: 'G',
      locationId: 'US,IL',
      credentials: [{ kind: 'password', password: 'secret' }],
    })
    const of = { id: 'DC1777', feed: 'upstream', gateway: 'cgw' as const }
    const again = await start(snapshot({ feeds: [plain], sources: [of], targets: [target({ sources: [of.id] })] }))
    const far = await loggedOnClient(again)
    const gw = await loggedOnGateway(first.feedPort)
    envelop(gw, sourceFill('K7T882', 8, [[115, 'FIRM']]))
    envelop(gw, sourceFill('M3P882', 4))
    await far.until('both copies', () => far.of('8').length === 2)
    const [near, next] = far.of('8')
    expect(near!.text).toMatch(/\|1180=DC1\|1181=(\d+)\|1=/)
    expect(next!.text).toContain(`|1350=${fieldOf(near!, 1181)}|`)
    for (const { text } of [near!, next!]) {
      expect(text.match(/\|(797|1180|1181|453)=/g)).toHaveLength(4)
      expect(text).toContain('|453=2|448=882|447=D|452=7|448=777|447=D|452=7|10=')
    }
    // again, from the journal
    far.send('2', [
      [7, near!.seqNum],
      [16, next!.seqNum],
    ])
    await far.until('both again', () => far.of('8').length === 4)
    const withoutTimes = ({ text }: Received) => text.replace(/\|(9|10|43|52|122)=[^|]*(?=\|)/g, '')
    expect(far.of('8').slice(2).map(withoutTimes)).toEqual([near!, next!].map(withoutTimes))
  })

  test('takes a possible resend for what it is: the same 5979 under the same number comes once', async () => {
    const server = await listen({ sender: 'CME', target: 'P4TGT1N', subId: 'G', targetSubId: 'RISK01' })
    const connector = await start(snapshot({ feeds: [upstream(server.port, server.port)], sources, targets: both }))
    const exchange = await server.peer()
    await exchange.message('A')
    exchange.send('A', [
      [108, 30],
      [141, 'N'],
    ])
    const near = await loggedOnClient(connector)
    const again = (number: number, requestTime: string, more: string) => {
      const fill = sourceFill('K7T882', number, [
        [5979, requestTime],
        [58, more],
      ])
      const payload = `<RTRF>${fill.toString('latin1')}</RTRF>`
      exchange.send('n', [
        [97, 'Y'],
        [212, payload.length],
        [213, payload],
      ])
    }
    envelop(exchange, sourceFill('K7T882', 1, [[5979, '1709557201100123456']]))
    again(1, '1709557201100123456', 'sent once more, and stamped anew')
    again(2, '1709557201100123457', 'never seen')
    await near.until('two copies', () => near.of('8').length === 2)
    expect(near.of('8').map((copy) => fieldOf(copy, 1181))).toEqual(['1', '2'])
    expect(connector.worker.feeds.get('upstream')!.report.duplicates).toBe(1)
    server.server.close()
    exchange.destroy()
  })

  test('asks for what it missed in chunks of 2,500, one behind the other', async () => {
    const server = await listen({ sender: 'CME', target: 'P4TGT1N', subId: 'G', targetSubId: 'RISK01' })
    await start(snapshot({ feeds: [upstream(server.port, server.port)], sources, targets: both }))
    const exchange = await server.peer()
    await exchange.message('A')
    exchange.seqNum = 6_001
    exchange.send('A', [
      [108, 30],
      [141, 'N'],
    ])
    const ranges = () => exchange.of('2').map((message) => [fieldOf(message, 7), fieldOf(message, 16)])
    const fillTo = (from: number, next: number) =>
      exchange.sendAs(
        from,
        '4',
        [
          [36, next],
          [123, 'Y'],
        ],
        [
          [43, 'Y'],
          [122, utc()],
        ],
      )
    await exchange.message('2', 1)
    fillTo(1, 2_501)
    await exchange.message('2', 2)
    fillTo(2_501, 5_001)
    await exchange.message('2', 3)
    expect(ranges()).toEqual([
      ['1', '2500'],
      ['2501', '5000'],
      ['5001', '0'],
    ])
    server.server.close()
    exchange.destroy()
  })
})

const inside = (copy: Received, tag: number): string | undefined =>
  new RegExp(`\\|${tag}=([^|]*)\\|`).exec(innerOf(copy))?.[1]
