import { describe, expect, test } from 'vitest'
import { simulate } from './simulation/world.ts'

/** `npm run faults` draws seeds of its own, thousands of them. */
const runs = 150

describe('a gateway, the connector and a client over connections that garble, swap and lose frames, with crashes', () => {
  test(`agree in the end with a simple model of what the client must have, in ${runs} runs`, async () => {
    for (let seed = 1; seed <= runs; seed++) expect(await simulate(seed), `seed ${seed}`).toEqual([])
  })
})
