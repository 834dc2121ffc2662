import { describe, expect, onTestFinished, test } from 'vitest'
import { client, feed, gateway, password, snapshot, start } from '#test/support/connector.ts'
import { type Fields, fieldOf, listen } from '#test/support/fix-peer.ts'
import { envelop, fillBody, sourceFill } from '#test/support/source-flow.ts'

const another: Fields = [
  [10, '123'],
  [8, 'FIX.4.2'],
  [9, 20],
  [35, '8'],
  [34, 2],
]

async function loggedOnClient(port: number) {
  const peer = await client(port)
  peer.logon(password())
  await peer.message('1')
  return peer
}

describe('several messages in one', () => {
  test('in an envelope are kept aside, and no copy is made of them', async () => {
    const connector = await start(snapshot())
    const peer = await loggedOnClient(connector.targetPort)
    const gw = await gateway(connector.feedPort)
    gw.logon()
    await gw.message('A')
    envelop(gw, sourceFill('K7T882', 1, another))
    envelop(gw, sourceFill('K7T882', 3))
    expect(fieldOf(await peer.message('8'), 1181)).toBe('3')
    const { state } = connector.worker.feeds.get('gw1')!
    expect(state).toMatchObject({ aside: 1, asides: [{ name: 'K7T882', why: 'several-messages' }] })
    expect(connector.worker.alarms.all.map(({ code, id }) => [code, id])).toContainEqual(['unusable', 'gw1'])
    expect(gw.of('2')).toEqual([])
  })

  test('in a frame with envelopes are kept aside', async () => {
    const connector = await start(snapshot())
    const peer = await loggedOnClient(connector.targetPort)
    const gw = await gateway(connector.feedPort)
    gw.logon()
    await gw.message('A')
    const inner = `<RTRF>${sourceFill('K7T882', 1).toString('latin1')}</RTRF>`
    gw.send('n', [[212, inner.length], [213, inner], ...another])
    envelop(gw, sourceFill('K7T882', 3))
    expect(fieldOf(await peer.message('8'), 1181)).toBe('3')
    const { state } = connector.worker.feeds.get('gw1')!
    expect(state).toMatchObject({ aside: 1, asides: [{ name: '', why: 'several-messages' }] })
  })

  test('on a plain feed are kept aside, unless they are in a data field', async () => {
    const exchange = await listen({ sender: 'GW2', target: 'DROPCOPY' })
    onTestFinished(() => void exchange.server.close())
    const plain = { id: 'gw2', mode: 'initiate', dialect: 'plain', source: 'M3P882', theirCompId: 'GW2' } as const
    const sources = [{ id: 'M3P882', feed: 'gw2', gateway: 'cgw' as const }]
    const document = snapshot({ feeds: [feed({ ...plain, port: exchange.port })], sources })
    const targets = document.targets.map((one) => ({ ...one, sources: ['M3P882'] }))
    const connector = await start({ ...document, targets })
    const peer = await loggedOnClient(connector.targetPort)
    const gw = await exchange.peer()
    await gw.message('A')
    gw.send('A', [
      [98, 0],
      [108, 30],
    ])
    gw.send('8', [...fillBody(2), ...another, ...fillBody(3)])
    const data = `${sourceFill('K7T882', 1).toString('latin1')}${sourceFill('K7T882', 2).toString('latin1')}`
    gw.send('8', [...fillBody(3), [95, data.length], [96, data]])
    const copy = await peer.message('8')
    expect(fieldOf(copy, 1181)).toBe('3')
    const { state } = connector.worker.feeds.get('gw2')!
    expect(state).toMatchObject({ aside: 1, nextIn: 4, asides: [{ name: 'M3P882', why: 'several-messages' }] })
    expect(gw.of('2')).toEqual([])
  })
})
