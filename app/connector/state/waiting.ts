/*
 * Which copies of a target have no number yet, and which number each copy names as the one before it. A client may be
 * millions of messages behind, so there is no entry for each copy where that can be avoided: the messages are in the
 * journal, and what is kept here says where in the journal to look for them.
 *
 * `Waiting` has two parts, the older copies in the first:
 *
 *   position of a message    100   200   300   400   500   600   700   800
 *   a copy of this target     x     -     x     x     -     x     x     x
 *                            runs: [100, 400]              counted: 600, 700, 800
 *
 *   runs      stretches of the journal. All copies in a stretch wait; its reader judges which messages are copies.
 *   counted   each copy by itself. Needed only while the client is away and its queue has a depth: the oldest copies
 *             have to be found, since they are pushed out when there are more than the depth.
 *
 *   what happens                             function        what becomes of the copies
 *   one comes, and none is pushed out        keep            the last stretch grows up to it, or a new one begins
 *   one comes, the client away, a depth      keepNewest      it is counted; the oldest may be pushed out, to be held
 *   the client logs on                       stopCounting    what is counted becomes a stretch
 *   the first one gets its number            taken           its stretch begins behind it from now on
 *   a source is taken away                   forget          those of the source wait no longer
 *   the trading week ends                    pastOf          where they stood is kept, for Application Resend alone
 *
 * A stretch must not grow over a copy that was pushed out, or that copy would wait once more: `open` says whether it
 * may grow.
 *
 * `Chain` is one source on one target. A copy names the number of the copy before it in ApplLastSeqNum(1350), also when
 * that one is held, so that the client sees what it has not got and can ask for it:
 *
 *   number of the source      1      2      3      4      5      6      7
 *   what became of it         sent   sent   held   held   held   sent   sent
 *   1350                      -      1                           5      6
 */

import { type Given, takeBack } from './given.ts'
import type { Row } from './ledger.ts'
import type { Past, TargetState } from './state.ts'

/**
 * The copies of a target that are still to be numbered, without an entry per copy: stretches of the journal in which
 * every eligible message waits, and behind them, while the client is away and its queue has a depth, the newest copies
 * by position.
 */
export type Waiting = {
  total: number
  /**
   * Two positions per stretch: its first and its last waiting message. A first one with a half added means: behind that
   * record.
   */
  runs: number[]
  /** Whether the last stretch may grow: nothing was pushed out behind it. */
  open: boolean
  /**
   * Five numbers per copy (position, stream, epoch, number, late), oldest first; from `countedFrom` on at most as many
   * copies as the queue's depth.
   */
  counted: number[]
  /** Where the oldest copy begins: entries pushed out before it are removed many at a time. */
  countedFrom: number
  /**
   * Grows whenever copies that are not held may come between: what was held before is then not joined with what is held
   * after.
   */
  absence: number
}
const stride = 5

/** The copies of one source on one target. */
export type Chain = {
  epoch: number
  /** Source number of the newest copy delivered live; 0 before the first. */
  head: number
  /** Copies pushed out of the queue, by source number; the chain runs over them. */
  held: Held[]
  /** The held copies that Application Resend has sent since. */
  given?: Given[]
  /**
   * Highest number of the source each time it joined the group again, oldest first: no copy above such a number names a
   * copy at or below it.
   */
  joins?: { epoch: number; after: number }[]
}
/** `last`: position of its newest message. `late`: journaled out of order, so not part of the chain. */
export type Held = {
  epoch: number
  from: number
  to: number
  count: number
  last: number
  late: boolean
  absence: number
}

export const emptyWaiting = (): Waiting => ({
  total: 0,
  runs: [],
  open: false,
  counted: [],
  countedFrom: 0,
  absence: 0,
})
export const emptyChain = (): Chain => ({ epoch: 0, head: 0, held: [] })

/** Where to look for the next waiting copy (a half: behind that record); undefined when none waits. */
export const cursorOf = (w: Waiting): number | undefined => w.runs[0] ?? w.counted[w.countedFrom]

/** Takes a copy in, whatever the depth is. */
export function keep(w: Waiting, position: number): void {
  if (w.counted.length > 0) foldCounted(w)
  w.total++
  if (w.open && w.runs.length > 0) w.runs[w.runs.length - 1] = position
  else w.runs.push(position, position)
  w.open = true
}

/** A copy as the queue keeps it while the client is away. */
type Counted = { position: number; stream: number; epoch: number; number: number; late: boolean }

/** Takes a copy in after the grace period; answers the copy that the depth pushes out, if any. */
export function keepNewest(w: Waiting, copy: Counted, depth: number): Counted | undefined {
  if (depth === 0) {
    foldCounted(w) // left from a larger depth: what comes behind this one must not join them
    w.open = false
    return copy
  }
  w.total++
  w.counted.push(copy.position, copy.stream, copy.epoch, copy.number, copy.late ? 1 : 0)
  return pushOut(w, depth)
}

