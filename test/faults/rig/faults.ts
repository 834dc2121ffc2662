import { connect } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import type { Random } from '#gateway-sim/random.ts'
import { flipBit, tearTail } from './damage.ts'
import type { Rig } from './rig.ts'

/** What goes wrong while messages flow. Leaves everything running again. */
type Fault = (rig: Rig, random: Random) => Promise<void>

/** After these nothing may be lost, doubled or renumbered. */
export const faults = {
  'connector killed': async (rig, random) => {
    for (let left = random.between(1, 4); left > 0; left--) {
      await wait(random.between(0, 400))
      await rig.kill()
      await rig.launch()
    }
  },
  'killed while it starts': async (rig, random) => {
    await wait(random.between(0, 300))
    await rig.kill()
    const started = rig.launch().catch(() => undefined)
    await wait(random.between(100, 900))
    await rig.kill()
    await started
    await rig.launch()
  },
  'torn tail': async (rig, random) => {
    await wait(random.between(50, 500))
    await rig.kill()
    tearTail(rig.journal, random)
    await rig.launch()
  },
  'stopped in order': async (rig, random) => {
    await wait(random.between(50, 500))
    await rig.stop()
    await rig.launch()
  },
  'disk full': async (rig, random) => {
    await wait(random.between(0, 200))
    rig.order({ order: 'disk', isFull: true, partial: random.below(5_000) })
    await wait(random.between(200, 1_500))
    const dies = random.below(3) === 0
    if (dies) await rig.kill()
    if (dies) await rig.launch()
    rig.order({ order: 'disk', isFull: false, partial: 0 })
  },
  'stopped reader': async (rig, random) => {
    const client = random.pick(rig.clients)
    client.freeze()
    await wait(random.between(300, 1_500))
    if (random.below(3) === 0) client.cut()
    else client.thaw()
  },
  'slow reader': async (rig, random) => {
    const client = random.pick(rig.clients)
    for (let i = 0; i < 20; i++) {
      client.freeze()
      await wait(random.between(10, 60))
      client.thaw()
      await wait(5)
    }
  },
  'resend storm': async (rig, random) => {
    const client = random.pick(rig.clients)
    for (let i = 0; i < 50; i++) {
      const begin = random.between(1, Math.max(1, client.account.highest))
      client.request(begin, random.below(2) === 0 ? 0 : begin + random.below(3_000))
      await wait(random.between(20, 100))
    }
  },
  'feed cut in the middle of a message': async (rig, random) => {
    for (let left = random.between(1, 4); left > 0; left--) {
      await wait(random.between(20, 200))
      random.pick(rig.gateways).cutMidMessage()
    }
  },
  'feed repeats': async (rig, random) => {
    for (let left = 3; left > 0; left--) {
      await wait(random.between(20, 150))
      random.pick(rig.gateways).repeat(random, random.between(1, 200))
    }
  },
  'feed skips': async (rig, random) => {
    for (let left = 3; left > 0; left--) {
      await wait(random.between(20, 150))
      random.pick(rig.gateways).skip(random.below(5), random.between(1, 30))
    }
  },
  'feed goes back to 1': async (rig, random) => {
    await wait(random.between(20, 300))
    random.pick(rig.gateways).backToOne()
  },
  'reconnect storm': async (rig, random) => {
    for (let i = 0; i < 40; i++) {
      random.pick([...rig.gateways, ...rig.clients]).cut()
      const port = random.pick(rig.clients).port
      const stranger = connect(port, '127.0.0.1').on('error', () => undefined)
      stranger.end(random.pick(['', 'GET / HTTP/1.1\r\n\r\n', '8=FIX.4.2\x019=5\x0135=A\x0110=000\x01']))
      await wait(random.between(5, 60))
      if (random.below(2) === 0) stranger.destroy()
    }
  },
  'client away': async (rig, random) => {
    const client = random.pick(rig.clients)
    client.isAway = true
    client.cut()
    await wait(random.between(200, 800))
    client.isAway = false
  },
  'clock set back and forward': async (rig, random) => {
    for (let left = 3; left > 0; left--) {
      await wait(random.between(20, 200))
      rig.order({ order: 'clock', aheadMs: random.between(-7_200_000, 7_200_000) })
    }
    await wait(random.between(20, 200))
    rig.order({ order: 'clock', aheadMs: 0 })
  },
} as const satisfies Record<string, Fault>

export type FaultName = keyof typeof faults

/**
 * A bit of the synced bytes changes while the connector is down: no number is used again, every copy that comes twice
 * is recognizable, every loss is named. From here on the rig's journal is judged by these rules only.
 */
export const bitFlip: Fault = async (rig, random) => {
  await wait(random.between(100, 600))
  if (random.below(2) === 0) await rig.kill()
  else await rig.stop()
  flipBit(rig.journal, random)
  await rig.launch()
}
