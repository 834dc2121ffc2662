import { describe, expect, test } from 'vitest'
import type { Clock } from '#connector/run/clock.ts'
import {
  client,
  gateway,
  keptLog,
  password,
  snapshot,
  start,
  target,
  temporaryDirectory,
} from '#test/support/connector.ts'
import { type FixPeer, fieldOf, frame, utc } from '#test/support/fix-peer.ts'
import { envelop, sourceFill } from '#test/support/source-flow.ts'

async function loggedOnGateway(port: number): Promise<FixPeer> {
  const feed = await gateway(port)
  feed.logon()
  await feed.message('A')
  return feed
}

async function loggedOnClient(port: number, more: { sessionId?: string; automatic?: boolean } = {}): Promise<FixPeer> {
  const peer = await client(port, more)
  peer.logon(password())
  await peer.message('1')
  return peer
}

const numbers = (copies: { fields: [number, string][] }[], tag: number) =>
  copies.map((copy) => Number(copy.fields.find(([t]) => t === tag)?.[1]))
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i)

/** Sent, journaled and answered for: the feed's Test Request comes back behind everything before it. */
async function settled(feed: FixPeer): Promise<void> {
  const id = `T${feed.seqNum}`
  feed.send('1', [[112, id]])
  await feed.until('the Heartbeat', () => feed.of('0').some((message) => fieldOf(message, 112) === id))
}

describe('a client that logs on', () => {
  test('is answered as captured: Logon, Test Request, then what was queued', async () => {
    const connector = await start(snapshot())
    const feed = await loggedOnGateway(connector.feedPort)
    for (const n of range(1, 5)) envelop(feed, sourceFill('K7T882', n))
    await settled(feed)
    const peer = await loggedOnClient(connector.targetPort)
    await peer.until('the queue', () => peer.of('8').length === 5)
    expect(peer.received.map(({ type }) => type).slice(0, 7)).toEqual(['A', '1', '8', '8', '8', '8', '8'])
    expect(peer.received.map(({ seqNum }) => seqNum).slice(0, 7)).toEqual(range(1, 7))
    const [logon] = peer.received
    expect(logon!.fields.map(([tag]) => tag)).toEqual([8, 9, 35, 34, 49, 50, 52, 56, 57, 369, 98, 108, 141, 10])
    expect(fieldOf(logon!, 369)).toBe('0')
    expect(fieldOf(logon!, 57)).toBe('RISK01')
  })

  test('gets the newest of its queue, and the chain names what was pushed out', async () => {
    const connector = await start(snapshot({ targets: [target({ queueDepth: 3 })] }))
    const feed = await loggedOnGateway(connector.feedPort)
    for (const n of range(1, 10)) envelop(feed, sourceFill('K7T882', n))
    await settled(feed)
    const peer = await loggedOnClient(connector.targetPort)
    const copies = await peer.until('the queue', () => peer.of('8').length >= 3 && peer.of('8'))
    envelop(feed, sourceFill('K7T882', 11))
    await peer.until('a live copy', () => peer.of('8').length >= 4)
    expect(numbers(copies, 1181)).toEqual([8, 9, 10])
    expect(numbers(peer.of('8'), 1350)).toEqual([7, 8, 9, 10])
    const state = connector.worker.targets.get('ODQ1Z9')!.state
    const [row] = Object.values(Object.values(state.ledger)[0]!)
    expect(row).toMatchObject({ received: 11, delivered: 4, held: 7, waiting: 0 })
  })

  test('is refused with a Logout that has a number of its own when its password is wrong', async () => {
    const connector = await start(snapshot())
    const peer = await client(connector.targetPort)
    peer.logon(password('guess'))
    const logout = await peer.message('5')
    await peer.closed()
    expect(fieldOf(logout, 58)).toBe('Invalid logon. Logout forced.')
    expect(logout.seqNum).toBe(1)
    const again = await loggedOnClient(connector.targetPort)
    expect(again.of('A')[0]!.seqNum).toBe(2)
  })

  test('gets in although somebody unproven came before it and was not answered', async () => {
    const connector = await start(snapshot())
    const stranger = await client(connector.targetPort)
    stranger.logon([], 1)
    await stranger.until(
      'the stranger is taken for a client',
      () => connector.worker.targets.get('ODQ1Z9')?.isConnected,
    )
    await loggedOnClient(connector.targetPort)
    await stranger.closed()
    expect(stranger.received).toEqual([])
    expect(connector.worker.refusedLogons.newest.map(({ says }) => says)).toEqual([
      'HeartBtInt (108) 1 outside 5 to 60',
    ])
  })

  test('is told the number expected when its own is too low', async () => {
    const connector = await start(snapshot())
    const first = await loggedOnClient(connector.targetPort)
    await first.until('the answer', () => first.seqNum === 3)
    first.send('5')
    expect(fieldOf(await first.message('5'), 58)).toBe('Logout Confirmed')
    await first.closed()
    const peer = await client(connector.targetPort)
    peer.logon(password())
    const logout = await peer.message('5')
    expect(fieldOf(logout, 789)).toBe('4')
    expect(fieldOf(logout, 58)).toContain('Expected [4] Received 1')
  })

  test('keeps its session when another logs on with the same name', async () => {
    const connector = await start(snapshot())
    const feed = await loggedOnGateway(connector.feedPort)
    const first = await loggedOnClient(connector.targetPort)
    const second = await client(connector.targetPort)
    second.logon(password())
    await second.closed()
    expect(second.received).toEqual([])
    envelop(feed, sourceFill('K7T882', 1))
    await first.message('8')
    expect(first.isClosed).toBe(false)
    expect(connector.worker.refusedLogons.newest.map(({ code }) => code)).toContain('second-logon')
  })

  test('under an unknown name gets no answer at all', async () => {
    const connector = await start(snapshot())
    const peer = await client(connector.targetPort, { sessionId: 'NOBODY' })
    peer.logon(password())
    const known = await loggedOnClient(connector.targetPort)
    expect(known.of('A')).toHaveLength(1)
    expect(peer.received).toEqual([])
    expect(peer.isClosed).toBe(false)
  })
})

