import { pino } from 'pino'
import { describe, expect, test } from 'vitest'
import { client, feed, gateway, password, snapshot, start, target } from '#test/support/connector.ts'
import { FixPeer } from '#test/support/fix-peer.ts'
import { envelop, sourceFill } from '#test/support/source-flow.ts'

/** A connector whose log is a list. */
async function started(document = snapshot()) {
  const lines: Record<string, unknown>[] = []
  const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(JSON.parse(line)) })
  const connector = await start(document, undefined, { log })
  return { ...connector, lines, refused: connector.worker.refusedLogons }
}

describe('connections that have not logged on', () => {
  test('are twenty at most from one address; one that proves itself makes room', async () => {
    const { targetPort } = await started()
    const knock = () => client(targetPort)
    const first = await Promise.all(Array.from({ length: 20 }, knock))
    const tooMany = await knock()
    await tooMany.closed()
    expect(first.filter(({ isClosed }) => isClosed)).toEqual([])
    first[0]!.logon(password())
    await first[0]!.message('A')
    const instead = await knock()
    const again = await knock()
    await again.closed()
    expect(instead.isClosed).toBe(false)
  })
})

describe('a target that names the addresses of its clients', () => {
  const from = (allowFrom: string[], version = 1) => snapshot({ version, targets: [target({ allowFrom })] })

  test('closes a Logon from another one without a byte, and tells of it', async () => {
    const { targetPort, refused } = await started(from(['192.0.2.0/24']))
    const peer = await client(targetPort)
    peer.logon(password())
    await peer.closed()
    expect(peer.received).toEqual([])
    expect(refused.newest).toMatchObject([
      { kind: 'target', id: 'ODQ1Z9', claimed: 'ODQ1Z9N', code: 'address', says: expect.stringMatching(/not among/) },
    ])
  })

  test('lets in whom a later configuration names, and keeps a client that it no longer names until it comes again', async () => {
    const { targetPort, wish, worker } = await started(from(['192.0.2.0/24']))
    const applied = async (version: number, allowFrom: string[]) => {
      wish.become(from(allowFrom, version))
      await expect.poll(() => worker.core.state.data.version).toBe(version)
    }
    await applied(2, ['127.0.0.0/8', '::1'])
    const peer = await client(targetPort)
    peer.logon(password())
    await peer.message('A')
    await applied(3, ['192.0.2.0/24'])
    const second = await client(targetPort)
    second.logon(password())
    await second.closed()
    expect(second.received).toEqual([])
    expect(peer.isClosed).toBe(false)
  })
})

describe('a feed that names the addresses of its gateway', () => {
  test('closes a Logon from another one without a byte, and tells of it', async () => {
    const { feedPort, refused } = await started(snapshot({ feeds: [feed({ allowFrom: ['192.0.2.0/24'] })] }))
    const gw = await gateway(feedPort)
    gw.logon()
    await gw.closed()
    expect(gw.received).toEqual([])
    expect(refused.newest).toMatchObject([{ kind: 'feed', id: 'gw1', claimed: 'GW1', code: 'address' }])
  })
})

describe('a refused Logon', () => {
  test('that names nobody known is recorded and logged', async () => {
    const { targetPort, refused, lines } = await started()
    const peer = await client(targetPort, { sessionId: 'NOBODY' })
    peer.logon(password())
    await peer.until('the record', () => refused.newest.length === 1)
    const says = 'SenderCompID (49) NOBODYN is not known here.'
    expect(refused.newest).toMatchObject([
      { kind: 'target', id: undefined, claimed: 'NOBODYN', code: 'unknown-comp-id', says },
    ])
    expect(lines.filter(({ msg }) => msg === says)).toHaveLength(1)
  })

  test('of a gateway that names us wrong is recorded for its feed', async () => {
    const { feedPort, refused } = await started()
    const gw = await FixPeer.connect(feedPort, { sender: 'GW1', target: 'WRONG' })
    gw.logon()
    await gw.closed()
    const says = 'TargetCompID (56) WRONG is not known here.'
    expect(refused.newest).toMatchObject([{ kind: 'feed', id: 'gw1', claimed: 'GW1', says }])
  })

  test('that a plain FIX target closes without a byte is recorded, with the reason', async () => {
    const { targetPort, refused } = await started(snapshot({ targets: [target({ policy: 'fix', credentials: [] })] }))
    const peer = await FixPeer.connect(targetPort, { sender: 'ODQ1Z9N', target: 'WRONG' })
    peer.logon()
    await peer.closed()
    expect(peer.received).toEqual([])
    expect(refused.newest).toMatchObject([
      { kind: 'target', id: 'ODQ1Z9', says: expect.stringContaining('TargetCompId (56)') },
    ])
  })

  test('is logged once', async () => {
    const { targetPort, lines } = await started()
    const peer = await client(targetPort)
    peer.logon(password('guess'))
    await peer.closed()
    expect(lines.filter(({ code }) => code === 'refused-logon')).toMatchObject([{ target: 'ODQ1Z9', level: 40 }])
  })
})

describe('the log', () => {
  test('has the first message of a name kept aside, and then how many there are', async () => {
    const { worker, feedPort, lines } = await started()
    const gw = await gateway(feedPort)
    gw.logon()
    await gw.message('A')
    for (let i = 1; i <= 25; i++) envelop(gw, sourceFill('ZZZ999', i))
    envelop(gw, sourceFill('YYY999', 1))
    await gw.until('all of them', () => worker.feeds.get('gw1')!.state.aside === 26)
    expect(lines.filter(({ code, msg }) => code === 'aside' && msg !== 'alarm raised').map(({ msg }) => msg)).toEqual([
      'ZZZ999: unknown-source',
      '10 since start, the newest ZZZ999: unknown-source',
      'YYY999: unknown-source',
    ])
  })
})
