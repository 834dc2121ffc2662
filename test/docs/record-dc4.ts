import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Client, type ClientOptions, startClient } from '#client/client.ts'
import { signHmac } from '#connector/wire/credentials.ts'
import { dc4Client, dc4LoggedOn, key1, signedLogon } from '../support/dc4.ts'
import { FixPeer, utc } from '../support/fix-peer.ts'
import { sourceFill } from '../support/source-flow.ts'
import { type Connector, feed, type Scene, startConnector, type Tap, tap, within } from './recording.ts'

const subId = 'RISK01'

/**
 * Played against a connector that runs `docs/examples/dc4.json`; one client goes through all of them, with its state.
 */
export async function recordDc4(): Promise<Scene[]> {
  const directory = mkdtempSync(join(tmpdir(), 'record-dc4-'))
  const connector = await startConnector(directory, 'dc4.json')
  const wire = await tap(connector.targetPort, connector.backupPort)
  const [port = 0] = wire.ports
  const state = join(directory, 'client.json')
  const client = (more: Partial<ClientOptions> = {}) => terminalClient({ port, state, ...more })
  try {
    return [
      await wire.scene('Signed Logon, and copies in their envelopes', () => liveCopies(client, wire, connector)),
      await wire.scene('Copies missed and asked for, then a possible resend', () => missed(client, connector)),
      await wire.scene('Signature or time wrong', () => refused(port, state)),
      await wire.scene('No Application Resend on Drop Copy 4.0', () => noApplicationResend(port, state)),
      await wire.scene('Sent away from the address that is not in force', () => sentAway(client, wire)),
      await wire.scene('Failover', () => failover(client, wire, connector)),
    ]
  } finally {
    wire.close()
    await connector.stop()
    rmSync(directory, { recursive: true, force: true })
  }
}

type Make = (more?: Partial<ClientOptions>) => Client

function terminalClient(more: Partial<ClientOptions> & { port: number }): Client {
  const sign = (text: string) => signHmac(key1.secretKey, text)
  const accessKey = { kind: 'hmac', accessKeyId: key1.accessKeyId, sign } as const
  const app = { name: 'DCSIM', version: '1.0', vendor: 'EXAMPLE' }
  return startClient({ host: '127.0.0.1', session: 'P4TGT1', protocol: 'dc4', accessKey, app, subId, ...more })
}

async function liveCopies(client: Make, wire: Tap, { feedPort }: Connector): Promise<void> {
  const one = client()
  await within(one.until((c) => isSettled(c, wire, 1)))
  const copies = await feed(feedPort)
  await within(one.until((c) => c.receipts.copies === copies))
  await one.stop()
}

/** The gateway has begun its numbers anew, and goes on with the source's. */
async function missed(client: Make, { feedPort }: Connector): Promise<void> {
  const gateway = await FixPeer.connect(feedPort, { sender: 'GW1', target: 'DROPCOPY', subId: 'GW', targetSubId: 'G' })
  gateway.logon([[141, 'Y']])
  await gateway.message('A')
  hand(gateway, 5)
  hand(gateway, 6)
  gateway.send('1', [[112, 'TAKEN']])
  await gateway.until('the Heartbeat', () => gateway.of('0').length > 0)
  const one = client()
  await within(one.until((c) => c.receipts.copies === 5))
  hand(gateway, 7, [[97, 'Y']])
  await within(one.until((c) => c.receipts.copies === 6))
  await one.stop()
  gateway.send('5')
  await gateway.closed()
}

function hand(gateway: FixPeer, number: number, flags: readonly (readonly [number, string])[] = []): void {
  const requestTime = `${Date.now()}${String(number).padStart(6, '0')}`
  const payload = `<RTRF>${sourceFill('K7T882', number, [[5979, requestTime]]).toString('latin1')}</RTRF>`
  gateway.send('n', [...flags, [212, payload.length], [213, payload]])
}

const nextOut = (state: string): number => JSON.parse(readFileSync(state, 'utf8')).nextOut

async function refused(port: number, state: string): Promise<void> {
  const seqNum = nextOut(state)
  const forged = await dc4Client(port, { seqNum })
  signedLogon(forged, key1, { signature: 'A'.repeat(43) })
  await forged.closed()
  const late = await dc4Client(port, { seqNum })
  signedLogon(late, key1, { time: utc(Date.now() - 60_000) })
  await late.closed()
}

async function noApplicationResend(port: number, state: string): Promise<void> {
  const peer = await dc4LoggedOn(port, { seqNum: nextOut(state) })
  peer.send('BW', [
    [1346, 1],
    [1347, 3],
  ])
  await peer.message('j')
  peer.send('5')
  await peer.closed()
}

/** The client's numbers are those of its last run: it is taught what the one written by hand has used since. */
async function sentAway(client: Make, wire: Tap): Promise<void> {
  const [port = 0, backup = 0] = wire.ports
  const one = client({ port: backup, others: [{ host: '127.0.0.1', port }] })
  await within(one.until((c) => isSettled(c, wire, 1)))
  await one.stop()
}

async function failover(client: Make, wire: Tap, connector: Connector): Promise<void> {
  const [, backup = 0] = wire.ports
  const one = client({ others: [{ host: '127.0.0.1', port: backup }] })
  await within(one.until((c) => isSettled(c, wire, 1)))
  connector.become((from) => ({
    ...from,
    version: 2,
    targets: from.targets.map((target) => ({ ...target, active: 'backup' })),
  }))
  await within(one.until((c) => isSettled(c, wire, 2)))
  await one.stop()
}

/** Logged on so often, and all that either side has sent has passed. */
function isSettled(one: Client, wire: Tap, logons: number): boolean {
  const { nextIn, nextOut } = one.numbers
  const hasPassed = nextIn === wire.highest('<') + 1 && nextOut === wire.highest('>') + 1
  return one.live && one.summary().logons === logons && hasPassed
}
