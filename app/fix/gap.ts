import type { Message } from './message.ts'
import type { Early, Gap, Live } from './session-state.ts'
import { isSessionType, Tag } from './tags.ts'
import { accept, amend, note, send, type Turn } from './turn.ts'

/** Limits of what is kept above a gap. What does not fit is asked for again when the gap has closed up to it. */
export const earlyLimits = { messages: 5_000, bytes: 8 * 1024 * 1024 } as const

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
  const gap: Gap = { highest: seqNum, askedTo: 0, progressMs: turn.nowMs, asks: 0, early: new Map(), earlyBytes: 0 }
  amend(turn, { gap })
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
  gap.early.set(seqNum, message && { message: message.copy(), atMs: turn.nowMs })
  gap.earlyBytes += bytes
}

/** A copy holds its frame and three offsets a field. */
const bytesOf = (message: Message): number => message.end - message.start + 12 * message.count

/** The last number missing below or at the highest seen. */
const missingTo = (gap: Gap): number => (gap.early.has(gap.highest) ? gap.highest - 1 : gap.highest)

/** Resend Request from the expected number on: to 16=0, or in exact chunks when more is missing than one request may span. */
function ask(turn: Turn, gap: Gap): void {
  const { nextIn, config } = turn.session
  const chunk = config.policy.resendChunk
  const to = missingTo(gap)
  const inOne = chunk === 0 || to - nextIn < chunk
  gap.askedTo = inOne ? to : nextIn + chunk - 1
  gap.progressMs = turn.nowMs
  gap.asks++
  send(turn, '2', [
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
  if (nextIn > gap.highest) amend(turn, { gap: undefined })
  else if (nextIn > gap.askedTo && !gap.early.has(nextIn)) {
    gap.asks = 0
    ask(turn, gap)
  }
}

/** What was kept of the number whose turn it is now; undefined when nothing was. */
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

/** The peer declared the numbers below `nextIn` void: what was kept of them, in order; it is forgotten here. */
export function takeEarlyBelow(turn: Turn, nextIn: number): Message[] {
  const gap = gapOf(turn)
  if (!gap) return []
  const below = [...gap.early].filter(([seqNum]) => seqNum < nextIn).sort(([a], [b]) => a - b)
  for (const [seqNum, early] of below) forget(gap, seqNum, early)
  return below.flatMap(([, early]) => (early ? [early.message] : []))
}

/** No progress: ask once more; after the third time the first missing stretch is lost and the session goes on behind it. */
export function askAgain(turn: Turn) {
  const gap = gapOf(turn)
  if (!gap) return
  if (gap.asks < maxAsks) return ask(turn, gap)
  gap.progressMs = turn.nowMs
  giveUp(turn, firstEarly(gap))
}

/** The numbers below `next` will not come. */
export function giveUp(turn: Turn, next: number): void {
  const { nextIn } = turn.session
  if (next <= nextIn) return
  turn.effects.push({ type: 'lost', begin: nextIn, end: next - 1 })
  turn.session.nextIn = next
}

/** The lowest number kept, or the one behind the highest seen. */
function firstEarly(gap: Gap): number {
  let first = gap.highest + 1
  for (const seqNum of gap.early.keys()) if (seqNum < first) first = seqNum
  return first
}

/** The peer starts again below `limit`: hand over what was kept of the application, and name what is missing as lost. */
export function surrender(turn: Turn, limit: number): void {
  const numbers = [...(gapOf(turn)?.early.keys() ?? [])].filter((n) => n < limit).sort((a, b) => a - b)
  for (const seqNum of numbers) {
    giveUp(turn, seqNum)
    const kept = takeEarly(turn)?.message
    turn.session.nextIn = seqNum + 1
    if (kept && !isSessionType(kept.msgType)) accept(turn, kept, seqNum)
  }
  if (gapOf(turn)) giveUp(turn, limit)
}

/** Both directions start at 1. What was still missing is lost: its numbers mean something else from now on. */
export function restart(turn: Turn): void {
  surrender(turn, turn.session.highestIn + 1)
  if (turn.session.highestIn >= turn.session.nextIn) {
    turn.effects.push({ type: 'lost', begin: turn.session.nextIn, end: turn.session.highestIn })
  }
  turn.session.nextIn = 1
  turn.session.nextOut = 1
  turn.session.highestIn = 0
  turn.effects.push({ type: 'reset' })
  amend(turn, { gap: undefined, serving: undefined })
}
