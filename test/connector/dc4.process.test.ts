import { createServer, type Server } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { gateway, snapshot, start, temporaryDirectory } from '#test/support/connector.ts'
import { dc4Client, dc4LoggedOn, dc4Target, innerOf, key1, key2, outerOf, signedLogon } from '#test/support/dc4.ts'
import { type FixPeer, fieldOf, type Received } from '#test/support/fix-peer.ts'
import { envelop, sourceFill } from '#test/support/source-flow.ts'

const targets = [dc4Target()]
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i)
const readable = (bytes: Buffer) => bytes.toString('latin1').replaceAll('\x01', '|')
const numbersOf = (copies: Received[]) => copies.map(({ seqNum }) => seqNum)

/** Takes this port, or any that is free. */
async function portOf(server: Server, port = 0): Promise<number> {
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  const address = server.address()
  return typeof address === 'object' && address ? address.port : 0
}

async function loggedOnGateway(port: number): Promise<FixPeer> {
  const feed = await gateway(port)
  feed.logon()
  await feed.message('A')
  return feed
}

/** Sent, journaled and answered for. */
async function settled(feed: FixPeer): Promise<void> {
  const id = `T${feed.seqNum}`
  feed.send('1', [[112, id]])
  await feed.until('the Heartbeat', () => feed.of('0').some((message) => fieldOf(message, 112) === id))
}

/** Hands over fills and answers their bytes. */
function fills(feed: FixPeer, from: number, to: number): string[] {
  return range(from, to).map((n) => {
    const fill = sourceFill('K7T882', n)
    envelop(feed, fill)
    return readable(fill)
  })
}

const askAgain = (peer: FixPeer, begin: number, end: number) => {
  peer.send('2', [
    [7, begin],
    [16, end],
  ])
}

/** All that a resend may change on a copy. */
const lasting = (copy: Received): string =>
  `${outerOf(copy).replace(/\|(9|10|43|52|57|122|143|369)=[^|]*(?=\|)/g, '')} ${innerOf(copy)}`

