import { describe, expect, onTestFinished, test } from 'vitest'
import { askLocally } from '#app/cli/session-local.ts'
import { serveLocalCommands } from '#connector/run/commands/local-commands.ts'
import type { Reset } from '#domain/configuration/fields.ts'
import { client, feed, keptLog, password, type Started, snapshot, start, target } from '#test/support/connector.ts'
import { type FixPeer, fieldOf, listen, type Memory, utc } from '#test/support/fix-peer.ts'
import { fillBody } from '#test/support/source-flow.ts'

const daily: Reset = { zone: 'UTC', time: '17:00' }

/**
 * A plain feed that we open, its acceptor, and a client of its source; both clocks stand at this time of a Wednesday.
 */
async function opened(reset: Reset | undefined, time = '12:00') {
  const clock = { passedMs: Date.parse(`2026-01-07T${time}:00Z`) - Date.now() }
  const nowMs = () => Date.now() + clock.passedMs
  const memory: Memory = { seqNum: 1, sent: new Map() }
  const gateway = await listen({ sender: 'GW1', target: 'DROPCOPY', memory })
  onTestFinished(() => void gateway.server.close())
  const plain = feed({
    mode: 'initiate',
    port: gateway.port,
    dialect: 'plain',
    source: 'K7T882',
    ...(reset && { reset }),
  })
  const sources = [{ id: 'K7T882', feed: 'gw1', gateway: 'cgw' as const }]
  const document = snapshot({ feeds: [plain], sources, targets: [target({ sources: ['K7T882'] })] })
  const { log, lines } = keptLog()
  const connector = await start(document, undefined, { clock: { wallMs: nowMs, steadyMs: nowMs }, log })
  /** Every alarm that was raised, also one that has ended. */
  const raised = () => lines.flatMap((line) => (line.msg === 'alarm raised' ? line.code : []))
  const peer = await client(connector.targetPort)
  peer.logon(password())
  await peer.message('1')
  const { state } = connector.worker.feeds.get('gw1')!
  /** The acceptor answers the Logon of connection `n`. */
  const answer = async (n: number, more: { reset?: boolean } = {}): Promise<[FixPeer, string]> => {
    const gw = await gateway.peer(n)
    const logon = await gw.message('A')
    gw.logon(more.reset ? [[141, 'Y']] : [])
    return [gw, `${logon.seqNum} ${fieldOf(logon, 141)}`]
  }
  /** It answers every Logon from connection `n` on, until we stay. */
  const answerAll = async (n: number): Promise<FixPeer> => {
    const [gw] = await answer(n)
    await gw.until('the outcome', () => gw.isClosed || connector.worker.feeds.get('gw1')?.peer.isLive)
    return gw.isClosed ? answerAll(n + 1) : gw
  }
  return { clock, memory, gateway, connector, peer, state, answer, answerAll, document, raised }
}

const fill = (gw: FixPeer, number: number) => gw.send('8', fillBody(number))
/** Order ids of the copies: each fill of a test has its own. */
const fills = (peer: FixPeer) => peer.of('8').map((copy) => fieldOf(copy, 11)?.replace(/^CL0*/, ''))
const alarms = ({ worker }: Started) => worker.alarms.all.map(({ code, says }) => `${code}: ${says}`)

/** As an acceptor's own reset: it begins at 1, and has sent these since, to nobody. */
function resets(memory: Memory, ...queued: number[]): void {
  memory.seqNum = 1
  memory.sent.clear()
  for (const number of queued)
    memory.sent.set(memory.seqNum++, { type: '8', body: fillBody(number), time: utc(Date.now()) })
}

describe('a feed that is reset at every Logon', () => {
  test('begins at 1 with 141=Y each time, and its messages are copied once', async () => {
    const { memory, connector, peer, state, answer } = await opened('always')
    const [first, said] = await answer(1, { reset: true })
    expect(said).toBe('1 Y')
    fill(first, 1)
    fill(first, 2)
    await peer.until('both', () => fills(peer).length === 2)
    first.destroy()
    resets(memory)
    const [second, again] = await answer(2, { reset: true })
    expect(again).toBe('1 Y')
    fill(second, 3)
    await peer.until('the third', () => fills(peer).length === 3)
    expect([fills(peer), peer.of('8').map((copy) => fieldOf(copy, 1350))]).toEqual([
      ['1', '2', '3'],
      [undefined, '2', undefined],
    ])
    expect([state.loss, alarms(connector)]).toEqual([[], []])
  })
})

