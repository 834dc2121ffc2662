import { createHmac } from 'node:crypto'
import type { SnapshotInput } from '#domain/configuration/snapshot.ts'
import { target } from './connector.ts'
import { FixPeer, frame, type Received, utc } from './fix-peer.ts'

/** A made-up key pair. */
export type Key = { accessKeyId: string; secretKey: string }
export const key1: Key = {
  accessKeyId: 'EXAMPLEACCESSKEY0001',
  secretKey: 'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8',
}
export const key2: Key = {
  accessKeyId: 'EXAMPLEACCESSKEY0002',
  secretKey: 'IB8eHRwbGhkYFxYVFBMSERAPDg0MCwoJCAcGBQQDAgE',
}

type Target = SnapshotInput['targets'][number]

export const dc4Target = (more: Partial<Target> = {}): Target =>
  target({
    sessionId: 'P4TGT1',
    protocol: 'dc4',
    credentials: [{ kind: 'hmac', ...key1 }],
    listen: [
      { role: 'primary', host: 'localhost', port: 0 },
      { role: 'backup', host: '127.0.0.2', port: 0 },
    ],
    ...more,
  })

type ClientOptions = { host?: string; subId?: string; locationId?: string; targetSubId?: string; seqNum?: number }

/** A client of the target, connected and not logged on. */
export async function dc4Client(port: number, more: ClientOptions = {}): Promise<FixPeer> {
  const { host = '127.0.0.1', subId = 'RISK01', locationId = 'US,IL', targetSubId = 'G', seqNum = 1 } = more
  const options = {
    sender: 'P4TGT1N',
    target: 'CME',
    subId,
    targetSubId,
    locationId,
    memory: { seqNum, sent: new Map() },
  }
  return FixPeer.connect(port, options, host)
}

/** Signed according to the specification, not with our own code. */
export function signedLogon(peer: FixPeer, key: Key = key1, wrong: { time?: string; signature?: string } = {}): void {
  const { sender, target: receiver, subId = '', targetSubId = '', locationId = '' } = peer.options
  const seqNum = peer.seqNum++
  const { time = utc() } = wrong
  const signed = [seqNum, sender, subId, time, targetSubId, 30, locationId, 0, 'DCSIM', '1.0', 'EXAMPLE']
  const secret = Buffer.from(key.secretKey, 'base64url')
  const signature = wrong.signature ?? createHmac('sha256', secret).update(signed.join('\n')).digest('base64url')
  peer.write(
    frame([
      [35, 'A'],
      [34, seqNum],
      [49, sender],
      [50, subId],
      [52, time],
      [56, receiver],
      [57, targetSubId],
      [142, locationId],
      [369, 0],
      [108, 30],
      [141, 'N'],
      [1603, 'DCSIM'],
      [1604, '1.0'],
      [1605, 'EXAMPLE'],
      [354, key.accessKeyId.length],
      [355, key.accessKeyId],
      [1400, 'CME-1-SHA-256'],
      [1401, signature.length],
      [1402, signature],
    ]),
  )
}

/** A client that is logged on. */
export async function dc4LoggedOn(port: number, more: ClientOptions = {}, key: Key = key1): Promise<FixPeer> {
  const peer = await dc4Client(port, more)
  signedLogon(peer, key)
  await peer.message('1')
  return peer
}

/** The whole source message inside a copy, SOH as `|`. */
export const innerOf = (copy: Received): string => /<RTRF>(.*)<\/RTRF>/.exec(copy.text)?.[1] ?? ''
/** The envelope around it. */
export const outerOf = (copy: Received): string => copy.text.replace(/<RTRF>.*<\/RTRF>/, '…')