describe('a Drop Copy 4.0 client', () => {
  test('gets each source message whole in an envelope, as the gateway sent it', async () => {
    const connector = await start(snapshot({ targets }))
    const feed = await loggedOnGateway(connector.feedPort)
    const peer = await dc4LoggedOn(connector.targetPort)
    const sent = fills(feed, 120, 129)
    const copies = await peer.until('the copies', () => peer.of('n').length === 10 && peer.of('n'))
    expect(copies.map(innerOf)).toEqual(sent)
    expect(numbersOf(copies)).toEqual(range(3, 12))
    const [first] = copies
    expect(outerOf(first!)).toMatch(
      /^8=FIX\.4\.2\|9=\d+\|35=n\|34=3\|369=[12]\|52=\d{8}-[\d:.]{12}\|49=CME\|50=G\|56=P4TGT1N\|57=RISK01\|143=US,IL\|212=\d+\|213=…\|10=\d{3}\|$/,
    )
    expect(Number(fieldOf(first!, 212))).toBe(sent[0]!.length + 13)
    expect(peer.of('A')[0]!.fields.map(([tag]) => tag)).toEqual([
      8, 9, 35, 34, 369, 52, 49, 50, 56, 57, 143, 108, 141, 1603, 1604, 1605, 10,
    ])
  })

  test('that was away finds its numbers gone on, and gets what it missed by FIX resend', async () => {
    const connector = await start(snapshot({ targets: [dc4Target({ queueDepth: 3 })] }))
    const feed = await loggedOnGateway(connector.feedPort)
    const before = await dc4LoggedOn(connector.targetPort)
    const first = fills(feed, 1, 3)
    const live = await before.until('the copies', () => before.of('n').length === 3 && before.of('n'))
    before.destroy()
    await feed.until('the client away', () => !connector.worker.targets.get('P4TGT1')!.isConnected)
    const missed = fills(feed, 4, 2_600)
    await settled(feed)
    const peer = await dc4LoggedOn(connector.targetPort, { seqNum: before.seqNum, subId: 'RISK02', locationId: 'GB' })
    expect(numbersOf(peer.received)).toEqual([2603, 2604])
    askAgain(peer, 3, 0)
    await peer.until('the first chunk', () => peer.of('n').length === 2_500)
    askAgain(peer, 2503, 2602)
    const all = await peer.until('the rest', () => peer.of('n').length === 2_600 && peer.of('n'))
    expect(numbersOf(all)).toEqual(range(3, 2602))
    expect(all.map(innerOf)).toEqual([...first, ...missed])
    expect(outerOf(all[0]!)).toMatch(
      /\|52=[^|]+\|43=Y\|49=CME\|50=G\|56=P4TGT1N\|57=RISK02\|122=[^|]+\|143=GB\|212=\d+\|213=…\|10=\d{3}\|$/,
    )
    expect(fieldOf(all[0]!, 122)).toBe(fieldOf(live[0]!, 52))
    expect(all.slice(0, 3).map(lasting)).toEqual(live.map(lasting))
    const [row] = Object.values(Object.values(connector.worker.targets.get('P4TGT1')!.state.ledger)[0]!)
    expect(row).toMatchObject({ received: 2_600, delivered: 2_600, waiting: 0, held: 0 })
  })

  test('finds the same after the connector was stopped and started', async () => {
    const data = temporaryDirectory()
    const connector = await start(snapshot({ targets }), data)
    const feed = await loggedOnGateway(connector.feedPort)
    const sent = fills(feed, 1, 20)
    await settled(feed)
    await connector.stop()
    const again = await start(snapshot({ targets }), data)
    const peer = await dc4LoggedOn(again.targetPort)
    askAgain(peer, 1, 0)
    const copies = await peer.until('the copies', () => peer.of('n').length === 20 && peer.of('n'))
    expect(copies.map(innerOf)).toEqual(sent)
    expect(numbersOf(copies)).toEqual(range(1, 20))
  })

  test('is told 97=Y where the feed says so, outside or inside, live and again', async () => {
    const connector = await start(snapshot({ targets }))
    const feed = await loggedOnGateway(connector.feedPort)
    const peer = await dc4LoggedOn(connector.targetPort)
    const payload = `<RTRF>${sourceFill('K7T882', 1).toString('latin1')}</RTRF>`
    feed.send('n', [
      [97, 'Y'],
      [212, payload.length],
      [213, payload],
    ])
    envelop(feed, sourceFill('K7T882', 2))
    await peer.until('two copies', () => peer.of('n').length === 2)
    askAgain(peer, 3, 4)
    const copies = await peer.until('both again', () => peer.of('n').length === 4 && peer.of('n'))
    expect(copies.map((copy) => fieldOf(copy, 97))).toEqual(['Y', undefined, 'Y', undefined])
    expect(outerOf(copies[2]!)).toContain('|43=Y|97=Y|49=CME|')
  })

  test('gets a message above 8,000 bytes with its true length, and it is counted', async () => {
    const connector = await start(snapshot({ targets }))
    const feed = await loggedOnGateway(connector.feedPort)
    const peer = await dc4LoggedOn(connector.targetPort)
    const long = sourceFill('K7T882', 1, [[58, 'x'.repeat(9_000)]])
    envelop(feed, long)
    const copy = await peer.message('n')
    expect(innerOf(copy)).toBe(readable(long))
    expect(Number(fieldOf(copy, 212))).toBe(long.length + 13)
    expect(connector.worker.targets.get('P4TGT1')!.report.oversize).toBe(1)
  })

  test('that asks for an Application Resend is told that there is none', async () => {
    const connector = await start(snapshot({ targets }))
    const peer = await dc4LoggedOn(connector.targetPort)
    const refNumber = peer.send('BW', [
      [1346, '1'],
      [1347, 2],
      [1351, 1],
      [1355, 'K7T'],
    ])
    const answer = await peer.message('j')
    expect([45, 372, 380].map((tag) => fieldOf(answer, tag))).toEqual([String(refNumber), 'BW', '3'])
  })
})

describe('a signed Logon', () => {
  test('is taken under either of two live keys, and under no third', async () => {
    const credentials = [key1, key2].map((key) => ({ kind: 'hmac' as const, ...key }))
    const connector = await start(snapshot({ targets: [dc4Target({ credentials })] }))
    const target = connector.worker.targets.get('P4TGT1')!
    for (const key of [key1, key2]) {
      const peer = await dc4LoggedOn(connector.targetPort, { seqNum: target.peer.session.nextIn }, key)
      expect(target.report.lastCredential).toBe(key.accessKeyId)
      peer.send('5')
      await peer.closed()
    }
    const stranger = await dc4Client(connector.targetPort, { seqNum: target.peer.session.nextIn })
    signedLogon(stranger, { ...key1, accessKeyId: 'EXAMPLEACCESSKEY0003' })
    expect(fieldOf(await stranger.message('5'), 58)).toBe('Invalid logon. Logout forced.')
  })

  test('is refused with another signature, an old time, or a password', async () => {
    const connector = await start(snapshot({ targets }))
    const forged = await dc4Client(connector.targetPort)
    signedLogon(forged, { ...key1, secretKey: key2.secretKey })
    expect(fieldOf(await forged.message('5'), 58)).toBe('Invalid logon. Logout forced.')
    await forged.closed()
    const old = await dc4Client(connector.targetPort)
    signedLogon(old, key1, { time: '20240304-13:00:00.000' })
    expect(fieldOf(await old.message('5'), 58)).toBe('SendingTime (52) accuracy problem. Logout forced.')
    await old.closed()
    const plain = await dc4Client(connector.targetPort)
    plain.logon([
      [95, key1.secretKey.length],
      [96, key1.secretKey],
    ])
    expect(fieldOf(await plain.message('5'), 58)).toBe('Invalid logon. Logout forced.')
  })
})

