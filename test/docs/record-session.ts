/**
 * Records what a Classic target and its client say to each other: a connector in a process of its own, a simulated gateway, the terminal
 * client, and where a client has to break rules one written by hand. `npx tsx test/docs/record-session.ts` prints it with `|` for SOH.
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { startClient } from '#client/client.ts'
import type { SnapshotInput } from '#domain/configuration/snapshot.ts'
import { startGatewaySim } from '#gateway-sim/gateway-sim.ts'
import { type Fields, FixPeer, Inbox } from '../support/fix-peer.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** `>` from the client, `<` from the service. */
export type Line = { from: '>' | '<'; text: string }
/** The heading under which the document shows them, and the frames in order. */
export type Scene = { title: string; lines: Line[] }

const messages = 4
const patienceMs = 20_000

/** Plays every scene against a connector that runs `docs/examples/classic.json` on free ports. */
export async function recordSession(): Promise<Scene[]> {
  const directory = mkdtempSync(join(tmpdir(), 'record-session-'))
  const connector = await startConnector(directory)
  const wire = await tap(connector.targetPort)
  try {
    const copies = await feed(connector.feedPort)
    const scenes = [
      await wire.scene('First logon of the week', () => wholeRun(wire.port, join(directory, 'first.json'), copies)),
      await wire.scene('A client that has lost its numbers', () =>
        wholeRun(wire.port, join(directory, 'second.json'), copies),
      ),
      await wire.scene('Refused', () => wrongPassword(wire.port)),
      await wire.scene('Rejected, then reset within the session', () => rulesBroken(wire.port)),
      await wire.scene('Messages asked for by application', () => byApplication(wire.port)),
    ]
    return scenes
  } finally {
    wire.close()
    await connector.stop()
    rmSync(directory, { recursive: true, force: true })
  }
}

async function startConnector(directory: string) {
  const [feedPort = 0, targetPort = 0, backupPort = 0] = await freePorts(3)
  // the example is checked by the connector that is given it
  const example = JSON.parse(readFileSync(join(root, 'docs/examples/classic.json'), 'utf8')) as SnapshotInput
  const feeds = example.feeds.map((one) => ({ ...one, port: feedPort }))
  const ports = { primary: targetPort, backup: backupPort }
  const targets = example.targets.map((one) => ({
    ...one,
    listen: one.listen.map((address) => ({ ...address, port: ports[address.role] })),
  }))
  const config = join(directory, 'config.json')
  writeFileSync(config, JSON.stringify({ ...example, feeds, targets }))
  const entry = join(root, 'app/cli/drop-copy.mjs')
  const child = spawn(process.execPath, [entry, 'connector', '--config', config, '--data', join(directory, 'data')], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  await new Promise<void>((resolve, reject) => {
    child.stdout.on('data', (chunk: Buffer) => chunk.includes('ready') && resolve())
    void gone.then(() => reject(new Error('the connector did not start')))
  })
  const stop = async () => {
    child.kill('SIGTERM')
    await gone
  }
  return { feedPort, targetPort, stop }
}

async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer()
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      return server
    }),
  )
  return servers.map((server) => {
    const { port } = server.address() as AddressInfo // listening on TCP
    server.close()
    return port
  })
}

