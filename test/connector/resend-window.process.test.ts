import { expect, test } from 'vitest'
import { client, feed, gateway, password, snapshot, start, target } from '#test/support/connector.ts'
import { type FixPeer, fieldOf } from '#test/support/fix-peer.ts'
import { envelop, sourceFill } from '#test/support/source-flow.ts'
import { feeding, loggedOn, long, messages, range, sent, session } from './asking.ts'

const hourMs = 3_600_000

/** From a Monday noon on, both clocks ahead by as much as the test says. */
function mondayNoon() {
  const began = Date.now()
  const now = () => Date.parse('2026-01-05T18:00:00Z') + Date.now() - began + clock.aheadMs
  const clock = { aheadMs: 0, wallMs: now, steadyMs: now }
  return clock
}

const askForAll = (peer: FixPeer) =>
  peer.send('2', [
    [7, 1],
    [16, 0],
  ])

test.each([
  ['cme', 30],
  ['fix', 0],
] as const)(
  'a Resend Request brings what was sent in the last 48 hours, and a Gap Fill over what is older (%s)',
  async (preset, heartbeatS) => {
    const clock = mondayNoon()
    const noTimeCheck = { preset: 'fix', sendingTimeS: 0 } as const
    const connector = await start(
      snapshot({
        feeds: [feed({ policy: noTimeCheck })], // HeartBtInt 0: two days without a word are none
        targets: [target({ policy: { preset, sendingTimeS: 0 } })],
      }),
      undefined,
      { clock },
    )
    const gw = await gateway(connector.feedPort)
    gw.logon([], 0)
    await gw.message('A')
    const first = await client(connector.targetPort)
    first.logon(password(), heartbeatS)
    await first.message('A')
    for (const n of [1, 2]) envelop(gw, sourceFill('K7T882', n))
    await first.message('8', 2)
    first.send('BW', [
      [1346, 1],
      [1347, 3],
    ])
    await first.message('BX')
    const { seqNum } = first
    first.destroy()
    const one = connector.worker.targets.get('ODQ1Z9')!
    await gw.until('the client away', () => !one.isConnected)
    clock.aheadMs += 47 * hourMs
    const again = await client(connector.targetPort)
    again.seqNum = seqNum
    again.logon(password(), heartbeatS)
    await again.message('A')
    envelop(gw, sourceFill('K7T882', 3))
    const third = await again.message('8')
    askForAll(again)
    const resent = () => again.of('8').filter((copy) => fieldOf(copy, 43) === 'Y')
    await again.until('all three', () => resent().length === 3)
    expect(resent().map((copy) => fieldOf(copy, 1181))).toEqual(['1', '2', '3'])

    again.destroy()
    await gw.until('the client away', () => !one.isConnected)
    clock.aheadMs += 2 * hourMs
    const late = await client(connector.targetPort)
    late.seqNum = again.seqNum
    late.logon(password(), heartbeatS)
    await late.message('A')
    askForAll(late)
    await late.until('the newest copy', () => late.of('8').length === 1)
    expect(fieldOf(late.of('8')[0]!, 1181)).toBe('3')
    expect(late.of('4').map((fill) => [fill.seqNum, Number(fieldOf(fill, 36))])[0]).toEqual([1, third.seqNum])
  },
)

test('a resend under way ends when the numbers begin again, and nothing of it comes under the new ones', async () => {
  const connector = await start(snapshot())
  const gw = await feeding(connector)
  await sent(connector, gw, range(1, 2500), 'K7T882', long)
  const peer = await loggedOn(connector)
  await peer.message('8', 2500)
  peer.socket.pause()
  askForAll(peer)
  const one = session(connector)
  await gw.until('no room', () => one.copies.resendReport?.kind === 'fix' && !one.copies.hasRoomToSpare)
  peer.seqNum = 1
  peer.logon([...password(), [141, 'Y']])
  await gw.until('the new numbers', () => one.state.epoch === 2)
  expect(one.copies.resendReport).toBeUndefined()
  peer.socket.resume()
  const answer = await peer.message('A', 2)
  const behind = peer.received.slice(peer.received.indexOf(answer))
  peer.send('1', [[112, 'LAST']])
  await peer.until('the Heartbeat', () => peer.received.some((message) => fieldOf(message, 112) === 'LAST'))
  expect(behind.map(({ seqNum }) => seqNum)).toEqual(range(1, behind.length))
  expect(peer.received.slice(peer.received.indexOf(answer)).some((message) => fieldOf(message, 43) === 'Y')).toBe(false)
})

test('what has read the journal for a resend is closed when the resend has ended', async () => {
  const connector = await start(snapshot())
  const { journal } = connector.worker.core
  const readers = { made: 0, open: 0 }
  const reader = journal.reader.bind(journal)
  journal.reader = () => {
    const one = reader()
    const close = one.close.bind(one)
    readers.made++
    readers.open++
    one.close = () => {
      readers.open--
      close()
    }
    return one
  }
  const gw = await feeding(connector)
  await sent(connector, gw, range(1, 20))
  const peer = await loggedOn(connector)
  await peer.message('8', 20)
  askForAll(peer)
  await peer.message('8', 40)
  peer.send('BW', messages(1, 'K7T', 1, 20))
  await peer.message('BY')
  await gw.until('no open reader', () => readers.open === 0)
  expect(readers.made).toBe(3) // of deliveries and of messages for the one, of messages for the other
})
