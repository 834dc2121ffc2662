import { describe, expect, test } from 'vitest'
import { client, password, type Started, snapshot, start, target } from '#test/support/connector.ts'
import { type FixPeer, fieldOf } from '#test/support/fix-peer.ts'
import {
  body,
  byApplication,
  feeding,
  ledger,
  loggedOn,
  long,
  messages,
  ofTag,
  range,
  sent,
  session,
} from './asking.ts'

describe('a classic client that asks for messages by application', () => {
  test('is told the last number, gets what the queue had pushed out outside the live chain, and a report behind it', async () => {
    const connector = await start(snapshot({ targets: [target({ queueDepth: 3 })] }))
    const feed = await feeding(connector)
    await sent(connector, feed, range(1, 10))
    const peer = await loggedOn(connector)
    expect(ofTag(peer.of('8'), 1181)).toEqual(['8', '9', '10'])
    peer.send('BW', [
      [1346, 1],
      [1347, 2],
      [1351, 1],
      [1355, 'K7T'],
    ])
    peer.send('BW', messages(2, 'K7T', 1, 0))
    const report = await peer.message('BY')
    expect(peer.of('BX').map(body)).toEqual([
      '1346=1|1347=2|1348=0|1353=CME1___________________*|1351=1|1355=K7T|1357=10',
      '1346=2|1347=0|1348=0|1353=CME2___________________*|1351=1|1355=K7T|1182=1|1183=2501',
    ])
    expect(body(report)).toBe('1356=CMERPTK7T*|1426=3|1351=1|1355=K7T|1357=10')
    const again = byApplication(peer)
    expect(ofTag(again, 1181)).toEqual(range(1, 10).map(String))
    expect(ofTag(again, 1350)).toEqual([undefined, ...range(1, 9).map(String)])
    expect(again.map(({ seqNum }) => seqNum)).toEqual(range(8, 17))
    expect(again[0]!.fields.map(([tag]) => tag)).toEqual([
      8, 9, 35, 34, 49, 50, 52, 56, 57, 369, 1180, 1181, 1352, 1, 6, 11, 14, 17, 20, 31, 32, 37, 39, 40, 41, 48, 54, 55,
      60, 107, 150, 797, 1057, 9717, 453, 448, 447, 452, 10,
    ])
    await sent(connector, feed, [11])
    const live = await peer.until('a live copy', () => peer.of('8').find((copy) => fieldOf(copy, 1181) === '11'))
    expect([fieldOf(live, 1350), fieldOf(live, 1352)]).toEqual(['10', undefined])
    expect(ledger(connector)).toMatchObject({ received: 11, delivered: 11, held: 0 })
  })

  test('right behind its Logon is answered behind the queue, which the answer counts', async () => {
    const connector = await start(snapshot({ targets: [target({ queueDepth: 100 })] }))
    const feed = await feeding(connector)
    await sent(connector, feed, range(1, 150))
    const peer = await client(connector.targetPort)
    peer.socket.cork()
    peer.logon(password())
    peer.send('BW', [
      [1346, 1],
      [1347, 2],
      [1351, 1],
      [1355, 'K7T'],
    ])
    peer.send('BW', messages(2, 'K7T', 1, 0))
    peer.socket.uncork()
    await peer.message('BY')
    const types = peer.received.map(({ type }) => type)
    expect(types).toEqual([
      'A',
      '1',
      ...range(51, 150).map(() => '8'),
      'BX',
      'BX',
      ...range(1, 150).map(() => '8'),
      'BY',
    ])
    expect(body(peer.of('BX')[0]!)).toBe('1346=1|1347=2|1348=0|1353=CME1___________________*|1351=1|1355=K7T|1357=150')
  })

  test('has each held copy counted as delivered once, however often it asks', async () => {
    const connector = await start(snapshot({ targets: [target({ queueDepth: 1 })] }))
    const feed = await feeding(connector)
    await sent(connector, feed, range(1, 20))
    const peer = await loggedOn(connector)
    const held: number[] = []
    for (const [i, [begin, end]] of [
      [5, 8],
      [3, 6],
      [10, 10],
      [9, 12],
      [1, 0],
    ].entries()) {
      peer.send('BW', messages(i, 'K7T', begin!, end!))
      await peer.message('BY', i + 1)
      held.push(ledger(connector)!.held)
    }
    expect(held).toEqual([15, 13, 12, 9, 0])
  })

  test('is granted no more than 2,500 above the begin, and asks on from there', async () => {
    const connector = await start(snapshot())
    const feed = await feeding(connector)
    await sent(connector, feed, range(1, 2600))
    const peer = await loggedOn(connector)
    peer.send('BW', messages('A', 'K7T', 1, 2600))
    await peer.message('BY')
    peer.send('BW', messages('B', 'K7T', 2502, 2600))
    const report = await peer.message('BY', 2)
    expect(ofTag(peer.of('BX'), 1183)).toEqual(['2501', '2600'])
    expect(fieldOf(report, 1357)).toBe('2600')
    expect(ofTag(byApplication(peer), 1181)).toEqual(range(1, 2600).map(String))
    expect(ofTag(byApplication(peer), 1350)[2501]).toBeUndefined()
  })

  test('gets a report of 0 when the range holds nothing of its level', async () => {
    const connector = await start(snapshot())
    const feed = await feeding(connector)
    await sent(connector, feed, [5, 9])
    const peer = await loggedOn(connector)
    peer.send('BW', messages(1, 'K7T', 6, 8))
    expect(body(await peer.message('BY'))).toBe('1356=CMERPTK7T*|1426=3|1351=1|1355=K7T|1357=0')
    expect(byApplication(peer)).toEqual([])
  })

  test('is refused with the reason in the entry, and told in a Reject what is missing', async () => {
    const sources = ['K7T882', 'M3P882'].map((id) => ({ id, feed: 'gw1', gateway: 'cgw' as const }))
    const connector = await start(snapshot({ sources, targets: [target({ sources: ['K7T882'] })] }))
    const feed = await feeding(connector)
    await sent(connector, feed, [1, 2])
    const peer = await loggedOn(connector)
    peer.send('BW', messages(1, 'ZZZ', 1, 10))
    peer.send('BW', messages(2, 'M3P', 1, 10))
    peer.send('BW', messages(3, 'K7T', 3, 0))
    peer.send('BW', [
      [1346, 4],
      [1347, 2],
      [1351, 2],
      [1355, 'K7T'],
      [1355, 'M3P'],
    ])
    peer.send('BW', [[1347, 0]])
    peer.send('BW', messages(5, 'K7T', 9, 3))
    await peer.message('3', 2)
    expect(peer.of('BX').map(body)).toEqual([
      '1346=1|1347=0|1348=1|1353=CME1___________________*|1351=1|1355=ZZZ|1182=1|1183=10|1354=0|58=Application does not exist',
      '1346=2|1347=0|1348=1|1353=CME2___________________*|1351=1|1355=M3P|1182=1|1183=10|1354=2|58=Not authorized for this application',
      '1346=3|1347=0|1348=2|1353=CME3___________________*|1351=1|1355=K7T|1182=3|1183=0|1354=1|58=Messages not available',
      '1346=4|1347=2|1348=1|1353=CME4___________________*|1351=2|1355=K7T|1357=2|1355=M3P|1354=2|58=Not authorized for this application',
    ])
    expect(ofTag(peer.of('3'), 58)).toEqual([
      'Required tag missing: ApplReqID (1346)',
      'Invalid ApplEndSeqNum. Lower than ApplBegSeqNum',
    ])
    expect(peer.of('BY')).toEqual([])
  })

  test('is served source by source, and lists them with their last numbers', async () => {
    const connector = await start(snapshot())
    const feed = await feeding(connector)
    await sent(connector, feed, range(1, 3))
    await sent(connector, feed, range(40, 41), 'M3P882')
    const peer = await loggedOn(connector)
    peer.send('BW', [
      [1346, 1],
      [1347, 3],
    ])
    peer.send('BW', [
      [1346, 2],
      [1347, 0],
      [1351, 2],
      [1355, 'M3P'],
      [1182, 40],
      [1183, 0],
      [1355, 'K7T'],
      [1182, 2],
      [1183, 3],
    ])
    await peer.message('BY', 2)
    expect(body(peer.of('BX')[0]!)).toBe(
      '1346=1|1347=3|1348=0|1353=CME1___________________*|1351=2|1355=K7T|1357=3|1355=M3P|1357=41',
    )
    const types = peer.received.slice(-7).map((one) => [one.type, fieldOf(one, 1181) ?? fieldOf(one, 1357)])
    expect(types.slice(1)).toEqual([
      ['8', '40'],
      ['8', '41'],
      ['BY', '41'],
      ['8', '2'],
      ['8', '3'],
      ['BY', '3'],
    ])
  })
})

