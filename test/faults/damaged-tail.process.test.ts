import { closeSync, openSync, readdirSync, readFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { client, gateway, password, snapshot, start, temporaryDirectory } from '#test/support/connector.ts'
import { type FixPeer, fieldOf } from '#test/support/fix-peer.ts'
import { envelop, sourceFill } from '#test/support/source-flow.ts'

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
    await feed.message('A')
    envelop(feed, sourceFill('K7T882', 6))
    await back.until('the next copy', () => back.of('8').some((copy) => fieldOf(copy, 1181) === '6'))
    expect(back.received.filter(({ seqNum }) => used.has(seqNum))).toEqual([])
  })
})
