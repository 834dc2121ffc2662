import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { FeedEnd } from '#test/gateway-sim/feed-end.ts'
import { gateway, snapshot, start } from '#test/support/connector.ts'
import { dc4Target, key1 } from '#test/support/dc4.ts'
import { dropCopyIn } from '#test/support/drop-copy.ts'
import { envelop, sourceFill } from '#test/support/source-flow.ts'
import { TargetEnd } from '../client/target-end.ts'

const root = join(import.meta.dirname, '../..')
const dir = mkdtempSync(join(tmpdir(), 'cli-test-'))
const home = join(dir, 'home')
const ends: { stop(): Promise<unknown> }[] = []
mkdirSync(home)
const children: ChildProcess[] = []
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  for (const end of ends.splice(0)) await end.stop()
})
afterAll(() => rmSync(dir, { recursive: true, force: true }))

const dropCopy = (...args: string[]) => dropCopyIn(dir, ...args)
const lines = (text: string) => text.split('\n').filter((line) => line !== '')

describe('drop-copy gateway-sim', () => {
  test('feeds the connector end of a snapshot, says what it sent, and stops with the last count', async () => {
    const end = await FeedEnd.listen('encapsulated')
    ends.push(end)
    const feed = { id: 'gw1', mode: 'accept', host: '127.0.0.1', port: end.port, dialect: 'encapsulated' }
    const snapshot = {
      schema: 1,
      version: 1,
      exchange: { compId: 'CME', subId: 'G' },
      feeds: [{ ...feed, ourCompId: 'DROPCOPY', theirCompId: 'GW1' }],
      sources: [{ id: 'K7T882', feed: 'gw1', gateway: 'cgw' }],
      targets: [],
    }
    writeFileSync(join(dir, 'snapshot.json'), JSON.stringify(snapshot))
    const run = dropCopy('gateway-sim', '--config', 'snapshot.json', '--rate', 'max', '--count', '200')
    await end.until(() => end.received.length >= 200 && run.out.includes('"done"'))
    run.child.kill('SIGINT')
    expect(await run.ended).toBe(0)
    const events = lines(run.out).map((line) => JSON.parse(line))
    expect(events.map(({ event }) => event)).toEqual(
      expect.arrayContaining(['connected', 'done', 'disconnected', 'sent']),
    )
    const last = events.findLast(({ event }) => event === 'sent')
    expect(last).toMatchObject({ feed: 'gw1', total: end.received.length })
    expect(last.sources.K7T882.sent).toBe(end.received.length)
  })

  test('says what is wrong with its arguments, exit code 2', async () => {
    const bad = [
      ['--rate', 'fast', '--connect', 'localhost:1', '--sources', 'K7T882'],
      ['--connect', 'localhost:1', '--sources', 'K7T'],
      ['--nonsense'],
      ['--config', 'snapshot.json', '--feed', 'gw9'],
      ['--config', 'snapshot.json', '--replay', 'gone.fixlog'],
    ]
    const runs = bad.map((args) => dropCopy('gateway-sim', ...args))
    expect(await Promise.all(runs.map((run) => run.ended))).toEqual([2, 2, 2, 2, 2])
    expect(runs[0]?.err).toContain('--rate must be a whole number, not fast')
    expect(runs[1]?.err).toContain('K7T is not a session ID and a firm ID')
    expect(runs[3]?.err).toContain('there is no feed gw9')
    expect(runs[4]?.err).toMatch(/--replay: gone\.fixlog cannot be read: ENOENT/)
  })
})

describe('a command that the portal starts', () => {
  test.each(['gateway-sim', 'connector'])('ends when the portal has ended before it was loaded: %s', async (name) => {
    const where = ['--listen', '127.0.0.1:0', '--sources', 'K7T882']
    const more = ['--database', 'postgres://nobody@127.0.0.1:1/none', '--environment', 'sandbox', '--data', dir]
    const args = [name, ...(name === 'connector' ? more : where)]
    const child = spawn(process.execPath, [join(root, 'app/cli/drop-copy.mjs'), ...args], {
      cwd: dir,
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    })
    children.push(child)
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.disconnect()
    expect(await ended).toBe(1)
  })
})

