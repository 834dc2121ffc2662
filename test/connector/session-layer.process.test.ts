import { describe, expect, test } from 'vitest'
import { client, gateway, password, snapshot, start, target } from '#test/support/connector.ts'
import { type FixPeer, fieldOf, frame, utc } from '#test/support/fix-peer.ts'
import { envelop, sourceFill } from '#test/support/source-flow.ts'

const header = (type: string, seqNum: number) =>
  [
    [35, type],
    [34, seqNum],
    [49, 'ODQ1Z9N'],
    [50, 'RISK01'],
    [52, utc()],
    [56, 'CME'],
    [57, 'G'],
    [142, 'US,IL'],
  ] as const

/** What the pure scenarios cannot show: that connections, not only sessions, keep to the rules. */
describe.each(['cme', 'fix'] as const)('a connection under the policy %s', (policy) => {
  const running = () => start(snapshot({ targets: [target({ policy })] }))

  async function loggedOn(port: number, seqNum = 1): Promise<FixPeer> {
    const peer = await client(port)
    peer.seqNum = seqNum
    peer.logon(password())
    await peer.message('A')
    return peer
  }

  const ping = async (peer: FixPeer, id: string) => {
    peer.send('1', [[112, id]])
    await peer.until(id, () => peer.of('0').some((answer) => fieldOf(answer, 112) === id))
  }

  test('answers a burst of Test Requests in order, in one write and in many', async () => {
    const connector = await running()
    const peer = await loggedOn(connector.targetPort)
    const before = peer.seqNum
    const ids = Array.from({ length: 200 }, (_, i) => `BURST-${i}${'x'.repeat(i * 20)}`)
    const burst = Buffer.concat(ids.map((id, i) => frame([...header('1', before + i), [112, id]])))
    peer.seqNum += ids.length
    peer.write(burst)
    const answers = () => peer.of('0').flatMap((answer) => fieldOf(answer, 112) ?? [])
    await peer.until('all of them', () => answers().length === ids.length)
    expect(answers()).toEqual(ids)
  })

  test('leaves the first connection as it is when a second one comes, right or wrong', async () => {
    const connector = await running()
    const first = await loggedOn(connector.targetPort)
    for (const secret of ['secret', 'guess']) {
      const second = await client(connector.targetPort)
      second.logon(password(secret))
      await second.closed()
      expect(second.received).toEqual([])
    }
    await ping(first, 'STILL HERE')
    expect(first.isClosed).toBe(false)
  })

  test('ignores a frame whose third field is not 35, or which has a tag that is no number, and counts neither', async () => {
    const connector = await running()
    const peer = await loggedOn(connector.targetPort)
    const [type, number, ...rest] = header('1', peer.seqNum)
    peer.write(frame([number, type, ...rest, [112, 'SWAPPED']]))
    peer.write(frame([...header('1', peer.seqNum), [112, 'NO NUMBER'], [Number.NaN, 1]]))
    await ping(peer, 'NEXT')
    expect(peer.of('0').map((answer) => fieldOf(answer, 112))).toEqual(['NEXT'])
    expect([...peer.of('2'), ...peer.of('3')]).toEqual([])
  })

  test('hands nothing on to the next: neither half a message, nor what waited above a gap, nor a resend', async () => {
    const connector = await running()
    const gw = await gateway(connector.feedPort)
    gw.logon()
    await gw.message('A')
    const first = await loggedOn(connector.targetPort)
    const copies = 1_500
    for (let n = 1; n <= copies; n++) envelop(gw, sourceFill('K7T882', n))
    await first.until('the copies', () => first.of('8').length === copies)
    first.socket.pause()
    const { seqNum } = first
    first.sendAs(seqNum + 5, '1', [[112, 'WAITED']])
    first.sendAs(seqNum, '2', [
      [7, 1],
      [16, 0],
    ])
    const half = frame([...header('1', seqNum + 1), [112, 'HALF']])
    first.write(half.subarray(0, 60))
    const one = connector.worker.targets.get('ODQ1Z9')!
    await gw.until('the resend', () => one.state.nextIn === seqNum + 1)
    first.destroy()
    await gw.until('the client away', () => !one.isConnected)
    expect(one.copies.resendReport).toBeUndefined()
    const next = await loggedOn(connector.targetPort, seqNum + 1)
    next.write(half.subarray(60))
    await ping(next, 'FIRST')
    await ping(next, 'SECOND')
    expect(next.of('0').map((answer) => fieldOf(answer, 112))).toEqual(['FIRST', 'SECOND'])
    expect(next.received.filter((message) => fieldOf(message, 43) === 'Y')).toEqual([])
    expect(next.of('8')).toEqual([])
  })
})
