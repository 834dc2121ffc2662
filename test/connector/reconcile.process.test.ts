import { createServer } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { metricsText } from '#connector/reports/metrics.ts'
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
import { type FixPeer, fieldOf } from '#test/support/fix-peer.ts'
import { envelop, sourceFill } from '#test/support/source-flow.ts'

async function loggedOnGateway(port: number): Promise<FixPeer> {
  const peer = await gateway(port)
  peer.logon()
  await peer.message('A')
  return peer
}

async function loggedOnClient(port: number, sessionId = 'ODQ1Z9'): Promise<FixPeer> {
  const peer = await client(port, { sessionId })
  peer.logon(password())
  await peer.message('1')
  return peer
}

async function settled(peer: FixPeer): Promise<void> {
  const id = `T${peer.seqNum}`
  peer.send('1', [[112, id]])
  await peer.until('the Heartbeat', () => peer.of('0').some((message) => fieldOf(message, 112) === id))
}

/** The next pass has applied this version. */
const applied = (connector: Started, version: number): Promise<void> =>
  expect.poll(() => connector.wish.reports.map((report) => report.version), { interval: 5 }).toContain(version)

const sourceNumbers = (peer: FixPeer) => peer.of('8').map((copy) => Number(fieldOf(copy, 1181)))
const row = (connector: Started, sessionId: string) =>
  Object.values(connector.worker.targets.get(sessionId)!.state.ledger).flatMap((week) => Object.values(week))

