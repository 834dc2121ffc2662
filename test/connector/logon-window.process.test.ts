import { expect, test } from 'vitest'
import type { Clock } from '#connector/run/clock.ts'
import { client, gateway, password, snapshot, start, target } from '#test/support/connector.ts'
import { type FixPeer, fieldOf } from '#test/support/fix-peer.ts'
import { envelop, sourceFill } from '#test/support/source-flow.ts'
import { feeding, long, range, sent, session } from './asking.ts'

/** Monday and Tuesday, eight to six in Chicago. */
const windows = (['monday', 'tuesday'] as const).map((day) => ({
  zone: 'America/Chicago',
  from: { day, time: '08:00' },
  to: { day, time: '18:00' },
}))

/** Both clocks from this instant on. */
function clockAt(iso: string): Clock & { become(iso: string): void } {
  let offset = Date.parse(iso) - Date.now()
  const nowMs = () => Date.now() + offset
  return {
    wallMs: nowMs,
    steadyMs: nowMs,
    become: (later) => {
      offset = Date.parse(later) - Date.now()
    },
  }
}

const farewell = async (peer: FixPeer) => {
  const logout = await peer.message('5')
  await peer.closed()
  return [logout.seqNum, fieldOf(logout, 789), fieldOf(logout, 58)]
}

test('a client is let in only within a window, is logged out at its end, and finds in the next what came meanwhile', async () => {
  const clock = clockAt('2026-07-06T12:59:00Z') // a minute before eight, in summer
  const connector = await start(snapshot({ targets: [target({ windows })] }), undefined, { clock })
  const gw = await gateway(connector.feedPort)
  gw.logon()
  await gw.message('A')
  const early = await client(connector.targetPort)
  early.logon(password())
  expect(await farewell(early)).toEqual([1, '1', 'Logon outside the logon window. Logout forced.'])
  clock.become('2026-07-06T13:00:00Z')
  const peer = await client(connector.targetPort)
  peer.logon(password())
  expect((await peer.message('A')).seqNum).toBe(2)
  clock.become('2026-07-06T23:00:00Z')
  expect((await farewell(peer))[2]).toBe('End of logon window. Logout forced.')
  envelop(gw, sourceFill('K7T882', 1))
  clock.become('2026-07-07T13:00:00Z')
  const next = await client(connector.targetPort)
  next.seqNum = peer.seqNum
  next.logon(password())
  expect(fieldOf(await next.message('8'), 1181)).toBe('1')
})

test('a client that reads slowly gets the Logout behind what was sent to it', async () => {
  const clock = clockAt('2026-07-06T13:00:00Z')
  const connector = await start(snapshot({ targets: [target({ windows })] }), undefined, { clock })
  const feed = await feeding(connector)
  await sent(connector, feed, range(1, 2500), 'K7T882', long)
  const one = session(connector)
  const peer = await client(connector.targetPort)
  peer.socket.pause()
  peer.logon(password())
  await feed.until('no room', () => one.isOnline && one.behind < 2500 && !one.copies.has('hasRoom'))
  clock.become('2026-07-06T23:00:00Z')
  await feed.until('the Logout', () => one.peer.isClosing)
  one.tick(connector.worker.core.clock.steadyMs())
  peer.socket.resume()
  expect((await farewell(peer))[2]).toBe('End of logon window. Logout forced.')
  expect(peer.received.map(({ seqNum }) => seqNum)).toEqual(range(1, peer.received.length))
})
