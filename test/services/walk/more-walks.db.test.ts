import { describe } from 'vitest'
import { enoughWalks, lawsHold, seedsFrom } from './laws-hold.ts'

// as many walks again, in a second file, so that two workers walk at the same time
describe('random people do random things, also what they may not', () => {
  lawsHold(seedsFrom(1 + enoughWalks, enoughWalks))
})