describe('a changed configuration', () => {
  test('is reported with the first number of each source that it judges, also of a source that leaves', async () => {
    const connector = await start(snapshot())
    const gw = await loggedOnGateway(connector.feedPort)
    for (const number of [1, 2, 3]) envelop(gw, sourceFill('M3P882', number))
    await settled(gw)
    connector.wish.become(snapshot({ version: 2, targets: [target({ sources: ['K7T882'] })] }))
    await applied(connector, 2)
    const report = () => connector.wish.reports.at(-1)?.parts
    expect(report()).toContainEqual(
      expect.objectContaining({ kind: 'target', id: 'ODQ1Z9', fromSourceSeq: { K7T882: 1, M3P882: 4 } }),
    )
    connector.wish.become(snapshot({ version: 3, targets: [target({ sources: ['K7T882'], level: 'executions' })] }))
    await applied(connector, 3)
    expect(report()).toContainEqual(expect.objectContaining({ id: 'ODQ1Z9', fromSourceSeq: { K7T882: 1 } }))
  })

  test('that stops a source for want of a consent copies nothing more of it, and counts what comes under that reason', async () => {
    const reason = 'no consent of Birch Clearing'
    const data = temporaryDirectory()
    const connector = await start(snapshot(), data)
    const gw = await loggedOnGateway(connector.feedPort)
    const peer = await loggedOnClient(connector.targetPort)
    envelop(gw, sourceFill('M3P882', 1))
    await peer.until('the copy', () => peer.of('8').length === 1)
    const stopped = snapshot({
      version: 2,
      targets: [target({ sources: ['K7T882'], stopped: [{ source: 'M3P882', reason }] })],
    })
    connector.wish.become(stopped)
    await applied(connector, 2)
    for (const number of [2, 3]) envelop(gw, sourceFill('M3P882', number))
    envelop(gw, sourceFill('K7T882', 1))
    await peer.until('the other source’s copy', () => peer.of('8').length === 2)
    await settled(gw)
    expect(peer.of('8').map((copy) => fieldOf(copy, 1180))).toEqual(['M3P', 'K7T'])
    expect(row(connector, 'ODQ1Z9')).toContainEqual(
      expect.objectContaining({ received: 3, delivered: 1, waiting: 0, stopped: { [reason]: 2 } }),
    )
    expect(metricsText(connector.worker)).toContain(
      `drop_copy_copies_filtered_total{target="ODQ1Z9",reason="${reason}"} 2`,
    )
    await connector.stop()
    const again = await start(stopped, data)
    const next = await gateway(again.feedPort)
    next.seqNum = gw.seqNum
    next.logon()
    await next.message('A')
    envelop(next, sourceFill('M3P882', 4))
    await settled(next)
    expect(row(again, 'ODQ1Z9')).toContainEqual(
      expect.objectContaining({ received: 4, delivered: 1, stopped: { [reason]: 3 } }),
    )
  })

  test('judges what comes after it by the new level and what came before by the old', async () => {
    const connector = await start(snapshot({ targets: [target({ sources: ['K7T882'] })] }))
    const gw = await loggedOnGateway(connector.feedPort)
    envelop(gw, sourceFill('K7T882', 1))
    await settled(gw)
    connector.wish.become(
      snapshot({ version: 2, targets: [target({ sources: ['K7T882'], level: 'acknowledgments' })] }),
    )
    await applied(connector, 2)
    envelop(gw, sourceFill('K7T882', 2))
    await settled(gw)
    connector.wish.become(snapshot({ version: 3, targets: [target({ sources: ['K7T882'] })] }))
    await applied(connector, 3)
    envelop(gw, sourceFill('K7T882', 3))
    await settled(gw)
    const peer = await loggedOnClient(connector.targetPort)
    await peer.until('two copies', () => peer.of('8').length === 2)
    expect(sourceNumbers(peer)).toEqual([1, 3])
    expect(fieldOf(peer.of('8')[1]!, 1350)).toBe('1')
    expect(row(connector, 'ODQ1Z9')).toMatchObject([{ received: 3, delivered: 2, waiting: 0 }])
  })

  test('that takes a source away and puts it back begins its chain anew, also for a client that stays logged on', async () => {
    const connector = await start(snapshot())
    const gw = await loggedOnGateway(connector.feedPort)
    const peer = await loggedOnClient(connector.targetPort)
    envelop(gw, sourceFill('K7T882', 1))
    envelop(gw, sourceFill('M3P882', 1))
    await peer.until('two copies', () => peer.of('8').length === 2)
    connector.wish.become(snapshot({ version: 2, targets: [target({ sources: ['M3P882'] })] }))
    await applied(connector, 2)
    envelop(gw, sourceFill('K7T882', 2))
    envelop(gw, sourceFill('M3P882', 2))
    await settled(gw)
    connector.wish.become(snapshot({ version: 3 }))
    await applied(connector, 3)
    for (const number of [3, 4]) envelop(gw, sourceFill('K7T882', number))
    await peer.until('five copies', () => peer.of('8').length === 5)
    const chain = peer.of('8').map((copy) => [fieldOf(copy, 1180), fieldOf(copy, 1181), fieldOf(copy, 1350)])
    expect(chain).toEqual([
      ['K7T', '1', undefined],
      ['M3P', '1', undefined],
      ['M3P', '2', '1'],
      ['K7T', '3', undefined],
      ['K7T', '4', '3'],
    ])
  })

  test('adds a target and a source without touching those that run', async () => {
    const connector = await start(snapshot({ targets: [target({ sources: ['K7T882'] })] }))
    const gw = await loggedOnGateway(connector.feedPort)
    const peer = await loggedOnClient(connector.targetPort)
    const sources = [...snapshot().sources, { id: 'NEW882', feed: 'gw1', gateway: 'cgw' as const }]
    const more = target({ sessionId: 'SECOND', sources: ['K7T882', 'NEW882'] })
    connector.wish.become(snapshot({ version: 2, sources, targets: [target({ sources: ['K7T882'] }), more] }))
    await applied(connector, 2)
    const second = await loggedOnClient(connector.targetPort, 'SECOND')
    envelop(gw, sourceFill('NEW882', 1))
    envelop(gw, sourceFill('K7T882', 1))
    await second.until('two copies', () => second.of('8').length === 2)
    await peer.message('8')
    expect(peer.isClosed).toBe(false)
    expect(gw.isClosed).toBe(false)
  })

  test('that takes a target away logs its client out, and puts it back with its numbers', async () => {
    const connector = await start(snapshot())
    const peer = await loggedOnClient(connector.targetPort)
    connector.wish.become(snapshot({ version: 2, targets: [target({ sessionId: 'OTHER1' })] }))
    await peer.message('5')
    await peer.closed()
    await applied(connector, 2)
    connector.wish.become(snapshot({ version: 3 }))
    await applied(connector, 3)
    const back = await client(connector.targetPort)
    back.seqNum = peer.seqNum
    back.logon(password())
    expect((await back.message('A')).seqNum).toBe(4)
  })

  test('that revokes the credential in use ends the session; a pause does too and refuses the next logon', async () => {
    const both = [{ kind: 'password', password: 'secret' } as const, { kind: 'password', password: 'spare' } as const]
    const connector = await start(snapshot({ targets: [target({ credentials: both })] }))
    const peer = await loggedOnClient(connector.targetPort)
    connector.wish.become(snapshot({ version: 2, targets: [target({ credentials: [both[1]!] })] }))
    expect(fieldOf(await peer.message('5'), 58)).toBe('Credential revoked. Logout forced.')
    await peer.closed()
    connector.wish.become(snapshot({ version: 3, targets: [target({ credentials: both, paused: true })] }))
    await applied(connector, 3)
    const paused = await client(connector.targetPort)
    paused.seqNum = peer.seqNum
    paused.logon(password('spare'))
    expect(fieldOf(await paused.message('5'), 58)).toBe('Session is paused. Logout forced.')
  })

  test('names an address that cannot be had, runs everything else, and tries again', async () => {
    const taken = createServer()
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
    const address = taken.address()
    const port = typeof address === 'object' && address ? address.port : 0
    onTestFinished(() => void taken.close())
    const connector = await start(snapshot())
    const blocked = target({ sessionId: 'BLOCKD', listen: [{ role: 'primary', host: '127.0.0.1', port }] })
    connector.wish.become(snapshot({ version: 2, targets: [target(), blocked, target({ sessionId: 'FINE01' })] }))
    await applied(connector, 2)
    const { parts } = connector.wish.reports.at(-1)!
    expect(parts).toContainEqual(
      expect.objectContaining({ id: 'BLOCKD', state: 'refused', detail: expect.stringContaining('EADDRINUSE') }),
    )
    expect(parts).toContainEqual(expect.objectContaining({ id: 'FINE01', state: 'running' }))
    await loggedOnClient(connector.targetPort, 'FINE01')
    await new Promise<void>((resolve) => taken.close(() => resolve()))
    connector.wake()
    const late = await new Promise<FixPeer>((resolve, reject) => {
      const attempt = (left: number): void => {
        loggedOnClient(port, 'BLOCKD').then(resolve, (error) =>
          left > 0 ? setTimeout(() => attempt(left - 1), 50) : reject(error),
        )
      }
      attempt(100)
    })
    expect(late.isClosed).toBe(false)
  })

  test('of five thousand sources takes a moment, not minutes', async () => {
    const ids = Array.from({ length: 5_000 }, (_, i) => `${i.toString(36).padStart(3, '0').toUpperCase()}882`)
    const sources = ids.map((id) => ({ id, feed: 'gw1', gateway: 'cgw' as const }))
    const targets = Array.from({ length: 20 }, (_, i) =>
      target({ sessionId: `MANY${10 + i}`, sources: ids.slice(i * 200, i * 200 + 400) }),
    )
    const connector = await start(snapshot({ sources, targets }))
    connector.wish.become(snapshot({ version: 2, sources, targets: targets.slice(1) }))
    await applied(connector, 2)
    expect(connector.worker.targets.size).toBe(19)
  })

  test('to an address that cannot be had leaves the target reachable at its old one', async () => {
    const taken = createServer()
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void taken.close())
    const occupied = taken.address()
    if (typeof occupied !== 'object' || occupied === null) throw new Error('no port')
    const connector = await start(snapshot())
    const listen = [{ role: 'primary' as const, host: '127.0.0.1', port: occupied.port }]
    connector.wish.become(snapshot({ version: 2, targets: [target({ listen })] }))
    await applied(connector, 2)
    await loggedOnClient(connector.targetPort)
  })

  test('to a feed that changes its peer cuts that feed alone', async () => {
    const connector = await start(snapshot())
    const gw = await loggedOnGateway(connector.feedPort)
    const peer = await loggedOnClient(connector.targetPort)
    connector.wish.become(snapshot({ version: 2, feeds: [feed({ theirCompId: 'GW9' })] }))
    await gw.closed()
    await applied(connector, 2)
    expect(peer.isClosed).toBe(false)
    const other = await gateway(connector.feedPort, { sender: 'GW9' })
    other.seqNum = gw.seqNum
    other.logon()
    await other.message('A')
    envelop(other, sourceFill('K7T882', 1))
    await peer.message('8')
  })
})

