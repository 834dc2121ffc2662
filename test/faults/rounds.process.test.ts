import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Random } from '#gateway-sim/random.ts'
import { type FaultName, faults } from './rig/faults.ts'
import { Rig } from './rig/rig.ts'
import { closing, flipRound, round, stormLatency } from './rig/round.ts'

/* Each fault once, on one connector; `npm run faults` draws faults at random for as long as it is told to. */
const random = new Random(20_240_304)
const names = Object.keys(faults) as FaultName[] // the keys are those of the object
const storm: FaultName = 'resend storm'
let rig: Rig
beforeAll(async () => {
  rig = await Rig.start()
})
afterAll(() => rig.dispose())

describe('with all clients and gateways counting, nothing is lost, doubled or renumbered', () => {
  test.each(names.filter((name) => name !== storm))('%s', async (name) => {
    const { lost, doubled, wrong } = await round(rig, random, name, 400)
    expect({ lost, doubled, wrong }).toEqual({ lost: [], doubled: [], wrong: [] })
  })

  test('fifty overlapping resend requests leave live copies their time', async () => {
    const { quietMs, stormMs } = await stormLatency(rig, random)
    expect(stormMs).toBeLessThan(Math.max(5_000, 10 * quietMs)) // same machine, same time
    const { lost, doubled, chain, wrong } = rig.verdict()
    expect({ lost, doubled, chain, wrong }).toEqual({ lost: [], doubled: [], chain: [], wrong: [] })
  })

  test('and journal and ledger say the same', async () => {
    expect(rig.kills).toBeGreaterThanOrEqual(5)
    expect(await closing(rig)).toEqual([])
  })
})

test('after a flipped bit no number is used again, copies that come twice tell so, and losses are named', async () => {
  const { lost, doubled, wrong } = await flipRound(random, 400)
  expect({ lost, doubled, wrong }).toEqual({ lost: [], doubled: [], wrong: [] })
})
