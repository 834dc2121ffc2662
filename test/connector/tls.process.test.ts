import { connect as connectPlain, createServer as createPlain } from 'node:net'
import { type ConnectionOptions, connect, createServer, type TLSSocket } from 'node:tls'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type ClientEvent, type ClientOptions, startClient } from '#client/client.ts'
import { startGatewaySim } from '#gateway-sim/gateway-sim.ts'
import { issue, written } from '#test/support/certificate.ts'
import {
  client,
  feed,
  gateway,
  password,
  type Started,
  snapshot,
  start,
  target,
  temporaryDirectory,
} from '#test/support/connector.ts'
import { FixPeer, fieldOf } from '#test/support/fix-peer.ts'
import { envelop, sourceFill } from '#test/support/source-flow.ts'

const ca = issue('authority', [])
const listen = (tls: object | undefined) => [
  { role: 'primary' as const, host: 'localhost', port: 0, ...(tls && { tls }) },
]

/** The other end's side of TLS. @throws when the handshake fails */
async function secured(port: number, more: ConnectionOptions = {}): Promise<TLSSocket> {
  const socket = connect({ port, host: '127.0.0.1', servername: 'localhost', ca: ca.cert, ...more })
  onTestFinished(() => {
    socket.destroy()
  })
  await new Promise<void>((resolve, reject) => {
    socket.once('secureConnect', resolve)
    socket.once('error', reject)
  })
  return socket
}

const asClient = (socket: TLSSocket, sessionId = 'ODQ1Z9') =>
  new FixPeer(socket, {
    sender: `${sessionId}N`,
    target: 'CME',
    subId: 'RISK01',
    targetSubId: 'G',
    locationId: 'US,IL',
  })

async function fed(connector: Started): Promise<FixPeer> {
  const gw = await gateway(connector.feedPort)
  gw.logon()
  await gw.message('A')
  return gw
}

describe('a target that speaks TLS', () => {
  test('delivers, resends and logs out through it, and says nothing to who does not', async () => {
    const dir = temporaryDirectory()
    const tls = written(dir, issue('server', ['localhost'], ca))
    const connector = await start(snapshot({ targets: [target({ listen: listen(tls) })] }))
    const gw = await fed(connector)
    const plain = connectPlain(connector.targetPort, '127.0.0.1')
    const said: Buffer[] = []
    plain.on('data', (bytes) => said.push(bytes)).on('error', () => undefined)
    plain.write('8=FIX.4.2\x019=5\x0135=A\x0110=000\x01')
    await new Promise((resolve) => plain.once('close', resolve))
    expect(Buffer.concat(said).includes('8=FIX')).toBe(false)
    const peer = asClient(await secured(connector.targetPort))
    peer.logon(password())
    for (let n = 1; n <= 2_000; n++) envelop(gw, sourceFill('K7T882', n))
    await peer.message('8', 2_000)
    peer.send('2', [
      [7, 1],
      [16, 0],
    ])
    await peer.until('all of them again', () => peer.of('8').length === 4_000)
    expect(fieldOf(peer.of('8').at(-1)!, 1350)).toBe('1999')
    await connector.stop()
    expect(fieldOf(peer.of('5')[0]!, 58)).toBe('Shutting down')
    const refused = connector.worker.refusedLogons.newest
    expect(refused.map(({ kind, code }) => [kind, code])).toEqual([['target', 'tls']])
  })

  test('with an authority lets in only who has a certificate of it', async () => {
    const dir = temporaryDirectory()
    const authority = written(dir, ca).cert
    const tls = { ...written(dir, issue('server', ['localhost'], ca)), ca: authority }
    const connector = await start(snapshot({ targets: [target({ listen: listen(tls) })] }))
    const stranger = issue('stranger', ['x'], issue('other', []))
    for (const shown of [{}, { cert: stranger.cert, key: stranger.key }]) {
      const peer = asClient(await secured(connector.targetPort, shown))
      peer.logon(password())
      await peer.closed()
      expect(peer.received).toEqual([])
    }
    const own = issue('client', ['x'], ca)
    const peer = asClient(await secured(connector.targetPort, { cert: own.cert, key: own.key }))
    peer.logon(password())
    expect((await peer.message('A')).seqNum).toBe(1)
  })

  test('takes a renewed certificate for who comes next, and cuts nobody', async () => {
    const dir = temporaryDirectory()
    const tls = written(dir, issue('server', ['localhost'], ca))
    let aheadMs = 0
    const now = () => Date.now() + aheadMs
    const connector = await start(snapshot({ targets: [target({ listen: listen(tls) })] }), undefined, {
      clock: { wallMs: now, steadyMs: now },
    })
    const socket = await secured(connector.targetPort)
    const peer = asClient(socket)
    peer.logon(password())
    await peer.message('A')
    const before = socket.getPeerCertificate().serialNumber
    written(dir, issue('server', ['localhost'], ca))
    aheadMs = 11_000
    const serial = async () => {
      const next = await secured(connector.targetPort)
      const { serialNumber } = next.getPeerCertificate()
      next.destroy()
      await new Promise((resolve) => next.once('close', resolve))
      return serialNumber
    }
    let after = await serial()
    while (after === before) after = await serial()
    expect(peer.isClosed).toBe(false)
  })

  test('is refused by name while its files cannot be used, and stays as it was', async () => {
    const connector = await start(snapshot())
    const tls = { cert: '/nowhere/server.crt', key: '/nowhere/server.key' }
    connector.wish.become(snapshot({ version: 2, targets: [target({ listen: listen(tls) })] }))
    const peer = await client(connector.targetPort)
    await peer.until('the report', () => connector.wish.reports.some(({ version }) => version === 2))
    expect(connector.wish.reports.at(-1)!.parts).toContainEqual(
      expect.objectContaining({
        id: 'ODQ1Z9',
        state: 'refused',
        detail: expect.stringContaining('/nowhere/server.crt'),
      }),
    )
    peer.logon(password())
    await peer.message('A')
    const dir = temporaryDirectory()
    const good = written(dir, issue('server', ['localhost'], ca))
    connector.wish.become(snapshot({ version: 3, targets: [target({ listen: listen(good) })] }))
    await peer.closed() // encryption is wanted now
    const again = asClient(await secured(connector.targetPort))
    again.seqNum = 2
    again.logon(password())
    await again.message('A')
  })
})

