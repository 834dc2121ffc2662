import { expect, onTestFinished, test, vi } from 'vitest'
import { askLocally } from '#app/cli/session-local.ts'
import { metricsText } from '#connector/reports/metrics.ts'
import { serveLocalCommands } from '#connector/run/commands/local-commands.ts'
import { client, feed, gateway, keptLog, password, snapshot, start, target } from '#test/support/connector.ts'
import { dc4Client, dc4Target, signedLogon } from '#test/support/dc4.ts'
import { type FixPeer, fieldOf, frame, utc } from '#test/support/fix-peer.ts'
import { sourceFill } from '#test/support/source-flow.ts'

const hour = 3_600_000

/** Both clocks from this instant on; the wall clock can be set, and time can pass. */
function clockAt(iso: string) {
  const startMs = Date.parse(iso) - Date.now()
  const clock = {
    setMs: 0,
    passedMs: 0,
    steadyMs: () => Date.now() + startMs + clock.passedMs,
    wallMs: () => clock.steadyMs() + clock.setMs,
  }
  return clock
}

const monday = '2026-01-05T15:00:00Z'
const says = (connector: Awaited<ReturnType<typeof start>>) =>
  connector.worker.alarms.all.map(({ code, says }) => [code, says] as const)

test.each([8_000, -8_000, hour, -hour])(
  'when the clock is set by %i ms, signed Logons of either clock are taken for ten minutes, then of the wall clock alone',
  async (setMs) => {
    const clock = clockAt(monday)
    const { log, lines } = keptLog()
    const connector = await start(snapshot({ targets: [dc4Target()] }), undefined, { clock, log })
    const port = connector.port('localhost:0')
    const answer = async (timeMs: number) => {
      const peer = await dc4Client(port)
      peer.seqNum = connector.worker.targets.get('P4TGT1')?.peer.session.nextIn ?? 1
      signedLogon(peer, undefined, { time: utc(timeMs) })
      const said = await peer.until('an answer', () => peer.received.find(({ type }) => type === 'A' || type === '5'))
      if (said.type === 'A') peer.send('5', [])
      await peer.closed()
      return said.type === 'A' ? 'taken' : fieldOf(said, 58)
    }
    const wrong = 'SendingTime (52) accuracy problem. Logout forced.'
    expect([await answer(clock.wallMs()), await answer(clock.wallMs() + setMs)]).toEqual(['taken', wrong])
    clock.setMs += setMs
    const { worker } = connector
    await expect.poll(() => worker.core.steps.count).toBe(1)
    expect([await answer(clock.wallMs()), await answer(clock.steadyMs())]).toEqual(['taken', 'taken'])
    await expect.poll(() => says(connector).map(([code]) => code)).toContain('clock-set')
    expect(lines.filter(({ msg }) => msg === 'the clock was set')).toMatchObject([{ level: 40 }])
    expect(metricsText(worker)).toMatch(/^drop_copy_clock_steps_total 1$/m)
    clock.passedMs += 601_000
    await expect.poll(() => says(connector).map(([code]) => code)).not.toContain('clock-set')
    expect([await answer(clock.wallMs()), await answer(clock.steadyMs())]).toEqual(['taken', wrong])
  },
)

async function live(port: number): Promise<FixPeer> {
  const peer = await client(port)
  peer.logon(password())
  await peer.message('A')
  return peer
}

test.each([hour, -hour])(
  'a plain FIX client whose clock was right before it was set by %i ms stays, and comes back',
  async (setMs) => {
    const clock = clockAt(new Date().toISOString())
    const connector = await start(snapshot({ targets: [target({ policy: 'fix' })] }), undefined, { clock })
    const peer = await live(connector.targetPort)
    clock.setMs += setMs
    await expect.poll(() => connector.worker.core.steps.count).toBe(1)
    peer.send('1', [[112, 'still']])
    await peer.until('its answer', () => peer.of('0').some((one) => fieldOf(one, 112) === 'still'))
    peer.send('5', [])
    await peer.closed()
    const again = await client(connector.targetPort)
    again.seqNum = peer.seqNum
    again.logon(password())
    expect((await again.message('A')).type).toBe('A')
  },
)