describe('a client that lost messages', () => {
  test('gets them again under their numbers with 43 and 122, and gap fills for the rest', async () => {
    const connector = await start(snapshot())
    const feed = await loggedOnGateway(connector.feedPort)
    const peer = await loggedOnClient(connector.targetPort)
    for (const n of range(1, 6)) envelop(feed, sourceFill('K7T882', n))
    await peer.until('the copies', () => peer.of('8').length === 6)
    const live = peer.of('8')
    peer.send('2', [
      [7, 1],
      [16, 6],
    ])
    await peer.until('the resend', () => peer.of('8').length === 10)
    const fill = await peer.message('4')
    expect(fill.fields).toContainEqual([36, '3'])
    expect(fieldOf(fill, 43)).toBe('Y')
    expect(fill.seqNum).toBe(1)
    for (const [i, again] of peer.of('8').slice(6).entries()) {
      const first = live[i]!
      const without = (m: typeof again) => m.fields.filter(([tag]) => ![9, 10, 43, 52, 122].includes(tag))
      expect(without(again)).toEqual(without(first))
      expect(fieldOf(again, 43)).toBe('Y')
      expect(fieldOf(again, 122)).toBe(fieldOf(first, 52))
    }
  })

  test('gets a gap fill for the end of the range when copies come only behind it', async () => {
    const connector = await start(snapshot())
    const feed = await loggedOnGateway(connector.feedPort)
    const peer = await loggedOnClient(connector.targetPort)
    for (const n of range(1, 3)) envelop(feed, sourceFill('K7T882', n))
    await peer.until('the copies', () => peer.of('8').length === 3)
    peer.send('1', [[112, 'PING']])
    await peer.message('0')
    envelop(feed, sourceFill('K7T882', 4))
    await peer.until('the copy behind the Heartbeat', () => peer.of('8').length === 4)
    peer.send('2', [
      [7, 3],
      [16, 6],
    ])
    const fill = await peer.message('4')
    expect([fill.seqNum, fieldOf(fill, 36)]).toEqual([6, '7'])
    expect(peer.of('8').map(({ seqNum }) => seqNum)).toEqual([3, 4, 5, 7, 3, 4, 5])
  })

  test('never gets a gap fill beyond the end it asked for', async () => {
    const connector = await start(snapshot())
    const peer = await loggedOnClient(connector.targetPort)
    for (let i = 0; i < 5; i++) peer.send('1', [[112, `P${i}`]])
    await peer.until('five Heartbeats', () => peer.of('0').length === 5)
    peer.send('2', [
      [7, 2],
      [16, 4],
    ])
    const fill = await peer.message('4')
    expect(fill.seqNum).toBe(2)
    expect(fieldOf(fill, 36)).toBe('5')
  })

  test('is rejected for more than 2,500 numbers in one request', async () => {
    const connector = await start(snapshot({ targets: [target({ policy: { preset: 'cme', resendCap: 3 } })] }))
    const peer = await loggedOnClient(connector.targetPort)
    for (let i = 0; i < 5; i++) peer.send('1', [[112, `P${i}`]])
    await peer.until('five Heartbeats', () => peer.of('0').length === 5)
    peer.send('2', [
      [7, 1],
      [16, 6],
    ])
    expect(fieldOf(await peer.message('3'), 58)).toMatch(/Resend request range exceeds/)
  })
})

