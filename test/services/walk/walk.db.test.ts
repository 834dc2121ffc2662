import { describe, expect, test } from 'vitest'
import { freshDb } from '#test/support/fresh-db.ts'
import { actNames } from './acts.ts'
import { reportOf, walkAll } from './walks.ts'

const [walks, steps] = [300, 60]

/**
 * `SEED=7` walks that one again, `SEED=7 WALKS=50` fifty from there on. `npm run faults` draws seeds of its own,
 * thousands of them.
 */
const { SEED, WALKS = SEED === undefined ? walks : 1 } = process.env
const seeds = Array.from({ length: Number(WALKS) }, (_, i) => Number(SEED ?? 1) + i)

describe('random people do random things, also what they may not', () => {
  test(`in ${seeds.length} walks nothing flows that was not agreed, and nothing comes back that was taken away`, async () => {
    const { figures, found } = await walkAll(freshDb, seeds, { steps, lanes: 3 })
    expect(found && reportOf(found)).toBeUndefined()
    expect(figures.walks).toBe(seeds.length)
    if (seeds.length < walks) return
    expect(actNames.filter((name) => !figures.done.has(name))).toEqual([]) // each kind of act is also carried out
    for (const state of ['applied', 'returned', 'rejected', 'withdrawn', 'expired', 'failed'] as const)
      expect([state, figures.came.get(state) ?? 0]).not.toEqual([state, 0])
  }, 900_000)
})