/** Stands between client and target, and writes down whole frames in the order in which they pass. */
async function tap(targetPort: number) {
  let lines: Line[] = []
  const server = createServer((client) => {
    const target = connect(targetPort, '127.0.0.1')
    for (const [socket, other, from] of [
      [client, target, '>'],
      [target, client, '<'],
    ] as const) {
      const inbox = new Inbox()
      socket.on('data', (chunk) => {
        for (const { text } of inbox.push(chunk)) lines.push({ from, text })
        other.write(chunk)
      })
      socket.on('end', () => other.end())
      socket.on('error', () => other.destroy())
      socket.on('close', () => other.destroy())
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo // listening on TCP
  const scene = async (title: string, play: () => Promise<void>): Promise<Scene> => {
    lines = []
    await play()
    return { title, lines }
  }
  return { port, scene, close: () => server.close() }
}

/** A few source messages, handed over before any client comes. Answers how many of them the target's level lets through. */
async function feed(port: number): Promise<number> {
  const gateway = await startGatewaySim({
    mode: 'connect',
    host: '127.0.0.1',
    port,
    dialect: 'encapsulated',
    ourCompId: 'GW1',
    theirCompId: 'DROPCOPY',
    sources: ['K7T882'],
    seed: 44,
    rate: 'max',
    count: messages,
  })
  await gateway.done
  const { sources } = await gateway.stop()
  const { 'order-reject': rejects = 0, 'cancel-reject': cancelRejects = 0 } = sources.K7T882?.classes ?? {}
  return messages - rejects - cancelRejects
}

/** The terminal client: logs on, takes everything, logs out. */
async function wholeRun(port: number, state: string, copies: number): Promise<void> {
  const client = startClient({
    host: '127.0.0.1',
    port,
    session: 'ODQ1Z9',
    password: 'secret',
    subId: 'RISK01',
    state,
  })
  await within(client.until(() => client.live && client.receipts.copies === copies))
  await client.stop()
}

const header = { sender: 'ODQ1Z9N', target: 'CME', subId: 'RISK01', targetSubId: 'G', locationId: 'US,IL' }
const password = (text: string): Fields => [
  [95, text.length],
  [96, text],
]

async function wrongPassword(port: number): Promise<void> {
  const peer = await FixPeer.connect(port, header)
  peer.logon(password('guess'))
  await peer.closed()
}

async function rulesBroken(port: number): Promise<void> {
  const taught = await FixPeer.connect(port, header)
  taught.logon(password('secret'))
  const expected = Number((await taught.message('5')).fields.find(([tag]) => tag === 789)?.[1])
  await taught.closed()
  const peer = await FixPeer.connect(port, { ...header, automatic: false })
  peer.seqNum = expected
  peer.logon(password('secret'))
  await peer.message('1')
  peer.send('2', [
    [7, 5],
    [16, 4],
  ])
  await peer.message('3')
  peer.send('D', [
    [11, 'CL000009'],
    [55, 'CL'],
    [54, 1],
  ])
  await peer.message('j')
  peer.send('ZZ')
  await peer.message('3', 2)
  peer.seqNum = 1
  peer.logon([...password('secret'), [141, 'Y']])
  await peer.message('1', 2)
  peer.seqNum = 1
  peer.send('0')
  await peer.closed()
}

/** The numbers began anew in the scene before; its last Logout expected 2. */
async function byApplication(port: number): Promise<void> {
  const peer = await FixPeer.connect(port, header)
  peer.seqNum = 2
  peer.logon(password('secret'))
  await peer.message('1')
  const request = (id: number, type: number, ...entry: Fields) =>
    peer.send('BW', [[1346, id], [1347, type], ...(entry.length > 0 ? [[1351, 1] as const, ...entry] : [])])
  request(1, 3)
  await peer.message('BX')
  request(2, 2, [1355, 'K7T'])
  await peer.message('BX', 2)
  request(3, 0, [1355, 'K7T'], [1182, 1], [1183, 0])
  await peer.message('BY')
  request(4, 0, [1355, 'ZZZ'], [1182, 1], [1183, 10])
  await peer.message('BX', 4)
  peer.send('BW', [[1346, 5]])
  await peer.message('3')
  peer.send('5')
  await peer.closed()
}

async function within(promise: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('the copies did not come')), patienceMs)
  })
  await Promise.race([promise, late]).finally(() => clearTimeout(timer))
}

/** As the document shows it. */
export const printed = ({ title, lines }: Scene): string =>
  [`### ${title}`, '', '```', ...lines.map(({ from, text }) => `${from} ${text}`), '```'].join('\n')

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  for (const scene of await recordSession()) console.log(`${printed(scene)}\n`)
}
