import { closeSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import {
  client,
  gateway,
  password,
  type Started,
  snapshot,
  start,
  temporaryDirectory,
} from '#test/support/connector.ts'
import { FixPeer, fieldOf } from '#test/support/fix-peer.ts'
import { envelop, sourceFill } from '#test/support/source-flow.ts'

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

/** Stops it, and changes a byte of the record of this type that comes as the so-manieth. */
async function damage(running: Started, data: string, type: string, count: number): Promise<void> {
  const { journal } = running.worker.core
  let [at, left] = [0, count]
  await journal.scan(journal.start, journal.end, (record) => {
    if (record.type === type && --left === 0) at = record.position
    return undefined
  })
  await running.stop()
  const fd = openSync(join(data, 'journal', '0000000000000000.segment'), 'r+')
  writeSync(fd, Buffer.from([0x55]), 0, 1, at + 9)
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
    expect(state.loss).toMatchObject([{ from: 8, to: 8, why: 'damaged here, gap-filled by the gateway' }]) // behind Logon and Heartbeat
    expect(again.worker.alarms.all.map(({ code }) => code)).toContain('lost')
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
