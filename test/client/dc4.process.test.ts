import { describe, expect, onTestFinished, test } from 'vitest'
import { type Client, type ClientEvent, type ClientOptions, startClient } from '#client/client.ts'
import { signHmac } from '#connector/wire/credentials.ts'
import { gateway, type Started, snapshot, start } from '#test/support/connector.ts'
import { dc4Target, key1 } from '#test/support/dc4.ts'
import { type FixPeer, fieldOf, listen } from '#test/support/fix-peer.ts'
import { envelop, sourceFill } from '#test/support/source-flow.ts'

const accessKey: NonNullable<ClientOptions['accessKey']> = {
  kind: 'hmac',
  accessKeyId: key1.accessKeyId,
  sign: (text) => signHmac(key1.secretKey, text),
}
const targets = [dc4Target()]

function client(port: number, more: Partial<ClientOptions> = {}): Client {
  const made = startClient({ host: '127.0.0.1', port, session: 'P4TGT1', protocol: 'dc4', accessKey, ...more })
  onTestFinished(async () => void (await made.stop()))
  return made
}
async function loggedOnGateway({ feedPort }: Started): Promise<FixPeer> {
  const feed = await gateway(feedPort)
  feed.logon()
  await feed.message('A')
  return feed
}
const fills = (feed: FixPeer, from: number, to: number) => {
  for (let n = from; n <= to; n++) envelop(feed, sourceFill('K7T882', n))
}
const copies = (count: number) => (one: Client) => one.receipts.copies >= count

describe('a client of a Drop Copy 4.0 target', () => {
  test('signs its Logon, takes what is in the envelopes, and asks in chunks for what it missed', async () => {
    const connector = await start(snapshot({ targets }))
    const feed = await loggedOnGateway(connector)
    fills(feed, 1, 6_000)
    const { state, report } = connector.worker.targets.get('P4TGT1')!
    await feed.until('all of them numbered', () => state.nextOut > 6_000)
    const seen: string[] = []
    const one = client(connector.targetPort, {
      onCopy: ({ facts }) => seen.push(`${facts.sourceId} ${facts.seqNum} ${facts.source.str(37)}`),
    })
    await one.until(copies(6_000))
    fills(feed, 6_001, 6_010)
    await one.until(copies(6_010))
    expect(seen.at(-1)).toBe('K7T882 6010 700000001')
    expect(report.lastCredential).toBe(key1.accessKeyId)
    expect(report.resends).toBe(3) // the target would refuse more than 2,500 at once
    const summary = await one.stop()
    expect(summary).toMatchObject({ copies: 6_010, recovered: 6_000, applicationResends: 0, clean: true })
    expect(one.receipts.source('K7T882').live.runs()).toEqual([[1, 6_010, 1]])
  })

  test('goes to the address in force at once, there and back through a failover, and over the jump', async () => {
    const connector = await start(snapshot({ targets }))
    const feed = await loggedOnGateway(connector)
    const events: ClientEvent[] = []
    const one = client(connector.port('127.0.0.2:0'), {
      host: '127.0.0.2',
      others: [{ host: '127.0.0.1', port: connector.targetPort }],
      once: true,
      onEvent: (event) => events.push(event),
    })
    await one.until((c) => c.live)
    expect(events.slice(0, 3)).toMatchObject([
      { event: 'refused', text: 'Backup session not allowed. Logout forced.', nextExpected: 1 },
      { event: 'disconnected' },
      { event: 'logged-on', address: `127.0.0.1:${connector.targetPort}` },
    ])
    await one.stop()
    const two = client(connector.targetPort, {
      others: [{ host: '127.0.0.2', port: connector.port('127.0.0.2:0') }],
    })
    await two.until((c) => c.live)
    fills(feed, 1, 5)
    await two.until(copies(5))
    connector.wish.become(snapshot({ version: 2, targets: [dc4Target({ active: 'backup' })] }))
    await two.until((c) => c.summary().logons === 2)
    fills(feed, 6, 10)
    await two.until(copies(10))
    const summary = await two.stop()
    expect(summary).toMatchObject({ copies: 10, logons: 2, lostNumbers: 0, clean: true })
    expect(summary.gapFilled).toBeGreaterThanOrEqual(4_000)
  })

  test('drops possible resends that have come before, and is not clean over an envelope that it cannot read', async () => {
    const server = await listen({ sender: 'CME', target: 'P4TGT1N', subId: 'G', targetSubId: 'CLIENT1' })
    onTestFinished(() => void server.server.close())
    const one = client(server.port)
    const exchange = await server.peer()
    const logon = await exchange.message('A')
    expect([354, 355, 1400, 1401, 96, 98].map((tag) => fieldOf(logon, tag))).toEqual([
      '20',
      key1.accessKeyId,
      'CME-1-SHA-256',
      '43',
      undefined,
      undefined,
    ])
    exchange.send('A', [
      [108, 30],
      [141, 'N'],
    ])
    const again = (number: number, requestTime: string, text: string) => {
      const inner = sourceFill('K7T882', number, [
        [5979, requestTime],
        [58, text],
      ])
      const payload = `<RTRF>${inner.toString('latin1')}</RTRF>`
      exchange.send('n', [
        [97, 'Y'],
        [212, payload.length],
        [213, payload],
      ])
    }
    envelop(exchange, sourceFill('K7T882', 1, [[5979, '1709557201100123456']]))
    again(1, '1709557201100123456', 'sent once more, and stamped anew')
    again(2, '1709557201100123457', 'never seen')
    await one.until(copies(2))
    expect(one.summary()).toMatchObject({ copies: 2, dropped: 1, unreadable: 0, clean: true })
    exchange.send('n', [
      [212, 5],
      [213, 'RTRF?'],
    ])
    await one.until((c) => c.summary().unreadable === 1)
    expect(one.summary()).toMatchObject({ copies: 2, clean: false })
    exchange.destroy()
    server.server.close()
  })
})