test('a gateway is measured by the same clocks, and after ten minutes by the wall clock alone', async () => {
  const clock = clockAt(monday)
  const strict = feed({ policy: { preset: 'fix', sendingTimeS: 120 } })
  const connector = await start(snapshot({ feeds: [strict] }), undefined, { clock })
  const gw = await gateway(connector.feedPort)
  const header = (type: string, timeMs: number) =>
    [
      ...([
        [35, type],
        [34, gw.seqNum++],
        [49, 'GW1'],
        [50, 'GW'],
        [52, utc(timeMs)],
      ] as const),
      ...([
        [56, 'DROPCOPY'],
        [57, 'DC'],
        [142, 'US,IL'],
      ] as const),
    ] as const
  const send = (number: number, timeMs: number) => {
    const payload = `<RTRF>${sourceFill('K7T882', number).toString('latin1')}</RTRF>`
    gw.write(frame([...header('n', timeMs), [212, payload.length], [213, payload]]))
  }
  gw.write(frame([...header('A', clock.steadyMs()), [98, 0], [108, 0]]))
  await gw.message('A')
  clock.setMs += hour
  await expect.poll(() => connector.worker.core.steps.count).toBe(1)
  send(1, clock.steadyMs())
  send(2, clock.wallMs())
  const { state } = connector.worker.feeds.get('gw1')!
  await gw.until('both', () => state.received === 2)
  clock.passedMs += 601_000
  await expect.poll(() => connector.worker.core.steps.isRecent).toBe(false)
  send(3, clock.wallMs())
  send(4, clock.steadyMs())
  expect(fieldOf(await gw.message('3'), 58)).toBe('SendingTime accuracy problem')
  expect([state.received, state.aside]).toEqual([4, 1])
})

const windows = [
  { zone: 'America/Chicago', from: { day: 'monday', time: '08:00' }, to: { day: 'monday', time: '10:00' } },
] as const

test('no live client is cut when the clock is set: windows wait until somebody confirms it', async () => {
  const clock = clockAt(monday) // nine in Chicago
  const connector = await start(snapshot({ targets: [target({ windows: [...windows] })] }), undefined, { clock })
  const peer = await live(connector.targetPort)
  clock.setMs += 2 * hour
  await peer.until('the alarm', () => says(connector).some(([code]) => code === 'clock'))
  const [, text = ''] = says(connector).find(([code]) => code === 'clock') ?? []
  expect(text).toMatch(/^The clock was set 2 h 0 min forward, and nobody has said that it is right: logon windows/)
  expect(text).toContain(`drop-copy session confirm-clock --data ${connector.data}.`)
  expect(metricsText(connector.worker)).toMatch(/^drop_copy_clock_doubt_seconds 7200$/m)
  peer.send('1', [[112, 'still']])
  await peer.until('its answer', () => peer.of('0').some((one) => fieldOf(one, 112) === 'still'))
  expect(peer.isClosed).toBe(false)
  const stop = await serveLocalCommands(connector.worker)
  const asked = { verb: 'confirm-clock', name: '', reason: 'The clock is right now.', yes: true, data: connector.data }
  expect(await askLocally(asked)).toBe(0)
  expect(fieldOf(await peer.message('5'), 58)).toBe('End of logon window. Logout forced.')
  await peer.closed()
  await expect.poll(() => says(connector).map(([code]) => code)).toEqual(['clock-set'])
  const noted = vi.spyOn(console, 'error').mockImplementation(() => undefined)
  onTestFinished(() => noted.mockRestore())
  expect(await askLocally(asked)).toBe(1)
  stop()
  expect(await askLocally(asked)).toBe(4)
  expect(noted.mock.calls.map(([line]) => line)).toEqual([
    'The clock is not in doubt: windows and resets go by it.',
    `No connector that runs from a file answers in ${connector.data}: nothing was done.`,
  ])
})

test('the weekly reset waits for a clock that was set, comes when both clocks say so, and at once when confirmed', async () => {
  const clock = clockAt('2026-01-04T21:00:00Z') // an hour before it
  const connector = await start(snapshot(), undefined, { clock })
  const { core, weeks } = connector.worker
  const peer = await live(connector.targetPort)
  clock.setMs += 2 * hour
  await peer.until('the alarm', () =>
    says(connector).some(([, text]) => text.includes('waiting: the weekly reset (it')),
  )
  expect([core.state.data.week, peer.isClosed]).toEqual(['2025-12-28', false])
  clock.passedMs += hour
  expect(fieldOf(await peer.message('5'), 58)).toBe('End of trading week')
  expect(core.state.data.week).toBe('2026-01-04')
  expect(weeks.waiting).toEqual([])

  clock.passedMs += 7 * 24 * hour - 4 * hour // as the clock before goes, three hours before the next one
  core.turn()
  await peer.until('the doubt', () => core.steps.doubtMs > hour)
  clock.setMs += 4 * hour
  await peer.until('it waits', () => weeks.waiting.length === 1)
  expect(core.state.data.week).toBe('2026-01-04')
  const stop = await serveLocalCommands(connector.worker)
  const { data } = connector
  expect(await askLocally({ verb: 'confirm-clock', name: '', reason: 'It is right.', yes: true, data })).toBe(0)
  expect(core.state.data.week).toBe('2026-01-11')
  stop()
})