describe('one resend at a time', () => {
  test('another request is refused while one is served, the same one swallowed, and a later one served again', async () => {
    const connector = await start(snapshot())
    const feed = await feeding(connector)
    await sent(connector, feed, range(1, 2000))
    const peer = await loggedOn(connector)
    peer.send('BW', messages(1, 'K7T', 1, 0))
    peer.send('BW', messages(1, 'K7T', 1, 0))
    peer.send('BW', messages(2, 'K7T', 5, 6))
    peer.send('BW', [
      [1346, 3],
      [1347, 2],
      [1351, 1],
      [1355, 'K7T'],
    ])
    await peer.message('BY')
    await peer.message('BX', 3)
    expect(peer.of('BX').map(body)).toEqual([
      '1346=1|1347=0|1348=0|1353=CME1___________________*|1351=1|1355=K7T|1182=1|1183=2501',
      '1346=2|1347=0|1348=2|1353=CME2___________________*|1351=1|1355=K7T|1182=5|1183=6|1354=1|58=Application resend in progress',
      '1346=3|1347=2|1348=0|1353=CME3___________________*|1351=1|1355=K7T|1357=2000',
    ])
    peer.send('BW', messages(1, 'K7T', 1, 0))
    await peer.message('BY', 2)
    expect(ofTag(byApplication(peer), 1181)).toEqual([...range(1, 2000), ...range(1, 2000)].map(String))
  })

  test('live copies go on between the ones sent again, with their own chain', async () => {
    const connector = await start(snapshot())
    const feed = await feeding(connector)
    await sent(connector, feed, range(1, 2500), 'K7T882', long)
    const peer = await loggedOn(connector)
    peer.socket.pause()
    peer.send('BW', messages(1, 'K7T', 1, 0))
    await feed.until('the resend under way', () => session(connector).copies.resendReport?.kind === 'application')
    await sent(connector, feed, range(2501, 2600))
    peer.socket.resume()
    await peer.message('BY')
    await peer.until('all of them', () => peer.of('8').length >= 5100)
    const live = peer.of('8').filter((copy) => fieldOf(copy, 1352) === undefined)
    expect(ofTag(live, 1350)).toEqual([undefined, ...range(1, 2599).map(String)])
    expect(ofTag(byApplication(peer), 1181)).toEqual(range(1, 2500).map(String))
    expect(peer.received.map(({ seqNum }) => seqNum)).toEqual(range(1, peer.received.length))
    expect(ledger(connector)).toMatchObject({ received: 2600, delivered: 2600 })
  })

  test('counts no copy sent again for one that waited: a live copy that waits is neither passed over nor forgotten', async () => {
    const connector = await start(snapshot())
    const feed = await feeding(connector)
    await sent(connector, feed, range(1, 5))
    const peer = await loggedOn(connector)
    const { core } = connector.worker
    const build = core.build.bind(core)
    const behind: number[] = []
    core.build = (deliveries) => {
      build(deliveries)
      behind.push(session(connector).behind)
    }
    peer.send('BW', messages(1, 'K7T', 1, 0))
    await peer.message('BY')
    expect(behind).toEqual([0, 0, 0, 0, 0])
  })

  test('one that is interrupted ends with the connection', async () => {
    const connector = await start(snapshot({ targets: [target({ queueDepth: 0 })] }))
    const feed = await feeding(connector)
    await sent(connector, feed, range(1, 2500), 'K7T882', long)
    const peer = await loggedOn(connector)
    peer.socket.pause()
    peer.send('BW', messages(1, 'K7T', 1, 0))
    await feed.until('the resend under way', () => session(connector).copies.resendReport?.kind === 'application')
    peer.destroy()
    await feed.until('the client is away', () => !session(connector).isConnected)
    expect(session(connector).copies.resendReport).toBeUndefined()
    const { delivered, held } = ledger(connector)!
    expect(delivered + held).toBe(2500)
    const again = await loggedOn(connector, peer.seqNum)
    again.send('BW', messages(1, 'K7T', 1, 0))
    await again.message('BY')
    expect(ofTag(byApplication(again), 1181)).toEqual(range(1, 2500).map(String))
    expect(ledger(connector)).toMatchObject({ delivered: 2500, held: 0 })
  })
})

