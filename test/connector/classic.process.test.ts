import { describe, expect, test } from 'vitest'
import { client, gateway, password, snapshot, start } from '#test/support/connector.ts'
import { fieldOf } from '#test/support/fix-peer.ts'
import { envelop, sourceFill } from '#test/support/source-flow.ts'

describe('a classic target fed by an encapsulated feed', () => {
  test('receives each source message once, in order, as a copy with an unbroken chain', async () => {
    const connector = await start(snapshot())
    const feed = await gateway(connector.feedPort)
    feed.logon()
    await feed.message('A')
    const peer = await client(connector.targetPort)
    peer.logon(password())
    await peer.message('A')
    await peer.message('1')
    for (let n = 1; n <= 20; n++) envelop(feed, sourceFill('K7T882', n * 2))
    const copies = await peer.until('20 copies', () => peer.of('8').length >= 20 && peer.of('8'))
    expect(copies.map((copy) => Number(fieldOf(copy, 1181)))).toEqual(Array.from({ length: 20 }, (_, i) => (i + 1) * 2))
    expect(copies.map((copy) => fieldOf(copy, 1350))).toEqual([
      undefined,
      ...Array.from({ length: 19 }, (_, i) => String((i + 1) * 2)),
    ])
    expect(copies.map((copy) => copy.seqNum)).toEqual(Array.from({ length: 20 }, (_, i) => i + 3))
    expect(copies[0]!.fields.map(([tag]) => tag)).toEqual([
      8, 9, 35, 34, 49, 50, 52, 56, 57, 369, 1180, 1181, 1, 6, 11, 14, 17, 20, 31, 32, 37, 39, 40, 41, 48, 54, 55, 60,
      107, 150, 797, 1057, 9717, 453, 448, 447, 452, 10,
    ])
    expect(fieldOf(copies[0]!, 56)).toBe('ODQ1Z9N')
  })
})
