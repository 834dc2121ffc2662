import { describe, expect, test } from 'vitest'
import { client, gateway, password, snapshot, start, target, temporaryDirectory } from '#test/support/connector.ts'
import { type FixPeer, fieldOf } from '#test/support/fix-peer.ts'
import { envelop, sourceFill } from '#test/support/source-flow.ts'

async function settled(peer: FixPeer): Promise<void> {
  const id = `T${peer.seqNum}`
  peer.send('1', [[112, id]])
  await peer.until('the Heartbeat', () => peer.of('0').some((message) => fieldOf(message, 112) === id))
}

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i)
const targets = [
  target({ sources: ['K7T882'] }),
  target({ sessionId: 'FEWER1', queueDepth: 4, level: 'executions' }),
  target({ sessionId: 'NEVER1', level: 'acknowledgments' }),
]

describe('a connector that was stopped and started', () => {
  test('has exactly the state it had, whatever part of it the last segments hold', async () => {
    const data = temporaryDirectory()
    const small = { segmentBytes: 128 * 1024, ringBytes: 1024 * 1024 }
    const first = await start(snapshot({ targets }), data, small)
    const gw = await gateway(first.feedPort)
    gw.logon()
    await gw.message('A')
    const peer = await client(first.targetPort)
    peer.logon(password())
    await peer.message('1')
    for (const n of range(1, 700)) {
      envelop(gw, sourceFill('K7T882', n))
      if (n % 3 === 0) envelop(gw, sourceFill('M3P882', n))
      if (n === 350) {
        await settled(gw)
        peer.destroy()
        await gw.until('the client away', () => !first.worker.targets.get('ODQ1Z9')!.isConnected)
      }
    }
    await settled(gw)
    const second = await client(first.targetPort, { sessionId: 'FEWER1' })
    second.logon(password())
    await second.until('its queue', () => second.of('8').length === 4)
    await first.stop()
    const before = structuredClone(first.worker.core.state.data)
    const again = await start(snapshot({ targets }), data, small)
    const after = again.worker.core.state.data
    expect(after.run).toBe(before.run + 1)
    expect(after.term).toBe((before.term ?? 0) + 1)
    expect({ ...after, run: 0, term: 0 }).toEqual({ ...before, run: 0, term: 0 })
    const back = await client(again.targetPort)
    back.seqNum = peer.seqNum
    back.logon(password())
    await back.until('what waited', () => back.of('8').length === 350)
    expect(back.of('8').map((copy) => Number(fieldOf(copy, 1181)))).toEqual(range(351, 700))
    expect(Number(fieldOf(back.of('8')[0]!, 1350))).toBe(350)
  })

  test('has it also when a source was revoked whose copies had waited since before the newest head', async () => {
    const data = temporaryDirectory()
    const small = { segmentBytes: 128 * 1024, ringBytes: 1024 * 1024 }
    const first = await start(snapshot({ targets: [target({ sources: ['K7T882'] })] }), data, small)
    const gw = await gateway(first.feedPort)
    gw.logon()
    await gw.message('A')
    for (const n of range(1, 20)) envelop(gw, sourceFill('K7T882', n))
    const { journal } = first.worker.core
    const before = journal.diskBytes
    for (let n = 1; journal.diskBytes === before; n++) {
      envelop(gw, sourceFill('M3P882', n)) // of no target: it only fills segments
      if (n % 50 === 0) await settled(gw)
    }
    const peer = await client(first.targetPort)
    peer.logon(password())
    await peer.message('8', 20)
    peer.destroy()
    const one = first.worker.targets.get('ODQ1Z9')!
    await gw.until('the client away', () => !one.isConnected)
    for (const n of range(21, 23)) envelop(gw, sourceFill('K7T882', n))
    await gw.until('three waiting', () => one.behind === 3)
    const revoked = snapshot({ version: 2, targets: [target({ sources: ['M3P882'], revoked: ['K7T882'] })] })
    first.wish.become(revoked)
    await gw.until('none waiting', () => one.behind === 0)
    await first.stop()
    const again = await start(revoked, data, small)
    const { targets } = again.worker.core.state.data
    expect(targets).toEqual(first.worker.core.state.data.targets)
    expect(Object.values(targets)[0]!.waiting.total).toBe(0)
  })

  test('rebuilds every copy as it was first sent, but for 43, 52, 122, length and checksum', async () => {
    const data = temporaryDirectory()
    const first = await start(snapshot({ targets }), data)
    const gw = await gateway(first.feedPort)
    gw.logon()
    await gw.message('A')
    const peer = await client(first.targetPort)
    peer.logon(password())
    await peer.message('1')
    for (const n of range(1, 60)) envelop(gw, sourceFill('K7T882', n * 3))
    await peer.until('the copies', () => peer.of('8').length === 60)
    await first.stop()
    const again = await start(snapshot({ targets }), data)
    const back = await client(again.targetPort)
    back.seqNum = peer.seqNum
    back.logon(password())
    await back.message('1')
    back.send('2', [
      [7, 1],
      [16, 0],
    ])
    await back.until('the resend', () => back.of('8').length === 60)
    const without = (m: { fields: [number, string][] }) =>
      m.fields.filter(([tag]) => ![9, 10, 43, 52, 122].includes(tag))
    expect(back.of('8').map(without)).toEqual(peer.of('8').map(without))
    expect(back.of('8').map((m) => fieldOf(m, 122))).toEqual(peer.of('8').map((m) => fieldOf(m, 52)))
  })
})