describe('what was sent by application', () => {
  test('comes again by FIX resend as it was: answer, copies and report, with 43 and 122', async () => {
    const connector = await start(snapshot({ targets: [target({ queueDepth: 2 })] }))
    const feed = await feeding(connector)
    await sent(connector, feed, range(1, 5))
    const peer = await loggedOn(connector)
    peer.send('BW', messages(1, 'K7T', 1, 4))
    await peer.message('BY')
    const first = peer.received.filter(({ seqNum }) => seqNum >= 5)
    expect(first.map(({ type }) => type)).toEqual(['BX', '8', '8', '8', '8', 'BY'])
    peer.send('2', [
      [7, 5],
      [16, 0],
    ])
    const again = await peer.until('all again', () => {
      const found = peer.received.filter((one) => fieldOf(one, 43) === 'Y')
      return found.length >= first.length && found
    })
    expect(again.map(body)).toEqual(first.map(body))
    expect(ofTag(again, 122)).toEqual(ofTag(first, 52))
    expect(ledger(connector)).toMatchObject({ delivered: 5, held: 0 })
  })

  test('is counted the same after a restart of the connector', async () => {
    const document = snapshot({ targets: [target({ queueDepth: 1 })] })
    const connector = await start(document)
    const feed = await feeding(connector)
    await sent(connector, feed, range(1, 9))
    const peer = await loggedOn(connector)
    peer.send('BW', messages(1, 'K7T', 3, 5))
    await peer.message('BY')
    const before = structuredClone(session(connector).state)
    expect(ledger(connector)).toMatchObject({ delivered: 4, held: 5 })
    await connector.stop()
    const restarted = await start(document, connector.data)
    const { ledger: rows, chains } = session(restarted).state
    expect({ rows, chains }).toEqual({ rows: before.ledger, chains: before.chains })
    const back = await loggedOn(restarted, peer.seqNum)
    back.send('BW', messages(2, 'K7T', 1, 0))
    await back.message('BY')
    expect(ledger(restarted)).toMatchObject({ delivered: 9, held: 0 })
  })
})

