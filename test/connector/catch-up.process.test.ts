import { setImmediate as nextTurn } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { client, gateway, password, snapshot, start, target } from '#test/support/connector.ts'
import { type FixPeer, fieldOf } from '#test/support/fix-peer.ts'
import { envelop, sourceFill } from '#test/support/source-flow.ts'

const at = (port: number) => [{ role: 'primary' as const, host: 'localhost', port }]

async function feeding(port: number): Promise<FixPeer> {
  const gw = await gateway(port)
  gw.logon()
  await gw.message('A')
  return gw
}

async function loggedOn(port: number, sessionId = 'ODQ1Z9', seqNum = 1): Promise<FixPeer> {
  const peer = await client(port, { sessionId })
  peer.seqNum = seqNum
  peer.logon(password())
  await peer.message('1')
  return peer
}

describe('a client that goes away while it catches up', () => {
  test('finds every copy numbered once, however often it breaks off', async () => {
    const connector = await start(snapshot(), undefined, { ringBytes: 4 * 1024 * 1024 })
    const gw = await feeding(connector.feedPort)
    const total = 20_000
    for (let n = 1; n <= total; n++) envelop(gw, sourceFill('K7T882', n))
    const one = connector.worker.targets.get('ODQ1Z9')!
    await gw.until('all of it', () => one.behind === total)
    let seqNum = 1
    for (let breaks = 0; breaks < 40 && one.behind > 0; breaks++) {
      const peer = await client(connector.targetPort)
      peer.seqNum = seqNum
      peer.socket.once('data', () => peer.destroy())
      peer.logon(password())
      seqNum = peer.seqNum
      await peer.until('the end', () => !one.isConnected)
    }
    const last = await loggedOn(connector.targetPort, 'ODQ1Z9', seqNum)
    await last.until('the cursor at the end', () => one.behind === 0)
    const copied: number[] = []
    const { core } = connector.worker
    const { journal } = core
    core.endTurn() // what was numbered last is appended
    await journal.flush()
    await journal.scan(journal.start, journal.end, (record) => {
      if (record.type === 'D') copied.push(...record.messages.subarray(0, record.count))
      return undefined
    })
    expect(copied).toHaveLength(total)
    expect(new Set(copied).size).toBe(total)
    const row = Object.values(Object.values(one.state.ledger)[0]!)[0]!
    expect(row).toMatchObject({ received: total, delivered: total, waiting: 0 })
  })
})

describe('a client that has no room because of others', () => {
  test('goes on as soon as they have gone', async () => {
    const targets = ['QUICK1', 'SLOW01'].map((sessionId) => target({ sessionId, sources: ['K7T882'], listen: at(0) }))
    const limits = { socketBytes: 512 * 1024, allSocketsBytes: 65_536 }
    const connector = await start(snapshot({ targets, limits }))
    const gw = await feeding(connector.feedPort)
    const slow = await loggedOn(connector.targetPort, 'SLOW01')
    slow.socket.pause()
    const { budget, targets: running } = connector.worker
    const numbered = () => running.get('SLOW01')!.state.nextOut
    // until the buffers of the kernel are full as well, and so many more messages change nothing
    for (let n = 1, before = 0; budget.queued < budget.inAll || numbered() > before; ) {
      before = numbered()
      for (let i = 0; i < 500; i++) envelop(gw, sourceFill('K7T882', n++))
      const want = n - 1
      await gw.until('them', () => connector.worker.sources.find('K7T882')!.known.highest === want)
    }
    const quick = await loggedOn(connector.targetPort, 'QUICK1')
    const one = connector.worker.targets.get('QUICK1')!
    expect(one.behind).toBeGreaterThan(0)
    slow.destroy()
    await quick.until('the cursor at the end', () => one.behind === 0)
    expect(fieldOf(quick.of('8')[0]!, 1181)).toBe('1')
  })
})

describe('a client that has fallen behind', () => {
  test('catches up while its feed goes on, however much comes in each turn of the event loop', async () => {
    const connector = await start(snapshot())
    const gw = await feeding(connector.feedPort)
    const one = connector.worker.targets.get('ODQ1Z9')!
    let number = 0
    const bring = (count: number) => {
      gw.socket.cork()
      for (let i = 0; i < count; i++) envelop(gw, sourceFill('K7T882', ++number))
      gw.socket.uncork()
    }
    bring(3000)
    await gw.until('all of it', () => one.behind === 3000)
    const peer = await client(connector.targetPort)
    peer.logon(password())
    await peer.message('A')
    const mostTurns = 200
    let turns = 0
    for (; turns < mostTurns && one.behind > 0; turns++) {
      bring(1000)
      await nextTurn()
    }
    expect(turns).toBeLessThan(mostTurns)
  })
})

