import type { Message } from './message.ts'
import { Reason } from './reasons.ts'
import { reject } from './refuse.ts'
import { changeLive, nextResendId } from './session.ts'
import type { Serving } from './session-state.ts'
import { Tag } from './tags.ts'
import { note, type Turn } from './turn.ts'

/** `isOpen`: to the latest number (16=0). */
type Range = { begin: number; end: number; isOpen: boolean }

/** Resend Request(2): spec §5. Its number is counted already. */
export function receiveResendRequest(turn: Turn, message: Message): void {
  const range = rangeOf(turn, message)
  if (typeof range === 'string') refuse(turn, message, range)
  else if (turn.session.phase.kind !== 'live') return
  else if (turn.session.phase.serving) whileServing(turn, message, turn.session.phase.serving, range)
  else serve(turn, range)
}

/** What to serve, its end cut to the latest number sent before the span is measured; or why not. */
function rangeOf(turn: Turn, message: Message): Range | string {
  const { nextOut, config } = turn.session
  const begin = message.int(Tag.BeginSeqNo)
  const asked = message.int(Tag.EndSeqNo)
  if (begin === undefined) return 'Invalid BeginSeqNum. Integer required'
  if (asked === undefined) return 'Invalid EndSeqNum. Integer required'
  const latest = nextOut - 1
  const open = asked === 0 || asked === 999_999
  if (begin < 1) return 'Invalid BeginSeqNum. Must be 1 or more'
  if (!open && asked < begin) return 'Invalid EndSeqNum. Lower than BeginSeqNum'
  if (begin > latest) return `Invalid BeginSeqNum. Last message sent is ${latest}`
  const end = open ? latest : Math.min(asked, latest)
  const cap = config.policy.resendCap
  if (cap === 0 || end - begin < cap) return { begin, end, isOpen: open }
  return open ? { begin, end: begin + cap - 1, isOpen: false } : `Resend request range exceeds ${cap}`
}

/** CME's rejects of a Resend Request name no tag (spec §11, C21); FIX's do. */
function refuse(turn: Turn, message: Message, text: string): void {
  if (turn.session.config.policy.rejectLayout === 'cme') {
    reject(turn, message, { text })
    return
  }
  const tag = text.startsWith('Invalid Begin') ? Tag.BeginSeqNo : Tag.EndSeqNo
  const reason = !message.has(tag) ? Reason.missing : text.endsWith('required') ? Reason.format : Reason.incorrect
  reject(turn, message, { text, tag, reason })
}

function serve(turn: Turn, { begin, end, isOpen }: Range): void {
  const id = nextResendId(turn.session)
  changeLive(turn.session, { serving: { id, begin, end, isOpen, next: undefined } })
  turn.effects.push({ type: 'serve-resend', id, begin, end })
}

/**
 * A range within the one being sent is on its way already. Another range is refused, or merged into one that follows.
 * Where it would be refused, an open range within another open one counts as the same: newer messages came live.
 */
function whileServing(turn: Turn, message: Message, serving: Serving, range: Range): void {
  const isRefused = turn.session.config.policy.secondResend === 'reject'
  const isWithin = range.end <= serving.end || (isRefused && range.isOpen && serving.isOpen)
  if (range.begin >= serving.begin && isWithin) {
    note(turn, 'resend-swallowed', `${range.begin}..${range.end} is being sent`)
    return
  }
  if (isRefused) {
    reject(turn, message, { text: 'Resend in progress' })
    return
  }
  const { next } = serving
  const merged = next
    ? { ...range, begin: Math.min(next.begin, range.begin), end: Math.max(next.end, range.end) }
    : range
  changeLive(turn.session, { serving: { ...serving, next: merged } })
  note(turn, 'resend-swallowed', `${range.begin}..${range.end} follows the one being sent`)
}

/** The driver has sent a resend to its end. */
export function resendFinished(turn: Turn, id: number): void {
  const { phase } = turn.session
  if (phase.kind !== 'live' || phase.serving?.id !== id) return
  const { next } = phase.serving
  changeLive(turn.session, { serving: undefined })
  if (next) serve(turn, next)
}
