import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { defaultBudget, Wire } from '#connector/wire/wire.ts'

/** A wire to a client that reads everything. */
async function reading(): Promise<Wire> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1') // it listens on TCP
  const [socket]: Socket[] = await once(server, 'connection')
  client.resume()
  onTestFinished(() => {
    client.destroy()
    server.close()
  })
  return new Wire(socket!, defaultBudget(), () => undefined) // the event brings one
}

/**
 * Fills it in one batch as far as there is room for what waited, and lets the
 * batch go. Answers how many bytes that were.
 */
async function fill(wire: Wire, batch: number): Promise<number> {
  let bytes = 0
  for (; wire.hasRoomToCatchUp; bytes += 1024) wire.frame(Buffer.alloc(1024))
  wire.seal(batch)
  wire.release(batch)
  await expect.poll(() => wire.queued).toBe(0)
  return bytes
}

describe('the way out of a connection', () => {
  test('has little room for a queue at first, and more the more the client has taken', async () => {
    const wire = await reading()
    const filled = []
    for (let batch = 1; batch <= 8; batch++) filled.push((await fill(wire, batch)) / 1024)
    expect(filled).toEqual([64, 128, 256, 512, 1024, 2048, 2048, 2048])
  })
})