/** Removes the oldest copy that counts, if there are more than the depth. */
export function pushOut(w: Waiting, depth: number): Counted | undefined {
  if (w.counted.length - w.countedFrom <= depth * stride) return undefined
  const [position, stream, epoch, number, late] = w.counted.slice(w.countedFrom, w.countedFrom + stride)
  w.countedFrom += stride
  if (w.countedFrom * 2 >= w.counted.length) clearAway(w)
  w.total--
  w.open = false
  return { position: position!, stream: stream!, epoch: epoch!, number: number!, late: late === 1 }
}

function clearAway(w: Waiting): void {
  w.counted = w.counted.slice(w.countedFrom)
  w.countedFrom = 0
}

/** The client is back: from now on nothing is pushed out. */
export function stopCounting(w: Waiting): void {
  w.absence++
  foldCounted(w)
}

function foldCounted(w: Waiting): void {
  if (w.counted.length === 0) return
  const first = w.counted[w.countedFrom]!
  const last = w.counted[w.counted.length - stride]!
  if (w.open && w.runs.length > 0) w.runs[w.runs.length - 1] = last
  else w.runs.push(first, last)
  w.open = true
  w.counted = []
  w.countedFrom = 0
}

/** The first waiting copy, at `position`, got its number. */
export function taken(w: Waiting, position: number): void {
  if (w.total === 0) return // its message was lost with a damaged batch
  w.total--
  while (w.runs.length > 0 && w.runs[1]! <= position) w.runs.splice(0, 2)
  if (w.runs.length > 0 && w.runs[0]! <= position) w.runs[0] = position + 0.5
  if (w.total === 0) w.runs.length = 0
  if (w.runs.length === 0) w.open = false
}

/** Copies of this source will not be delivered any more: `count` of them waited. */
export function forget(w: Waiting, stream: number, count: number): void {
  w.total -= count
  const left: number[] = []
  for (let i = w.countedFrom; i < w.counted.length; i += stride) {
    if (w.counted[i + 1] !== stream) left.push(...w.counted.slice(i, i + stride))
  }
  w.counted = left
  w.countedFrom = 0
  if (w.total === 0) w.runs.length = 0
  if (w.runs.length === 0) w.open = false
}

/** The positions of all copies that are held when a week ends: those already held, and those still waiting. */
export function pastOf(target: { waiting: Waiting; chains: Record<number, Chain> }): Past | undefined {
  const { runs, counted, countedFrom } = target.waiting
  const last = counted.length > countedFrom ? [counted[countedFrom]!, counted[counted.length - stride]!] : []
  const held = Object.fromEntries(
    Object.entries(target.chains).flatMap(([stream, chain]) => (chain.held.length > 0 ? [[stream, chain.held]] : [])),
  )
  const given = Object.fromEntries(
    Object.entries(target.chains).flatMap(([stream, chain]) => (chain.given ? [[stream, chain.given]] : [])),
  )
  const past = { runs: [...runs, ...last], held, ...(Object.keys(given).length > 0 ? { given } : {}) }
  return past.runs.length > 0 || Object.keys(held).length > 0 ? past : undefined
}

/** A copy that the queue has pushed out. */
export function holdOut(target: TargetState, out: Counted, week: string): void {
  const chain = target.chains[out.stream]
  const row = target.ledger[week]?.[out.stream]
  if (chain && row) hold(chain, row, out, target.waiting.absence)
}

/** Holds a copy for Application Resend: it gets no target number, and the chain continues over it. */
export function hold(chain: Chain, row: Row, copy: Counted, absence: number): void {
  row.waiting--
  row.held++
  const { epoch, number, position, late } = copy
  if (late) takeBack(chain, epoch, number)
  const last = chain.held.at(-1)
  if (last && !late && !last.late && last.epoch === epoch && last.absence === absence && last.to < number) {
    last.to = number
    last.count++
    last.last = position
  } else chain.held.push({ epoch, from: number, to: number, count: 1, last: position, late, absence })
}

/** The source is back after it had left: numbers above its present highest number start a new chain. */
export function join(chain: Chain, epoch: number, after: number): void {
  if (after === 0 || joinedAfter(chain, epoch, after + 1) === after) return
  // once a copy above it is delivered, a join is no longer needed
  const open = (chain.joins ?? []).filter(
    (one) => one.epoch === epoch && !(chain.epoch === epoch && chain.head > one.after),
  )
  chain.joins = [...open, { epoch, after }]
}

/**
 * The number up to which copies are not named by a copy of this number: behind it, the source joined the group again.
 */
export function joinedAfter(chain: Chain, epoch: number, number: number): number {
  if (!chain.joins) return 0
  const join = chain.joins.findLast((one) => one.epoch === epoch && one.after < number)
  return join?.after ?? 0
}

/**
 * ApplLastSeqNum(1350) of the next chained copy: the eligible number before it, delivered or held; 0 where the chain
 * starts (spec §3.1).
 */
export function previousOf(chain: Chain, epoch: number, number: number): number {
  const from = joinedAfter(chain, epoch, number)
  const head = chain.epoch === epoch && chain.head > from ? chain.head : 0
  if (chain.held.length === 0) return head
  for (let i = chain.held.length - 1; i >= 0; i--) {
    const held = chain.held[i]!
    if (held.epoch < epoch) break
    if (held.epoch > epoch || held.late || held.to >= number) continue
    return held.to > Math.max(head, from) ? held.to : head // the list ascends: earlier ones end lower
  }
  return head
}
