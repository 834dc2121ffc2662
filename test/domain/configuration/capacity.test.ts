import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { lanesOf } from '#connector/wire/lanes.ts'
import { pairsOf } from '#domain/configuration/capacity.ts'
import { assemble, type Part } from '#domain/configuration/parts.ts'
import { parseSnapshot, snapshotSchema } from '#domain/configuration/snapshot.ts'
import { feed, snapshot, target } from '#test/support/connector.ts'

const ids = (count: number) =>
  Array.from({ length: count }, (_, i) => `${i.toString(36).padStart(3, '0').toUpperCase()}882`)
const sourcesOf = (count: number) => ids(count).map((id) => ({ id, feed: 'gw1', gateway: 'cgw' as const }))
/** `count` targets with 100 sources each, and one with `more`. */
const targetsWith = (count: number, more: number) =>
  Array.from({ length: count + 1 }, (_, i) =>
    target({ sessionId: `T${String(i).padStart(5, '0')}`, sources: ids(i < count ? 100 : more) }),
  )
const problem = 'targets: they name 10,001 pairs of a target and a source, and one connector runs at most 10,000'

describe('a configuration', () => {
  test('of as many pairs of a target and a source as one connector runs is accepted', () => {
    expect(parseSnapshot(snapshot({ sources: sourcesOf(100), targets: targetsWith(99, 100) })).ok).toBe(true)
  })

  test('of one pair more is refused with one sentence', () => {
    const parsed = parseSnapshot(snapshot({ sources: sourcesOf(100), targets: targetsWith(100, 1) }))
    expect(parsed).toEqual({ ok: false, error: { code: 'invalid-snapshot', problems: [problem] } })
  })

  test('of one pair more is refused as a whole when a portal puts it together from its parts', () => {
    const parts: Part[] = [
      { kind: 'feed', objectId: 'gw1', document: feed() },
      ...sourcesOf(100).map((document): Part => ({ kind: 'source', objectId: document.id, document })),
      ...targetsWith(100, 1).map((document): Part => ({ kind: 'target', objectId: document.sessionId, document })),
    ]
    const assembled = assemble(1, { exchange: { compId: 'CME', subId: 'G' } }, parts)
    expect(assembled).toEqual({ ok: false, error: { code: 'invalid-snapshot', problems: [problem] } })
  })
})

test('the pairs that are counted are those of the sessions and streams that a connector makes of it', () => {
  const segments = fc.uniqueArray(fc.constantFrom('10', '20', '30'), { maxLength: 3 })
  const sources = fc.array(segments, { maxLength: 6 })
  const targets = fc.array(fc.record({ listens: segments, has: fc.uniqueArray(fc.nat(5), { maxLength: 6 }) }), {
    maxLength: 4,
  })
  fc.assert(
    fc.property(sources, targets, (ofSources, ofTargets) => {
      const all = ids(ofSources.length).map((id, i) => {
        const own = ofSources[i] ?? []
        return { id, feed: 'gw1', gateway: own.length > 0 ? ('msgw' as const) : ('cgw' as const), segments: own }
      })
      const made = snapshotSchema.parse(
        snapshot({
          sources: all,
          targets: ofTargets.map(({ listens, has }, i) =>
            target({
              sessionId: `T${String(i).padStart(5, '0')}`,
              protocol: 'dc4',
              sources: has.flatMap((one) => all[one]?.id ?? []),
              listen: (listens.length > 0 ? listens : [undefined]).map((segment) => ({
                ...{ role: 'primary', host: 'localhost', port: 0 },
                ...(segment === undefined ? {} : { segment }),
              })),
            }),
          ),
        }),
      )
      expect(pairsOf(made)).toBe(lanesOf(made).reduce((sum, lane) => sum + lane.sources.length, 0))
    }),
  )
})
