import { closeSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { balances } from '#test/support/balances.ts'
import {
  client,
  gateway,
  password,
  type Started,
  snapshot,
  start,
  target,
  temporaryDirectory,
} from '#test/support/connector.ts'
import { FixPeer, fieldOf, type Received } from '#test/support/fix-peer.ts'
import { envelop, sourceFill } from '#test/support/source-flow.ts'
import { body, isPossibleResend, messages, ofTag, range, sent } from '../connector/asking.ts'

const ids = { sender: 'GW1', target: 'DROPCOPY', subId: 'GW', targetSubId: 'DC', locationId: 'US,IL' }

/** Eight messages, the last three each in a batch of their own; one byte of the sixth changes. */
async function withDamage() {
  const data = temporaryDirectory()
  const first = await start(snapshot(), data)
  const memory = { seqNum: 1, sent: new Map() }
  const gw = await FixPeer.connect(first.feedPort, { ...ids, memory })
  gw.logon()
  await gw.message('A')
  const peer = await client(first.targetPort)
  peer.logon(password())
  await peer.message('1')
  for (let n = 1; n <= 8; n++) {
    envelop(gw, sourceFill('K7T882', n))
    await peer.until(`${n} copies`, () => peer.of('8').length === n)
  }
  await damage(first, data, 'M', 6)
  return { data, memory, seqNum: peer.seqNum }
}

/** Stops the connector, and changes a byte of the nth record of this type. */
async function damage(running: Started, data: string, type: string, count: number): Promise<void> {
  const at = await placeOf(running, type, count)
  await running.stop()
  flip(data, at + 9)
}

async function placeOf({ worker }: Started, type: string, count: number): Promise<number> {
  const { journal } = worker.core
  let [at, left] = [0, count]
  await journal.scan(journal.start, journal.end, (record) => {
    if (record.type === type && --left === 0) at = record.position
    return undefined
  })
  return at
}

/** Changes a byte of the first segment. */
function flip(data: string, at: number): void {
  const fd = openSync(join(data, 'journal', '0000000000000000.segment'), 'r+')
  writeSync(fd, Buffer.from([0x55]), 0, 1, at)
  closeSync(fd)
}

describe('a message in a damaged batch', () => {
  test('is asked for again, once, and comes outside the chain', async () => {
    const { data, memory, seqNum } = await withDamage()
    const again = await start(snapshot(), data)
    const gw = await FixPeer.connect(again.feedPort, { ...ids, memory })
    gw.logon()
    const peer = await client(again.targetPort)
    peer.seqNum = seqNum
    peer.logon(password())
    const copy = await peer.message('8')
    expect([1181, 1350, 1352].map((tag) => fieldOf(copy, tag))).toEqual(['6', undefined, 'Y'])
    envelop(gw, sourceFill('K7T882', 9))
    const next = await peer.message('8', 2)
    expect([1181, 1350, 1352].map((tag) => fieldOf(next, tag))).toEqual(['9', '8', undefined])
    expect([6, 9].map((number) => isPossibleResend(again, 'K7T882', number))).toEqual([true, false])
    const feed = again.worker.feeds.get('gw1')!
    expect(feed.state.loss).toEqual([])
    const { nextIn } = feed.state
    await again.stop()
    const third = await start(snapshot(), data)
    expect(third.worker.feeds.get('gw1')!.state.nextIn).toBeGreaterThanOrEqual(nextIn)
  })

  test('that the gateway does not have any more is named as lost', async () => {
    const { data, memory } = await withDamage()
    const again = await start(snapshot(), data)
    const gw = await FixPeer.connect(again.feedPort, { ...ids, memory: { ...memory, sent: new Map() } })
    gw.logon()
    const { state } = again.worker.feeds.get('gw1')!
    await gw.until('the loss', () => again.worker.feeds.get('gw1')!.state.loss.length > 0)
    // behind Logon and Heartbeat
    expect(state.loss).toMatchObject([{ from: 8, to: 8, why: 'damaged here, gap-filled by the gateway' }])
    expect(again.worker.alarms.all.map(({ code }) => code)).toContain('lost')
  })
})

/** Enough segments that a start reads nothing of the first. */
const last = 800

/**
 * Two targets, of which only the first has a client; the sixth message is in a sealed segment, and in a batch of its
 * own.
 */
async function withSealed() {
  const data = temporaryDirectory()
  const small = { segmentBytes: 128 * 1024, ringBytes: 256 * 1024 }
  const document = snapshot({ targets: [target(), target({ sessionId: 'FIX001' })] })
  const first = await start(document, data, small)
  const gw = await gateway(first.feedPort)
  gw.logon()
  const peer = await client(first.targetPort)
  peer.logon(password())
  await peer.message('1')
  for (let n = 1; n <= 8; n++) {
    await sent(first, gw, [n])
    await peer.until(`${n} copies`, () => peer.of('8').length === n)
  }
  await sent(first, gw, range(9, last))
  await peer.until('all copies', () => peer.of('8').length === last)
  const at = await placeOf(first, 'M', 6)
  await first.stop()
  const again = await start(document, data, small) // memory holds none of the messages
  expect(again.worker.core.journal.sealed(0)?.end).toBeGreaterThan(at)
  flip(data, at + 60) // in the message's own bytes
  return { again, before: peer.of('8'), seqNum: peer.seqNum }
}

describe('a bit that changes in a sealed segment of a running connector', () => {
  test('is never sent: what it was in is gap-filled, left out, and named as lost', async () => {
    const { again, before, seqNum } = await withSealed()
    const peer = await client(again.targetPort)
    peer.seqNum = seqNum
    peer.logon(password())
    await peer.message('1')
    peer.send('2', [
      [7, 1],
      [16, 0],
    ])
    await peer.until('the end', () => peer.of('8').some((one) => fieldOf(one, 1181) === `${last}`))
    const resent = peer.of('8')
    const others = before.filter((copy) => fieldOf(copy, 1181) !== '6')
    const said = (copy: Received) => [copy.seqNum, ofTag([copy], 1181), ofTag([copy], 1350), copy.fields.slice(-20, -1)]
    expect(resent.map(said)).toEqual(others.map(said))
    const gap = before.find((copy) => fieldOf(copy, 1181) === '6')?.seqNum ?? 0
    expect(peer.of('4').map((fill) => [fill.seqNum, fieldOf(fill, 36)])).toContainEqual([gap, `${gap + 1}`])
    const lost = again.worker.alarms.all.find(({ code }) => code === 'lost')
    expect(lost).toMatchObject({ kind: 'source', id: 'K7T882', says: expect.stringMatching(/^K7T882: number 6 /) })

    peer.send('BW', messages(1, 'K7T', 5, 7))
    const report = await peer.message('BY')
    const byApplication = peer.of('8').filter((copy) => fieldOf(copy, 1352) === 'Y')
    expect([ofTag(byApplication, 1181), ofTag(byApplication, 1350)]).toEqual([
      ['5', '7'],
      [undefined, '5'],
    ])
    expect(body(report)).toMatch(/1357=7$/)
  })

  test('costs a client that has yet to catch up that message only, which its ledger does not call delivered', async () => {
    const { again } = await withSealed()
    const peer = await client(again.targetPort, { sessionId: 'FIX001' })
    peer.logon(password())
    const copies = await peer.until('the rest', () => peer.of('8').length === last - 1 && peer.of('8'))
    expect(ofTag(copies, 1181)).toEqual(range(1, last).flatMap((n) => (n === 6 ? [] : [`${n}`])))
    const { state } = again.worker.targets.get('FIX001')!
    const row = await peer.until('the count', () =>
      Object.values(state.ledger)
        .flatMap(Object.values)
        .find((one) => one.expired > 0),
    )
    expect(row).toMatchObject({ received: last, delivered: last - 1, waiting: 0, expired: 1 })
    expect(balances(row)).toBe(true)
    expect(again.worker.alarms.all.map(({ code, id }) => [code, id])).toContainEqual(['lost', 'K7T882'])
  })
})

describe('names and configuration', () => {
  test.each([2, 4])('in a damaged batch are known from the other one: record %i', async (count) => {
    const data = temporaryDirectory()
    const first = await start(snapshot(), data)
    const gw = await gateway(first.feedPort)
    gw.logon()
    await gw.message('A')
    envelop(gw, sourceFill('K7T882', 1))
    await gw.until('one waiting', () => first.worker.targets.get('ODQ1Z9')!.behind === 1)
    await damage(first, data, 'X', count)
    const again = await start(snapshot(), data)
    expect(again.worker.alarms.all.map(({ code }) => code)).toContain('damaged')
    const peer = await client(again.targetPort)
    peer.logon(password())
    const copy = await peer.message('8')
    expect(fieldOf(copy, 1181)).toBe('1')
  })
})
