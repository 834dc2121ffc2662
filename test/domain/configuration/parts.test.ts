import { describe, expect, test } from 'vitest'
import { assemble, assembleRunnable, type Part, partProblems, shardsOf } from '#domain/configuration/parts.ts'

const common = { exchange: { compId: 'CME', subId: 'G' } }
const feed: Part = {
  kind: 'feed',
  objectId: 'gw1',
  document: {
    id: 'gw1',
    mode: 'accept',
    host: '127.0.0.1',
    port: 9801,
    dialect: 'encapsulated',
    ourCompId: 'DROPCOPY',
    theirCompId: 'GW1',
  },
}
const source = (id: string): Part => ({ kind: 'source', objectId: id, document: { id, feed: 'gw1', gateway: 'cgw' } })
const targetDocument = {
  sessionId: 'ODQ1Z9',
  protocol: 'classic',
  group: 'Desk 7',
  level: 'all',
  sources: ['K7T882'],
  listen: [{ role: 'primary', host: '127.0.0.1', port: 9901 }],
  credentials: [
    { kind: 'password', ref: 'one' },
    { kind: 'password', ref: 'two' },
  ],
}
const target: Part = { kind: 'target', objectId: 'ODQ1Z9', document: targetDocument }
const verifier = { kind: 'password' as const, sha256: 'a'.repeat(64), salt: 'pepper' }

describe('assembling a version', () => {
  test('gives the same snapshot whatever order the parts come in', () => {
    const parts = [feed, source('K7T882'), source('M3P882'), target]
    const one = assemble(7, common, parts)
    expect(one).toMatchObject({ ok: true, value: { version: 7, sources: [{ id: 'K7T882' }, { id: 'M3P882' }] } })
    expect(assemble(7, common, parts.reverse())).toEqual(one)
  })
  test('leaves out what a version removed, and says what then hangs in the air', () => {
    expect(assemble(8, common, [feed, { ...source('K7T882'), document: null }, target])).toEqual({
      ok: false,
      error: { code: 'invalid-snapshot', problems: ['target ODQ1Z9: sources[0]: there is no source K7T882'] },
    })
  })
  test('puts secrets where references stood and drops those that are gone', () => {
    const made = assemble(7, common, [feed, source('K7T882'), target], ({ ref }) =>
      ref === 'two' ? verifier : undefined,
    )
    if (!made.ok) throw new Error(made.error.problems.join('\n'))
    expect(made.value.targets[0]?.credentials).toEqual([verifier])
  })
  test('refuses a feed whose credential is gone: it could not log on', () => {
    const document = { ...(feed.document as object), credentials: [{ kind: 'password', ref: 'lost' }] }
    expect(assemble(7, common, [{ ...feed, document }])).toMatchObject({
      error: { problems: ['feed gw1: credentials[0]: its secret is not available'] },
    })
  })
})

describe('one part by itself', () => {
  test('is checked with its name in front', () => {
    expect(partProblems(target)).toEqual([])
    expect(partProblems({ ...target, document: { ...targetDocument, level: 'most', colour: 'red' } })).toEqual([
      'target ODQ1Z9: level: expected one of "executions" or "acknowledgments" or "all"',
      'target ODQ1Z9: colour: unknown key',
    ])
  })
  test('must be about the object it is filed under', () => {
    expect(partProblems({ ...source('K7T882'), objectId: 'M3P882' })).toEqual([
      'source M3P882: the document names K7T882',
    ])
  })
})

