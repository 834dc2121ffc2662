import { describe, expect, test } from 'vitest'
import { client, password, snapshot, start, target } from '#test/support/connector.ts'

describe('a connection whose peer is gone without a word', () => {
  test('makes way for the next logon within a heartbeat interval', async () => {
    const quick = target({ policy: { preset: 'cme', heartbeatS: [1, 60] } })
    const connector = await start(snapshot({ targets: [quick] }))
    const dead = await client(connector.targetPort, { automatic: false })
    dead.logon(password(), 1)
    await dead.message('1')
    dead.seqNum++
    const rival = await client(connector.targetPort)
    rival.seqNum = 2
    rival.logon(password(), 1)
    await rival.closed()
    expect(rival.received).toEqual([])
    await dead.closed()
    const next = await client(connector.targetPort)
    next.seqNum = 2
    next.logon(password(), 1)
    await next.message('A')
  })

  test('is kept when it shows life', async () => {
    const quick = target({ policy: { preset: 'cme', heartbeatS: [1, 60] } })
    const connector = await start(snapshot({ targets: [quick] }))
    const first = await client(connector.targetPort)
    first.logon(password(), 1)
    await first.message('1')
    const rival = await client(connector.targetPort)
    rival.logon(password(), 1)
    await rival.closed()
    first.send('1', [[112, 'ALIVE']])
    await first.until('the third Test Request', () => first.of('1').length >= 3)
    expect(first.isClosed).toBe(false)
  })
})
