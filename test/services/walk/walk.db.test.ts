import { describe } from 'vitest'
import { enoughWalks, lawsHold, seedsFrom } from './laws-hold.ts'

/**
 * `SEED=7` repeats that walk, `SEED=7 WALKS=50` makes fifty from there on; give vitest the name of this file then. `npm
 * run faults` draws seeds of its own, thousands of them.
 */
const { SEED, WALKS = SEED === undefined ? enoughWalks : 1 } = process.env

describe('random people do random things, also what they may not', () => {
  lawsHold(seedsFrom(Number(SEED ?? 1), Number(WALKS)))
})
