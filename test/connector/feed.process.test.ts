import { describe, expect, onTestFinished, test } from 'vitest'
import { flag } from '#connector/state/fold.ts'
import { client, feed, gateway, password, snapshot, start, target } from '#test/support/connector.ts'
import { type FixPeer, fieldOf, frame, listen, parse, utc } from '#test/support/fix-peer.ts'
import { envelop, fillBody, sourceFill } from '#test/support/source-flow.ts'

const numbers = (peer: FixPeer, tag: number) => peer.of('8').map((copy) => Number(fieldOf(copy, tag)))
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i)

async function loggedOn(peer: FixPeer): Promise<FixPeer> {
  peer.logon()
  await peer.message('A')
  return peer
}

async function loggedOnClient(port: number): Promise<FixPeer> {
  const peer = await client(port)
  peer.logon(password())
  await peer.message('1')
  return peer
}

async function settled(peer: FixPeer): Promise<void> {
  const id = `T${peer.seqNum}`
  peer.send('1', [[112, id]])
  await peer.until('the Heartbeat', () => peer.of('0').some((message) => fieldOf(message, 112) === id))
}

describe('an encapsulated feed', () => {
  test('that lost messages is asked for them, and the copies come in order', async () => {
    const connector = await start(snapshot())
    const peer = await loggedOnClient(connector.targetPort)
    const gw = await loggedOn(await gateway(connector.feedPort))
    envelop(gw, sourceFill('K7T882', 1))
    const write = gw.write
    gw.write = () => undefined // lost on the way
    for (const n of range(2, 4)) envelop(gw, sourceFill('K7T882', n))
    gw.write = write
    envelop(gw, sourceFill('K7T882', 5))
    await peer.until('five copies', () => peer.of('8').length === 5)
    expect(numbers(peer, 1181)).toEqual(range(1, 5))
    expect(gw.of('2')).toHaveLength(1)
  })

  test('that repeats a source message under a new number is not copied twice', async () => {
    const connector = await start(snapshot())
    const peer = await loggedOnClient(connector.targetPort)
    const gw = await loggedOn(await gateway(connector.feedPort))
    const twice = sourceFill('K7T882', 1)
    envelop(gw, twice)
    envelop(gw, twice)
    envelop(gw, sourceFill('K7T882', 2))
    await peer.until('the second number', () => numbers(peer, 1181).includes(2))
    expect(numbers(peer, 1181)).toEqual([1, 2])
    expect(connector.worker.sources.find('K7T882')!.duplicates).toBe(1)
  })

  test('whose source sends a message once more with 43=Y inside neither copies it twice nor takes it for a restart', async () => {
    const connector = await start(snapshot())
    const peer = await loggedOnClient(connector.targetPort)
    const gw = await loggedOn(await gateway(connector.feedPort))
    const second = sourceFill('K7T882', 2)
    envelop(gw, sourceFill('K7T882', 1))
    envelop(gw, second)
    envelop(gw, sourceFill('K7T882', 3))
    const { fields } = parse(second.toString('latin1'))
    const again = fields.slice(2, -1).flatMap(([tag, value]): [number, string][] => {
      const resent: [number, string][] = [[43, 'Y']]
      return tag === 52 ? [...resent, [52, utc(Date.now() + 1000)], [122, value]] : [[tag, value]]
    })
    envelop(gw, frame(again))
    envelop(gw, sourceFill('K7T882', 4))
    await peer.until('the fourth', () => numbers(peer, 1181).includes(4))
    expect([numbers(peer, 1181), numbers(peer, 1350).slice(1)]).toEqual([range(1, 4), range(1, 3)])
    expect(connector.worker.sources.find('K7T882')).toMatchObject({ duplicates: 1, stream: { epoch: 1, highest: 4 } })
  })

  test('keeps a source that nobody knows aside and says its name', async () => {
    const connector = await start(snapshot())
    const peer = await loggedOnClient(connector.targetPort)
    const gw = await loggedOn(await gateway(connector.feedPort))
    envelop(gw, sourceFill('ZZZ999', 1))
    gw.send('n', [
      [212, 3],
      [213, 'abc'],
    ])
    envelop(gw, sourceFill('K7T882', 1))
    await peer.message('8')
    expect(numbers(peer, 1181)).toEqual([1])
    expect(connector.worker.feeds.get('gw1')!.state).toMatchObject({
      aside: 2,
      asides: [
        { name: 'ZZZ999', why: 'unknown-source' },
        { name: '', why: 'no-envelope' },
      ],
    })
  })

  test('has what it sends rejected where FIX wants that, and kept aside whole: a number used up is in the journal', async () => {
    const connector = await start(snapshot())
    const peer = await loggedOnClient(connector.targetPort)
    const gw = await loggedOn(await gateway(connector.feedPort))
    await gw.message('1')
    await settled(gw)
    const first = gw.seqNum
    const frames = [
      [
        [35, 'ZZ'],
        [34, first],
        [49, 'GW1'],
        [56, 'DROPCOPY'],
        [52, utc()],
        [58, 'unheard of'],
      ],
      [
        [35, 'n'],
        [34, first + 1],
        [49, 'GW1'],
        [56, 'DROPCOPY'],
        [212, 7],
        [213, 'no time'],
      ],
      [
        [35, 'n'],
        [34, first + 2],
        [49, 'GW1'],
        [56, 'DROPCOPY'],
        [52, 'now'],
        [212, 3],
        [213, 'abc'],
      ],
      [
        [35, '8'],
        [34, first + 3],
        [49, 'GW1'],
        [56, 'SOMEBODY'],
        [52, utc()],
        [58, 'not for us'],
      ],
    ] as const
    const bytes = frames.map((fields) => frame(fields))
    for (const one of bytes) gw.write(one)
    gw.seqNum += bytes.length
    envelop(gw, sourceFill('K7T882', 1))
    expect(fieldOf(await peer.message('8'), 1181)).toBe('1')
    expect(gw.of('3').map((one) => [fieldOf(one, 45), fieldOf(one, 371), fieldOf(one, 373)])).toEqual([
      [`${first}`, '35', '11'],
      [`${first + 1}`, '52', '1'],
      [`${first + 2}`, '52', '6'],
      [`${first + 3}`, '56', '9'],
    ])
    const { core, feeds, alarms } = connector.worker
    const kept: [number, Buffer][] = []
    await core.journal.scan(core.journal.start, core.journal.end, (record) => {
      if (record.type === 'M' && (record.flags & flag.aside) !== 0)
        kept.push([record.feedNumber, Buffer.from(record.bytes.subarray(record.start, record.end))])
      return undefined
    })
    expect(kept).toEqual(bytes.map((one, i) => [first + i, one]))
    expect(feeds.get('gw1')!.state).toMatchObject({
      nextIn: first + 5,
      aside: 4,
      loss: [],
      asides: [
        { name: '', why: 'unknown-type' },
        { name: '', why: 'rejected' },
      ],
    })
    expect(alarms.all.map(({ code, says }) => [code, says])).toEqual([
      ['aside', 'no source (of an unknown message type)'],
      [
        'unusable',
        'nobody gets messages of no source (rejected for its header). Have the gateway send them again, corrected, under new numbers.',
      ],
    ])
  })

  test('that brings other content under a known number has it kept aside, and needs somebody', async () => {
    const connector = await start(snapshot())
    const gw = await loggedOn(await gateway(connector.feedPort))
    const other = sourceFill('K7T882', 1)
    await new Promise((resolve) => setTimeout(resolve, 5)) // SendingTime has milliseconds
    envelop(gw, sourceFill('K7T882', 1))
    envelop(gw, other)
    await gw.until('both', () => connector.worker.feeds.get('gw1')!.state.received === 2)
    expect(connector.worker.alarms.all).toMatchObject([
      { code: 'conflict', id: 'gw1', says: 'messages of K7T882 with a known number and other content were kept aside' },
    ])
  })

  test('brings a late message as 1352=Y without 1350, outside the chain', async () => {
    const connector = await start(snapshot())
    const peer = await loggedOnClient(connector.targetPort)
    const gw = await loggedOn(await gateway(connector.feedPort))
    const late = sourceFill('K7T882', 2)
    await new Promise((resolve) => setTimeout(resolve, 5)) // SendingTime has milliseconds
    envelop(gw, sourceFill('K7T882', 1))
    envelop(gw, sourceFill('K7T882', 3))
    envelop(gw, late)
    envelop(gw, sourceFill('K7T882', 4))
    await peer.until('four copies', () => peer.of('8').length === 4)
    expect(numbers(peer, 1181)).toEqual([1, 3, 2, 4])
    expect(peer.of('8').map((copy) => [fieldOf(copy, 1350), fieldOf(copy, 1352)])).toEqual([
      [undefined, undefined],
      ['1', undefined],
      [undefined, 'Y'],
      ['3', undefined],
    ])
  })

  test('whose source starts again is followed with a new chain', async () => {
    const connector = await start(snapshot())
    const peer = await loggedOnClient(connector.targetPort)
    const gw = await loggedOn(await gateway(connector.feedPort))
    for (const n of range(1, 3)) envelop(gw, sourceFill('K7T882', n))
    await peer.until('three copies', () => peer.of('8').length === 3)
    envelop(gw, sourceFill('K7T882', 1))
    envelop(gw, sourceFill('K7T882', 2))
    await peer.until('five copies', () => peer.of('8').length === 5)
    expect(numbers(peer, 1181)).toEqual([1, 2, 3, 1, 2])
    expect(peer.of('8').map((copy) => fieldOf(copy, 1350))).toEqual([undefined, '1', '2', undefined, '1'])
  })

  test('that logs on with 141=Y starts a new epoch of the feed, and messages known already stay known', async () => {
    const connector = await start(snapshot())
    const peer = await loggedOnClient(connector.targetPort)
    const gw = await loggedOn(await gateway(connector.feedPort))
    const first = sourceFill('K7T882', 1)
    envelop(gw, first)
    await peer.message('8')
    gw.destroy()
    const again = await gateway(connector.feedPort)
    await peer.until('the end of the first', () => !connector.worker.feeds.get('gw1')!.isConnected)
    again.logon([[141, 'Y']])
    await again.message('A')
    envelop(again, first)
    envelop(again, sourceFill('K7T882', 2))
    await peer.until('two copies', () => peer.of('8').length === 2)
    expect(numbers(peer, 1181)).toEqual([1, 2])
    expect(connector.worker.feeds.get('gw1')!.state.epoch).toBe(2)
  })

  test('with a number too low is told both numbers and closed', async () => {
    const connector = await start(snapshot())
    const gw = await loggedOn(await gateway(connector.feedPort))
    envelop(gw, sourceFill('K7T882', 1))
    await settled(gw)
    gw.destroy()
    const again = await gateway(connector.feedPort)
    await again.until('the end of the first', () => !connector.worker.feeds.get('gw1')!.isConnected)
    again.logon()
    expect(fieldOf(await again.message('5'), 58)).toMatch(/Expected \[\d+\] Received 1/)
  })
})

