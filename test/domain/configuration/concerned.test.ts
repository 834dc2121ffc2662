import { describe, expect, test } from 'vitest'
import { changeProblems } from '#domain/configuration/concerned.ts'
import { assemble, type Part, shardsOf } from '#domain/configuration/parts.ts'

const common = { exchange: { compId: 'CME', subId: 'G' } }
const tls = { cert: '/server.crt', key: '/server.key' }
const part = (kind: 'feed' | 'source' | 'target', objectId: string, document: object | null): Part => ({
  kind,
  objectId,
  document,
})
const feed = (id: string, more: object = {}): Part =>
  part('feed', id, {
    ...{ id, mode: 'accept', host: '127.0.0.1', port: 9801, dialect: 'encapsulated' },
    ...{ ourCompId: 'DROPCOPY', theirCompId: id.toUpperCase(), ...more },
  })
const source = (id: string, more: object = {}): Part => part('source', id, { id, feed: 'gw1', gateway: 'cgw', ...more })
const at = (port: number, more: object = {}) => [{ role: 'primary', host: '127.0.0.1', port, ...more }]
const target = (sessionId: string, sources: string[], more: object = {}): Part =>
  part('target', sessionId, {
    ...{ sessionId, protocol: 'classic', group: sessionId, level: 'all', sources, listen: at(9901) },
    ...{ credentials: [{ kind: 'password', ref: sessionId }], ...more },
  })

/**
 * Two shards, feeds of both dialects, a failover pair, segments, TLS, and targets that have nothing to do with any of
 * it.
 */
const right: Part[] = [
  feed('gw1'),
  feed('gw2', { dialect: 'plain', source: 'PLA882' }),
  feed('gw3', { shard: 'b', port: 9803 }),
  feed('gw4', { port: 9804, tls }),
  feed('gw6', { port: 9806 }),
  source('AAA882'),
  source('BBB882'),
  source('PLA882', { feed: 'gw2' }),
  source('PAI882', { feed: ['gw1', 'gw4'] }),
  source('SEG882', { gateway: 'msgw', segments: ['84', '98'] }),
  source('SHB882', { feed: 'gw3' }),
  source('LON882', { feed: 'gw6' }),
  target('CLASSI', ['AAA882', 'BBB882'], { revoked: ['PAI882'] }),
  target('PLAINT', ['PLA882', 'PAI882']),
  target('SECURE', ['AAA882'], { listen: at(9902, { tls }) }),
  target('SEGMEN', ['SEG882'], { protocol: 'dc4', listen: at(9910, { segment: '84' }) }),
  target('SHARDB', ['SHB882'], { shard: 'b', listen: at(9903) }),
  ...Array.from({ length: 60 }, (_, i) => target(`OTH${100 + i}`, [])),
]

/** The configuration with these parts in place of what they were. */
const withParts = (changed: readonly Part[], before = right) => [
  ...changed,
  ...before.filter((old) => !changed.some((one) => one.kind === old.kind && one.objectId === old.objectId)),
]
const secret = () => ({ kind: 'password' as const, password: '-' })

function judge(changed: readonly Part[], before = right, settings: object = common) {
  const parts = withParts(changed, before)
  const whole = shardsOf(parts).flatMap((shard) => {
    const assembled = assemble(2, { ...common, ...settings, shard }, parts, secret)
    return assembled.ok ? [] : assembled.error.problems
  })
  return { whole, change: changeProblems(2, { ...common, ...settings }, parts, changed, secret) }
}

/** Of several targets at an address one is named, whichever. */
const anyTarget = (line: string) => line.replace(/an address of target \w+$/, 'an address of a target')
const gone = (kind: 'feed' | 'source' | 'target', objectId: string) => part(kind, objectId, null)