describe('clients that catch up together', () => {
  const ids = Array.from({ length: 24 }, (_, i) => `${10 + i}`)
  const copies = 200
  const sources = ids.map((id) => ({ id: `S${id}882`, feed: 'gw1', gateway: 'cgw' as const }))
  const targets = ids.map((id) => target({ sessionId: `TGT0${id}`, sources: [`S${id}882`], listen: at(0) }))

  /** Each has a source of its own, is logged on, and has copies that wait. None gets any before `letGo`. */
  async function waiting() {
    const connector = await start(snapshot({ sources, targets }))
    const { worker } = connector
    const { budget } = worker
    const { inAll } = budget
    const gw = await feeding(connector.feedPort)
    const peers: FixPeer[] = []
    for (const { sessionId } of targets) peers.push(await loggedOn(connector.targetPort, sessionId))
    budget.inAll = 0
    for (let n = 1; n <= copies; n++) for (const { id } of sources) envelop(gw, sourceFill(id, n))
    const cursors = [...worker.targets.values()]
    await gw.until('all of it', () => cursors.every((one) => one.behind === copies))
    const letGo = (atMost = inAll) => {
      budget.inAll = atMost
      for (const one of cursors) one.drained()
    }
    const sentInOrder = () => peers.every((peer) => peer.of('8').every((copy, i) => fieldOf(copy, 1181) === `${i + 1}`))
    const arrived = async () => {
      for (const peer of peers) await peer.until('the last copy', () => peer.of('8').length >= copies)
    }
    return { worker, cursors, peers, letGo, arrived, sentInOrder }
  }

  test('have the journal read a few times for all of them, and a small piece in each turn of the event loop', async () => {
    const { worker, cursors, letGo, arrived, sentInOrder } = await waiting()
    const { journal } = worker.core
    const from = Math.min(...cursors.map(({ state }) => state.waiting.runs[0]!))
    const size = journal.end - from
    const numbered = () => cursors.reduce((sum, { peer }) => sum + peer.session.nextOut, 0)
    let turn = 0
    let ticking = setImmediate(function tick() {
      turn++
      ticking = setImmediate(tick)
    })
    const pieces: { turn: number; bytes: number; copies: number }[] = []
    const scan = journal.scan.bind(journal)
    journal.scan = async (begin, ...rest) => {
      const before = numbered()
      const piece = { turn, bytes: 0, copies: 0 }
      pieces.push(piece)
      const past = await scan(begin, ...rest)
      Object.assign(piece, { bytes: past - begin, copies: numbered() - before })
      return past
    }
    letGo()
    await arrived()
    clearImmediate(ticking)
    expect(sentInOrder()).toBe(true)
    // as far as the room of one goes: by itself each of the 24 would read all of it
    expect(pieces.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThan(6 * size)
    expect(pieces.reduce((sum, piece) => sum + piece.copies, 0)).toBe(copies * ids.length)
    expect(Math.max(...pieces.map((piece) => piece.copies))).toBeLessThanOrEqual(500 + ids.length)
    expect(new Set(pieces.map((piece) => piece.turn)).size).toBe(pieces.length)
  })

  test('have no more in their sockets than all may have together, and each gets every copy once', async () => {
    const { worker, letGo, arrived, peers, sentInOrder } = await waiting()
    const atMost = 65_536
    const { budget } = worker
    let most = 0
    const { journal } = worker.core
    const scan = journal.scan.bind(journal)
    journal.scan = (from, to, visit, ...rest) =>
      scan(
        from,
        to,
        (record) => {
          const goesOn = visit(record)
          most = Math.max(most, budget.queued)
          return goesOn
        },
        ...rest,
      )
    letGo(atMost)
    await arrived()
    expect(most).toBeGreaterThan(atMost / 2)
    expect(most).toBeLessThan(atMost + 1024) // and the copy that has filled it
    expect(sentInOrder()).toBe(true)
    expect(peers.map((peer) => peer.of('8').length)).toEqual(ids.map(() => copies))
  })
})