describe('a failover', () => {
  const onBackup = snapshot({ version: 2, targets: [dc4Target({ active: 'backup' })] })

  test('ends the session, and the numbers go on 4,000 higher at the other address', async () => {
    const data = temporaryDirectory()
    const connector = await start(snapshot({ targets }), data)
    const feed = await loggedOnGateway(connector.feedPort)
    const first = await dc4LoggedOn(connector.targetPort)
    fills(feed, 1, 5)
    await first.until('the copies', () => first.of('n').length === 5)
    connector.wish.become(onBackup)
    expect(fieldOf(await first.message('5'), 58)).toBe('Configuration changed. Logout forced.')
    expect(first.of('5')[0]!.seqNum).toBe(8)
    await first.closed()
    const late = await dc4Client(connector.targetPort, { seqNum: first.seqNum })
    signedLogon(late)
    const refusal = await late.message('5')
    expect([58, 789].map((tag) => fieldOf(refusal, tag))).toEqual([
      'Backup session not allowed. Logout forced.',
      String(first.seqNum),
    ])
    await late.closed()
    const port = connector.port('127.0.0.2:0')
    const second = await dc4LoggedOn(port, { host: '127.0.0.2', seqNum: first.seqNum })
    expect(numbersOf(second.received)).toEqual([4009, 4010])
    const sent = fills(feed, 6, 7)
    await second.until('live copies', () => second.of('n').length === 2)
    askAgain(second, 8, 2507)
    expect(fieldOf(await second.message('4'), 36)).toBe('2508')
    askAgain(second, 2508, 0)
    await second.until('the jump filled', () => second.of('4').length === 2 && second.of('n').length === 4)
    expect(second.of('n').slice(0, 2).map(innerOf)).toEqual(sent)
    second.destroy()
    await feed.until('the client away', () => !connector.worker.targets.get('P4TGT1')!.isConnected)
    await connector.stop()
    const again = await start(onBackup, data)
    const third = await dc4LoggedOn(again.port('127.0.0.2:0'), { host: '127.0.0.2', seqNum: second.seqNum })
    expect(numbersOf(third.received)).toEqual([4013, 4014]) // a restart never jumps
  })

  test('happens by itself when the active address cannot be had at start, and lasts until another is wanted', async () => {
    const data = temporaryDirectory()
    const blocker = createServer()
    const port = await portOf(blocker)
    const close = () => new Promise<void>((resolve) => void blocker.close(() => resolve()))
    onTestFinished(() => void blocker.close())
    const listen = [
      { role: 'primary' as const, host: '127.0.0.1', port },
      { role: 'backup' as const, host: '127.0.0.2', port: 0 },
    ]
    const wanted = snapshot({ targets: [dc4Target({ listen })] })
    await close()
    const before = await start(wanted, data)
    const first = await dc4LoggedOn(port)
    first.destroy()
    await before.stop()
    await portOf(blocker, port)
    const connector = await start(wanted, data)
    expect(connector.worker.alarms.all).toContainEqual(expect.objectContaining({ code: 'failover', id: 'P4TGT1' }))
    const onBackup = { host: '127.0.0.2', seqNum: first.seqNum }
    const second = await dc4LoggedOn(connector.port('127.0.0.2:0'), onBackup)
    expect(Math.floor(second.received[0]!.seqNum / 1000)).toBe(4)
    await close()
    connector.wake()
    await second.until('the address', () => connector.port(`127.0.0.1:${port}`) === port)
    const late = await dc4Client(port, { seqNum: second.seqNum })
    signedLogon(late)
    expect(fieldOf(await late.message('5'), 58)).toBe('Backup session not allowed. Logout forced.')
    second.destroy()
    await late.closed()
    await connector.stop()
    const again = await start(wanted, data)
    const third = await dc4LoggedOn(again.port('127.0.0.2:0'), { ...onBackup, seqNum: second.seqNum })
    expect(Math.floor(third.received[0]!.seqNum / 1000)).toBe(4) // a restart never jumps
    again.wish.become(snapshot({ version: 2, targets: [dc4Target({ listen, active: 'backup' })] }))
    await third.until('the change', () => again.worker.alarms.all.length === 0)
    again.wish.become(snapshot({ version: 3, targets: [dc4Target({ listen })] }))
    expect(fieldOf(await third.message('5'), 58)).toBe('Configuration changed. Logout forced.')
    const fourth = await dc4LoggedOn(port, { seqNum: third.seqNum })
    expect(Math.floor(fourth.received[0]!.seqNum / 1000)).toBe(8)
  })

  test('leaves the client at the active address alone when another knocks at the inactive one', async () => {
    const connector = await start(snapshot({ targets }))
    const feed = await loggedOnGateway(connector.feedPort)
    const first = await dc4LoggedOn(connector.targetPort)
    await first.until('the answer', () => first.seqNum === 3)
    const second = await dc4Client(connector.port('127.0.0.2:0'), { host: '127.0.0.2' })
    signedLogon(second)
    const refusal = await second.message('5')
    await second.closed()
    expect([34, 58, 789].map((tag) => fieldOf(refusal, tag))).toEqual([
      '3',
      'Backup session not allowed. Logout forced.',
      '3',
    ])
    const stranger = await dc4Client(connector.port('127.0.0.2:0'), { host: '127.0.0.2' })
    signedLogon(stranger, { ...key1, secretKey: key2.secretKey })
    await stranger.closed()
    expect(stranger.received).toEqual([])
    fills(feed, 1, 1)
    expect((await first.message('n')).seqNum).toBe(4)
    askAgain(first, 3, 3)
    expect(fieldOf(await first.message('4'), 36)).toBe('4')
  })
})

