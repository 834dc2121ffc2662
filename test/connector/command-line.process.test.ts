import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { client, feed, gateway, password, snapshot, target, temporaryDirectory } from '#test/support/connector.ts'
import { ConnectorProcess, onPorts, writeConfig } from '#test/support/connector-process.ts'
import { dropCopyIn } from '#test/support/drop-copy.ts'
import { fieldOf } from '#test/support/fix-peer.ts'
import { envelop, sourceFill } from '#test/support/source-flow.ts'

const untilSaid = (connector: ConnectorProcess, text: string): Promise<void> =>
  expect.poll(() => connector.stderr).toContain(text)

describe('drop-copy connector', () => {
  test('says that it is ready with one line, and ends in order on SIGTERM', async () => {
    const dir = temporaryDirectory()
    const { document, targetPort } = await onPorts(snapshot())
    const connector = new ConnectorProcess(writeConfig(dir, document), `${dir}/data`)
    await connector.start()
    expect(connector.stdout).toBe('{"event":"ready"}\n')
    const peer = await client(targetPort)
    peer.logon(password())
    await peer.message('1')
    connector.signal('SIGTERM')
    expect(fieldOf(await peer.message('5'), 58)).toBe('Shutting down')
    expect(await connector.ended()).toBe(0)
  })

  test('is commanded through its data directory, and says in its log who asked', async () => {
    const dir = temporaryDirectory()
    const { document, targetPort } = await onPorts(snapshot())
    const connector = new ConnectorProcess(writeConfig(dir, document), `${dir}/data`)
    await connector.start()
    const peer = await client(targetPort)
    peer.logon(password())
    await peer.message('1')
    const ask = async (...words: string[]) => {
      const run = dropCopyIn(dir, 'session', ...words, '--data', `${dir}/data`)
      return { code: await run.ended, ...run }
    }
    expect((await ask('list')).out).toMatch(/^ODQ1Z9 +target +yes +\d+ +3 +0 +0$/m)
    const asked = await ask('log-out', 'odq1z9', '--reason', 'It hangs.', '--yes')
    expect(asked.out).toContain('The client was logged out; it may log on again.')
    expect(asked.code).toBe(0)
    expect(fieldOf(await peer.message('5'), 58)).toBe('Logged out by the operator')
    await untilSaid(connector, '"reason":"It hangs."')
    const wrong = await ask('pause', 'ODQ1Z9', '--reason', 'x y', '--yes')
    expect([wrong.code, wrong.err]).toEqual([2, expect.stringContaining('is a change of the configuration')])
  })

  test('names every problem of a bad file by its path and exits with 2', async () => {
    const dir = temporaryDirectory()
    const bad = { ...snapshot(), sources: [{ id: 'K7', feed: 'nope', gateway: 'cgw' }], surprise: 1 }
    const connector = new ConnectorProcess(writeConfig(dir, bad), `${dir}/data`)
    connector.launch()
    expect(await connector.ended()).toBe(2)
    expect(connector.stderr).toMatch(/^sources\[0\]\.id: /m)
    expect(connector.stderr).toMatch(/^surprise: /m)
    expect(connector.stdout).toBe('')
  })

  test('names a certificate that it cannot read and exits with 1', async () => {
    const dir = temporaryDirectory()
    const { document } = await onPorts(
      snapshot({ feeds: [feed({ tls: { cert: '/nowhere/server.crt', key: '/nowhere/server.key' } })] }),
    )
    const connector = new ConnectorProcess(writeConfig(dir, document), `${dir}/data`)
    connector.launch()
    expect(await connector.ended()).toBe(1)
    expect(connector.stderr).toContain('feed gw1: tls: ENOENT')
    expect(connector.stderr).toContain('/nowhere/server.crt')
  })

  test('refuses a directory in use with 3, and the one that has it goes on', async () => {
    const dir = temporaryDirectory()
    const { document, targetPort } = await onPorts(snapshot())
    const first = new ConnectorProcess(writeConfig(dir, document), `${dir}/data`)
    await first.start()
    const other = `${dir}/other`
    mkdirSync(other)
    const second = new ConnectorProcess(writeConfig(other, (await onPorts(snapshot())).document), `${dir}/data`)
    second.launch()
    expect(await second.ended()).toBe(3)
    const peer = await client(targetPort)
    peer.logon(password())
    await peer.message('1')
  })

  test('refuses the same version with other content, and an older one', async () => {
    const dir = temporaryDirectory()
    const { document } = await onPorts(snapshot({ version: 5 }))
    const connector = new ConnectorProcess(writeConfig(dir, document), `${dir}/data`)
    await connector.start()
    connector.signal('SIGTERM')
    await connector.ended()
    for (const changed of [
      { ...document, targets: [] },
      { ...document, version: 4 },
    ]) {
      writeConfig(dir, changed)
      connector.launch()
      expect(await connector.ended()).toBe(2)
      expect(connector.stderr).toMatch(/^version: /m)
    }
  })

  test('takes over a changed file by itself and on SIGHUP, and keeps running on a bad one', async () => {
    const dir = temporaryDirectory()
    const { document, feedPort, targetPort } = await onPorts(snapshot())
    const path = writeConfig(dir, document)
    const connector = new ConnectorProcess(path, `${dir}/data`)
    await connector.start()
    const peer = await client(targetPort)
    peer.logon(password())
    await peer.message('1')
    writeFileSync(path, '{')
    await untilSaid(connector, 'the wanted configuration is not run')
    const fewer = { ...document, version: 2, targets: document.targets.map((one) => ({ ...one, sources: ['M3P882'] })) }
    writeFileSync(path, JSON.stringify(fewer))
    connector.signal('SIGHUP')
    await untilSaid(connector, '"version":2')
    const feed = await gateway(feedPort)
    feed.logon()
    await feed.message('A')
    envelop(feed, sourceFill('K7T882', 1))
    envelop(feed, sourceFill('M3P882', 1))
    const copy = await peer.message('8')
    expect(fieldOf(copy, 1180)).toBe('M3P')
    expect(peer.isClosed).toBe(false)
  })

  test('never writes a secret into its log', async () => {
    const dir = temporaryDirectory()
    const { document, targetPort } = await onPorts(
      snapshot({ targets: [target({ credentials: [{ kind: 'password', password: 'hush-hush' }] })] }),
    )
    const connector = new ConnectorProcess(writeConfig(dir, document), `${dir}/data`)
    await connector.start()
    const peer = await client(targetPort)
    peer.logon(password('not-that-one'))
    await peer.closed()
    connector.signal('SIGTERM')
    await connector.ended()
    expect(connector.stderr).toContain('Invalid logon')
    expect(connector.stderr).not.toMatch(/hush-hush|not-that-one/)
    expect(readFileSync(`${dir}/config.json`, 'utf8')).toContain('hush-hush')
  })
})
