import { randomUUID } from 'node:crypto'
import { mainShard } from '#domain/reference/shard.ts'
import type { TakenOver } from './control.ts'
import type { Durable, FeedState, LeaseEnd, Numbers, State } from './state.ts'

/**
 * The journal's own lineage. A journal written before there were lineages gets one here, and keeps it by the next
 * `lead` record.
 */
export function lineageOf({ data }: State): string {
  data.lineage ??= randomUUID()
  return data.lineage
}

/** The connector was to lead in one shard with the journal of another. */
export class OtherShard extends Error {
  override name = 'OtherShard'
}

/**
 * A journal leads only in the shard for which it was created: its numbers are those of that shard's sessions. A journal
 * written before shards were named is of `main`; one that nobody has led with belongs to the first leader's shard.
 * @throws OtherShard
 */
export function assertShard({ data }: State, shard: string, directory: string): void {
  const born = data.shard ?? (data.run > 0 ? mainShard : shard)
  if (born !== shard)
    throw new OtherShard(
      `${directory}: the journal is that of shard ${born}, and this connector is to lead shard ${shard}`,
    )
}

/** A session's outbound numbers, and the next number expected of a feed. */
type SessionNumbers = {
  what: 'feed' | 'target'
  name: string
  epoch: number
  nextOut: number
  /** Only for a feed. */
  nextIn?: number
  /** Only for a feed with a trading week of its own. */
  week?: string
}

/** The last numbers that a leader reported, and the trading week that they belong to. */
export type LastNumbers = { week: string; sessions: SessionNumbers[] }

/** What a leader reports, so that another could lead without its journal and never reuse a number. */
export function lastNumbers({ week, feeds, targets }: Durable): LastNumbers {
  return {
    week,
    sessions: [
      ...Object.values(targets).map(({ name, epoch, nextOut }) => ({ what: 'target' as const, name, epoch, nextOut })),
      ...Object.values(feeds).map(({ name, epoch, nextOut, nextIn, week: own }) => ({
        what: 'feed' as const,
        ...{ name, epoch, nextOut, nextIn },
        ...(own === undefined ? {} : { week: own }),
      })),
    ],
  }
}

/** By how much all numbers were raised above those that this lease reported; 0: they were not raised. */
export const raisedAbove = ({ data: { tookOver } }: State, { lineage, term, batch }: LeaseEnd): number =>
  tookOver?.above?.lineage === lineage && tookOver.above.term === term && tookOver.above.batch === batch
    ? tookOver.gap
    : 0

/**
 * The sessions of a journal that takes over from behind, with numbers that nobody can have been told: those reported,
 * or the journal's own where these are higher, plus `gap`; they have been raised by `raisedBy` of it already. `idOf`
 * gives an id to a session that the journal does not know.
 */
export function raisedNumbers(
  { feeds, targets }: Durable,
  reported: LastNumbers,
  { gap, raisedBy }: Raise,
  idOf: (what: 'feed' | 'target', name: string) => number,
): TakenOver[] {
  const raised = new Map<number, TakenOver>()
  for (const one of reported.sessions) {
    const id = idOf(one.what, one.name)
    const own = targets[id] ?? feeds[id]
    if (own) raised.set(id, { id, ...above(own, one, { gap, raisedBy }) })
  }
  for (const [key, { epoch, nextOut }] of Object.entries({ ...targets, ...feeds }))
    if (!raised.has(Number(key))) raised.set(Number(key), { id: Number(key), epoch, nextOut: nextOut - raisedBy + gap })
  return [...raised.values()]
}

type Raise = { gap: number; raisedBy: number }

function above(own: Numbers, reported: SessionNumbers, { gap, raisedBy }: Raise): Omit<TakenOver, 'id'> {
  const isSame = own.epoch === reported.epoch
  const nextOut = Math.max(isSame ? own.nextOut - raisedBy : 1, reported.nextOut) + gap
  const numbers = { epoch: reported.epoch, nextOut }
  if (reported.what === 'target') return numbers
  const sentUpTo = Math.max(isSame ? own.nextIn : 1, reported.nextIn ?? 1) + gap
  return { ...numbers, sentUpTo, ...(reported.week === undefined ? {} : { week: reported.week }) }
}

/**
 * Another connector has led meanwhile, with more than this journal holds, and may have delivered what waited here: so
 * this counts as a raise of all numbers. It may also have delivered what a feed sends again up to `sentUpTo`.
 */
export function takeOver({ data }: State, position: number, sessions: readonly TakenOver[]): void {
  data.raises = [...(data.raises ?? []), position]
  for (const { id, epoch, nextOut, sentUpTo, week } of sessions) {
    const feed = data.feeds[id]
    const numbers = data.targets[id] ?? feed
    if (!numbers) continue
    if (numbers.epoch !== epoch) numbers.nextIn = 1
    Object.assign(numbers, { epoch, nextOut })
    if (feed && sentUpTo !== undefined) feed.again = { epoch, upTo: sentUpTo }
    if (feed && week !== undefined && week > (feed.week ?? '')) feed.week = week
  }
}

/** Whether another leader may have delivered what a feed sends again under this number. */
export const mayBeDelivered = ({ again, epoch }: FeedState, number: number): boolean =>
  again !== undefined && again.epoch === epoch && number <= again.upTo
