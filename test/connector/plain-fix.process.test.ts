import { describe, expect, test } from 'vitest'
import { client, gateway, snapshot, start, target, temporaryDirectory } from '#test/support/connector.ts'
import { FixPeer, fieldOf, frame, utc } from '#test/support/fix-peer.ts'
import { envelop, sourceFill } from '#test/support/source-flow.ts'

const plain = () => snapshot({ targets: [target({ policy: 'fix', credentials: [] })] })
const bare = (port: number) => FixPeer.connect(port, { sender: 'ODQ1Z9N', target: 'CME' })

describe('a target with the plain FIX rules', () => {
  test('logs on without credentials, sub-ids or a Test Request, at any interval', async () => {
    const connector = await start(plain())
    const peer = await bare(connector.targetPort)
    peer.logon([], 0)
    await peer.message('A')
    const feed = await gateway(connector.feedPort)
    feed.logon()
    await feed.message('A')
    envelop(feed, sourceFill('K7T882', 1))
    await peer.message('8')
    expect(peer.of('1')).toEqual([])
  })

  test('starts at 1 again on 141=Y, and the queue follows on the new numbers', async () => {
    const connector = await start(plain())
    const feed = await gateway(connector.feedPort)
    feed.logon()
    await feed.message('A')
    const first = await bare(connector.targetPort)
    first.logon()
    envelop(feed, sourceFill('K7T882', 1))
    await first.message('8')
    first.destroy()
    await feed.until('the client away', () => !connector.worker.targets.get('ODQ1Z9')!.isConnected)
    envelop(feed, sourceFill('K7T882', 2))
    const again = await bare(connector.targetPort)
    again.logon([[141, 'Y']])
    const answer = await again.message('A')
    expect([answer.seqNum, fieldOf(answer, 141)]).toEqual([1, 'Y'])
    const copy = await again.message('8')
    expect([copy.seqNum, fieldOf(copy, 1181), fieldOf(copy, 1350)]).toEqual([2, '2', '1'])
  })

  test('keeps its numbers and its resends however often it has started at 1 again', async () => {
    const data = temporaryDirectory()
    const connector = await start(plain(), data)
    const feed = await gateway(connector.feedPort)
    feed.logon()
    await feed.message('A')
    const one = connector.worker.targets.get('ODQ1Z9')!
    const last = { epoch: 65_535, nextIn: 1, nextOut: 1 } // the journal keeps 16 bits of it
    connector.worker.core.control({ kind: 'numbers', session: one.id, ...last })
    const peer = await bare(connector.targetPort)
    peer.logon([[141, 'Y']])
    await peer.message('A')
    for (let n = 1; n <= 3; n++) envelop(feed, sourceFill('K7T882', n))
    await peer.message('8', 3)
    peer.send('2', [
      [7, 1],
      [16, 0],
    ])
    await peer.message('8', 6)
    await connector.stop()
    const { nextOut } = one.state
    const again = await start(plain(), data)
    expect(again.worker.targets.get('ODQ1Z9')!.state.nextOut).toBe(nextOut)
  })

  test('closes without a byte when the first message is no Logon or names nobody', async () => {
    const connector = await start(plain())
    const peer = await bare(connector.targetPort)
    peer.send('0')
    await peer.closed()
    const nobody = await client(connector.targetPort, { sessionId: 'NOBODY' })
    nobody.logon()
    await nobody.closed()
    expect([...peer.received, ...nobody.received]).toEqual([])
  })

  test.each([
    ['a Logon whose BodyLength is wrong', (logon: string) => logon.replace(/9=\d+/, '9=40')],
    ['a Logon whose checksum is wrong', (logon: string) => logon.replace(/10=\d+.$/, '10=999|')],
    ['a Logon whose third field is not 35', (logon: string) => logon.replace('35=A|34=1|', '34=1|35=A|')],
    ['what is no FIX at all', () => 'GET / HTTP/1.1\r\n\r\n'],
  ])('closes at once, without a byte and with a record, when the first message is %s', async (_, wrong) => {
    const connector = await start(plain())
    const peer = await bare(connector.targetPort)
    const logon = frame([
      [35, 'A'],
      [34, 1],
      [49, 'ODQ1Z9N'],
      [52, utc()],
      [56, 'CME'],
      [98, 0],
      [108, 30],
    ])
    peer.write(Buffer.from(wrong(logon.toString('latin1').replaceAll('\x01', '|')).replaceAll('|', '\x01'), 'latin1'))
    await peer.closed()
    expect(peer.received).toEqual([])
    expect(connector.worker.refusedLogons.newest).toMatchObject([{ kind: 'target', code: 'unreadable' }])
  })

  test('passes over what cannot be read where another target at the same address answers it', async () => {
    const { listen } = target()
    const other = target({ sessionId: 'P4TGT1', listen, group: 'Desk 8' })
    const connector = await start(snapshot({ targets: [target({ policy: 'fix', credentials: [] }), other] }))
    const peer = await bare(connector.targetPort)
    peer.write(Buffer.from('8=FIX.4.2\x019=5\x0135=0\x0110=000\x01', 'latin1'))
    peer.logon()
    await peer.message('A')
  })

  test('serves a resend of everything, whatever its length', async () => {
    const connector = await start(plain())
    const feed = await gateway(connector.feedPort)
    feed.logon()
    await feed.message('A')
    const peer = await bare(connector.targetPort)
    peer.logon()
    const total = 3_000
    for (let n = 1; n <= total; n++) envelop(feed, sourceFill('K7T882', n))
    await peer.until('the copies', () => peer.of('8').length === total)
    peer.send('2', [
      [7, 1],
      [16, 0],
    ])
    await peer.until('all of them again', () => peer.of('8').length === 2 * total)
    expect(
      peer
        .of('8')
        .slice(total)
        .map(({ seqNum }) => seqNum),
    ).toEqual(Array.from({ length: total }, (_, i) => i + 2))
  })
})
