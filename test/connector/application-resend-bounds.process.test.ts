import { describe, expect, test } from 'vitest'
import { client, password, snapshot, start, target, temporaryDirectory } from '#test/support/connector.ts'
import { fieldOf } from '#test/support/fix-peer.ts'
import { clockAt } from '#test/support/moved-clock.ts'
import { envelop, sourceFill } from '#test/support/source-flow.ts'
import { body, byApplication, feeding, ledger, loggedOn, messages, ofTag, range, sent, session } from './asking.ts'

/** A minute before the week ends. */
const lastMinute = '2026-01-04T21:59:00Z'

describe('what can be asked for by application', () => {
  test('begins with the trading week, whatever number a source has by then', async () => {
    const clock = clockAt(lastMinute)
    const connector = await start(snapshot({ targets: [target({ queueDepth: 1 })] }), undefined, { clock })
    const feed = await feeding(connector)
    await sent(connector, feed, range(1, 5))
    clock.offset += 70_000
    await feed.until('the new week', () => connector.worker.core.state.data.week === '2026-01-04')
    await sent(connector, feed, range(6, 9))
    const peer = await loggedOn(connector)
    peer.send('BW', messages(1, 'K7T', 5, 0))
    peer.send('BW', messages(2, 'K7T', 6, 0))
    await peer.message('BY')
    expect(body(peer.of('BX')[0]!)).toBe(
      '1346=1|1347=0|1348=2|1353=CME1___________________*|1351=1|1355=K7T|1182=5|1183=0|1354=1|58=Messages not available',
    )
    expect(ofTag(byApplication(peer), 1181)).toEqual(['6', '7', '8', '9'])
    const weeks = session(connector).state.ledger
    expect(Object.values(weeks['2025-12-28']!)[0]).toMatchObject({ received: 5, delivered: 0, held: 5 })
    expect(Object.values(weeks['2026-01-04']!)[0]).toMatchObject({ received: 4, delivered: 4, held: 0 })
  })

  test('holds a message that came out of its order where its number puts it', async () => {
    const connector = await start(snapshot())
    const feed = await feeding(connector)
    const late = sourceFill('K7T882', 3)
    await sent(connector, feed, [1, 2, 4, 5])
    envelop(feed, late)
    const peer = await loggedOn(connector)
    await peer.until('all five', () => peer.of('8').length === 5)
    const first = peer.of('8').find((copy) => fieldOf(copy, 1181) === '3')!
    expect([fieldOf(first, 1350), fieldOf(first, 1352)]).toEqual([undefined, 'Y'])
    peer.send('BW', messages(1, 'K7T', 2, 4))
    await peer.message('BY')
    const again = byApplication(peer).slice(1)
    expect(ofTag(again, 1181)).toEqual(['2', '3', '4'])
    expect(ofTag(again, 1350)).toEqual([undefined, '2', '3'])
    expect(ledger(connector)).toMatchObject({ received: 5, delivered: 5 })
  })

  test('ends with the connection that asked, and with a reset within the session', async () => {
    const connector = await start(snapshot({ targets: [target({ queueDepth: 1 })] }))
    const feed = await feeding(connector)
    await sent(connector, feed, range(1, 6))
    const peer = await loggedOn(connector)
    peer.send('BW', messages(1, 'K7T', 1, 3))
    await peer.message('BY')
    peer.seqNum = 1
    peer.logon([...password(), [141, 'Y']])
    await peer.message('1', 2)
    peer.send('BW', messages(2, 'K7T', 1, 0))
    await peer.message('BY', 2)
    const after = peer.received.slice(peer.received.indexOf(peer.of('BX')[1]!))
    expect(after.map(({ seqNum }) => seqNum)).toEqual(range(3, 10))
    expect(ledger(connector)).toMatchObject({ received: 6, delivered: 6, held: 0 })
  })
})

describe('a connector that starts behind the messages it had resent', () => {
  test('counts what was held, and what it brought, as before', async () => {
    const data = temporaryDirectory()
    const small = { segmentBytes: 128 * 1024, ringBytes: 1024 * 1024 }
    const document = snapshot({ targets: [target({ sources: ['K7T882'], queueDepth: 2 })] })
    const connector = await start(document, data, small)
    const feed = await feeding(connector)
    await sent(connector, feed, range(1, 20))
    const { journal } = connector.worker.core
    const before = journal.diskBytes
    for (let n = 1; journal.diskBytes === before; n += 50) await sent(connector, feed, range(n, n + 49), 'M3P882')
    const peer = await loggedOn(connector)
    peer.send('BW', messages(1, 'K7T', 5, 12))
    await peer.message('BY')
    peer.send('BW', messages(2, 'K7T', 9, 14))
    await peer.message('BY', 2)
    expect(ledger(connector)).toMatchObject({ received: 20, delivered: 12, held: 8 })
    await connector.stop()
    const again = await start(document, data, small)
    const { ledger: rows, chains } = session(again).state
    const was = session(connector).state
    expect({ rows, chains }).toEqual({ rows: was.ledger, chains: was.chains })
    const back = await client(again.targetPort)
    back.seqNum = peer.seqNum
    back.logon(password())
    await back.message('1')
    back.send('BW', messages(3, 'K7T', 1, 0))
    await back.message('BY')
    expect(ledger(again)).toMatchObject({ delivered: 20, held: 0 })
  })
})