describe('a resend after the clock was set back', () => {
  test('has no SendingTime before its OrigSendingTime', async () => {
    let offsetMs = 0
    const clock: Clock = { wallMs: () => Date.now() + offsetMs, steadyMs: () => Date.now() }
    const connector = await start(snapshot(), undefined, { clock })
    const feed = await loggedOnGateway(connector.feedPort)
    const peer = await loggedOnClient(connector.targetPort)
    envelop(feed, sourceFill('K7T882', 1))
    await peer.message('8')
    peer.send('D', [[11, 'X']])
    await peer.message('j')
    offsetMs = -5_000
    peer.send('2', [
      [7, 1],
      [16, 0],
    ])
    for (const again of [await peer.message('8', 2), await peer.message('j', 2)])
      expect(fieldOf(again, 52)).toBe(fieldOf(again, 122))
  })
})

describe('a client that misbehaves', () => {
  test('asks for what is out of service and is answered by a Business Reject, again after a resend', async () => {
    const connector = await start(snapshot())
    const peer = await loggedOnClient(connector.targetPort)
    const order = peer.send('D', [[11, 'X']])
    const reject = await peer.message('j')
    expect(fieldOf(reject, 45)).toBe(String(order))
    expect(fieldOf(reject, 372)).toBe('D')
    expect(fieldOf(reject, 380)).toBe('3')
    peer.send('2', [
      [7, reject.seqNum],
      [16, reject.seqNum],
    ])
    const again = await peer.message('j', 2)
    expect(fieldOf(again, 43)).toBe('Y')
    expect(again.seqNum).toBe(reject.seqNum)
    expect(fieldOf(again, 122)).toBe(fieldOf(reject, 52))
  })

  test('makes up a type of forty thousand letters and gets a short answer, which a restart still finds', async () => {
    const data = temporaryDirectory()
    const shape = snapshot({ targets: [target({ policy: { unknownTypes: 'accept' } })] })
    const connector = await start(shape, data)
    const peer = await loggedOnClient(connector.targetPort)
    peer.send('U'.repeat(40_000))
    expect(fieldOf(await peer.message('j'), 372)).toBe('U'.repeat(32))
    await connector.stop()
    const { nextOut } = connector.worker.targets.get('ODQ1Z9')!.state
    const again = await start(shape, data)
    expect(again.worker.targets.get('ODQ1Z9')!.state.nextOut).toBe(nextOut)
  })

  test('sends garbage, a wrong checksum, a wrong length and a foreign name, and the session goes on', async () => {
    const connector = await start(snapshot())
    const feed = await loggedOnGateway(connector.feedPort)
    const peer = await loggedOnClient(connector.targetPort)
    const good = frame([
      [35, '0'],
      [34, 99],
      [49, 'ODQ1Z9N'],
      [50, 'RISK01'],
      [52, utc()],
      [56, 'CME'],
      [57, 'G'],
      [142, 'US,IL'],
    ])
    const text = good.toString('latin1')
    peer.write(Buffer.from('GET / HTTP/1.1\r\n\r\n'))
    peer.write(Buffer.from(text.replace(/10=\d{3}/, '10=999'), 'latin1'))
    peer.write(Buffer.from(text.replace(/9=\d+/, '9=7'), 'latin1'))
    peer.write(
      frame([
        [35, '0'],
        [34, 98],
        [49, 'SOMEONE'],
        [52, utc()],
        [56, 'CME'],
      ]),
    )
    peer.send('1', [[112, 'STILL']])
    await peer.until('the Heartbeat', () => peer.of('0').some((m) => fieldOf(m, 112) === 'STILL'))
    envelop(feed, sourceFill('K7T882', 1))
    await peer.message('8')
  })

  test('sends a message of 10 MB, which costs it nothing but the message', async () => {
    const connector = await start(snapshot())
    const peer = await loggedOnClient(connector.targetPort)
    peer.write(
      frame([
        [35, '0'],
        [34, peer.seqNum],
        [49, 'ODQ1Z9N'],
        [56, 'CME'],
        [58, 'x'.repeat(10 * 1024 * 1024)],
      ]),
    )
    peer.send('1', [[112, 'STILL']])
    await peer.until('the Heartbeat', () => peer.of('0').some((m) => fieldOf(m, 112) === 'STILL'))
  })

  test('above the number expected is asked for what is missing', async () => {
    const connector = await start(snapshot())
    const peer = await loggedOnClient(connector.targetPort, { automatic: false })
    peer.seqNum += 5
    peer.send('0')
    const request = await peer.message('2')
    expect(fieldOf(request, 7)).toBe('2')
  })

  test('below the number expected is logged out with both numbers', async () => {
    const connector = await start(snapshot())
    const peer = await loggedOnClient(connector.targetPort)
    await peer.until('the answer', () => peer.seqNum === 3)
    peer.sendAs(1, '0')
    const logout = await peer.message('5')
    expect(fieldOf(logout, 58)).toContain('Expected [3] Received 1')
    await peer.closed()
  })
})

