import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isApplied, type PartReport, runningVersion, runOfSession, runsOf } from '#domain/publication/runs.ts'

const part = (objectId: string, number = 7) => ({ kind: 'target' as const, objectId, number })
const report = (objectId: string, number: number, state: PartReport['state'], detail: string | null = null) => ({
  ...{ kind: 'target' as const, objectId, number, state, detail },
})

describe('whether a connector runs what was published', () => {
  test('is said by its report on that version of the object, or on a newer one', () => {
    const reports = [report('A', 7, 'running'), report('B', 9, 'refused', 'port taken'), report('C', 6, 'running')]
    expect(runsOf([part('A'), part('B'), part('C'), part('D')], reports)).toEqual([
      { kind: 'target', objectId: 'A', state: 'running', detail: null },
      { kind: 'target', objectId: 'B', state: 'refused', detail: 'port taken' },
      { kind: 'target', objectId: 'C', state: 'unanswered', detail: null },
      { kind: 'target', objectId: 'D', state: 'unanswered', detail: null },
    ])
  })

  test('is not said by a report on another kind of object with the same name', () => {
    const feed = { ...report('A', 7, 'running'), kind: 'feed' as const }
    expect(runsOf([part('A')], [feed])).toMatchObject([{ state: 'unanswered' }])
  })

  test('of a target that was removed: it runs no more, once the version is there; a refusal counts all the same', () => {
    expect(runsOf([part('A')], [], ['A'])).toMatchObject([{ state: 'running' }])
    expect(runsOf([part('A')], [report('A', 7, 'refused')], ['A'])).toMatchObject([{ state: 'refused' }])
  })

  test('a request is applied when every part runs, and not before', () => {
    const states = fc.array(fc.constantFrom('running' as const, 'refused' as const, 'unanswered' as const))
    fc.assert(
      fc.property(states, (all) => {
        expect(isApplied(all.map((state) => ({ state })))).toBe(all.filter((one) => one !== 'running').length === 0)
      }),
    )
  })

  test('a session that says it is refused is, whatever was said of its part', () => {
    expect(runOfSession({ state: 'refused' }, 'running')).toBe('refused')
    expect(runOfSession({ state: 'late' }, 'unanswered')).toBe('unanswered')
    expect(runOfSession(undefined, 'running')).toBe('running')
  })
})

describe('the version that is in force', () => {
  test('is the one that the connectors of all shards have come to', () => {
    const connectors = [
      { shard: 'main', runningVersion: 5 },
      { shard: 'main', runningVersion: 8 },
      { shard: 'b', runningVersion: 6 },
      { shard: 'gone', runningVersion: 1 },
    ]
    expect(runningVersion(['main', 'b'], connectors)).toBe(6)
    expect(runningVersion(['main'], connectors)).toBe(8)
    expect(runningVersion(['main', 'c'], connectors)).toBe(0)
    expect(runningVersion(['d'], [{ shard: 'd', runningVersion: null }])).toBe(0)
  })
})
