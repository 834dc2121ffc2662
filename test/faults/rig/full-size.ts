import { setTimeout as wait } from 'node:timers/promises'
import type { Random } from '#gateway-sim/random.ts'
import { Rig } from './rig.ts'
import { closing, copiesOf, latency, type Outcome, round, stormLatency, textOf } from './round.ts'
import { many } from './wanted.ts'

type Say = (text: string) => void

/** Kills of one connector, at random instants under load. */
const killsInARun = 50
const databaseDownS = 60
/**
 * During a resend storm the live 99th percentile may be so many times the one before; below so many milliseconds it is
 * not judged.
 */
const [stormTimes, stormFloorMs] = [10, 500]

/** Killed fifty times under load, on one journal. */
export async function fiftyKills(random: Random, say: Say): Promise<Outcome> {
  return withRig({}, async (rig, add) => {
    while (rig.kills < killsInARun && add.isClean()) {
      add(await round(rig, random, 'connector killed', random.between(1_500, 4_000)))
      say(`killed under load: ${rig.kills} kills, ${rig.total} messages`)
    }
  })
}

/** Fifty overlapping Resend Requests within 5 s, three times; live copies stay on time. */
export async function resendStorms(random: Random, say: Say): Promise<Outcome> {
  return withRig({}, async (rig, add) => {
    await rig.flow(6_000) // something to ask for
    await rig.settled()
    for (let i = 0; i < 3; i++) {
      const { quietMs, stormMs } = await stormLatency(rig, random)
      say(`resend storm: live p99 ${quietMs.toFixed(1)} ms before, ${stormMs.toFixed(1)} ms meanwhile`)
      const { lost, doubled, chain, wrong } = rig.verdict()
      const isSlow = !(stormMs < Math.max(stormFloorMs, stormTimes * quietMs))
      const slow = isSlow ? [`live p99 of ${stormMs} ms, ${quietMs} ms before`] : []
      add({ ...nothing, lost, doubled: doubled.map(textOf), wrong: [...wrong, ...chain, ...slow], p99Ms: stormMs })
    }
    add({ ...nothing, copies: copiesOf(rig) })
  })
}

/**
 * The database is down for a minute: everything is delivered meanwhile, even across a start, and reported afterwards.
 */
export async function databaseDown(random: Random, say: Say): Promise<Outcome> {
  return withRig({ followsDatabase: true }, async (rig, add) => {
    const { database } = rig
    if (!database) throw new Error('the rig has no database')
    await rig.flow(300)
    await rig.settled()
    await database.stop()
    const [fromMs, killAtMs] = [performance.now(), random.between(5_000, 40_000)]
    for (let passedMs = 0; passedMs < databaseDownS * 1000; passedMs = performance.now() - fromMs) {
      await rig.flow(90)
      await wait(200)
      if (rig.kills === 0 && passedMs > killAtMs) {
        await rig.kill()
        await rig.launch()
      }
    }
    const wrong = (await rig.settled()) ? [] : ['not everything came while the database was down']
    say(`database down for ${databaseDownS} s: ${rig.total} messages delivered without it`)
    await database.restart()
    if (!(await isReported(rig)))
      wrong.push(`not reported afterwards: ${JSON.stringify([...(await database.delivered())])}`)
    const { lost, doubled, chain, wrong: found } = rig.verdict()
    add({
      ...nothing,
      copies: copiesOf(rig),
      lost,
      doubled: doubled.map(textOf),
      wrong: [...wrong, ...found, ...chain],
      kills: rig.kills,
      p99Ms: latency(rig, fromMs),
    })
  })
}

async function isReported(rig: Rig): Promise<boolean> {
  for (const deadline = performance.now() + 30_000; performance.now() < deadline; await wait(200)) {
    const delivered = await rig.database?.delivered()
    if (rig.clients.every((client) => delivered?.get(client.session) === rig.due(client))) return true
  }
  return false
}

/** 500 targets with 500 clients, and 200 sources: killed, stopped, and all connections cut again and again. */
export async function manySessions(random: Random, say: Say): Promise<Outcome> {
  return withRig({ wanted: many }, async (rig, add) => {
    for (const name of ['connector killed', 'reconnect storm', 'stopped in order', 'resend storm'] as const) {
      add(await round(rig, random, name, 6_000))
      say(`500 targets, 200 sources: ${name}, ${rig.total} messages, ${copiesOf(rig)} copies`)
    }
  })
}

const nothing: Outcome = { copies: 0, lost: [], doubled: [], wrong: [], flagged: 0, kills: 0, p99Ms: Number.NaN }

type Add = ((outcome: Outcome) => void) & { isClean(): boolean }

/** All of this on one rig, then its journal, as one outcome. */
async function withRig(
  options: Parameters<typeof Rig.start>[0],
  act: (rig: Rig, add: Add) => Promise<void>,
): Promise<Outcome> {
  const rig = await Rig.start(options)
  let sum = nothing
  const add = ({ copies, lost, doubled, wrong, kills, p99Ms }: Outcome) => {
    const worst = Number.isNaN(sum.p99Ms) ? p99Ms : Math.max(sum.p99Ms, p99Ms)
    sum = {
      copies: sum.copies + copies,
      lost: [...sum.lost, ...lost],
      doubled: [...sum.doubled, ...doubled],
      wrong: [...sum.wrong, ...wrong],
      flagged: 0,
      kills: sum.kills + kills,
      p99Ms: Number.isNaN(p99Ms) ? sum.p99Ms : worst,
    }
  }
  const isClean = () => sum.lost.length + sum.doubled.length + sum.wrong.length === 0
  try {
    await act(rig, Object.assign(add, { isClean }))
    return { ...sum, wrong: [...sum.wrong, ...(await closing(rig))] }
  } finally {
    await rig.dispose()
  }
}
