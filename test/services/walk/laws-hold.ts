import { expect, test } from 'vitest'
import { freshDb } from '#test/support/fresh-db.ts'
import { actNames } from './acts.ts'
import { reportOf, walkAll } from './walks.ts'

const steps = 60
/** This many walks begin, carry out and end everything that people can do. */
export const enoughWalks = 150

/** Walk from each of these seeds: every law holds after every step. */
export function lawsHold(seeds: readonly number[]): void {
  test(`in ${seeds.length} walks nothing flows that was not agreed, and nothing comes back that was taken away`, async () => {
    const { figures, found } = await walkAll(freshDb, seeds, { steps, lanes: 2 })
    expect(found && reportOf(found)).toBeUndefined()
    expect(figures.walks).toBe(seeds.length)
    if (seeds.length < enoughWalks) return
    expect(actNames.filter((name) => !figures.done.has(name))).toEqual([]) // some walk carries out each kind of act
    for (const state of ['applied', 'returned', 'rejected', 'withdrawn', 'expired', 'failed'] as const)
      expect([state, figures.came.get(state) ?? 0]).not.toEqual([state, 0])
  }, 3_600_000) // the limit is this long only for machines that many others use
}

export const seedsFrom = (first: number, count: number): number[] => Array.from({ length: count }, (_, i) => first + i)
