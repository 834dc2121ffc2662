import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Action, plan } from '#connector/run/snapshot/plan.ts'
import { addressKey } from '#connector/wire/address.ts'
import { parseSnapshot, type Snapshot, type SnapshotInput } from '#domain/configuration/snapshot.ts'

const make = (input: Partial<SnapshotInput>): Snapshot => {
  const parsed = parseSnapshot({
    schema: 1,
    version: 1,
    exchange: { compId: 'CME', subId: 'G' },
    feeds: [],
    sources: [],
    targets: [],
    ...input,
  })
  if (!parsed.ok) throw new Error(parsed.error.problems.join('\n'))
  return parsed.value
}
const feed = (id: string, port: number, mode: 'accept' | 'initiate' = 'accept') => ({
  id,
  mode,
  host: '127.0.0.1',
  port,
  dialect: 'encapsulated' as const,
  ourCompId: 'DROPCOPY',
  theirCompId: id.toUpperCase(),
})
const target = (sessionId: string, port: number, more: object = {}) => ({
  sessionId,
  protocol: 'classic' as const,
  group: 'g',
  level: 'all' as const,
  sources: [],
  listen: [{ role: 'primary' as const, host: '127.0.0.1', port }],
  ...more,
})
type Running = Parameters<typeof plan>[0]
const nothing: Running = { exchange: undefined, listeners: [], feeds: [], targets: [] }

/** What runs after a plan was carried out without trouble. */
function act(running: Running, actions: readonly Action[], wanted: Snapshot): Running {
  const listeners = new Set(running.listeners)
  const feeds = new Map(running.feeds.map((one) => [one.id, one]))
  const targets = new Map(running.targets.map((one) => [one.sessionId, one]))
  for (const action of actions) {
    if (action.type === 'listen') listeners.add(addressKey(action.address))
    else if (action.type === 'unlisten') listeners.delete(action.key)
    else if (action.type === 'remove-feed') feeds.delete(action.id)
    else if (action.type === 'add-feed' || action.type === 'change-feed') feeds.set(action.feed.id, action.feed)
    else if (action.type === 'remove-target') targets.delete(action.id)
    else targets.set(action.target.sessionId, action.target)
  }
  return {
    exchange: wanted.exchange,
    listeners: [...listeners],
    feeds: [...feeds.values()],
    targets: [...targets.values()],
  }
}

const snapshots = fc
  .record({
    feeds: fc.uniqueArray(fc.constantFrom('gw1', 'gw2', 'gw3'), { maxLength: 3 }),
    feedPort: fc.constantFrom(9801, 9802),
    targets: fc.uniqueArray(fc.constantFrom('AAAAAA', 'BBBBBB', 'CCCCCC'), { maxLength: 3 }),
    targetPort: fc.constantFrom(9901, 9902),
    paused: fc.boolean(),
  })
  .map(({ feeds, feedPort, targets, targetPort, paused }) =>
    make({
      feeds: feeds.map((id) => feed(id, feedPort)),
      targets: targets.map((id) => target(id, targetPort, { paused })),
    }),
  )

describe('a plan', () => {
  test('carried out leaves nothing to plan, from anything to anything', () => {
    fc.assert(
      fc.property(snapshots, snapshots, (from, to) => {
        const first = act(nothing, plan(nothing, from), from)
        expect(plan(first, from)).toEqual([])
        const then = act(first, plan(first, to), to)
        expect(plan(then, to)).toEqual([])
      }),
    )
  })

  test('cuts no session for a change of level, sources, credentials or rules', () => {
    const before = make({ targets: [target('AAAAAA', 9901)] })
    const changes = [
      { level: 'executions' },
      { credentials: [{ kind: 'password', password: 'x' }] },
      { policy: 'fix' },
      { queueDepth: 5 },
    ]
    for (const change of changes) {
      const after = make({ targets: [target('AAAAAA', 9901, change)] })
      const running = act(nothing, plan(nothing, before), before)
      expect(plan(running, after)).toMatchObject([{ type: 'change-target', restart: false }])
    }
  })

  test('cuts a session whose address is no longer its own', () => {
    const before = make({ targets: [target('AAAAAA', 9901)] })
    const after = make({ targets: [target('AAAAAA', 9902)] })
    const running = act(nothing, plan(nothing, before), before)
    expect(plan(running, after).map(({ type }) => type)).toEqual(['listen', 'unlisten', 'change-target'])
    expect(plan(running, after)).toContainEqual(expect.objectContaining({ type: 'change-target', restart: true }))
  })

  test('restarts a feed for what its connection was made under, not for who else may connect', () => {
    const before = make({ feeds: [feed('gw1', 9801)] })
    const running = act(nothing, plan(nothing, before), before)
    const resetting = make({ feeds: [{ ...feed('gw1', 9801, 'initiate'), reset: 'always' }] })
    const ours = { ...running, feeds: make({ feeds: [feed('gw1', 9801, 'initiate')] }).feeds }
    expect(plan({ ...ours, listeners: [] }, resetting)).toMatchObject([{ type: 'change-feed', restart: false }])
    const allowed = make({ feeds: [{ ...feed('gw1', 9801), allowFrom: ['10.0.0.0/8'] }] })
    expect(plan(running, allowed)).toMatchObject([{ type: 'change-feed', restart: false }])
    const renamed = make({ feeds: [{ ...feed('gw1', 9801), theirCompId: 'OTHER' }] })
    expect(plan(running, renamed)).toMatchObject([{ type: 'change-feed', restart: true }])
  })
})