describe('a change of a configuration that was right', () => {
  test.each<[string, Part[]]>([
    ['nothing wrong: a target', [target('CLASSI', ['AAA882'])]],
    ['nothing wrong: a new source', [source('NEW882')]],
    ['nothing wrong: a new feed', [feed('gw5')]],
    ['nothing wrong: a source that nobody names goes', [gone('source', 'ZZZ882')]],
    ['nothing wrong: all who share an address', [target('SECURE', ['AAA882'], { listen: at(9902) })]],
    ['nothing wrong: a source and its target at once', [source('NEW882'), target('NEWTAR', ['NEW882'])]],
    [
      'nothing wrong: a feed goes to another shard with all that hangs on it',
      [feed('gw3', { shard: 'c', port: 9803 }), target('SHARDB', ['SHB882'], { shard: 'c', listen: at(9903) })],
    ],
  ])('%s', (_, changed) => {
    expect(judge(changed)).toEqual({ whole: [], change: [] })
  })

  test.each<[string, Part[]]>([
    ['a target names a source that is not there', [target('CLASSI', ['AAA882', 'NOT882'])]],
    ['a source goes that a target names', [gone('source', 'AAA882')]],
    ['a feed goes that sources name', [gone('feed', 'gw1')]],
    ['a feed goes that a source of no target names', [gone('feed', 'gw6')]],
    ['the second feed of a pair goes', [gone('feed', 'gw4')]],
    ['a source names a feed that is not there', [source('AAA882', { feed: 'gw9' })]],
    ['a classic target gets two sources of one session ID', [source('AAA999'), target('CLASSI', ['AAA882', 'AAA999'])]],
    ['a source of a classic target gets segments', [source('AAA882', { gateway: 'msgw', segments: ['84', '98'] })]],
    [
      'a source loses the segment that its target listens on',
      [source('SEG882', { gateway: 'msgw', segments: ['98'] })],
    ],
    [
      'a target listens on a segment that its source has not',
      [target('SEGMEN', ['SEG882'], { protocol: 'dc4', listen: at(9910, { segment: '77' }) })],
    ],
    ['a source of a CGW has segments', [source('AAA882', { segments: ['84'] })]],
    ['a source is taken away and still there', [target('CLASSI', ['AAA882'], { revoked: ['AAA882'] })]],
    ['a feed listens where targets do', [feed('gw1', { port: 9901 })]],
    ['a target listens where a feed does', [target('CLASSI', ['AAA882'], { listen: at(9801) })]],
    ['a feed has the CompIDs of another at one address', [feed('gw5', { theirCompId: 'GW1' })]],
    [
      'a target has a tls of its own at an address of others',
      [target('CLASSI', ['AAA882'], { listen: at(9901, { tls }) })],
    ],
    [
      'two targets have a tls of their own at an address of others',
      [
        target('CLASSI', ['AAA882'], { listen: at(9901, { tls }) }),
        target('PLAINT', ['PLA882'], { listen: at(9901, { tls }) }),
      ],
    ],
    ['a feed has a tls of its own at an address of others', [feed('gw1', { tls })]],
    ['a plain feed gets a second source', [source('AAA882', { feed: 'gw2' })]],
    ['the source of a plain feed goes to another feed', [source('PLA882')]],
    ['the source of a plain feed goes', [gone('source', 'PLA882'), gone('target', 'PLAINT')]],
    ['a plain feed names the source of another feed', [feed('gw2', { dialect: 'plain', source: 'AAA882' })]],
    ['a feed with many sources becomes plain', [feed('gw1', { dialect: 'plain', source: 'AAA882' })]],
    ['a feed goes to another shard than its targets', [feed('gw1', { shard: 'b' })]],
    ['a feed leaves its target behind in a shard', [feed('gw3', { shard: 'c', port: 9803 })]],
    ['a target goes to another shard than its sources', [target('CLASSI', ['AAA882'], { shard: 'b' })]],
    ['a source goes to a feed of another shard than its target', [source('AAA882', { feed: 'gw3' })]],
    ['a source has feeds of two shards', [source('PAI882', { feed: ['gw1', 'gw3'] })]],
    ['a target has no address in force', [target('CLASSI', ['AAA882'], { active: 'backup' })]],
    ['a part is of the wrong shape', [target('CLASSI', ['AAA882'], { level: 'everything' })]],
    ['a part has hardly any shape', [part('target', 'CLASSI', { sessionId: 'CLASSI' })]],
    ['a part names another object', [part('source', 'AAA882', { id: 'AAB882', feed: 'gw1', gateway: 'cgw' })]],
  ])('is refused as the whole would be: %s', (_, changed) => {
    const { whole, change } = judge(changed)
    expect(change.length).toBeGreaterThan(0)
    expect(whole.map(anyTarget)).toEqual(expect.arrayContaining(change.map(anyTarget)))
  })

  test('is refused for what belongs to no part', () => {
    const { whole, change } = judge([target('CLASSI', ['AAA882'])], right, { limits: { frameBytes: 1 } })
    expect(change).toEqual([...new Set(whole)])
    expect(change).toHaveLength(1)
  })

  test('is refused when all targets together are more than one connector runs, however small it is', () => {
    const sources = Array.from({ length: 100 }, (_, i) => source(`${100 + i}882`))
    const ids = sources.map(({ objectId }) => objectId)
    const full = [feed('gw1'), ...sources, ...Array.from({ length: 100 }, (_, i) => target(`T${10_000 + i}`, ids))]
    expect(judge([target('T10000', ids, { paused: true })], full).change).toEqual([])
    const { whole, change } = judge([target('ONEMOR', ['100882'])], full)
    expect(change).toEqual(whole)
    expect(change).toEqual([expect.stringContaining('at most 10,000')])
  })

  test('costs what it touches: of 60 targets at its address one is looked at', () => {
    const looked: string[] = []
    const resolve = ({ ref }: { ref: string }) => {
      looked.push(ref)
      return secret()
    }
    const changed = [target('CLASSI', ['AAA882'], { paused: true })]
    expect(changeProblems(2, common, withParts(changed), changed, resolve)).toEqual([])
    expect(looked).toHaveLength(2)
    expect(looked).toContain('CLASSI')
  })
})
