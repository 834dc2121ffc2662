import { logoutDraft } from './drafts.ts'
import type { Field } from './encode.ts'
import type { Message } from './message.ts'
import { enterPhase, lastProcessed, reserve } from './session.ts'
import type { Draft, Effect, Input, NoteCode, Session, Step } from './session-state.ts'

/** One `step` in the making: a copy of the session that the rules change, and the effects so far. */
export type Turn = { readonly session: Session; effects: Effect[]; nowMs: number; clocksMs: readonly number[] }

/** Run the rules for one input. If no effect tells the new expected number, `next-in` does: the driver journals it. */
export function takeTurn(session: Session, input: Input, rules: (turn: Turn) => void): Step {
  const { nowMs, clocksMs = [nowMs] } = input
  const turn: Turn = { session: { ...session }, effects: [], nowMs, clocksMs }
  rules(turn)
  const { nextIn } = turn.session
  const last = turn.effects.findLast((effect) => effect.type === 'accept' || effect.type === 'reset')
  const told = last?.type === 'accept' ? last.nextIn : last ? 1 : session.nextIn
  if (nextIn !== told) turn.effects.push({ type: 'next-in', nextIn })
  return { session: turn.session, effects: turn.effects }
}

/** Send a message under the next number. */
export function send(
  turn: Turn,
  msgType: string,
  body: readonly Field[],
  processed = lastProcessed(turn.session),
): void {
  const draft: Draft = { msgType, body, lastProcessed: processed }
  turn.effects.push({ type: 'transmit', seqNum: reserve(turn.session, 1, turn.nowMs), draft })
}

/** Hand an application message to the driver; its number is counted already. */
export function accept(turn: Turn, message: Message, seqNum: number): void {
  turn.effects.push({ type: 'accept', message, seqNum, nextIn: turn.session.nextIn, resent: message.possDup })
}

export function note(turn: Turn, code: NoteCode, text: string): void {
  turn.effects.push({ type: 'note', code, text })
}

/** Close once everything sent so far is out. */
export function disconnect(turn: Turn, reason: string): void {
  turn.effects.push({ type: 'disconnect', reason })
  enterPhase(turn.session, { kind: 'closing' })
}

export function sendLogout(turn: Turn, text: string): void {
  const { msgType, body } = logoutDraft(turn.session, text)
  send(turn, msgType, body)
}

/** Logout with a reason and close, not waiting for an answer. */
export function forceLogout(turn: Turn, text: string): void {
  sendLogout(turn, text)
  disconnect(turn, text)
}
