import { describe, expect, test } from 'vitest'
import { client, gateway, password, snapshot, start, target } from '#test/support/connector.ts'
import { type FixPeer, fieldOf, type Received } from '#test/support/fix-peer.ts'
import { envelop, sourceFill } from '#test/support/source-flow.ts'

const targets = ['QUICK1', 'SLOW01'].map((sessionId) =>
  target({ sessionId, sources: ['K7T882'], listen: [{ role: 'primary', host: 'localhost', port: 0 }] }),
)

async function loggedOn(port: number, sessionId: string): Promise<FixPeer> {
  const peer = await client(port, { sessionId })
  peer.logon(password())
  await peer.message('1')
  return peer
}

const numbers = (copies: readonly Received[]) => copies.map((copy) => Number(fieldOf(copy, 1181)))

describe('a client that stops reading', () => {
  test('is left behind without slowing others, is Late, and gets everything once it reads again', async () => {
    const limits = { socketBytes: 32 * 1024 }
    // a small ring, so that what it missed has to come from the disk
    const connector = await start(snapshot({ targets, limits }), undefined, { ringBytes: 4 * 1024 * 1024 })
    const gw = await gateway(connector.feedPort)
    gw.logon()
    await gw.message('A')
    const quick = await loggedOn(connector.targetPort, 'QUICK1')
    const slow = await loggedOn(connector.targetPort, 'SLOW01')
    slow.socket.pause()
    const total = 20_000
    for (let sent = 0; sent < total; ) {
      for (let i = 0; i < 500; i++) envelop(gw, sourceFill('K7T882', ++sent))
      await quick.until(`${sent} copies`, () => quick.of('8').length >= sent)
    }
    const target = connector.worker.targets.get('SLOW01')!
    expect(target.behind).toBeGreaterThan(1_000)
    expect(connector.worker.budget.queued).toBeLessThan(1024 * 1024)
    slow.socket.resume()
    await slow.until('all of it', () => slow.of('8').length >= total)
    const copies = slow.of('8')
    expect(numbers(copies)).toEqual(Array.from({ length: total }, (_, i) => i + 1))
    expect(copies.map(({ seqNum }) => seqNum)).toEqual(Array.from({ length: total }, (_, i) => i + 3))
    expect(numbers(quick.of('8'))).toEqual(numbers(copies))
    await slow.until('the cursor at the end', () => target.behind === 0 && target.report.behindSinceMs === 0)
  })
})