describe('a source taken away for the past too', () => {
  test('is gap-filled instead of resent, and what waited of it is not delivered', async () => {
    const data = temporaryDirectory()
    const connector = await start(snapshot({ targets: [target()] }), data)
    const gw = await loggedOnGateway(connector.feedPort)
    const peer = await loggedOnClient(connector.targetPort)
    envelop(gw, sourceFill('K7T882', 1))
    envelop(gw, sourceFill('M3P882', 1))
    await peer.until('two copies', () => peer.of('8').length === 2)
    peer.destroy()
    await gw.until('the client away', () => !connector.worker.targets.get('ODQ1Z9')!.isConnected)
    envelop(gw, sourceFill('K7T882', 2))
    envelop(gw, sourceFill('M3P882', 2))
    await settled(gw)
    connector.wish.become(snapshot({ version: 2, targets: [target({ sources: ['M3P882'], revoked: ['K7T882'] })] }))
    await applied(connector, 2)
    const back = await client(connector.targetPort)
    back.seqNum = peer.seqNum
    back.logon(password())
    await back.message('8')
    back.send('2', [
      [7, 3],
      [16, 4],
    ])
    const again = await back.message('8', 2)
    const fill = await back.message('4')
    expect([fill.seqNum, fieldOf(fill, 36)]).toEqual([3, '4'])
    expect([again.seqNum, fieldOf(again, 1180)]).toEqual([4, 'M3P'])
    expect(back.of('8').map((copy) => fieldOf(copy, 1180))).toEqual(['M3P', 'M3P'])
    expect(connector.worker.targets.get('ODQ1Z9')!.state.waiting.total).toBe(0)
  })
})
