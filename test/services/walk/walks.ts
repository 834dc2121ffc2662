import { Random } from '#gateway-sim/random.ts'
import type { FreshDb } from '#test/support/fresh-db-on.ts'
import { type Act, nameOf } from './acts.ts'
import { choose } from './choose.ts'
import type { RequestState } from './facts.ts'
import { type Lane, openLane } from './lane.ts'
import type { Breach } from './laws.ts'
import { opening } from './opening.ts'
import { type Told, Walk } from './walk.ts'
import { sentence } from './words.ts'

/** How often each kind of act was done or refused, and how often requests came into a state. */
export type Figures = {
  walks: number
  done: Map<string, number>
  refused: Map<string, number>
  came: Map<RequestState, number>
}
/** A walk that broke a law, reduced to the steps that are needed to break it. */
export type Found = { seed: number; steps: number; trace: string }

/**
 * Walk from each of these seeds, on so many databases at once, until one walk breaks a law.
 * @param isOver asked before each walk
 */
export async function walkAll(
  open: () => Promise<FreshDb>,
  seeds: readonly number[],
  { steps, lanes, isOver = () => false }: { steps: number; lanes: number; isOver?: () => boolean },
): Promise<{ figures: Figures; found: Found | undefined }> {
  const figures: Figures = { walks: 0, done: new Map(), refused: new Map(), came: new Map() }
  const waiting = [...seeds]
  let found: Found | undefined
  const onOneDatabase = async () => {
    const walks = await Walks.open(await open(), figures)
    try {
      for (let seed = waiting.shift(); seed !== undefined && !found && !isOver(); seed = waiting.shift())
        found = (await walks.walk(seed, steps)) ?? found
    } finally {
      await walks.close()
    }
  }
  await Promise.all(Array.from({ length: lanes }, onOneDatabase))
  return { figures, found }
}

/** Makes walks, one after the other. */
class Walks {
  private constructor(
    private readonly lane: Lane,
    private readonly beginning: Walk,
    private readonly figures: Figures,
  ) {}

  /** @throws where the beginning itself breaks a law */
  static async open(db: FreshDb, figures: Figures): Promise<Walks> {
    const lane = await openLane(db)
    const walk = await Walk.begin(lane)
    for (const act of opening) {
      const told = await walk.step(act)
      if (told.outcome !== 'done' || told.breaches.length > 0)
        throw new Error(`the beginning: ${line(told)} ${JSON.stringify(told.breaches)}`)
    }
    await lane.keep()
    return new Walks(lane, walk, figures)
  }

  /** One walk of so many steps. @returns what it found; undefined: every law held after every step */
  async walk(seed: number, steps: number): Promise<Found | undefined> {
    this.figures.walks++
    const random = new Random(seed)
    const walk = await this.fresh(seed)
    const acts: Act[] = []
    for (let step = 1; step <= steps; step++) {
      const act = choose(random, walk.model, step)
      acts.push(act)
      const before = statesOf(walk)
      const told = await walk.step(act)
      count(told.outcome === 'done' ? this.figures.done : this.figures.refused, nameOf(act))
      for (const [label, state] of statesOf(walk)) if (before.get(label) !== state) count(this.figures.came, state)
      const [breach] = told.breaches
      if (breach) return this.report(seed, acts, breach)
    }
    return undefined
  }

  close(): Promise<void> {
    return this.lane.close()
  }

  private async fresh(seed: number): Promise<Walk> {
    await this.lane.begin(seed)
    return this.beginning.fork()
  }

  /** Leave out steps, many at once and then one by one, as long as the same law is still broken. */
  private async report(seed: number, all: readonly Act[], breach: Breach): Promise<Found> {
    let acts = all
    for (let size = Math.ceil(acts.length / 2); size >= 1; size = size > 1 ? Math.floor(size / 2) : 0)
      for (let from = acts.length - 1 - size; from >= 0; from -= size) {
        const fewer = [...acts.slice(0, from), ...acts.slice(from + size)]
        const last = (await this.again(seed, fewer)).at(-1)
        if (last?.breaches.some((one) => one.law === breach.law)) acts = fewer
      }
    const told = await this.again(seed, acts)
    const lines = told.map((one, index) => `${String(index + 1).padStart(3)}. ${line(one)}`)
    const broken = (told.at(-1)?.breaches ?? [breach]).map(({ law, what }) => `  BROKEN: ${law}\n    ${what}`)
    return { seed, steps: all.length, trace: [...lines, ...broken].join('\n') }
  }

  /** Walk these steps, up to the first one that breaks a law. */
  private async again(seed: number, acts: readonly Act[]): Promise<Told[]> {
    const walk = await this.fresh(seed)
    const told: Told[] = []
    for (const act of acts) {
      told.push(await walk.step(act))
      if ((told.at(-1)?.breaches.length ?? 0) > 0) break
    }
    return told
  }
}

/** The finding, to read and to repeat. */
export const reportOf = ({ seed, steps, trace }: Found): string =>
  `SEED=${seed} broke a law at step ${steps}. Without the steps that do not matter:\n${trace}`

const statesOf = ({ model }: Walk) => new Map([...model.requests].map(([label, { state }]) => [label, state]))
const count = <K>(figures: Map<K, number>, key: K) => figures.set(key, (figures.get(key) ?? 0) + 1)
const line = ({ act, outcome }: Told) => `${sentence(act)}${outcome === 'done' ? '' : ` (${outcome})`}`
