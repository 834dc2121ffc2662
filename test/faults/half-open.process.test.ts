import { describe, expect, test } from 'vitest'
import { client, password, snapshot, start } from '#test/support/connector.ts'
import { type FixPeer, fieldOf } from '#test/support/fix-peer.ts'

const heartbeatMs = 30_000

/**
 * A connector whose clock is ahead by as much as the test says, so that intervals do not pass because the machine is
 * slow.
 */
async function started() {
  const now = () => Date.now() + clock.aheadMs
  const clock = { aheadMs: 0, wallMs: now, steadyMs: now }
  const connector = await start(snapshot(), undefined, { clock })
  return { clock, connector, target: connector.worker.targets.get('ODQ1Z9')! }
}

async function logOn(port: number, seqNum = 1, automatic = true): Promise<FixPeer> {
  const peer = await client(port, { automatic })
  peer.seqNum = seqNum
  peer.logon(password())
  return peer
}

describe('a connection whose peer is gone without a word', () => {
  test('makes way for the next logon within a heartbeat interval', async () => {
    const { clock, connector, target } = await started()
    const dead = await logOn(connector.targetPort, 1, false)
    dead.send('0', [[112, fieldOf(await dead.message('1'), 112) ?? '']])
    await dead.until('its last word', () => target.state.nextIn === dead.seqNum)
    const rival = await logOn(connector.targetPort, dead.seqNum)
    await rival.closed()
    expect(rival.received).toEqual([])
    clock.aheadMs += heartbeatMs / 2
    await dead.message('1', 2)
    clock.aheadMs += heartbeatMs / 2
    await dead.closed()
    const next = await logOn(connector.targetPort, dead.seqNum)
    await next.message('A')
  })

  test.each([
    ['by a Logon with a wrong password', (peer: FixPeer) => peer.logon(password('guess'))],
    ['by a message that is no Logon', (peer: FixPeer) => peer.send('0', password())],
  ])('need not show life when another connection is not proved to be its peer: %s', async (_, speak) => {
    const { connector, target } = await started()
    const first = await logOn(connector.targetPort)
    await first.message('1')
    await first.until('its answer', () => target.state.nextIn === first.seqNum)
    const other = await client(connector.targetPort)
    speak(other)
    await other.closed()
    expect(other.received).toEqual([])
    expect(target.peer.session.phase).toMatchObject({ kind: 'live', rival: undefined })
  })

  test('is kept when it shows life', async () => {
    const { clock, connector } = await started()
    const first = await logOn(connector.targetPort)
    await first.message('1')
    const rival = await logOn(connector.targetPort)
    await rival.closed()
    first.send('1', [[112, 'ALIVE']])
    await first.until('the answer', () => first.of('0').some((message) => fieldOf(message, 112) === 'ALIVE'))
    clock.aheadMs += heartbeatMs
    await first.until('a Heartbeat', () => first.of('0').some((message) => fieldOf(message, 112) === undefined))
    clock.aheadMs += heartbeatMs / 2
    await first.message('1', 2)
    expect(first.isClosed).toBe(false)
  })
})
