import { expect, test } from 'vitest'
import { client, gateway, password, snapshot, start, target } from '#test/support/connector.ts'
import { fieldOf } from '#test/support/fix-peer.ts'
import { envelop, sourceFill } from '#test/support/source-flow.ts'

/** Three characters that tell the sessions apart: 1180 has no more. */
const sourceIds = Array.from({ length: 200 }, (_, i) => `${i < 100 ? 'A' : 'B'}${String(i % 100).padStart(2, '0')}882`)
const sessionIds = Array.from({ length: 500 }, (_, i) => `T${String(i).padStart(5, '0')}`)

test('500 targets and 200 sources start, are delivered to, and start again', async () => {
  const sources = sourceIds.map((id) => ({ id, feed: 'gw1', gateway: 'cgw' as const }))
  const targets = sessionIds.map((sessionId, i) =>
    target({ sessionId, sources: [0, 1, 2, 3].map((n) => sourceIds[(i + n * 50) % sourceIds.length] ?? '') }),
  )
  const connector = await start(snapshot({ sources, targets }))
  const gw = await gateway(connector.feedPort)
  gw.logon()
  await gw.message('A')
  const peers = await Promise.all(
    sessionIds.slice(0, 20).map((sessionId) => client(connector.targetPort, { sessionId })),
  )
  for (const peer of peers) {
    peer.logon(password())
    await peer.message('1')
  }
  for (const id of sourceIds) envelop(gw, sourceFill(id, 1))
  for (const [i, peer] of peers.entries()) {
    await peer.message('8', 4)
    const expected = targets[i]?.sources.map((id) => id.slice(0, 3)).sort()
    expect(
      peer
        .of('8')
        .map((copy) => fieldOf(copy, 1180))
        .sort(),
    ).toEqual(expected)
  }
  await gw.until('the queues', () => sessionIds.slice(20).every((id) => connector.worker.targets.get(id)?.behind === 4))
  await connector.stop()
  const again = await start(snapshot({ sources, targets }), connector.data)
  const last = await client(again.targetPort, { sessionId: 'T00499' })
  last.logon(password())
  await last.message('8', 4)
})