describe('two plain feeds of one source', () => {
  test('take over from each other within one chain, whatever each has been through', async () => {
    const feeds = ['GW1', 'GW2'].map((theirCompId) =>
      feed({ id: theirCompId, dialect: 'plain', source: 'M3P882', theirCompId }),
    )
    const sources = [{ id: 'M3P882', feed: ['GW1', 'GW2'], gateway: 'cgw' as const }]
    const targets = [target({ sources: ['M3P882'] })]
    const connector = await start(snapshot({ feeds, sources, targets }))
    const peer = await loggedOnClient(connector.targetPort)
    const one = await gateway(connector.feedPort)
    one.logon([[141, 'Y']])
    await one.message('A')
    const two = await loggedOn(await gateway(connector.feedPort, { sender: 'GW2' }))
    for (const gw of [one, two]) await gw.until('its answer', () => gw.seqNum === 3)
    one.send('8', fillBody(3))
    await peer.message('8')
    two.send('1', [[112, 'number 3']])
    two.send('8', fillBody(4))
    await peer.message('8', 2)
    one.send('1', [[112, 'number 4']])
    one.send('8', fillBody(5))
    await peer.message('8', 3)
    expect(peer.of('8').map((copy) => [1181, 1350].map((tag) => fieldOf(copy, tag)))).toEqual([
      ['3', undefined],
      ['4', '3'],
      ['5', '4'],
    ])
  })
})

