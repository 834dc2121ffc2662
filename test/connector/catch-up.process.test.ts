import { describe, expect, test } from 'vitest'
import { client, gateway, password, snapshot, start } from '#test/support/connector.ts'
import type { FixPeer } from '#test/support/fix-peer.ts'
import { envelop, sourceFill } from '#test/support/source-flow.ts'

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
  test('finds every copy numbered once, however often it breaks off', { timeout: 60_000 }, async () => {
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
