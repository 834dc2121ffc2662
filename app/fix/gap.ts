import type { Message } from './message.ts'
import { changeLive, expectNext, startAtOne } from './session.ts'
import type { Early, Gap, Live } from './session-state.ts'
import { isSessionType, MsgType, Tag } from './tags.ts'
import { accept, note, send, type Turn } from './turn.ts'

/** Limits of what is kept above a gap. What does not fit is asked for again when the gap has closed up to it. */
const earlyLimits = { messages: 5_000, bytes: 8 * 1024 * 1024 } as const

/** How often the same numbers are asked for before they are given up. */
const maxAsks = 3

/** Without progress for so long, the peer is asked again: it may have refused because it was busy. */
export const gapStallMs = (live: Live): number => live.intervalMs || 30_000

export const gapOf = (turn: Turn): Gap | undefined =>
  turn.session.phase.kind === 'live' ? turn.session.phase.gap : undefined

/** A message came too early: keep it for its turn and, if this opens the gap, ask once for what is missing. */
export function keepEarly(turn: Turn, seqNum: number, message: Message | null): void {
  const open = gapOf(turn)
  if (open) {
    hold(turn, open, seqNum, message)
    return
  }
  const gap: Gap = {
    highest: seqNum,
    askedTo: 0,
    filledTo: 0,
    progressMs: turn.nowMs,
    asks: 0,
    early: new Map(),
    earlyBytes: 0,
  }
  changeLive(turn.session, { gap })
  hold(turn, gap, seqNum, message)
  note(turn, 'gap', `expected ${turn.session.nextIn}, received ${seqNum}`)
  ask(turn, gap)
}

function hold(turn: Turn, gap: Gap, seqNum: number, message: Message | null): void {
  gap.highest = Math.max(gap.highest, seqNum)
  if (gap.early.has(seqNum)) return
  const bytes = message ? bytesOf(message) : 0
  if (gap.early.size >= earlyLimits.messages || gap.earlyBytes + bytes > earlyLimits.bytes) {
    note(turn, 'early-dropped', `no room for ${seqNum} above the gap`)
    return
  }
  gap.early.set(seqNum, message && { message: message.copy(), clocksMs: turn.clocksMs })
  gap.earlyBytes += bytes
}

/** A copy holds its frame and three offsets a field. */
const bytesOf = (message: Message): number => message.end - message.start + 12 * message.count

/** The last number missing below or at the highest seen. */
const missingTo = (gap: Gap): number => (gap.early.has(gap.highest) ? gap.highest - 1 : gap.highest)

/**
 * Resend Request from the expected number on: open (16=0), or in exact chunks when more is missing than one may span.
 */
function ask(turn: Turn, gap: Gap): void {
  const { nextIn, config } = turn.session
  const chunk = config.policy.resendChunk
  const to = missingTo(gap)
  const inOne = chunk === 0 || to - nextIn < chunk
  gap.askedTo = inOne ? to : nextIn + chunk - 1
  gap.progressMs = turn.nowMs
  gap.asks++
  send(turn, MsgType.ResendRequest, [
    [Tag.BeginSeqNo, nextIn],
    [Tag.EndSeqNo, inOne ? 0 : gap.askedTo],
  ])
}

/** After the expected number moved: close the gap, or ask for the next chunk of it. */
export function advanceGap(turn: Turn): void {
  const gap = gapOf(turn)
  if (!gap) return
  const { nextIn } = turn.session
  gap.progressMs = turn.nowMs
  if (nextIn > gap.highest) changeLive(turn.session, { gap: undefined })
  else if (nextIn > gap.askedTo && !gap.early.has(nextIn)) {
    gap.asks = 0
    ask(turn, gap)
  }
}

/** What was kept under the expected number; undefined: nothing. */
export function takeEarly(turn: Turn): Early | undefined {
  const gap = gapOf(turn)
  const early = gap?.early.get(turn.session.nextIn)
  if (gap && early !== undefined) forget(gap, turn.session.nextIn, early)
  return early
}

function forget(gap: Gap, seqNum: number, early: Early): void {
  gap.early.delete(seqNum)
  if (early) gap.earlyBytes -= bytesOf(early.message)
}

/**
 * A Gap Fill: the peer has nothing to send again below `next`. A message below it that has come keeps its turn, unless
 * it was acted upon.
 */
export function fillTo(turn: Turn, next: number): void {
  const gap = gapOf(turn)
  if (!gap) {
    passTo(turn, next)
    return
  }
  gap.filledTo = Math.max(gap.filledTo, next)
  for (const [seqNum, early] of gap.early) if (early === null && seqNum < next) gap.early.delete(seqNum)
}

/** Moves the expected number over the numbers that a Gap Fill has filled, up to the next message that was kept. */
export function passFilled(turn: Turn): void {
  const gap = gapOf(turn)
  const { nextIn } = turn.session
  if (gap && gap.filledTo > nextIn && !gap.early.has(nextIn)) passTo(turn, Math.min(gap.filledTo, lowestKept(gap)))
}

function passTo(turn: Turn, next: number): void {
  turn.effects.push({ type: 'gap-filled', begin: turn.session.nextIn, end: next - 1 })
  expectNext(turn.session, next)
}

/**
 * No progress: ask once more; after three times the first missing numbers are lost and the session goes on behind them.
 */
export function askAgain(turn: Turn) {
  const gap = gapOf(turn)
  if (!gap) return
  if (gap.asks < maxAsks) return ask(turn, gap)
  gap.progressMs = turn.nowMs
  giveUp(turn, Math.min(lowestKept(gap), gap.highest + 1))
}

/** The numbers below `next` will not come. */
function giveUp(turn: Turn, next: number): void {
  const { nextIn } = turn.session
  if (next <= nextIn) return
  turn.effects.push({ type: 'lost', begin: nextIn, end: next - 1 })
  expectNext(turn.session, next)
}

/** Infinity: nothing is kept. */
function lowestKept(gap: Gap): number {
  let lowest = Number.POSITIVE_INFINITY
  for (const seqNum of gap.early.keys()) if (seqNum < lowest) lowest = seqNum
  return lowest
}

/**
 * The peer starts again: hand over the application messages that were kept, report the numbers missing below `limit` as
 * lost, and close the gap. Messages kept from `limit` on are handed over too: other ones will come under their numbers.
 */
export function handOverKept(turn: Turn, limit: number): void {
  const early = gapOf(turn)?.early ?? new Map<number, Early>()
  for (const seqNum of [...early.keys()].sort((a, b) => a - b)) {
    giveUp(turn, Math.min(seqNum, limit))
    const kept = early.get(seqNum)?.message
    expectNext(turn.session, seqNum + 1)
    if (kept && !isSessionType(kept.msgType)) accept(turn, kept, seqNum)
  }
  giveUp(turn, limit)
  changeLive(turn.session, { gap: undefined })
}

/** The missing messages will not come: their numbers mean other messages from now on. */
export const abandon = (turn: Turn): void => handOverKept(turn, turn.session.highestIn + 1)

/** Both directions start at 1. */
export function resetNumbers(turn: Turn): void {
  abandon(turn)
  startAtOne(turn.session)
  turn.effects.push({ type: 'reset' })
  changeLive(turn.session, { serving: undefined })
}