describe('a source whose membership changes', () => {
  const without = (more: Parameters<typeof target>[0] = {}) =>
    snapshot({ version: 2, targets: [target({ sources: ['M3P882'], ...more })] })
  const applied = (connector: Started, feed: FixPeer, version: number) =>
    feed.until('the change', () => connector.worker.core.state.data.version === version)

  test('stays within reach for the time in which it was a member, when it has left', async () => {
    const connector = await start(snapshot())
    const feed = await feeding(connector)
    await sent(connector, feed, range(1, 3))
    const peer = await loggedOn(connector)
    connector.wish.become(without())
    await applied(connector, feed, 2)
    await sent(connector, feed, range(4, 6))
    connector.wish.become(snapshot({ version: 3 }))
    await applied(connector, feed, 3)
    await sent(connector, feed, [7])
    await peer.until('the copy after it came back', () => peer.of('8').length === 4)
    connector.wish.become({ ...without(), version: 4 })
    await applied(connector, feed, 4)
    peer.send('BW', messages(1, 'K7T', 1, 0))
    await peer.message('BY')
    expect(ofTag(byApplication(peer), 1181)).toEqual(['1', '2', '3', '7'])
    expect(ofTag(byApplication(peer), 1350)).toEqual([undefined, '1', '2', '3'])
  })

  test('is out of reach when it was taken away with effect on the past', async () => {
    const connector = await start(snapshot())
    const feed = await feeding(connector)
    await sent(connector, feed, range(1, 3))
    const peer = await loggedOn(connector)
    connector.wish.become(without({ revoked: ['K7T882'] }))
    await applied(connector, feed, 2)
    peer.send('BW', messages(1, 'K7T', 1, 0))
    expect(body(await peer.message('BX'))).toBe(
      '1346=1|1347=0|1348=1|1353=CME1___________________*|1351=1|1355=K7T|1182=1|1183=0|1354=2|58=Not authorized for this application',
    )
  })

  test('gives what its level let through at the time', async () => {
    const connector = await start(snapshot({ targets: [target({ level: 'acknowledgments' })] }))
    const feed = await feeding(connector)
    await sent(connector, feed, range(1, 3))
    const peer = await loggedOn(connector)
    connector.wish.become(snapshot({ version: 2 }))
    await applied(connector, feed, 2)
    await sent(connector, feed, range(4, 5))
    await peer.message('8', 2)
    peer.send('BW', messages(1, 'K7T', 1, 0))
    await peer.message('BY')
    expect(ofTag(byApplication(peer), 1181)).toEqual(['4', '5'])
    expect(ledger(connector)).toMatchObject({ received: 5, delivered: 2 })
  })
})
