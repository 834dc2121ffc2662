import { closeSync, cpSync, openSync, readdirSync, readFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { client, gateway, password, snapshot, start, temporaryDirectory } from '#test/support/connector.ts'
import { FixPeer, fieldOf } from '#test/support/fix-peer.ts'
import { envelop, sourceFill } from '#test/support/source-flow.ts'
import { isPossibleResend } from '../connector/asking.ts'

/** Changes one byte of the newest segment, so many bytes before the end of what was written. */
function flip(data: string, before: number): void {
  const dir = join(data, 'journal')
  const segments = readdirSync(dir).filter((name) => readFileSync(join(dir, name)).length > 64 * 1024)
  const bySize = segments.map((name) => ({ path: join(dir, name), bytes: readFileSync(join(dir, name)) }))
  const { path, bytes } = bySize.sort((a, b) => lastByte(b.bytes) - lastByte(a.bytes))[0]!
  const at = lastByte(bytes) - before
  const fd = openSync(path, 'r+')
  writeSync(fd, Buffer.from([bytes[at]! ^ 0x10]), 0, 1, at)
  closeSync(fd)
}

function lastByte(bytes: Buffer): number {
  let at = bytes.length - 1
  while (at >= 0 && bytes[at] === 0) at--
  return at
}

async function copies(peer: FixPeer, count: number): Promise<void> {
  await peer.until(`${count} copies`, () => peer.of('8').length === count)
}

describe('a journal whose last, synced bytes have changed', () => {
  test('lets no number be used again, and what was in them comes once more from the feed', async () => {
    const data = temporaryDirectory()
    const small = { segmentBytes: 256 * 1024 }
    const first = await start(snapshot(), data, small)
    const gw = await gateway(first.feedPort)
    gw.logon()
    await gw.message('A')
    const peer = await client(first.targetPort)
    peer.logon(password())
    await peer.message('1')
    for (let n = 1; n <= 5; n++) envelop(gw, sourceFill('K7T882', n))
    await copies(peer, 5)
    await first.stop()
    flip(data, 24)
    const again = await start(snapshot(), data, small)
    expect(again.worker.core.journal.recovery.tail).toBe('suspect')
    expect(again.worker.alarms.all.map(({ code }) => code)).toContain('suspect-tail')
    const back = await client(again.targetPort)
    back.seqNum = peer.seqNum
    back.logon(password())
    const logon = await back.message('A')
    expect(logon.seqNum).toBeGreaterThan(10_000)
    const used = new Set(peer.received.map(({ seqNum }) => seqNum))
    const feed = await gateway(again.feedPort)
    feed.seqNum = gw.seqNum
    feed.logon()
    expect((await feed.message('A')).seqNum, 'the number that its gateway is told').toBeGreaterThan(10_000)
    envelop(feed, sourceFill('K7T882', 6))
    await back.until('the next copy', () => back.of('8').some((copy) => fieldOf(copy, 1181) === '6'))
    expect(back.received.filter(({ seqNum }) => used.has(seqNum))).toEqual([])
  })

  test('lets what the feed sends again be marked as a possible resend, and nothing that is new', async () => {
    const data = temporaryDirectory()
    const small = { segmentBytes: 256 * 1024 }
    const first = await start(snapshot(), data, small)
    const identity = { sender: 'GW1', target: 'DROPCOPY', subId: 'GW', targetSubId: 'DC', locationId: 'US,IL' }
    const memory = { seqNum: 1, sent: new Map() }
    const gw = await FixPeer.connect(first.feedPort, { ...identity, memory })
    gw.logon()
    await gw.message('A')
    const peer = await client(first.targetPort)
    peer.logon(password())
    await peer.message('1')
    for (let n = 1; n <= 5; n++) {
      envelop(gw, sourceFill('K7T882', n))
      await copies(peer, n) // each in a batch of its own
    }
    const found = temporaryDirectory() // like a machine whose power fails
    cpSync(data, found, { recursive: true, filter: (path) => !path.endsWith('lock') })
    await first.stop()
    flip(found, 24)
    const again = await start(snapshot(), found, small)
    expect(again.worker.core.journal.recovery.tail).toBe('suspect')
    const feed = await FixPeer.connect(again.feedPort, { ...identity, memory })
    feed.logon()
    envelop(feed, sourceFill('K7T882', 6))
    const { streams } = again.worker.core.state.data
    await feed.until('both', () =>
      Object.values(streams).some(({ name, highest }) => name === 'K7T882' && highest === 6),
    )
    expect([4, 5, 6].map((number) => isPossibleResend(again, 'K7T882', number))).toEqual([false, true, false])
  })
})

describe('a journal with a flipped bit before valid batches', () => {
  test.each(['M', 'D'] as const)(
    'in one with %s is run on: nothing is numbered twice, and resends gap-fill it',
    async (victim) => {
      const data = temporaryDirectory()
      const first = await start(snapshot(), data)
      const gw = await gateway(first.feedPort)
      gw.logon()
      await gw.message('A')
      for (let n = 1; n <= 5; n++) envelop(gw, sourceFill('K7T882', n))
      await gw.until('five waiting', () => first.worker.targets.get('ODQ1Z9')!.behind === 5)
      const peer = await client(first.targetPort)
      peer.logon(password())
      await copies(peer, 5) // their numbers are in a batch of their own
      for (let n = 6; n <= 8; n++) {
        envelop(gw, sourceFill('K7T882', n))
        await copies(peer, n)
      }
      const { journal } = first.worker.core
      let at = 0
      await journal.scan(journal.start, journal.end, (record) => {
        if (at === 0 && record.type === victim) at = record.position
        return undefined
      })
      await first.stop()
      const fd = openSync(join(data, 'journal', '0000000000000000.segment'), 'r+')
      writeSync(fd, Buffer.from([0x55]), 0, 1, at + 9)
      closeSync(fd)

      const again = await start(snapshot(), data)
      expect(again.worker.alarms.all.map(({ code }) => code)).toContain('damaged')
      const back = await client(again.targetPort)
      back.seqNum = peer.seqNum
      back.logon(password())
      expect((await back.message('A')).seqNum).toBeGreaterThan(10_000)
      const feed = await gateway(again.feedPort)
      feed.seqNum = gw.seqNum
      feed.logon()
      await feed.message('A')
      envelop(feed, sourceFill('K7T882', 9))
      await copies(back, 1)
      expect([1181, 1350].map((tag) => fieldOf(back.of('8')[0]!, tag))).toEqual(['9', '8'])
      const one = again.worker.targets.get('ODQ1Z9')!
      await back.until('none waiting', () => one.behind === 0)
      back.send('2', [
        [7, 1],
        [16, 12],
      ])
      await back.until('the resend', () => back.of('8').filter((copy) => fieldOf(copy, 43) === 'Y').length === 3)
      const resent = back.of('8').filter((copy) => fieldOf(copy, 43) === 'Y')
      expect(resent.map((copy) => fieldOf(copy, 1181))).toEqual(['6', '7', '8'])
      await again.stop()
      const { nextOut } = one.state
      const third = await start(snapshot(), data)
      expect(third.worker.targets.get('ODQ1Z9')!.state.nextOut, 'raised once').toBe(nextOut)
    },
  )
})
