import { describe, expect, test } from 'vitest'
import { client, feed, gateway, password, snapshot, start } from '#test/support/connector.ts'
import { FixPeer, fieldOf } from '#test/support/fix-peer.ts'
import { clockAt } from '#test/support/moved-clock.ts'
import { envelop, sourceFill } from '#test/support/source-flow.ts'

describe('the end of the trading week', () => {
  test('logs clients out, starts numbers and chains at 1, and keeps what was not sent in its own week', async () => {
    const clock = clockAt('2026-01-04T21:59:00Z')
    const connector = await start(snapshot(), undefined, { clock })
    const gw = await gateway(connector.feedPort)
    gw.logon()
    await gw.message('A')
    const peer = await client(connector.targetPort)
    peer.logon(password())
    envelop(gw, sourceFill('K7T882', 1))
    await peer.message('8')
    clock.offset += 70_000
    const logout = await peer.message('5')
    expect([fieldOf(logout, 789), fieldOf(logout, 58)]).toEqual(['1', 'End of trading week'])
    await peer.closed()
    const { state } = connector.worker.targets.get('ODQ1Z9')!
    await peer.until('the new week', () => connector.worker.core.state.data.week === '2026-01-04')
    expect(state).toMatchObject({ nextIn: 1, nextOut: 1 })
    const next = await client(connector.targetPort)
    next.logon(password())
    expect((await next.message('A')).seqNum).toBe(1)
    envelop(gw, sourceFill('K7T882', 2))
    const copy = await next.message('8')
    expect(fieldOf(copy, 1350)).toBeUndefined()
    expect(Object.keys(state.ledger).sort()).toEqual(['2025-12-28', '2026-01-04'])
  })

  test('of a feed that has one of its own starts its numbers at 1, and its sources go on', async () => {
    const clock = clockAt('2026-01-04T21:59:00Z')
    const week = { zone: 'UTC', day: 'sunday' as const, time: '22:00' }
    const later = { zone: 'UTC', day: 'monday' as const, time: '00:00' }
    const connector = await start(snapshot({ week: later, feeds: [feed({ week })] }), undefined, { clock })
    const gw = await FixPeer.connect(connector.feedPort, { sender: 'GW1', target: 'DROPCOPY', automatic: false })
    gw.logon()
    await gw.message('A')
    const missing = gw.seqNum++
    envelop(gw, sourceFill('K7T882', 1))
    await gw.message('2')
    clock.offset += 70_000
    const logout = await gw.message('5')
    expect([fieldOf(logout, 789), fieldOf(logout, 58)]).toEqual(['1', 'End of trading week'])
    await gw.closed()
    const again = await gateway(connector.feedPort)
    again.logon()
    expect((await again.message('A')).seqNum).toBe(1)
    envelop(again, sourceFill('K7T882', 2))
    const peer = await client(connector.targetPort)
    peer.logon(password())
    await peer.until('both, the one that waited above the gap first', () => peer.of('8').length === 2)
    const { state } = connector.worker.feeds.get('gw1')!
    expect(state).toMatchObject({ epoch: 2, loss: [{ epoch: 1, from: missing, to: missing }] })
  })

  test('does not come when the clocks disagree, and says so', async () => {
    const steady = clockAt('2026-01-04T21:00:00Z')
    let jump = 0
    const clock = { steadyMs: steady.steadyMs, wallMs: () => steady.wallMs() + jump }
    const connector = await start(snapshot(), undefined, { clock })
    const peer = await client(connector.targetPort)
    peer.logon(password())
    await peer.message('A')
    jump = 2 * 3_600_000
    await peer.until('the alarm', () => connector.worker.alarms.all.some(({ code }) => code === 'clock'))
    expect(connector.worker.core.state.data.week).toBe('2025-12-28')
    expect(peer.isClosed).toBe(false)
    jump = 0
    await peer.until('the all-clear', () => !connector.worker.alarms.all.some(({ code }) => code === 'clock'))
  })

  test('of a feed with a week of its own waits as well, and says which feed', async () => {
    const steady = clockAt('2026-01-06T21:00:00Z') // a Tuesday
    let jump = 0
    const clock = { steadyMs: steady.steadyMs, wallMs: () => steady.wallMs() + jump }
    const week = { zone: 'America/Chicago', day: 'tuesday' as const, time: '16:00' }
    const connector = await start(snapshot({ feeds: [feed({ week })] }), undefined, { clock })
    const peer = await client(connector.targetPort)
    peer.logon(password())
    await peer.message('A')
    const before = connector.worker.feeds.get('gw1')!.state.week
    jump = 2 * 3_600_000
    const says = () => connector.worker.alarms.all.flatMap((alarm) => (alarm.code === 'clock' ? alarm.says : []))
    await peer.until('the alarm', () => says().length > 0)
    expect(says()).toEqual([expect.stringContaining('waiting: the reset of feed gw1. If it is right:')])
    expect(connector.worker.feeds.get('gw1')!.state.week).toBe(before)
    jump = 0
    await peer.until('the all-clear', () => says().length === 0)
  })

  test('ends the alarms of what was kept aside and what was lost in it, which a restart does not', async () => {
    const clock = clockAt('2026-01-04T21:59:00Z')
    const first = await start(snapshot(), undefined, { clock })
    const gw = await gateway(first.feedPort)
    gw.logon()
    await gw.message('A')
    envelop(gw, sourceFill('ZZZ999', 1))
    envelop(gw, sourceFill('K7T882', 1))
    envelop(gw, Buffer.from(sourceFill('ZZZ999', 1)))
    await gw.until('all of them', () => first.worker.feeds.get('gw1')!.state.received === 3)
    first.worker.core.control({
      kind: 'loss',
      feed: first.worker.feeds.get('gw1')!.id,
      from: 5,
      to: 7,
      why: 'not recoverable',
    })
    await first.stop()
    const connector = await start(snapshot(), first.data, { clock })
    expect(connector.worker.alarms.all.map(({ code, id, says }) => [code, id, says])).toEqual([
      ['aside', 'gw1', 'ZZZ999 (not configured for this feed)'],
      ['lost', 'gw1', '3 messages will not come: numbers 5 to 7'],
    ])
    clock.offset += 70_000
    const peer = await client(connector.targetPort)
    await peer.until('the new week', () => connector.worker.core.state.data.week === '2026-01-04')
    expect(connector.worker.alarms.all).toEqual([])
  })
})
