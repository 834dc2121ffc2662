import { parseArgs } from 'node:util'
import { Random } from '#gateway-sim/random.ts'
import { fuzz } from '../fix/fuzz.ts'
import { type FaultName, faults } from './rig/faults.ts'
import { fullDiskRound } from './rig/full-disk-round.ts'
import { databaseDown, fiftyKills, manySessions, resendStorms } from './rig/full-size.ts'
import { portalKilled } from './rig/portal-round.ts'
import { Rig } from './rig/rig.ts'
import { closing, flipRound, type Outcome, round } from './rig/round.ts'
import { WalkRounds } from './rig/walk-round.ts'
import { simulate } from './simulation/world.ts'

const help = `npm run faults -- [--minutes 10] [--seed N] [--only "connector killed,bit flip"]

Breaks a running connector, one fault a round, while three gateways hand messages over (in envelopes, as
they are, and on a connection of ours) and three clients receive them (classic by either rules, Drop Copy 4.0), and compares what was
sent, what came, and what the journal and the ledger say. Prints its seed first and a table last; exits with 0 when nothing was
lost, doubled or renumbered. After a flipped bit: when no number was used again, every doubled copy tells so, every loss is named.
Before that, once and as far as the minutes allow: a million mutated frames, fifty kills of one connector under load, resend storms against
live copies, 500 targets with 200 sources, the database down for a minute, and a whole portal killed again and again.
"random walks" are of another kind: people do through the services what they may and what they may not, and each step is compared with a
model of who agreed to what. Beside the other faults 200 at a time; --only "random walks" makes 20,000, however long they take.
`

const { values } = parseArgs({
  options: {
    minutes: { type: 'string' },
    seed: { type: 'string' },
    only: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  },
})
const flip = 'bit flip'
const smallDisk = 'small disk full'
const simulation = 'simulation'
const simulationsAtOnce = 1_000
const walking = 'random walks'
const walksAtOnce = 200
const walksInARun = 20_000
const mutants = 'mutated frames'
const mutantsAtOnce = 1_000_000
/** Once a run, in full size. */
const fullSizes: Record<string, (random: Random, say: (text: string) => void) => Promise<Outcome>> = {
  'fifty kills': fiftyKills,
  'live p99 in a storm': resendStorms,
  '500 targets': manySessions,
  'database down': databaseDown,
  'portal killed': (random, tell) => portalKilled(random, 8, tell),
}
const roundsPerRig = 12
const startedMs = performance.now()
const say = (text: string) =>
  console.log(`${((performance.now() - startedMs) / 1000).toFixed(0).padStart(5)} s  ${text}`)

type Line = {
  rounds: number
  kills: number
  copies: number
  lost: number
  doubled: number
  wrong: number
  told: number
  worstP99Ms: number
}
const table = new Map<string, Line>()

function note(name: string, outcome: Outcome, rounds = 1): void {
  const line = table.get(name) ?? {
    rounds: 0,
    kills: 0,
    copies: 0,
    lost: 0,
    doubled: 0,
    wrong: 0,
    told: 0,
    worstP99Ms: 0,
  }
  line.rounds += rounds
  line.kills += outcome.kills
  line.copies += outcome.copies
  line.lost += outcome.lost.length
  line.doubled += outcome.doubled.length
  line.wrong += outcome.wrong.length
  line.told += outcome.flagged
  if (outcome.p99Ms > line.worstP99Ms) line.worstP99Ms = Math.round(outcome.p99Ms)
  table.set(name, line)
  for (const kind of ['lost', 'doubled', 'wrong'] as const)
    if (outcome[kind].length > 0) say(`${name}: ${kind}: ${outcome[kind].slice(0, 5).join('; ')}`)
}

const isClean = () => [...table.values()].every(({ lost, doubled, wrong }) => lost + doubled + wrong === 0)

/**
 * Rounds on one rig, then a check of its journal; ends early after the first finding, since everything that follows
 * would repeat it.
 */
async function campaign(random: Random, names: readonly FaultName[], untilMs: number): Promise<void> {
  const rig = await Rig.start()
  try {
    for (let i = 0; i < roundsPerRig && performance.now() < untilMs && isClean(); i++) {
      const name = random.pick([...names, ...names.filter((one) => one.startsWith('connector killed'))])
      note(name, await round(rig, random, name, random.between(300, 3_000)))
      say(`${name}: ${rig.total} messages, ${rig.kills} kills`)
    }
    const wrong = await closing(rig)
    note('journal read whole', { copies: 0, lost: [], doubled: [], wrong, flagged: 0, kills: 0, p99Ms: Number.NaN })
  } finally {
    await rig.dispose()
  }
}

