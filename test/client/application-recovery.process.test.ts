import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type Client, type ClientEvent, type ClientOptions, startClient } from '#client/client.ts'
import { balances } from '#test/support/balances.ts'
import { gateway, type Started, snapshot, start, target, temporaryDirectory } from '#test/support/connector.ts'
import type { FixPeer } from '#test/support/fix-peer.ts'
import { envelop, sourceFill } from '#test/support/source-flow.ts'

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i)

async function feeding(connector: Started): Promise<FixPeer> {
  const feed = await gateway(connector.feedPort)
  feed.logon()
  await feed.message('A')
  return feed
}

async function sent(connector: Started, feed: FixPeer, numbers: readonly number[]): Promise<void> {
  for (const n of numbers) envelop(feed, sourceFill('K7T882', n))
  const last = numbers.at(-1)
  await feed.until('them', () => connector.worker.sources.find('K7T882')?.known.highest === last)
}

function client(connector: Started, state: string, more: Partial<ClientOptions> = {}): Client {
  const port = connector.targetPort
  const one = startClient({ host: '127.0.0.1', port, session: 'ODQ1Z9', password: 'secret', state, ...more })
  onTestFinished(() => one.stop().then(() => undefined))
  return one
}

const ofSource = (one: Client) => one.receipts.source('K7T882')

/** A client that has had 1 to 5 and was away while 6 to `last` came; the queue keeps three. */
async function missing(last: number) {
  const connector = await start(snapshot({ targets: [target({ queueDepth: 3 })] }))
  const state = join(temporaryDirectory(), 'state.json')
  const feed = await feeding(connector)
  const first = client(connector, state)
  await first.until((c) => c.live)
  await sent(connector, feed, range(1, 5))
  await first.until((c) => c.receipts.copies === 5)
  await first.stop()
  await feed.until('the client is away', () => !connector.worker.targets.get('ODQ1Z9')?.isConnected)
  await sent(connector, feed, range(6, last))
  return { connector, state, feed }
}

function ledger(connector: Started) {
  const rows = Object.values(connector.worker.targets.get('ODQ1Z9')!.state.ledger).flatMap((one) => Object.values(one))
  expect(rows.every(balances)).toBe(true)
  return rows.find(({ received }) => received > 0)
}

describe('a client whose chain has a hole', () => {
  test('asks for it by application, and is clean when it has come', async () => {
    const { connector, state } = await missing(20)
    const events: ClientEvent[] = []
    const one = client(connector, state, { onEvent: (event) => events.push(event) })
    await one.until((c) => ofSource(c).mended === 1)
    expect(await one.stop()).toMatchObject({
      clean: true,
      copies: 20,
      applicationResends: 1,
      byApplication: 12,
      sources: { K7T882: { received: 20, last: 20, chainBreaks: 1, mended: 1, doubled: 0, renumbered: 0 } },
    })
    expect(events.filter(({ event }) => event === 'application-resend')).toEqual([
      { event: 'application-resend', text: 'K7T882 6 to 17' },
    ])
    expect(ledger(connector)).toMatchObject({ received: 20, delivered: 20, held: 0 })
  })

  test('asks piece by piece for more than one request brings', async () => {
    const { connector, state } = await missing(6008)
    const one = client(connector, state)
    await one.until((c) => ofSource(c).mended === 1)
    expect(await one.stop()).toMatchObject({ clean: true, copies: 6008, applicationResends: 3, byApplication: 6000 })
    expect(ledger(connector)).toMatchObject({ delivered: 6008, held: 0 })
  })

  test('asks again on the next connection when the one before broke off', async () => {
    const { connector, state } = await missing(2400)
    let breaks = 1
    const one = client(connector, state, { onCopy: ({ facts }) => facts.seqNum === 1000 && breaks-- > 0 && one.drop() })
    await one.until((c) => ofSource(c).mended === 1)
    const summary = await one.stop()
    expect(summary).toMatchObject({ clean: true, logons: 2, sources: { K7T882: { received: 2400 } } })
    expect(ledger(connector)).toMatchObject({ delivered: 2400, held: 0 })
  })

  test('remembers it for a run that may ask', async () => {
    const { connector, state } = await missing(20)
    const one = client(connector, state, { applicationResend: 'never' })
    await one.until((c) => c.receipts.copies === 8)
    expect(await one.stop()).toMatchObject({ clean: false, applicationResends: 0 })
    const next = client(connector, state)
    await next.until((c) => ofSource(c).mended === 1)
    expect(await next.stop()).toMatchObject({ clean: true, byApplication: 12 })
  })

  test('asks for what stands before its very first copy', async () => {
    const connector = await start(snapshot({ targets: [target({ queueDepth: 3 })] }))
    const feed = await feeding(connector)
    await sent(connector, feed, range(1, 10))
    const one = client(connector, join(temporaryDirectory(), 'state.json'))
    await one.until((c) => c.receipts.copies === 10 && ofSource(c).holes.length === 0)
    expect(await one.stop()).toMatchObject({ clean: true, byApplication: 7, sources: { K7T882: { chainBreaks: 0 } } })
  })

  test('gives up what was taken away from its group, and is not clean', async () => {
    const { connector, state, feed } = await missing(20)
    const one = client(connector, state, { applicationResend: 'never' })
    await one.until((c) => c.receipts.copies === 8)
    await one.stop()
    const targets = [target({ queueDepth: 3, sources: ['M3P882'], revoked: ['K7T882'] })]
    connector.wish.become(snapshot({ version: 2, targets }))
    await feed.until('the change', () => connector.worker.core.state.data.version === 2)
    const events: ClientEvent[] = []
    const next = client(connector, state, { onEvent: (event) => events.push(event) })
    await next.until(() => events.some(({ event }) => event === 'lost'))
    expect(events.find(({ event }) => event === 'lost')).toEqual({
      event: 'lost',
      text: 'K7T882 6 to 17 will not come: Not authorized for this application',
    })
    expect(await next.stop()).toMatchObject({ clean: false, byApplication: 0 })
    ledger(connector)
  })
})
