import { expect } from 'vitest'
import { flag } from '#connector/state/fold.ts'
import { balances } from '#test/support/balances.ts'
import { client, gateway, password, type Started } from '#test/support/connector.ts'
import { type Fields, type FixPeer, fieldOf, type Received } from '#test/support/fix-peer.ts'
import { envelop, sourceFill } from '#test/support/source-flow.ts'

export const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i)
export const session = (connector: Started) => connector.worker.targets.get('ODQ1Z9')!

export async function feeding(connector: Started): Promise<FixPeer> {
  const feed = await gateway(connector.feedPort)
  feed.logon()
  await feed.message('A')
  return feed
}

/** More than all buffers between two sockets hold, with 2,500 of them: the kernel lets a receiver's grow to 33 MB. */
export const long: Fields = [[58, 'x'.repeat(20_000)]]

/** The source has sent these, and the connector has them. */
export async function sent(
  connector: Started,
  feed: FixPeer,
  numbers: readonly number[],
  source = 'K7T882',
  more: Fields = [],
): Promise<void> {
  for (const n of numbers) envelop(feed, sourceFill(source, n, more))
  const last = numbers.at(-1)
  await feed.until('them', () => connector.worker.sources.find(source)?.known.highest === last)
}

export async function loggedOn(connector: Started, seqNum = 1): Promise<FixPeer> {
  const peer = await client(connector.targetPort)
  peer.seqNum = seqNum
  peer.logon(password())
  await peer.message('1')
  await peer.until('the cursor at the end', () => session(connector).behind === 0)
  return peer
}

/** A request for messages. */
export const messages = (id: string | number, applId: string, begin: number, end: number): Fields => [
  [1346, id],
  [1347, 0],
  [1351, 1],
  [1355, applId],
  [1182, begin],
  [1183, end],
]

/** From behind the header to the trailer; the parts of ids that are a time of day, and 369, left out. */
export const body = (message: Received): string =>
  message.text
    .replace(/^.*?\|369=\d+\|/, '')
    .replace(/\|10=\d+\|$/, '')
    .replace(/(1353=.{23})\d{9}/, '$1*')
    .replace(/(1356=.{9})\d{9}/, '$1*')

export const byApplication = (peer: FixPeer) => peer.of('8').filter((copy) => fieldOf(copy, 1352) === 'Y')
export const ofTag = (copies: readonly Received[], tag: number) => copies.map((copy) => fieldOf(copy, tag))

export function ledger(connector: Started) {
  const weeks = Object.values(session(connector).state.ledger)
  const rows = weeks.flatMap((week) => Object.values(week))
  expect(rows.every(balances)).toBe(true)
  return rows.find(({ received }) => received > 0)
}

/**
 * Whether the journal says of a source message, in the epoch of now, that a copy of it may have been delivered before.
 */
export function isPossibleResend({ worker }: Started, source: string, number: number): boolean {
  const found = worker.sources.find(source)
  if (!found) throw new Error(`there is no source ${source}`)
  const { journal } = worker.core
  const record = journal.read(journal.findMessage(found.id, found.known.epoch, number))
  if (record.type !== 'M') throw new Error(`a record ${record.type}`)
  return (record.flags & flag.possResend) !== 0
}