describe('a gateway that missed messages of ours', () => {
  test('is answered with one Gap Fill over all that it asks for', async () => {
    const connector = await start(snapshot())
    const gw = await loggedOn(await gateway(connector.feedPort))
    await settled(gw)
    const newest = Math.max(...gw.received.map(({ seqNum }) => seqNum))
    gw.send('2', [
      [7, 1],
      [16, 0],
    ])
    await settled(gw)
    const filled = gw.of('4').map((message) => [message.seqNum, ...[36, 43, 123].map((tag) => fieldOf(message, tag))])
    expect(filled).toEqual([[1, `${newest + 1}`, 'Y', 'Y']])
  })
})

/** An exchange that the connector has connected to, the connection, and a client that gets the copies. */
async function plainFeed(more: Parameters<typeof feed>[0] = {}) {
  const exchange = await listen({ sender: 'GW2', target: 'DROPCOPY' })
  onTestFinished(() => void exchange.server.close())
  const { port } = exchange
  const plain = { id: 'gw2', mode: 'initiate', port, dialect: 'plain', source: 'M3P882', theirCompId: 'GW2' } as const
  const sources = [
    { id: 'K7T882', feed: 'gw1', gateway: 'cgw' as const },
    { id: 'M3P882', feed: 'gw2', gateway: 'cgw' as const },
  ]
  const connector = await start(snapshot({ feeds: [feed(), feed({ ...plain, ...more })], sources }))
  const peer = await loggedOnClient(connector.targetPort)
  return { exchange, connector, gw: await exchange.peer(), peer }
}

