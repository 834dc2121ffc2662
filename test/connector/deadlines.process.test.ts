import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { client, password, snapshot, start } from '#test/support/connector.ts'
import { clockAt } from '#test/support/moved-clock.ts'

test('a deadline that something new brings nearer is met, whatever was due before', async () => {
  const clock = clockAt('2026-01-06T12:00:00Z')
  const connector = await start(snapshot(), undefined, { clock })
  const peer = await client(connector.targetPort)
  peer.logon(password(), 60)
  await peer.message('1')
  const loggedOnMs = clock.steadyMs()
  clock.offset += 11_000 // the time for a Logon is over: from now on a Heartbeat is due next
  await sleep(500) // several looks at the session, which has nothing to do for 49 seconds
  const rival = await client(connector.targetPort)
  rival.logon(password(), 60)
  await rival.closed()
  clock.offset += 31_000 // half a Heartbeat's interval after the other Logon the client has to show life
  await peer.until('the Test Request', () => peer.of('1').length === 2)
  expect(clock.steadyMs() - loggedOnMs).toBeLessThan(60_000) // when the Heartbeat is due
})