describe('one source', () => {
  test('reaches three groups, each on its own numbers and by its own level', async () => {
    const listen = (host: string) => [{ role: 'primary' as const, host, port: 0 }]
    const targets = [
      target({ sessionId: 'AAAAAA', listen: listen('localhost') }),
      target({ sessionId: 'BBBBBB', listen: listen('localhost'), sources: ['K7T882'] }),
      target({ sessionId: 'CCCCCC', listen: listen('localhost'), sources: ['K7T882'], level: 'acknowledgments' }),
    ]
    const connector = await start(snapshot({ targets }))
    const feed = await loggedOnGateway(connector.feedPort)
    const [a, b, c] = await Promise.all(
      ['AAAAAA', 'BBBBBB', 'CCCCCC'].map((sessionId) => loggedOnClient(connector.targetPort, { sessionId })),
    )
    envelop(feed, sourceFill('K7T882', 1))
    envelop(feed, sourceFill('M3P882', 1))
    envelop(feed, sourceFill('K7T882', 2))
    await a!.until('three copies', () => a!.of('8').length === 3)
    await b!.until('two copies', () => b!.of('8').length === 2)
    await settled(feed)
    expect(numbers(a!.of('8'), 34)).toEqual([3, 4, 5])
    expect(numbers(b!.of('8'), 34)).toEqual([3, 4])
    expect(c!.of('8')).toEqual([])
    const rows = Object.values(connector.worker.targets.get('CCCCCC')!.state.ledger).flatMap((week) =>
      Object.values(week),
    )
    expect(rows).toMatchObject([{ received: 2, delivered: 0, waiting: 0 }])
  })
})

test('who comes and goes is in the log, gateway and client, with the reason', async () => {
  const { log, lines } = keptLog()
  const connector = await start(snapshot(), undefined, { log })
  const gw = await gateway(connector.feedPort)
  gw.logon()
  await gw.message('A')
  const peer = await client(connector.targetPort)
  peer.logon(password())
  await peer.message('A')
  gw.destroy()
  peer.send('5')
  const told = (object: string) =>
    lines.filter((line) => line[object] !== undefined).map((line) => [line.code, line.msg])
  await peer.until('both have gone', () => told('feed').length === 2 && told('target').length === 2)
  expect(told('feed').at(-1)).toEqual(['logged-off', 'the connection was closed'])
  expect(told('target').map(([code]) => code)).toEqual(['logged-on', 'logged-off'])
})