describe('drop-copy client', () => {
  const login = (end: TargetEnd) => ['--host', '127.0.0.1', '--port', `${end.port}`, '--session', 'ODQ1Z9']

  test('prints a line a copy and a summary, and exits 0 when all is there', async () => {
    const end = await TargetEnd.listen()
    ends.push(end)
    for (let n = 1; n <= 12; n++) end.copy(n)
    const run = dropCopy('client', ...login(end), '--password', 'secret', '--until', '12')
    expect(await run.ended).toBe(0)
    const shown = lines(run.out)
    expect(shown[0]).toMatch(
      /^\d\d:\d\d:\d\d\.\d{3} {2}#1 {2}K7T882 1 resent {2}new order buy 5 CLM4 @ 7250 order 700000001 by TRDR22$/,
    )
    expect(shown.filter((line) => line.includes('#'))).toHaveLength(12)
    expect(shown.at(-1)).toBe('clean: nothing missing, doubled or renumbered')

    // the second run goes on from the state file, which is in no working directory
    expect(readdirSync(join(home, '.drop-copy'))).toEqual(['client-ODQ1Z9.json'])
    expect(readdirSync(dir).filter((name) => name.includes('client'))).toEqual([])
    end.copy(13)
    const again = dropCopy('client', ...login(end), '--password', 'secret', '--until', '13', '--raw')
    expect(await again.ended).toBe(0)
    expect(lines(again.out).filter((line) => line.startsWith('8=FIX.4.2|'))).toHaveLength(1)
  })

  test.each([
    ['a line a copy', [], '7250 order 700000001 by \\u001b[2J\\u000d\\u0007X'],
    ['--raw', ['--raw'], '|57=\\u001b[2J\\u000d\\u0007X|'],
  ])('shows what a terminal would obey as its code: %s', async (_, more, shown) => {
    const end = await TargetEnd.listen()
    ends.push(end)
    end.copy(1, 0, '\x1b[2J\r\x07X')
    const run = dropCopy('client', ...login(end), '--password', 'secret', '--until', '1', '--fresh', ...more)
    expect(await run.ended).toBe(0)
    expect(run.out).toContain(shown)
    expect(run.out.replaceAll('\n', '')).toMatch(/^[\x20-\x7e]*$/)
  })

  test('exits 1 when it is not let in, and 2 when it is not told where to go', async () => {
    const end = await TargetEnd.listen()
    ends.push(end)
    const refused = dropCopy(
      'client',
      ...login(end),
      '--password',
      'guess',
      '--once',
      '--json',
      '--state',
      'other.json',
    )
    const lost = dropCopy('client', '--host', '127.0.0.1')
    const wordless = dropCopy('client', ...login(end))
    const unquoted = dropCopy('client', ...login(end), '--password', 'two', 'words')
    const keyless = dropCopy('client', ...login(end), '--access-key', key1.accessKeyId)
    expect(await refused.ended).toBe(1)
    expect(JSON.parse(lines(refused.out).at(-1) ?? '')).toMatchObject({ event: 'summary', logons: 0, clean: false })
    expect(refused.err).toContain('refused: Invalid logon. Logout forced.')
    expect(await lost.ended).toBe(2)
    expect(lost.err).toContain('--host, --port and --session are needed')
    expect(await wordless.ended).toBe(2)
    expect(wordless.err).toContain('no password for ODQ1Z9: give it with DROP_COPY_PASSWORD')
    expect(await unquoted.ended).toBe(2)
    expect(unquoted.err).toContain('needs quotes')
    expect(unquoted.err).not.toContain('words')
    expect(await keyless.ended).toBe(2)
    expect(keyless.err).toContain(`no secret for access key ${key1.accessKeyId}`)
    expect(end.peer.session.nextOut).toBe(2) // the refusal of the one with a password: the others have not knocked
  })

  test('says what to check and stops after as many refusals as it is allowed, also when it is closed without a word', async () => {
    const end = await TargetEnd.listen()
    ends.push(end)
    const wrong = dropCopy('client', ...login(end), '--password', 'guess', '--refusals', '2')
    expect(await wrong.ended).toBe(1)
    expect(lines(wrong.err).filter((line) => line.startsWith('refused: Invalid logon.'))).toHaveLength(2)
    expect(wrong.err).toMatch(
      /stopped after 2 refused Logons in a row: check the password or access key, and the names/,
    )

    const silent = createServer((socket) => socket.once('data', () => socket.destroy())).listen(0, '127.0.0.1')
    await once(silent, 'listening')
    ends.push({ stop: async () => silent.close() })
    const { port } = silent.address() as AddressInfo // it listens on a port
    const elsewhere = ['--host', '127.0.0.1', '--port', `${port}`, '--session', 'NOBODY']
    const names = ['--target-comp-id', 'OTHER', '--target-sub-id', 'X9']
    const unknown = dropCopy('client', ...elsewhere, ...names, '--password', 'secret', '--refusals', '2')
    expect(await unknown.ended).toBe(1)
    expect(unknown.err).toContain('the names NOBODYN (49) to OTHER (56) X9 (57)')
  })

  test('ends on one SIGTERM while it waits for copies', async () => {
    const end = await TargetEnd.listen()
    ends.push(end)
    const run = dropCopy('client', ...login(end), '--password', 'secret', '--until', '5', '--fresh')
    await expect.poll(() => run.err).toContain('logged-on')
    run.child.kill('SIGTERM')
    expect(await run.ended).not.toBeNull() // it left by itself
    expect(run.out).toMatch(/^ODQ1Z9: /m)
  })

  test('says where it cannot keep its numbers', async () => {
    writeFileSync(join(dir, 'a-file'), '')
    const run = dropCopy('client', '--host', '127.0.0.1', '--port', '1', '--session', 'ODQ1Z9', '--data', 'a-file/x')
    expect(await run.ended).toBe(2)
    expect(run.err).toMatch(/cannot keep its numbers in a-file\/x: ENOTDIR.* Name another folder with --data/)
  })

  test('signs with an access key whose secret stands in a file, and shows what is inside a Drop Copy 4.0 copy', async () => {
    const connector = await start(snapshot({ targets: [dc4Target()] }))
    const feed = await gateway(connector.feedPort)
    feed.logon()
    await feed.message('A')
    for (let n = 1; n <= 3; n++) envelop(feed, sourceFill('K7T882', n))
    writeFileSync(join(dir, 'secret'), `${key1.secretKey}\n`)
    const where = ['--host', '127.0.0.1', '--port', `${connector.targetPort}`, '--session', 'P4TGT1']
    const key = ['--access-key', key1.accessKeyId, '--secret-file', 'secret']
    const run = dropCopy('client', ...where, ...key, '--until', '3')
    expect(await run.ended, run.err).toBe(0)
    expect(lines(run.out)[0]).toMatch(
      / K7T882 1( resent)? {2}complete fill buy 5 CLM4 @ 7250 order 700000001 by TRDR22$/,
    )
    expect(run.out + run.err).not.toContain(key1.secretKey)
  })
})
