import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { password, snapshot, temporaryDirectory } from '#test/support/connector.ts'
import { ConnectorProcess, onPorts, writeConfig } from '#test/support/connector-process.ts'
import { FixPeer, fieldOf, type Memory, type Received } from '#test/support/fix-peer.ts'
import { envelop, sourceFill } from '#test/support/source-flow.ts'

/** Comes back whenever the connection is gone; remembers its numbers. */
class Returning {
  peer: FixPeer | undefined
  private stopped = false
  readonly memory: Memory = { seqNum: 1, sent: new Map() }
  readonly done: Promise<void>

  constructor(
    private readonly port: number,
    private readonly ids: { sender: string; target: string; subId: string; targetSubId: string; locationId: string },
    private readonly logon: (peer: FixPeer) => void,
    private readonly each: (peer: FixPeer, message: Received) => void,
  ) {
    this.done = this.run()
  }

  stop(): void {
    this.stopped = true
    this.peer?.destroy()
  }

  private async run(): Promise<void> {
    while (!this.stopped) {
      const peer = await FixPeer.connect(this.port, { ...this.ids, memory: this.memory }).catch(() => undefined)
      if (peer) await this.live(peer)
      await wait(20)
    }
  }

  private async live(peer: FixPeer): Promise<void> {
    this.peer = peer
    this.logon(peer)
    let seen = 0
    while (!peer.isClosed) {
      for (; seen < peer.received.length; seen++) this.each(peer, peer.received[seen]!)
      await wait(5)
    }
    for (; seen < peer.received.length; seen++) this.each(peer, peer.received[seen]!)
  }
}

/** What a client of the service keeps: the next number, and every copy by its number. */
class Account {
  next = 1
  readonly byNumber = new Map<number, string>()
  readonly renumbered: string[] = []
  private asked = 0

  take(peer: FixPeer, message: Received): void {
    const { seqNum, type } = message
    if (type === '8') {
      const what = `${fieldOf(message, 1180)} ${fieldOf(message, 1181)}`
      const known = this.byNumber.get(seqNum)
      if (known !== undefined && known !== what) this.renumbered.push(`${seqNum}: ${known}, then ${what}`)
      this.byNumber.set(seqNum, what)
    }
    if (seqNum === this.next) this.next = type === '4' ? Number(fieldOf(message, 36)) : seqNum + 1
    while (this.byNumber.has(this.next)) this.next++
    if (seqNum > this.next && this.asked !== this.next) {
      this.asked = this.next
      peer.send('2', [
        [7, this.next],
        [16, 0],
      ])
    }
  }
}

describe('a connector killed in the middle of the flow', () => {
  test('loses nothing, doubles nothing and renumbers nothing', { timeout: 120_000 }, async () => {
    const dir = temporaryDirectory()
    const { document, feedPort, targetPort } = await onPorts(snapshot({ journal: { durability: 'fsync' } }))
    const connector = new ConnectorProcess(writeConfig(dir, document), `${dir}/data`)
    await connector.start()
    const total = 4_000
    let sent = 0
    const ids = { subId: 'GW', targetSubId: 'DC', locationId: 'US,IL' }
    const gw = new Returning(
      feedPort,
      { sender: 'GW1', target: 'DROPCOPY', ...ids },
      (peer) => peer.logon(),
      () => undefined,
    )
    const account = new Account()
    const client = new Returning(
      targetPort,
      { sender: 'ODQ1Z9N', target: 'CME', subId: 'RISK01', targetSubId: 'G', locationId: 'US,IL' },
      (peer) => peer.logon(password()),
      (peer, message) => account.take(peer, message),
    )
    const kills = [700, 1500, 2300, 3100]
    while (sent < total) {
      const { peer } = gw
      if (!peer || peer.isClosed || peer.of('A').length === 0) {
        await wait(5)
        continue
      }
      for (let i = 0; i < 20; i++) envelop(peer, sourceFill('K7T882', ++sent))
      await wait(2)
      if (kills[0] !== undefined && sent >= kills[0]) {
        kills.shift()
        await connector.kill()
        await connector.start()
      }
    }
    const copies = () => new Set(account.byNumber.values()).size
    const deadline = Date.now() + 60_000
    while (copies() < total && Date.now() < deadline) await wait(50)
    gw.stop()
    client.stop()
    await Promise.all([gw.done, client.done])
    const all = [...account.byNumber.values()]
    const missing = Array.from({ length: total }, (_, i) => `K7T ${i + 1}`).filter((what) => !new Set(all).has(what))
    expect({
      missing: missing.slice(0, 5),
      renumbered: account.renumbered,
      doubled: all.length - new Set(all).size,
    }).toEqual({
      missing: [],
      renumbered: [],
      doubled: 0,
    })
    connector.signal('SIGTERM')
    expect(await connector.ended()).toBe(0)
  })
})
