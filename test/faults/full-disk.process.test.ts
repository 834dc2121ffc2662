import { describe, expect, test } from 'vitest'
import { Random } from '#gateway-sim/random.ts'
import { client, gateway, keptLog, password, snapshot, start } from '#test/support/connector.ts'
import { fieldOf } from '#test/support/fix-peer.ts'
import { envelop, sourceFill } from '#test/support/source-flow.ts'
import { fullDiskRound } from './rig/full-disk-round.ts'

/** A disk of any size until a test sets `bytes`: writing zeros ahead fails beyond them. */
function smallDisk() {
  const disk = { bytes: Number.POSITIVE_INFINITY, used: 0 }
  return {
    disk,
    async zero(_fd: number, count: number): Promise<void> {
      if (disk.used + count > disk.bytes) throw Object.assign(new Error('no space left'), { code: 'ENOSPC' })
      disk.used += count
    },
  }
}

describe('a full disk', () => {
  test('leaves feeds unread while clients are served, and everything goes on when there is room', async () => {
    const segmentBytes = 1024 * 1024
    const files = smallDisk()
    const { log, lines } = keptLog()
    const connector = await start(snapshot(), undefined, { files, segmentBytes, ringBytes: 4 * segmentBytes, log })
    const gw = await gateway(connector.feedPort)
    gw.logon()
    await gw.message('A')
    const peer = await client(connector.targetPort)
    peer.logon(password())
    await peer.message('1')
    files.disk.bytes = files.disk.used // no more than both use once they exist
    const total = 12_000
    let sent = 0
    const { journal } = connector.worker.core
    for (; sent < total && !journal.isFull; await new Promise((resolve) => setImmediate(resolve)))
      for (let i = 0; i < 50; i++) envelop(gw, sourceFill('K7T882', ++sent))
    await peer.until('the pressure', () => journal.isFull)
    peer.send('1', [[112, 'STILL']])
    await peer.until('an answer all the same', () => peer.of('0').some((message) => fieldOf(message, 112) === 'STILL'))
    expect(connector.worker.alarms.all.map(({ code }) => code)).toContain('disk-full')
    files.disk.bytes = Number.POSITIVE_INFINITY
    await peer.until('room', () => !journal.isFull)
    while (sent < total) envelop(gw, sourceFill('K7T882', ++sent))
    await peer.until('everything', () => peer.of('8').length >= total)
    expect(peer.of('8').map((copy) => Number(fieldOf(copy, 1181)))).toEqual(
      Array.from({ length: total }, (_, i) => i + 1),
    )
    expect(connector.worker.alarms.all.map(({ code }) => code)).not.toContain('disk-full')
    const told = lines.filter((line) => line.code === 'disk-full').map(({ level, msg }) => [level, msg])
    expect(told).toEqual([
      [50, 'alarm raised'],
      [30, 'alarm cleared'],
    ])
  })

  test('whose room runs out under load costs nothing, also when the connector is killed and started while it is full', async () => {
    const { lost, doubled, wrong } = await fullDiskRound(new Random(7), { bytes: 100 << 20, messages: 300 })
    expect({ lost, doubled, wrong }).toEqual({ lost: [], doubled: [], wrong: [] })
  })
})
