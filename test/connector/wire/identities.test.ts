import { describe, expect, test } from 'vitest'
import { checked } from '#connector/run/snapshot/wanted-file.ts'
import { Identities } from '#connector/wire/identities.ts'
import { lanesOf } from '#connector/wire/lanes.ts'
import type { SnapshotInput } from '#domain/configuration/snapshot.ts'
import { feed, snapshot, target } from '#test/support/connector.ts'

const feeds = '127.0.0.1:0'
const targets = 'localhost:0'

/** Feeds and targets that count how often somebody looks at one of them. */
function known(document: SnapshotInput) {
  const wanted = checked(document)
  if (!wanted.ok) throw new Error(JSON.stringify(wanted))
  const seen = { count: 0 }
  const counted = <C>(config: C) => ({
    get config() {
      seen.count++
      return config
    },
  })
  const { snapshot } = wanted
  const identities = new Identities(snapshot.feeds.map(counted), lanesOf(snapshot).map(counted))
  const find = (listener: string, sender: string, receiver = 'CME', segment?: string, address = '127.0.0.1') => {
    seen.count = 0
    return identities.find(listener, sender, receiver, segment, address)
  }
  return { identities, find, seen }
}

const id = (i: number) => `T${String(i).padStart(5, '0')}`
const many = (count: number) =>
  snapshot({ targets: Array.from({ length: count }, (_, i) => target({ sessionId: id(i) })) })

describe('among 2,000 targets', () => {
  const { find, seen } = known(many(2_000))

  test('a name that nobody has is not known without a look at any of them', () => {
    expect(find(targets, 'NOBODYN')).toMatchObject({ kind: 'nobody', here: 'target', isIgnored: true })
    expect(seen.count).toBe(0)
  })

  test('a name is found with a look at its own target alone', () => {
    const found = find(targets, `${id(1_777)}N`)
    expect(seen.count).toBeLessThan(5)
    expect(found).toMatchObject({ kind: 'target', isAllowed: true, target: { config: { sessionId: id(1_777) } } })
  })
})

describe('a first message', () => {
  const segmented = target({
    sessionId: 'SEG001',
    protocol: 'dc4',
    sources: ['G1B882'],
    listen: ['10', '12'].map((segment) => ({ role: 'primary' as const, host: 'localhost', port: 0, segment })),
  })
  const { find, identities } = known(
    snapshot({
      feeds: [feed({ allowFrom: ['192.0.2.0/24'] }), feed({ id: 'gw2', ourCompId: 'OTHER' })],
      sources: [
        { id: 'K7T882', feed: 'gw1', gateway: 'cgw' },
        { id: 'M3P882', feed: 'gw1', gateway: 'cgw' },
        { id: 'G1B882', feed: 'gw1', gateway: 'msgw', segments: ['10', '12'] },
      ],
      targets: [target({ allowFrom: ['192.0.2.7'] }), segmented],
    }),
  )

  test('names a feed by 49 and 56', () => {
    expect(find(feeds, 'GW1', 'OTHER')).toMatchObject({ kind: 'feed', feed: { config: { id: 'gw2' } } })
    expect(find(feeds, 'GW1', 'DROPCOPY')).toMatchObject({ kind: 'feed', feed: { config: { id: 'gw1' } } })
  })

  test('that has the 49 of a feed and no 56 of one is told as that feed', () => {
    const found = find(feeds, 'GW1', 'WRONG')
    expect(found).toMatchObject({ kind: 'nobody', here: 'feed', sameSender: { config: { id: 'gw1' } } })
  })

  test('names a target by six characters and any seventh, at its own listener alone', () => {
    expect(find(targets, 'ODQ1Z9X')).toMatchObject({ kind: 'target', target: { config: { sessionId: 'ODQ1Z9' } } })
    for (const sender of ['ODQ1Z9', 'ODQ1Z9NN', 'ODQ1Z8N', '']) expect(find(targets, sender).kind).toBe('nobody')
    expect(find(feeds, 'ODQ1Z9N').kind).toBe('nobody')
    expect(find('localhost:1', 'ODQ1Z9N')).toMatchObject({ kind: 'nobody', here: 'feed', isIgnored: false })
  })

  test('is for the segment that its 57 names, and for the first where it names none', () => {
    const name = (segment: string) => {
      const found = find(targets, 'SEG001N', 'CME', segment)
      return found.kind === 'target' && found.target.config.segment
    }
    expect(['10', '12', 'G'].map(name)).toEqual(['10', '12', '10'])
  })

  test('comes from an address that is let in, or from one that is not', () => {
    const from = (address: string) => [
      find(targets, 'ODQ1Z9N', 'CME', undefined, address),
      find(feeds, 'GW1', 'DROPCOPY', undefined, address),
    ]
    expect(from('192.0.2.7')).toMatchObject([{ isAllowed: true }, { isAllowed: true }])
    expect(from('198.51.100.1')).toMatchObject([{ isAllowed: false }, { isAllowed: false }])
  })

  test('is answered by nobody where the rules of the listener ignore strangers', () => {
    expect([identities.kindOf(feeds), identities.kindOf(targets)]).toEqual(['feed', 'target'])
    expect(find(feeds, 'NOBODY')).toMatchObject({ isIgnored: false })
    const strict = known(snapshot({ targets: [target({ policy: 'fix' })] }))
    expect(strict.find(targets, 'NOBODYN')).toMatchObject({ here: 'target', isIgnored: false })
    expect([identities.isAnswered(targets), identities.isAnswered(feeds)]).toEqual([true, false])
    expect(strict.identities.isAnswered(targets)).toBe(false)
  })
})
