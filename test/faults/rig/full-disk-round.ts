import { setTimeout as wait } from 'node:timers/promises'
import type { Random } from '#gateway-sim/random.ts'
import { patienceMs } from '#test/support/patience.ts'
import type { Client } from './client.ts'
import { Rig, segmentBytes } from './rig.ts'
import { closing, copiesOf, type Outcome } from './round.ts'
import { SmallDisk, type Way } from './small-disk.ts'

/**
 * A rig on a disk of so many bytes, which fills up under load: first room is made while the connector runs; then it is
 * killed while full, started while full, killed again and started with room.
 */
export async function fullDiskRound(
  random: Random,
  { bytes, messages, ways }: { bytes: number; messages: number; ways?: readonly Way[] },
): Promise<Outcome & { way: Way }> {
  const disk = await SmallDisk.make(bytes, ways)
  const wrong: string[] = []
  let rig: Rig | undefined
  try {
    rig = await Rig.start({ disk })
    await fillUp(rig, disk, random, messages, wrong)
    await livesOn(rig, wrong)
    disk.clear()
    await everythingCame(rig, 'room was made', wrong)
    await fillUp(rig, disk, random, messages, wrong)
    await rig.kill()
    await rig.launch()
    await livesOn(rig, wrong)
    await rig.kill()
    disk.clear()
    await rig.launch()
    await rig.flow(messages)
    await everythingCame(rig, 'a start with room', wrong)
    const { lost, doubled, chain, wrong: found } = rig.verdict()
    wrong.push(...found, ...chain, ...(await closing(rig)))
    return {
      copies: copiesOf(rig),
      lost,
      doubled: doubled.map(({ source, sourceNumber, number }) => `${source} ${sourceNumber} again as ${number}`),
      wrong,
      flagged: 0,
      kills: rig.kills,
      p99Ms: Number.NaN,
      way: disk.way,
    }
  } finally {
    await rig?.dispose()
    await disk.dispose()
  }
}

/**
 * A filler leaves less than a segment, and messages come until feeds are paused. The first client is away meanwhile.
 */
async function fillUp(rig: Rig, disk: SmallDisk, random: Random, messages: number, wrong: string[]): Promise<void> {
  await rig.flow(messages, 20)
  const [first] = rig.clients
  if (first) {
    first.isAway = true
    first.cut()
  }
  disk.fill(random.below(segmentBytes))
  const isFull = await within(async () => {
    await rig.flow(messages, 20)
    return isDiskFull(rig)
  })
  if (!isFull) wrong.push('the disk never was full')
  if (first) first.isAway = false
}

/** Each client may log on, is answered, and gets what it asks for again; the feeds' messages wait. */
async function livesOn(rig: Rig, wrong: string[]): Promise<void> {
  for (const client of rig.clients) client.cut()
  if (!(await within(() => rig.clients.every((client) => client.isLive)))) wrong.push('no logon while the disk is full')
  // a start notices when it makes its next segment
  if (!(await within(() => isDiskFull(rig)))) wrong.push('not full any more while nobody made room')
  for (const gateway of rig.gateways) gateway.offer(10) // not read; after a start while full, it is not let in
  const answered = rig.clients.map((client) => isServed(client))
  for (const [i, is] of (await Promise.all(answered)).entries())
    if (!is) wrong.push(`${rig.clients[i]?.session}: no heartbeat or no resend while the disk is full`)
}

/** Asks when it misses nothing: during a resend another request would rightly be refused. */
async function isServed(client: Client): Promise<boolean> {
  await within(() => client.isWhole)
  const [again, id] = [client.again, `FULL-${client.again}-${client.logons}`]
  client.ask(id)
  client.request(1, 0)
  return within(() => client.answers.has(id) && client.again > again)
}

async function everythingCame(rig: Rig, after: string, wrong: string[]): Promise<void> {
  if (!(await rig.settled())) wrong.push(`not everything came after ${after}`)
  if (!(await within(async () => !(await isDiskFull(rig))))) wrong.push(`still full after ${after}`)
}

const isDiskFull = async (rig: Rig) => (await rig.look()).alarms.includes('disk-full')

async function within(isSo: () => boolean | Promise<boolean>): Promise<boolean> {
  for (const deadline = performance.now() + patienceMs; performance.now() < deadline; await wait(20))
    if (await isSo()) return true
  return false
}
