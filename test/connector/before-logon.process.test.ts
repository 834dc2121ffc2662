import { connect } from 'node:net'
import { pino } from 'pino'
import { describe, expect, test } from 'vitest'
import { perConnection } from '#connector/wire/before-logon.ts'
import { client, gateway, password, snapshot, start, target } from '#test/support/connector.ts'
import { fieldOf, frame, utc } from '#test/support/fix-peer.ts'
import { envelop, sourceFill } from '#test/support/source-flow.ts'

/** Every address that begins with 127 is this machine, so a stranger can have one of its own. */
const stranger = '127.0.0.2'

/** A Tuesday. */
const nowMs = () => Date.parse('2026-07-07T12:00:00Z')
const clock = { wallMs: nowMs, steadyMs: nowMs }

const logon = (sender: string, seqNum = 1) =>
  frame([
    [35, 'A'],
    [34, seqNum],
    [49, sender],
    [50, 'RISK01'],
    [52, utc()],
    [56, 'CME'],
    [57, 'G'],
    [142, 'US,IL'],
    [98, 0],
    [108, 30],
  ])
const badChecksum = Buffer.from(
  logon('ODQ1Z9N')
    .toString('latin1')
    .replace(/10=\d\d\d/, '10=999'),
  'latin1',
)

/** More than any socket holds by itself: who has taken it has read on. */
const enough = 32 * 1024 * 1024

/**
 * Sends the same until it is closed, or has sent enough; resolves to which of the two, and to how many bytes came back.
 */
async function blast(
  port: number,
  bytes: Buffer,
  localAddress = stranger,
): Promise<{ wasClosed: boolean; got: number }> {
  const socket = connect({ port, host: '127.0.0.1', localAddress })
  socket.on('error', () => undefined)
  let got = 0
  socket.on('data', (chunk) => {
    got += chunk.length
  })
  const closed = new Promise((resolve) => socket.once('close', resolve))
  const more = () => {
    while (!socket.destroyed && socket.bytesWritten < enough && socket.write(bytes));
    if (socket.bytesWritten >= enough) socket.destroy()
  }
  socket.on('connect', more).on('drain', more)
  await closed
  return { wasClosed: socket.bytesWritten < enough, got }
}

describe('a connection that does not log on', () => {
  test.each([
    ['beginnings of frames', Buffer.from('8=FIX'.repeat(10_000))],
    ['bad checksums', badChecksum],
    ['Logons of an unknown 49', logon('NOBODYN')],
  ])('and sends %s is closed without a byte, and told of', async (_, bytes) => {
    const { targetPort, worker } = await start(snapshot())
    expect(await blast(targetPort, bytes)).toEqual({ wasClosed: true, got: 0 })
    expect(worker.refusedLogons.newest.map(({ code, address, kind }) => ({ code, address, kind }))).toContainEqual({
      code: 'before-logon',
      address: stranger,
      kind: 'target',
    })
  })

  test('costs no more however often it comes again: its address is shut, and no other one', async () => {
    const connector = await start(snapshot())
    const { targetPort, feedPort, worker } = connector
    const peer = await client(targetPort)
    peer.logon(password())
    await peer.message('A')
    const gw = await gateway(feedPort)
    gw.logon()
    await gw.message('A')
    const bytes = Buffer.concat(Array.from({ length: 100 }, () => logon('NOBODYN')))
    for (let i = 0; i < 60; i++) await blast(targetPort, bytes)
    expect(worker.refusedLogons.count).toBeLessThanOrEqual(20 * perConnection.frames)
    const told = worker.refusedLogons.count
    await blast(targetPort, bytes)
    expect(worker.refusedLogons.count).toBe(told) // not a Logon of it was read
    envelop(gw, sourceFill('K7T882', 1))
    expect(fieldOf(await peer.message('8'), 1181)).toBe('1')
    peer.destroy()
    const again = await client(targetPort)
    again.seqNum = peer.seqNum
    again.logon(password())
    await again.message('A')
  })

  test('is nothing that counts where its Logon proves itself, also when it is refused for another reason', async () => {
    const windows = [
      { zone: 'UTC', from: { day: 'monday', time: '08:00' }, to: { day: 'monday', time: '09:00' } },
    ] as const
    const { targetPort } = await start(snapshot({ targets: [target({ windows: [...windows] })] }), undefined, { clock })
    let seqNum = 1
    for (let i = 0; i < 12 * perConnection.frames; i++) {
      const peer = await client(targetPort)
      peer.seqNum = seqNum
      peer.logon(password())
      await peer.message('5')
      await peer.closed()
      seqNum = peer.seqNum
    }
  })
})

describe('a peer that is logged on', () => {
  test('and sends nothing but bad checksums has them told once a chunk, and its session goes on', async () => {
    const told: string[] = []
    const log = pino({ level: 'debug' }, { write: (line: string) => void told.push(JSON.parse(line).code) })
    const { targetPort } = await start(snapshot(), undefined, { log })
    const peer = await client(targetPort)
    peer.logon(password())
    await peer.message('A')
    const count = 20_000
    peer.write(Buffer.concat(Array.from({ length: count }, () => badChecksum)))
    peer.send('1', [[112, 'STILL']])
    await peer.until('the Heartbeat', () => peer.of('0').some((one) => fieldOf(one, 112) === 'STILL'))
    const garbled = told.filter((code) => code === 'garbled').length
    expect(garbled).toBeGreaterThan(0)
    expect(garbled).toBeLessThan(count / 10)
  })
})
