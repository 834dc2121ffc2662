import { describe, expect, test } from 'vitest'
import { mostIds } from '#connector/run/core.ts'
import { manyIds } from '#connector/run/snapshot/ids.ts'
import {
  client,
  gateway,
  password,
  type Started,
  snapshot,
  start,
  target,
  temporaryDirectory,
} from '#test/support/connector.ts'
import { ConnectorProcess, writeConfig } from '#test/support/connector-process.ts'
import { until } from '#test/support/database-connector.ts'
import { envelop, sourceFill } from '#test/support/source-flow.ts'

const ids = Array.from({ length: 501 }, (_, i) => `${i.toString(36).padStart(3, '0').toUpperCase()}882`)
const sources = ids.map((id) => ({ id, feed: 'gw1', gateway: 'cgw' as const }))
/** 20 targets with so many sources each. */
const targets = (each: number) =>
  Array.from({ length: 20 }, (_, i) => target({ sessionId: `MANY${10 + i}`, sources: ids.slice(0, each) }))

const alarm = ({ worker }: Started) => worker.alarms.all.find(({ code }) => code === 'ids')?.says

describe('a connector', () => {
  test('runs as many pairs of a target and a source as it may, and starts again on them', async () => {
    const document = snapshot({ sources, targets: targets(500) })
    const first = await start(document)
    await first.stop()
    const again = await start(document, first.data)
    const gw = await gateway(again.feedPort)
    gw.logon()
    await gw.message('A')
    const peer = await client(again.targetPort, { sessionId: 'MANY29' })
    peer.logon(password())
    await peer.message('1')
    envelop(gw, sourceFill(ids[499] ?? '', 1))
    await peer.message('8')
  })

  test('that is given a file with more of them ends with 2 and one sentence', async () => {
    const dir = temporaryDirectory()
    const config = writeConfig(dir, snapshot({ sources, targets: targets(501) }))
    const connector = new ConnectorProcess(config, `${dir}/data`)
    connector.launch()
    expect(await connector.ended()).toBe(2)
    expect(connector.stderr).toBe(
      'targets: they name 10,020 pairs of a target and a source, and one connector runs at most 10,000\n',
    )
  })
})

describe('of the ids that a journal gives out', () => {
  /** As if so many sources had been configured in the life of this journal. */
  const giveOut = ({ worker: { core } }: Started, upTo: number) => {
    core.turn()
    for (let i = core.idsGiven.streams; i < upTo; i++) core.idOf('stream', `GONE${i}`)
    core.endTurn()
  }

  test('four fifths raise an alarm that says how many, also after the next start', async () => {
    const first = await start(snapshot())
    giveOut(first, manyIds - 1)
    first.wish.become(snapshot({ version: 2 }))
    await until('version 2', () => first.worker.running?.version === 2)
    expect(alarm(first)).toBeUndefined()
    const more = [...(snapshot().sources ?? []), { id: 'N5Q882', feed: 'gw1', gateway: 'cgw' as const }]
    const third = snapshot({ version: 3, sources: more })
    first.wish.become(third)
    await until('the alarm', () => alarm(first) !== undefined)
    expect(alarm(first)).toMatch(/^The journal has given out 52,428 of its 65,535 ids for sources, and takes none back/)
    await first.stop()
    expect(alarm(await start(third, first.data))).toBe(alarm(first))
  })

  test('those that are left may not be enough for a version: it is refused whole, and what runs goes on', async () => {
    const connector = await start(snapshot())
    giveOut(connector, mostIds - 1)
    const fresh = ['N5Q882', 'R8W882'].map((id) => ({ id, feed: 'gw1', gateway: 'cgw' as const }))
    const all = [...(snapshot().sources ?? []), ...fresh]
    connector.wish.become(snapshot({ version: 2, sources: all }))
    const refused = await until('the alarm', () =>
      connector.worker.alarms.all.find(({ code }) => code === 'configuration'),
    )
    expect(refused.says).toBe(
      'The wanted configuration cannot be run: it has 2 sources that are new to the journal, which has an id for 1 more.',
    )
    expect(connector.worker.running?.version).toBe(1)
    connector.wish.become(snapshot({ version: 2, sources: all.slice(0, -1) }))
    await until('the version that has room', () => connector.worker.running?.version === 2)
    expect(connector.worker.core.idsGiven.streams).toBe(mostIds)
  })
})
