import { expect, test } from 'vitest'
import { client, password, snapshot, start } from '#test/support/connector.ts'
import { FixPeer, fieldOf, utc } from '#test/support/fix-peer.ts'
import { envelop, sourceFill } from '#test/support/source-flow.ts'

test('a message that has come is delivered though the answer to our Resend Request passes over its number', async () => {
  const connector = await start(snapshot())
  const gw = await FixPeer.connect(connector.feedPort, { sender: 'GW1', target: 'DROPCOPY', automatic: false })
  gw.logon()
  await gw.message('A')
  const missing = gw.seqNum++
  envelop(gw, sourceFill('K7T882', 1))
  await gw.message('2')
  const gapFill = [
    [36, missing + 2],
    [123, 'Y'],
  ] as const
  const header = [
    [43, 'Y'],
    [122, utc()],
  ] as const
  gw.sendAs(missing, '4', gapFill, header)
  const state = await gw.until('the number', () => {
    const one = connector.worker.feeds.get('gw1')?.state
    return one?.nextIn === missing + 2 && one
  })
  expect(state).toMatchObject({ received: 1, aside: 0, loss: [] })
  expect(connector.worker.alarms.all).toEqual([])
  const peer = await client(connector.targetPort)
  peer.logon(password())
  expect(fieldOf(await peer.message('8'), 1181)).toBe('1')
})