describe('a target on two market segments', () => {
  const listen = [
    { role: 'primary' as const, host: '127.0.0.2', port: 0, segment: '84' },
    { role: 'primary' as const, host: '127.0.0.3', port: 0, segment: '98' },
  ]
  const sources = [{ id: 'K7T882', feed: 'gw1', gateway: 'msgw' as const, segments: ['84', '98'] }]

  test('has a session with numbers of its own on each, and the same source number on both is two messages', async () => {
    const connector = await start(snapshot({ sources, targets: [dc4Target({ listen, sources: ['K7T882'] })] }))
    const feed = await loggedOnGateway(connector.feedPort)
    const on84 = await dc4LoggedOn(connector.port('127.0.0.2:0'), { host: '127.0.0.2', targetSubId: '84' })
    const on98 = await dc4LoggedOn(connector.port('127.0.0.3:0'), { host: '127.0.0.3', targetSubId: '98' })
    const of = (segment: string, number: number) => sourceFill('K7T882', number, [], segment)
    const sent = { 84: [1, 2, 3].map((n) => of('84', n)), 98: [1, 2].map((n) => of('98', n)) }
    for (const frame of [...sent[84], ...sent[98], of('77', 1)]) envelop(feed, frame)
    await on84.until('its copies', () => on84.of('n').length === 3)
    await on98.until('its copies', () => on98.of('n').length === 2)
    await settled(feed)
    expect(on84.of('n').map(innerOf)).toEqual(sent[84].map(readable))
    expect(on98.of('n').map(innerOf)).toEqual(sent[98].map(readable))
    expect(on98.of('n').map(({ seqNum }) => seqNum)).toEqual([3, 4])
    expect([on84, on98].map((peer) => fieldOf(peer.of('n')[0]!, 50))).toEqual(['84', '98'])
    expect([...connector.worker.intake.asides]).toEqual([['K7T882/77', 1]])
  })

  test('refuses a client that names another segment in 57', async () => {
    const connector = await start(snapshot({ sources, targets: [dc4Target({ listen, sources: ['K7T882'] })] }))
    const peer = await dc4Client(connector.port('127.0.0.2:0'), { host: '127.0.0.2', targetSubId: '98' })
    signedLogon(peer)
    expect(fieldOf(await peer.message('5'), 58)).toBe(
      'TargetSubId (57) tag has an incorrect value: ( 98 ), should be 84',
    )
  })
})