describe('a feed that is reset daily', () => {
  test('begins at 1 without 141 when the time has come, and gets what its acceptor has sent since', async () => {
    const { clock, memory, raised, peer, state, answer } = await opened(daily, '16:59')
    const [first, said] = await answer(1)
    expect(said).toBe('1 N')
    fill(first, 1)
    await peer.until('it', () => fills(peer).length === 1)
    clock.passedMs += 61_000
    expect(fieldOf(await first.message('5'), 58)).toBe('End of trading day')
    await first.closed()
    resets(memory, 2, 3)
    const [second, again] = await answer(2)
    expect(again).toBe('1 N')
    await peer.until('both', () => fills(peer).length === 3)
    fill(second, 4)
    await peer.until('the next', () => fills(peer).length === 4)
    expect(fills(peer)).toEqual(['1', '2', '3', '4'])
    expect([state.epoch, state.loss, raised()]).toEqual([2, [], []])
  })

  test('tries again without an alarm while its acceptor has not reset yet', async () => {
    const { clock, memory, gateway, raised, peer, answer } = await opened(daily, '16:59')
    const [first] = await answer(1)
    fill(first, 1)
    await peer.until('it', () => fills(peer).length === 1)
    clock.passedMs += 61_000
    await first.closed()
    const early = await gateway.peer(2)
    await early.message('A')
    early.send('5', [[58, 'MsgSeqNum too low, expecting 4 but received 1']])
    early.destroy()
    resets(memory, 2)
    await answer(3)
    await peer.until('the next', () => fills(peer).length === 2)
    expect([fills(peer), raised()]).toEqual([['1', '2'], []])
  })

  test('follows an acceptor that has reset a little before, and does not reset a second time', async () => {
    const { clock, memory, raised, peer, state, answer, answerAll } = await opened(daily, '16:55')
    const [first] = await answer(1)
    fill(first, 1)
    fill(first, 2)
    await peer.until('them', () => fills(peer).length === 2)
    first.destroy()
    resets(memory)
    const [low] = await answer(2)
    expect(fieldOf(await low.message('5'), 58)).toMatch(/lower than expected/)
    const second = await answerAll(3)
    fill(second, 3)
    await peer.until('the next', () => fills(peer).length === 3)
    expect(state.week).toBe('2026-01-07') // it is the next day's already, so that its instant brings nothing
    clock.passedMs += 6 * 60_000
    fill(second, 4)
    await peer.until('the one behind the time', () => fills(peer).length === 4)
    expect([fills(peer), second.isClosed]).toEqual([['1', '2', '3', '4'], false])
    expect([state.epoch, state.loss, raised()]).toEqual([2, [], []])
  })

  test('takes what an acceptor that does not reset sends again for what it is', async () => {
    const { clock, connector, peer, state, answer } = await opened(daily, '16:59')
    const [first] = await answer(1)
    for (const number of [1, 2, 3]) fill(first, number)
    await peer.until('them', () => fills(peer).length === 3)
    clock.passedMs += 61_000
    await first.closed()
    const [second] = await answer(2)
    fill(second, 4)
    await peer.until('the next', () => fills(peer).length === 4)
    expect(fills(peer)).toEqual(['1', '2', '3', '4'])
    expect(connector.worker.feeds.get('gw1')!.report.duplicates).toBe(3)
    expect(state.loss).toEqual([])
  })
})

test('a reset that was due by another rule is no reason for one when the rule is changed', async () => {
  const { clock, connector, peer, answer, document } = await opened(daily)
  const [first] = await answer(1)
  fill(first, 1)
  await peer.until('it', () => fills(peer).length === 1)
  const { worker, wish } = connector
  const state = () => worker.feeds.get('gw1')!.state
  const become = async (version: number, reset: Reset) => {
    wish.become({ ...document, version, feeds: document.feeds.map((one) => ({ ...one, reset })) })
    await peer.until('the version', () => worker.core.state.data.version === version)
  }
  await become(2, 'never')
  clock.passedMs += 3 * 86_400_000
  await become(3, { ...daily, time: '09:00' })
  expect(state()).toMatchObject({ epoch: 1, nextIn: 3, week: '2026-01-10' })
})

describe('numbers that do not fit, and no reset is agreed on', () => {
  const ask = (connector: Started, verb: string, more: { next?: number } = {}) =>
    askLocally({ verb, name: 'gw1', reason: 'As its operator says.', yes: true, data: connector.data, ...more })

  test('of the acceptor are an alarm with the remedy, which works from the command line', async () => {
    const { memory, connector, peer, answer, answerAll } = await opened(undefined)
    const stop = await serveLocalCommands(connector.worker)
    onTestFinished(stop)
    const [first] = await answer(1)
    for (const number of [1, 2]) fill(first, number)
    await peer.until('them', () => fills(peer).length === 2)
    first.destroy()
    resets(memory)
    await answer(2)
    await peer.until('the alarm', () => alarms(connector).length > 0)
    expect(alarms(connector)).toEqual([
      expect.stringMatching(
        /^feed-refused: .*Expected \[4\] Received 1\..* If it has started again: drop-copy session accept-reset gw1 --data /,
      ),
    ])
    expect(await ask(connector, 'accept-reset')).toBe(0)
    resets(memory, 3)
    await answerAll(3)
    await peer.until('the next', () => fills(peer).length === 3)
    expect(fills(peer)).toEqual(['1', '2', '3'])
    await peer.until('the all-clear', () => alarms(connector).length === 0)
  })

  test('of ours are one, too: it names the number that the acceptor expects', async () => {
    const { gateway, connector, peer } = await opened(undefined)
    const stop = await serveLocalCommands(connector.worker)
    onTestFinished(stop)
    const first = await gateway.peer(1)
    await first.message('A')
    first.send('5', [[58, 'MsgSeqNum too low, expecting 501 but received 1']])
    first.destroy()
    await peer.until('the alarm', () => alarms(connector).length > 0)
    expect(alarms(connector)[0]).toContain('Our number settles it: drop-copy session set-number gw1 --data')
    expect(alarms(connector)[0]).toContain(' --next 501')
    expect(await ask(connector, 'set-number', { next: 501 })).toBe(0)
    await peer.until('its Logon', () =>
      gateway.peers.some((one) => one.received.some(({ type, seqNum }) => type === 'A' && seqNum === 501)),
    )
  })
})
