import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type PlacedTarget, place, provisionalIds, sessionIdFrom } from '#domain/target/placement.ts'

const code = fc.stringMatching(/^[A-C][0-9]{2}88[0-9]$/)
const sources = fc.uniqueArray(
  fc.record({ name: code, gatewayKind: fc.constantFrom('cgw' as const, 'msgw' as const) }),
  {
    selector: (source) => source.name,
    maxLength: 40,
  },
)
const capacity = { cgw: 5, msgw: 7 }

describe('placing sources on targets', () => {
  test('every source is placed once, within the limit, beside its own gateway kind, and with a name of its own', () => {
    fc.assert(
      fc.property(sources, (list) => {
        const { placed, created } = place([], list, 'classic', provisionalIds(), capacity)
        expect(placed.map((one) => one.source)).toEqual(list.map((one) => one.name))
        for (const target of created) {
          const on = placed.filter((one) => one.sessionId === target.sessionId).map((one) => one.source)
          expect(on.length).toBeGreaterThan(0)
          expect(on.length).toBeLessThanOrEqual(capacity[target.gatewayKind])
          expect(new Set(on.map((name) => name.slice(0, 3))).size).toBe(on.length)
          for (const name of on) expect(list.find((one) => one.name === name)?.gatewayKind).toBe(target.gatewayKind)
        }
      }),
    )
  })

  test('what was placed before does not move, and nothing is placed on it that it cannot take', () => {
    fc.assert(
      fc.property(sources, sources, (first, second) => {
        const before = place([], first, 'classic', provisionalIds(), capacity)
        const targets: PlacedTarget[] = before.created.map((target) => ({
          ...target,
          state: 'open',
          sources: before.placed.filter((one) => one.sessionId === target.sessionId).map((one) => one.source),
        }))
        const fresh = second.filter((source) => !first.some((one) => one.name === source.name))
        const after = place(targets, fresh, 'classic', () => `later ${fresh.length}-${Math.trunc(1)}`, {
          cgw: 1000,
          msgw: 1000,
        })
        expect(after.placed.map((one) => one.source)).toEqual(fresh.map((one) => one.name))
      }),
    )
  })

  test('two sources of the same 3-character Session ID need two classic targets and one dc4 target', () => {
    const twins = [
      { name: 'K7T882', gatewayKind: 'cgw' as const },
      { name: 'K7T991', gatewayKind: 'cgw' as const },
    ]
    expect(place([], twins, 'classic', provisionalIds()).created).toHaveLength(2)
    expect(place([], twins, 'dc4', provisionalIds()).created).toHaveLength(1)
  })

  test('a closed target takes nothing, a paused one does', () => {
    const target = { sessionId: 'ODQ1Z9', gatewayKind: 'cgw', protocol: 'classic', sources: [] } as const
    const source = [{ name: 'K7T882', gatewayKind: 'cgw' as const }]
    expect(place([{ ...target, state: 'closed' }], source, 'classic', provisionalIds()).created).toHaveLength(1)
    expect(place([{ ...target, state: 'paused' }], source, 'classic', provisionalIds()).created).toHaveLength(0)
  })
})

test('session ids have six characters that cannot be misheard', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 6, maxLength: 6 }), (bytes) => {
      expect(sessionIdFrom(bytes)).toMatch(/^[A-HJ-NP-Z2-9]{6}$/)
    }),
  )
})