describe('a feed that speaks TLS', () => {
  test('is accepted through it', async () => {
    const tls = written(temporaryDirectory(), issue('server', ['localhost'], ca))
    const connector = await start(snapshot({ feeds: [feed({ tls })] }))
    const socket = await secured(connector.feedPort)
    const gw = new FixPeer(socket, {
      sender: 'GW1',
      target: 'DROPCOPY',
      subId: 'GW',
      targetSubId: 'DC',
      locationId: 'US,IL',
    })
    gw.logon()
    await gw.message('A')
    envelop(gw, sourceFill('K7T882', 1))
    await gw.until('the message is in', () => connector.worker.feeds.get('gw1')!.state.received === 1)
  })

  test('connects where the certificate is the host’s and signed by its authority, and nowhere else', async () => {
    const dir = temporaryDirectory()
    const authority = written(dir, ca).cert
    const logons: string[] = []
    const serve = async (hosts: string[], by = ca) => {
      const { cert, key } = issue('gateway', hosts, by)
      const server = createServer({ cert, key }, (socket) => {
        socket.on('error', () => undefined).on('data', (bytes) => logons.push(`${hosts} ${bytes.toString('latin1')}`))
      })
      server.on('tlsClientError', () => undefined)
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      onTestFinished(() => {
        server.close()
      })
      const address = server.address()
      return { host: '127.0.0.1', port: typeof address === 'object' && address ? address.port : 0 }
    }
    const wrongName = await serve(['elsewhere.example'])
    const wrongAuthority = await serve(['127.0.0.1'], issue('other', []))
    const right = await serve(['localhost', '127.0.0.1'])
    const gw1 = feed({ mode: 'initiate', ...wrongName, addresses: [wrongAuthority, right], tls: { ca: authority } })
    const connector = await start(snapshot({ feeds: [gw1] }))
    const peer = await client(connector.targetPort)
    await peer.until('a Logon', () => logons.length > 0)
    expect(logons[0]).toMatch(/^localhost,127\.0\.0\.1 8=FIX\.4\.2.*35=A/s)
  })
})

describe('our own client and gateway', () => {
  /** What the client says until it has said this. */
  async function saidBy(options: Partial<ClientOptions> & { port: number }, until: RegExp): Promise<string> {
    const said: ClientEvent[] = []
    const own = { host: '127.0.0.1', session: 'ODQ1Z9', password: 'secret' }
    const started = startClient({ ...own, ...options, onEvent: (event) => said.push(event) })
    onTestFinished(async () => void (await started.stop()))
    const text = () => said.map((event) => Object.values(event).join(' ')).join('\n')
    await started.until(() => until.test(text()))
    return text()
  }

  test('speak TLS with the connector, and the copies arrive', async () => {
    const tls = written(temporaryDirectory(), issue('server', ['localhost', '127.0.0.1'], ca))
    const connector = await start(snapshot({ feeds: [feed({ tls })], targets: [target({ listen: listen(tls) })] }))
    const trust = { ca: ca.cert }
    const sim = await startGatewaySim({
      ...{ mode: 'connect', host: '127.0.0.1', port: connector.feedPort, tls: trust, dialect: 'encapsulated' },
      ...{ ourCompId: 'GW1', theirCompId: 'DROPCOPY', sources: ['K7T882'], count: 50, rate: 'max' },
    })
    onTestFinished(async () => void (await sim.stop()))
    const own = startClient({
      ...{ host: 'localhost', port: connector.targetPort, tls: trust, session: 'ODQ1Z9', password: 'secret' },
    })
    await own.until(() => own.receipts.copies >= 30)
    expect((await own.stop()).clean).toBe(true)
  })

  test('log on nowhere where the certificate is not right, and say why', async () => {
    const tls = written(temporaryDirectory(), issue('server', ['elsewhere.example'], ca))
    const { targetPort: port } = await start(snapshot({ targets: [target({ listen: listen(tls) })] }))
    expect(await saidBy({ port, tls: {} }, /cannot connect/)).toContain(
      'its certificate is signed by nobody trusted here; name the authority’s certificate with --ca FILE',
    )
    const named = await saidBy({ port, tls: { ca: ca.cert } }, /cannot connect/)
    expect(named).toContain('its certificate is not for 127.0.0.1')
    expect(named).not.toContain('logged-on')
  })

  test('say so where the other end speaks no TLS', async () => {
    const plain = createPlain((socket) => socket.on('error', () => undefined).end('8=FIX.4.2|9=5|35=5|10=000|'))
    await new Promise<void>((resolve) => plain.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void plain.close())
    const address = plain.address()
    const port = typeof address === 'object' && address ? address.port : 0
    expect(await saidBy({ port, tls: { ca: ca.cert } }, /cannot connect/)).toContain('it does not speak TLS')
  })
})