/** A file system of its own that can really be full, where the machine allows one. */
async function fullDisk(random: Random): Promise<void> {
  const { way, ...outcome } = await fullDiskRound(random, { bytes: 200 << 20, messages: random.between(1_000, 4_000) })
  note(smallDisk, outcome)
  say(`${smallDisk}: ${way}`)
}

/** Runs of the simulated whole, each from a seed of its own. */
async function simulations(random: Random): Promise<void> {
  for (let i = 0; i < simulationsAtOnce && isClean(); i++) {
    const seed = random.below(2 ** 31)
    const wrong = (await simulate(seed)).map((text) => `seed ${seed}: ${text}`)
    note(simulation, { copies: 0, lost: [], doubled: [], wrong, flagged: 0, kills: 0, p99Ms: Number.NaN })
  }
}

/** A million frames of peers with broken serializers and wires; throws what goes wrong. */
function mutatedFrames(seed: number): void {
  const wrong: string[] = []
  try {
    const { frames, accepted, rejected } = fuzz({ frames: mutantsAtOnce, seed })
    say(`${mutants}: ${frames} frames, ${accepted} accepted, ${rejected} rejected`)
  } catch (error) {
    wrong.push(`seed ${seed}: ${error instanceof Error ? error.stack : error}`)
  }
  note(mutants, { copies: 0, lost: [], doubled: [], wrong, flagged: 0, kills: 0, p99Ms: Number.NaN })
}

/**
 * Random people do random things through the services, each walk from a seed of its own.
 * @returns how many walks there were
 */
async function walks(rounds: WalkRounds, random: Random, most: number, untilMs: number): Promise<number> {
  const { made, steps, wrong } = await rounds.walk(random, most, untilMs)
  note(walking, { copies: 0, lost: [], doubled: [], wrong, flagged: 0, kills: 0, p99Ms: Number.NaN }, made)
  say(`${walking}: ${made} more, ${steps} steps`)
  return made
}

async function main(): Promise<number> {
  if (values.help) {
    process.stdout.write(help)
    return 0
  }
  const seed = values.seed === undefined ? Date.now() % 1_000_000 : Number(values.seed)
  const random = new Random(seed)
  const only = values.only?.split(',').map((name) => name.trim())
  const minutes = values.minutes ?? (only?.join() === walking ? Number.POSITIVE_INFINITY : 10)
  const untilMs = performance.now() + Number(minutes) * 60_000
  const names = (Object.keys(faults) as FaultName[]).filter((name) => !only || only.includes(name))
  const isWanted = (name: string) => !only || only.includes(name)
  const all = [...Object.keys(fullSizes), ...Object.keys(faults), flip, smallDisk, simulation, walking, mutants]
  if (!all.some(isWanted)) throw new Error(`--only knows: ${all.join(', ')}`)
  say(`seed ${seed}`)
  if (isWanted(mutants)) mutatedFrames(seed)
  for (const [name, inFullSize] of Object.entries(fullSizes))
    if (isWanted(name) && performance.now() < untilMs && isClean()) note(name, await inFullSize(random, say))
  const endless = names.length > 0 || [flip, smallDisk, simulation].some(isWanted)
  const rounds = new WalkRounds()
  let walked = isWanted(walking) ? 0 : walksInARun
  while ((endless || walked < walksInARun) && performance.now() < untilMs && isClean()) {
    if (names.length > 0) await campaign(random, names, untilMs)
    if (isWanted(flip)) for (let i = 0; i < 3; i++) note(flip, await flipRound(random, random.between(300, 1_500)))
    if (isWanted(smallDisk)) await fullDisk(random)
    if (isWanted(simulation)) await simulations(random)
    if (walked < walksInARun) walked += await walks(rounds, random, walksAtOnce, untilMs)
  }
  await rounds.stop()
  console.table(Object.fromEntries(table))
  say(isClean() ? 'nothing lost, doubled or renumbered' : `NOT clean: see the table; seed ${seed}`)
  return isClean() ? 0 : 1
}

process.exitCode = await main()
