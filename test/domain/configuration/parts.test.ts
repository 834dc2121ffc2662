import { describe, expect, test } from 'vitest'
import { assemble, type Part, partProblems } from '#domain/configuration/parts.ts'

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
      error: { code: 'invalid-snapshot', problems: ['targets[0].sources[0]: there is no source K7T882'] },
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