describe('assembling what can be run of a version', () => {
  const known = () => verifier
  const runnable = (parts: Part[], before?: Parameters<typeof assembleRunnable>[4]) => {
    const made = assembleRunnable(7, common, parts, known, before)
    if (!made.ok) throw new Error(made.error.problems.join('\n'))
    const { snapshot, refused } = made.value
    const runs = [...snapshot.feeds, ...snapshot.sources].map(({ id }) => id)
    return { snapshot, runs: [...runs, ...snapshot.targets.map(({ sessionId }) => sessionId)], refused }
  }
  const wrong: Part = { ...target, document: { ...targetDocument, level: 'everything' } }
  const other: Part = { ...target, objectId: 'OTHER1', document: { ...targetDocument, sessionId: 'OTHER1' } }

  test('refuses nothing where nothing is wrong', () => {
    const parts = [feed, source('K7T882'), target]
    const { snapshot, refused } = runnable(parts)
    expect(assemble(7, common, parts, known)).toEqual({ ok: true, value: snapshot })
    expect(refused).toEqual([])
  })
  test('leaves out a part that is wrong and was not there before, and runs the others', () => {
    const { runs, refused } = runnable([feed, source('K7T882'), wrong, other])
    expect(runs).toEqual(['gw1', 'K7T882', 'OTHER1'])
    expect(refused).toMatchObject([{ kind: 'target', id: 'ODQ1Z9' }])
    expect(refused[0]?.problems).toEqual([expect.stringMatching(/^target ODQ1Z9: level: expected one of/)])
  })
  test('leaves it as it was where it ran before', () => {
    const before = runnable([feed, source('K7T882'), target]).snapshot
    const { snapshot, refused } = runnable([feed, source('K7T882'), wrong, other], before)
    expect(snapshot.targets).toEqual([before.targets[0], { ...before.targets[0], sessionId: 'OTHER1' }])
    expect(refused.map(({ id }) => id)).toEqual(['ODQ1Z9'])
  })
  test('names what hangs on it too, each part with its own reason', () => {
    const { runs, refused } = runnable([{ ...feed, document: { id: 'gw1' } }, source('K7T882'), target])
    expect(runs).toEqual([])
    expect(refused.map(({ kind, id }) => `${kind} ${id}`)).toEqual(['feed gw1', 'source K7T882', 'target ODQ1Z9'])
    expect(refused[1]?.problems).toEqual(['source K7T882: feed: there is no feed gw1'])
  })
  test('gives the text that the whole gives, so that a kept snapshot and one that is put together are compared as texts', () => {
    const parts = [feed, source('K7T882'), target]
    const whole = assemble(7, common, parts, known)
    expect(JSON.stringify(whole)).toBe(JSON.stringify({ ok: true, value: runnable(parts).snapshot }))
  })
  test('gives the very objects of the version before for what has not changed since, and a new one for a new secret', () => {
    const parts = [feed, source('K7T882'), source('M3P882'), target, other]
    const before = runnable(parts).snapshot
    const changed = runnable(
      [...parts.slice(0, 4), { ...other, document: { ...targetDocument, sessionId: 'OTHER1' } }],
      before,
    )
    expect(changed.snapshot.sources).toBe(before.sources)
    expect(changed.snapshot.feeds).toBe(before.feeds)
    expect(changed.snapshot.targets[0]).toBe(before.targets[0])
    expect(changed.snapshot.targets[1]).not.toBe(before.targets[1])
    const renewed = assembleRunnable(8, common, parts, () => ({ ...verifier, salt: 'another' }), before)
    expect(renewed.ok && renewed.value.snapshot.targets[0]?.credentials).toEqual(
      Array.from({ length: 2 }, () => ({ ...verifier, salt: 'another' })),
    )
  })
  test('names a target whose secret is of the wrong shape', () => {
    const made = assembleRunnable(
      7,
      common,
      [feed, source('K7T882'), target],
      () => ({ kind: 'password', password: '' }),
      undefined,
    )
    expect(made).toMatchObject({ ok: true, value: { snapshot: { targets: [] }, refused: [{ id: 'ODQ1Z9' }] } })
  })
  test('refuses the whole for what belongs to no part', () => {
    expect(assembleRunnable(-1, common, [feed], known, undefined)).toMatchObject({ ok: false })
  })
})

describe('parts of several shards', () => {
  const feedOfB: Part = {
    kind: 'feed',
    objectId: 'gw2',
    document: { ...(feed.document as object), id: 'gw2', theirCompId: 'GW2', port: 9802, shard: 'b' },
  }
  const sourceOfB: Part = {
    kind: 'source',
    objectId: 'M3P882',
    document: { id: 'M3P882', feed: 'gw2', gateway: 'cgw' },
  }
  const documentOfB = { ...targetDocument, sessionId: 'BBBBBB', sources: ['M3P882'], shard: 'b' }
  const targetOfB: Part = { kind: 'target', objectId: 'BBBBBB', document: documentOfB }
  const parts = [feed, source('K7T882'), target, feedOfB, sourceOfB, targetOfB]
  const names = (shard: string, of = parts) => {
    const made = assemble(7, { ...common, shard }, of)
    if (!made.ok) return made.error.problems
    const { feeds, sources, targets } = made.value
    return [made.value.shard, ...[...feeds, ...sources].map(({ id }) => id), ...targets.map((one) => one.sessionId)]
  }

  test('make a snapshot for each: its feeds and targets, and the sources of its feeds', () => {
    expect(shardsOf(parts)).toEqual(['b', 'main'])
    expect(names('main')).toEqual(['main', 'gw1', 'K7T882', 'ODQ1Z9'])
    expect(names('b')).toEqual(['b', 'gw2', 'M3P882', 'BBBBBB'])
    expect(names('c')).toEqual(['c'])
    const runnable = assembleRunnable(7, { ...common, shard: 'b' }, parts, () => verifier, undefined)
    expect(runnable).toMatchObject({ ok: true, value: { snapshot: { shard: 'b', targets: [{}] }, refused: [] } })
  })
  test('leave the snapshot of main as it is without the others', () => {
    expect(assemble(7, common, parts)).toEqual(assemble(7, common, [feed, source('K7T882'), target]))
    expect(shardsOf([])).toEqual(['main'])
  })
  test('cannot be joined: a target has no source of another shard, and a source no feed there', () => {
    const joined: Part = { ...targetOfB, document: { ...documentOfB, sources: ['M3P882', 'K7T882'] } }
    expect(names('b', [...parts.slice(0, 5), joined])).toEqual(['target BBBBBB: sources[1]: there is no source K7T882'])
    const paired: Part = { ...sourceOfB, document: { id: 'M3P882', feed: ['gw2', 'gw1'], gateway: 'cgw' } }
    expect(names('b', [...parts.slice(0, 4), paired, targetOfB])).toEqual([
      'source M3P882: feed[1]: there is no feed gw1',
    ])
  })
})
