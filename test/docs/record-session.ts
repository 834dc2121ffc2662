/**
 * Records what targets and their clients say to each other: a connector in a process of its own, a simulated gateway,
 * the terminal client, and where a client has to break rules one written by hand.
 * `npx tsx test/docs/record-session.ts` prints it with `|` for SOH.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { startClient } from '#client/client.ts'
import { type Fields, FixPeer } from '../support/fix-peer.ts'
import { recordDc4 } from './record-dc4.ts'
import { type Connector, feed, printed, type Scene, startConnector, type Tap, tap, within } from './recording.ts'

/** Every scene of the document, in its order. */
export const recordSession = async (): Promise<Scene[]> => [...(await recordClassic()), ...(await recordDc4())]

/** One session from the first message to the last, as short as it can be. */
export const recordWholeSession = (): Promise<Scene> =>
  onClassic(async (port, wire, connector) => {
    await feed(connector.feedPort, 2)
    return wire.scene('A whole session in twelve lines', () => twelveLines(port))
  })

const recordClassic = (): Promise<Scene[]> =>
  onClassic(async (port, wire, connector, directory) => {
    const copies = await feed(connector.feedPort)
    return [
      await wire.scene('First logon of the week', () => wholeRun(port, join(directory, 'first.json'), copies)),
      await wire.scene('A client that has lost its numbers', () =>
        wholeRun(port, join(directory, 'second.json'), copies),
      ),
      await wire.scene('Refused', () => wrongPassword(port)),
      await wire.scene('Rejected, then reset within the session', () => rulesBroken(port)),
      await wire.scene('Messages asked for by application', () => byApplication(port)),
    ]
  })

type Play<T> = (port: number, wire: Tap, connector: Connector, directory: string) => Promise<T>

/** Played against a connector that runs `docs/examples/classic.json`. */
async function onClassic<T>(play: Play<T>): Promise<T> {
  const directory = mkdtempSync(join(tmpdir(), 'record-session-'))
  const connector = await startConnector(directory, 'classic.json')
  const wire = await tap(connector.targetPort)
  const [port = 0] = wire.ports
  try {
    return await play(port, wire, connector, directory)
  } finally {
    wire.close()
    await connector.stop()
    rmSync(directory, { recursive: true, force: true })
  }
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

async function twelveLines(port: number): Promise<void> {
  const peer = await FixPeer.connect(port, header)
  peer.logon(password('secret'))
  await peer.message('1')
  await peer.message('8', 2)
  peer.send('1', [[112, 'STILL-THERE']])
  await peer.message('0')
  peer.send('2', [
    [7, 3],
    [16, 3],
  ])
  await peer.message('8', 3)
  peer.send('5')
  await peer.closed()
}

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
  request(5, 0, [1355, 'K7T'], [1182, 500], [1183, 0])
  await peer.message('BX', 5)
  peer.send('BW', [[1346, 6]])
  await peer.message('3')
  peer.send('5')
  await peer.closed()
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  for (const scene of [await recordWholeSession(), ...(await recordSession())]) console.log(`${printed(scene)}\n`)
}
