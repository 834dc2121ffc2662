import { describe, expect, test } from 'vitest'
import { client, gateway, password, snapshot, start, target } from '#test/support/connector.ts'
import { fieldOf } from '#test/support/fix-peer.ts'
import { envelop, sourceFill } from '#test/support/source-flow.ts'
import { feeding } from './asking.ts'

const known = (...ids: string[]) => ids.map((id) => ({ id, feed: 'gw1', gateway: 'cgw' as const }))
const onlyK = [target({ sources: ['K7T882'] })]

describe('a source that is in no group', () => {
  test('is counted, and nobody is alarmed', async () => {
    const connector = await start(snapshot({ sources: known('K7T882', 'V8N882'), targets: onlyK }))
    const feed = await feeding(connector)
    for (const n of [1, 2, 3]) envelop(feed, sourceFill('V8N882', n))
    envelop(feed, sourceFill('K7T882', 1))
    const { worker } = connector
    await feed.until('the last', () => worker.sources.find('K7T882')?.stream.highest === 1)
    expect(worker.sources.find('V8N882')?.stream).toMatchObject({ received: 3, highest: 3 })
    expect(worker.feeds.get('gw1')!.state.aside).toBe(0)
    expect(worker.alarms.all).toEqual([])
  })
})

describe('a source that nobody knows', () => {
  test('alarms until it is published; what was kept aside stays there, and what follows is copied', async () => {
    const connector = await start(snapshot({ sources: known('K7T882'), targets: onlyK }))
    const { worker } = connector
    const says = () => worker.alarms.all.map(({ code, says }) => [code, says])
    const feed = await feeding(connector)
    for (const n of [1, 2]) envelop(feed, sourceFill('V8N882', n))
    envelop(feed, sourceFill('ZZZ999', 1))
    await feed.until('them', () => worker.feeds.get('gw1')!.state.aside === 3)
    const both = 'V8N882 (not configured for this feed), ZZZ999 (not configured for this feed)'
    expect(says()).toEqual([['aside', both]])
    const grown = [target({ sources: ['K7T882', 'V8N882'] })]
    connector.wish.become(snapshot({ version: 2, sources: known('K7T882', 'V8N882'), targets: grown }))
    await feed.until('the version', () => worker.core.state.data.version === 2)
    expect(says()).toEqual([['aside', 'ZZZ999 (not configured for this feed)']])
    envelop(feed, sourceFill('V8N882', 3))
    const peer = await client(connector.targetPort)
    peer.logon(password())
    const copy = await peer.message('8')
    expect([1180, 1181, 1350].map((tag) => fieldOf(copy, tag))).toEqual(['V8N', '3', undefined])
    expect(worker.feeds.get('gw1')!.state.aside).toBe(3)
    connector.wish.become(snapshot({ version: 3, sources: known('K7T882', 'V8N882', 'ZZZ999'), targets: grown }))
    await feed.until('the all-clear', () => worker.alarms.all.length === 0)
    await connector.stop()
    const again = await start(
      snapshot({ version: 3, sources: known('K7T882', 'V8N882', 'ZZZ999'), targets: grown }),
      connector.data,
    )
    expect(again.worker.alarms.all).toEqual([])
  })

  test('is not known by being configured for another feed', async () => {
    const feeds = snapshot().feeds
    const two = [...feeds, { ...feeds[0]!, id: 'gw2', theirCompId: 'GW2' }]
    const other = { id: 'V8N882', feed: 'gw2', gateway: 'cgw' as const }
    const connector = await start(snapshot({ feeds: two, sources: [...known('K7T882'), other], targets: onlyK }))
    const feed = await feeding(connector)
    envelop(feed, sourceFill('V8N882', 1))
    const { alarms } = connector.worker
    await feed.until('the alarm', () => alarms.all.length > 0)
    expect(alarms.all).toMatchObject([{ code: 'aside', id: 'gw1', says: 'V8N882 (not configured for this feed)' }])
  })

  test('is told with its market segment where the others of its source are known', async () => {
    const segments = { id: 'V8N882', feed: 'gw1', gateway: 'msgw' as const, segments: ['10', '20'] }
    const connector = await start(snapshot({ sources: known('K7T882'), targets: onlyK }))
    const gw = await gateway(connector.feedPort)
    gw.logon()
    envelop(gw, sourceFill('V8N882', 1, [], '10'))
    const { alarms, sources, core } = connector.worker
    await gw.until('the alarm', () => alarms.all.length > 0)
    connector.wish.become(snapshot({ version: 2, sources: [...known('K7T882'), segments], targets: onlyK }))
    await gw.until('the all-clear', () => core.state.data.version === 2 && alarms.all.length === 0)
    envelop(gw, sourceFill('V8N882', 2, [], '10'))
    envelop(gw, sourceFill('V8N882', 1, [], '30'))
    await gw.until('the alarm', () => alarms.all.length > 0)
    expect(sources.find('V8N882/10')?.stream.highest).toBe(2)
    expect(alarms.all.map(({ says }) => says)).toEqual(['V8N882/30 (not configured for this feed)'])
  })
})
