import { describe, expect, test } from 'vitest'
import { client, gateway, password, snapshot, start, target } from '#test/support/connector.ts'
import { type FixPeer, fieldOf } from '#test/support/fix-peer.ts'
import { envelop, sourceFill } from '#test/support/source-flow.ts'

const at = (port: number) => [{ role: 'primary' as const, host: 'localhost', port }]

async function feeding(port: number): Promise<FixPeer> {
  const gw = await gateway(port)
  gw.logon()
  await gw.message('A')
  return gw
}

async function loggedOn(port: number, sessionId = 'ODQ1Z9', seqNum = 1): Promise<FixPeer> {
  const peer = await client(port, { sessionId })
  peer.seqNum = seqNum
  peer.logon(password())
  await peer.message('1')
  return peer
}

describe('a client that goes away while it catches up', () => {
  test('finds every copy numbered once, however often it breaks off', async () => {
    const connector = await start(snapshot(), undefined, { ringBytes: 4 * 1024 * 1024 })
    const gw = await feeding(connector.feedPort)
    const total = 20_000
    for (let n = 1; n <= total; n++) envelop(gw, sourceFill('K7T882', n))
    const one = connector.worker.targets.get('ODQ1Z9')!
    await gw.until('all of it', () => one.behind === total)
    let seqNum = 1
    for (let breaks = 0; breaks < 40 && one.behind > 0; breaks++) {
      const peer = await client(connector.targetPort)
      peer.seqNum = seqNum
      peer.socket.once('data', () => peer.destroy())
      peer.logon(password())
      seqNum = peer.seqNum
      await peer.until('the end', () => !one.isConnected)
    }
    const last = await loggedOn(connector.targetPort, 'ODQ1Z9', seqNum)
    await last.until('the cursor at the end', () => one.behind === 0)
    const copied: number[] = []
    const { journal } = connector.worker.core
    await journal.flush()
    await journal.scan(journal.start, journal.end, (record) => {
      if (record.type === 'D') copied.push(...record.messages.subarray(0, record.count))
      return undefined
    })
    expect(copied).toHaveLength(total)
    expect(new Set(copied).size).toBe(total)
    const row = Object.values(Object.values(one.state.ledger)[0]!)[0]!
    expect(row).toMatchObject({ received: total, delivered: total, waiting: 0 })
  })
})

describe('a client that has no room because of others', () => {
  test('goes on as soon as they have gone', async () => {
    const targets = ['QUICK1', 'SLOW01'].map((sessionId) => target({ sessionId, sources: ['K7T882'], listen: at(0) }))
    const limits = { socketBytes: 512 * 1024, allSocketsBytes: 65_536 }
    const connector = await start(snapshot({ targets, limits }))
    const gw = await feeding(connector.feedPort)
    const slow = await loggedOn(connector.targetPort, 'SLOW01')
    slow.socket.pause()
    const { budget, targets: running } = connector.worker
    const numbered = () => running.get('SLOW01')!.state.nextOut
    // until the buffers of the kernel are full as well, and so many more messages change nothing
    for (let n = 1, before = 0; budget.queued < budget.inAll || numbered() > before; ) {
      before = numbered()
      for (let i = 0; i < 500; i++) envelop(gw, sourceFill('K7T882', n++))
      const want = n - 1
      await gw.until('them', () => connector.worker.sources.find('K7T882')!.known.highest === want)
    }
    const quick = await loggedOn(connector.targetPort, 'QUICK1')
    const one = connector.worker.targets.get('QUICK1')!
    expect(one.behind).toBeGreaterThan(0)
    slow.destroy()
    await quick.until('the cursor at the end', () => one.behind === 0)
    expect(fieldOf(quick.of('8')[0]!, 1181)).toBe('1')
  })
})
