import { expect, test } from 'vitest'
import { client, gateway, password, snapshot, start } from '#test/support/connector.ts'
import { fieldOf } from '#test/support/fix-peer.ts'
import { envelop, sourceFill } from '#test/support/source-flow.ts'

test('a connector that is told to stop gives a client what waits for it, then a Logout, and keeps the rest', async () => {
  const limits = { socketBytes: 32 * 1024 }
  const connector = await start(snapshot({ limits }), undefined, { ringBytes: 4 * 1024 * 1024 })
  const gw = await gateway(connector.feedPort)
  gw.logon()
  await gw.message('A')
  const peer = await client(connector.targetPort)
  peer.logon(password())
  await peer.message('1')
  peer.socket.pause()
  const one = connector.worker.targets.get('ODQ1Z9')!
  const source = connector.worker.sources.find('K7T882')!
  let total = 0
  while (one.behind < 500) {
    for (let i = 0; i < 250; i++) envelop(gw, sourceFill('K7T882', ++total, [[58, 'x'.repeat(4_000)]]))
    await gw.until('them', () => source.known.highest === total)
  }
  const waiting = one.behind
  const stopped = connector.stop()
  peer.socket.resume()
  await stopped
  await peer.closed()
  const copies = peer.of('8').map((copy) => Number(fieldOf(copy, 1181)))
  expect(copies).toEqual(Array.from({ length: copies.length }, (_, i) => i + 1))
  expect(copies.length).toBeGreaterThan(total - waiting)
  const last = peer.received.at(-1)!
  expect([last.type, fieldOf(last, 58)]).toEqual(['5', 'Shutting down'])
  expect(gw.of('5').map((message) => fieldOf(message, 58))).toEqual(['Shutting down'])

  const again = await start(snapshot({ limits, version: 2 }), connector.data)
  expect(again.worker.targets.get('ODQ1Z9')!.behind).toBe(total - copies.length)
})
