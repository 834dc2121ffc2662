import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { type Client, type ClientEvent, type ClientOptions, startClient } from '#client/client.ts'
import { TargetEnd } from './target-end.ts'

const dir = mkdtempSync(join(tmpdir(), 'client-test-'))
const running: { stop(): Promise<unknown> }[] = []
afterEach(async () => {
  for (const one of running.splice(0)) await one.stop()
})
afterAll(() => rmSync(dir, { recursive: true, force: true }))

async function target(numbers?: { nextIn: number; nextOut: number }): Promise<TargetEnd> {
  const end = await TargetEnd.listen('secret', numbers)
  running.push(end)
  return end
}
function client(end: TargetEnd, change: Partial<ClientOptions> = {}): Client {
  const made = startClient({ host: '127.0.0.1', port: end.port, session: 'ODQ1Z9', password: 'secret', ...change })
  running.unshift(made)
  return made
}
const copies = (count: number) => (one: Client) => one.receipts.copies >= count
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i)

describe('a client', () => {
  test('logs on, answers the Test Request, takes copies in order and logs out clean', async () => {
    const end = await target()
    const one = client(end)
    await one.until((c) => c.live)
    for (const n of range(1, 50)) end.copy(n * 2)
    await one.until(copies(50))
    const summary = await one.stop()
    expect(summary).toMatchObject({ copies: 50, logons: 1, gaps: 0, recovered: 0, lostNumbers: 0, clean: true })
    expect(summary.sources.K7T882).toEqual({
      received: 50,
      last: 100,
      restarts: 0,
      chainBreaks: 0,
      mended: 0,
      doubled: 0,
      renumbered: 0,
    })
    expect(end.peer.session.nextIn).toBe(4) // Logon, Heartbeat with the id of the Test Request, Logout
  })

  test('adopts the number that a refused mid-week Logon teaches it, once, and asks for what it missed in chunks', async () => {
    const end = await target({ nextIn: 40, nextOut: 1 })
    for (const n of range(1, 6000)) end.copy(n)
    const events: ClientEvent[] = []
    const one = client(end, { onEvent: (event) => events.push(event) })
    await one.until(copies(6000))
    expect(events[0]).toMatchObject({ event: 'refused', nextExpected: 40 })
    expect(end.resendRequests.map(([begin, last]) => last - begin + 1 <= 2500)).not.toContain(false)
    expect(end.resendRequests.length).toBeGreaterThan(2)
    const summary = await one.stop()
    expect(summary).toMatchObject({ copies: 6000, clean: true, logons: 1 })
    expect(one.receipts.source('K7T882').live.runs()).toEqual([[1, 6000, 1]])
  })

  test('comes back after a cut, and recovers what was numbered meanwhile', async () => {
    const end = await target()
    const one = client(end)
    await one.until((c) => c.live)
    for (const n of range(1, 20)) end.copy(n)
    await one.until(copies(20))
    end.swallow = true
    for (const n of range(21, 30)) end.copy(n)
    one.drop()
    await one.until((c) => c.live && c.receipts.copies >= 30)
    for (const n of range(31, 40)) end.copy(n)
    await one.until(copies(40))
    expect(await one.stop()).toMatchObject({ copies: 40, logons: 2, recovered: 10, clean: true })
  })

  test('sees by the chain that copies were gap-filled away, and is not clean', async () => {
    const end = await target()
    const one = client(end, { applicationResend: 'gap-fills' })
    await one.until((c) => c.live)
    end.copy(1)
    await one.until(copies(1))
    end.swallow = true
    for (const n of range(2, 9)) end.copy(n)
    end.oldest = end.peer.session.nextOut - 2
    one.drop()
    await one.until((c) => c.receipts.source('K7T882').last === 9)
    const summary = await one.stop()
    expect(summary.sources.K7T882).toMatchObject({ received: 3, chainBreaks: 1 })
    expect(summary.gapFilled).toBeGreaterThanOrEqual(6)
    expect(summary).toMatchObject({ clean: false, applicationResends: 0 })
    expect(end.applicationRequests).toEqual([[2, 7]])
  })

  test('names a broken chain', async () => {
    const end = await target()
    const events: ClientEvent[] = []
    const one = client(end, { applicationResend: 'gap-fills', onEvent: (event) => events.push(event) })
    await one.until((c) => c.live)
    end.copy(1)
    end.copy(5, 4)
    await one.until(copies(2))
    expect(events.find(({ event }) => event === 'chain-break')).toEqual({
      event: 'chain-break',
      text: 'K7T882 5 follows 4, which did not come last',
    })
    expect((await one.stop()).clean).toBe(false)
    expect(end.applicationRequests).toEqual([]) // no Gap Fill has stood over it
  })

  test('goes on from its state file in the next run, and begins anew when asked to', async () => {
    const end = await target()
    const state = join(dir, 'state.json')
    const first = client(end, { state })
    await first.until((c) => c.live)
    for (const n of range(1, 15)) end.copy(n)
    await first.until(copies(15))
    await first.stop()
    for (const n of range(16, 25)) end.copy(n)
    const second = client(end, { state })
    await second.until(copies(25))
    expect(await second.stop()).toMatchObject({ copies: 25, recovered: 10, clean: true })
    expect(end.resendRequests).toHaveLength(1)
    await expect(async () => client(end, { state, session: 'OTHER1' })).rejects.toThrow('belongs to session ODQ1Z9')

    const fresh = client(end, { state, fresh: true })
    await fresh.until(copies(25))
    expect(fresh.receipts.source('K7T882').live.size).toBe(25)
  })

  test('with once ends after the connection, with a wrong password before it began', async () => {
    const end = await target()
    const events: ClientEvent[] = []
    const one = client(end, { once: true, password: 'guess', onEvent: (event) => events.push(event) })
    await one.ended
    expect(events[0]).toMatchObject({ event: 'refused', text: 'Invalid logon. Logout forced.' })
    expect(one.summary()).toMatchObject({ logons: 0, clean: false })
  })

  test('tries the backup address when the first cannot be reached', async () => {
    const gone = await TargetEnd.listen()
    await gone.stop()
    const end = await target()
    const one = client(gone, { others: [{ host: '127.0.0.1', port: end.port }] })
    await one.until((c) => c.live)
    expect(end.peer.live).toBe(true)
  })
})