describe('a plain feed that we connect to', () => {
  test('is logged on to, its messages are copied, and it is found again after it was away', async () => {
    const { exchange, gw, peer } = await plainFeed({ password: 'sesame' })
    const logon = await gw.message('A')
    expect(fieldOf(logon, 96)).toBe('sesame')
    gw.send('A', [
      [98, 0],
      [108, 30],
    ])
    for (let i = 0; i < 3; i++) gw.send('8', fillBody(i + 2))
    await peer.until('three copies', () => peer.of('8').length === 3)
    expect(numbers(peer, 1181)).toEqual([2, 3, 4])
    expect(fieldOf(peer.of('8')[0]!, 1180)).toBe('M3P')
    expect(fieldOf(peer.of('8')[0]!, 448)).toBe('882')
    gw.destroy()
    const back = await exchange.peer(2)
    await back.message('A')
    back.seqNum = gw.seqNum
    back.send('A', [
      [98, 0],
      [108, 30],
    ])
    const number = back.send('8', fillBody(9))
    await peer.until('the fourth copy', () => peer.of('8').length === 4)
    expect(numbers(peer, 1181).at(-1)).toBe(number)
    expect(fieldOf(peer.of('8').at(-1)!, 1350)).toBe('4')
  })

  test('whose addresses all send us to the other one is asked again with growing pauses', async () => {
    const times: number[] = []
    const refusing = async () => {
      const gateways = await listen({ sender: 'GW1', target: 'DROPCOPY' })
      onTestFinished(() => void gateways.server.close())
      let used = 0
      gateways.server.on('connection', () => {
        times.push(Date.now())
        const gw = gateways.peers.at(-1)!
        const refuse = () => gw.sendAs(++used, '5', [[58, 'Backup session not allowed. Logout forced.']])
        void gw.message('A').then(refuse, () => undefined)
      })
      return gateways.port
    }
    const [port, other] = [await refusing(), await refusing()]
    const addresses = [{ host: '127.0.0.1', port: other }]
    const connector = await start(snapshot({ feeds: [feed({ mode: 'initiate', port, addresses })] }))
    const peer = await client(connector.targetPort)
    await peer.until('five attempts', () => times.length >= 5)
    expect(times[4]! - times[0]!).toBeGreaterThan(1_000)
  })

  test('has a message that lacks a value in its header kept aside, not rejected: it is lost to nobody', async () => {
    const { connector, gw, peer } = await plainFeed()
    await gw.message('A')
    gw.send('A', [
      [98, 0],
      [108, 30],
    ])
    gw.send('8', [[97, ''], ...fillBody(2)])
    gw.send('8', fillBody(3))
    expect(fieldOf(await peer.message('8'), 1181)).toBe('3')
    expect(gw.of('3')).toEqual([])
    const { state } = connector.worker.feeds.get('gw2')!
    expect(state).toMatchObject({ aside: 1, nextIn: 4, asides: [{ name: 'M3P882', why: 'bad-field' }] })
    expect(connector.worker.alarms.all.map(({ code, id }) => [code, id])).toContainEqual(['unusable', 'gw2'])
  })

  test('resent after a gap gives the same copies as live', async () => {
    const { gw, peer } = await plainFeed()
    await gw.message('A')
    gw.send('A', [
      [98, 0],
      [108, 30],
    ])
    const write = gw.write
    gw.write = () => undefined
    for (const n of range(2, 4)) gw.send('8', fillBody(n))
    gw.write = write
    gw.send('8', fillBody(5))
    await peer.until('four copies', () => peer.of('8').length === 4)
    expect(numbers(peer, 1181)).toEqual([2, 3, 4, 5])
    expect(peer.of('8').some((copy) => [43, 97, 122].some((tag) => fieldOf(copy, tag) !== undefined))).toBe(false)
  })
})
