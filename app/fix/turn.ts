import type { Field } from './encode.ts'
import type { Message } from './message.ts'
import type { Draft, Effect, Input, Live, NoteCode, Phase, Session, Step } from './session-state.ts'
import { MsgType, Tag, textLimit } from './tags.ts'

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

/** One `step` in the making: a copy of the session that the rules change, and the effects so far. */
export type Turn = { session: Mutable<Session>; effects: Effect[]; nowMs: number; clocksMs: readonly number[] }

/** Run the rules for one input. Whatever moved the expected number is told, so that the driver can journal it. */
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

export const enter = (turn: Turn, phase: Phase): void => {
  turn.session.phase = phase
}

/** Change some facts of the live phase. */
export function amend(turn: Turn, changes: Partial<Live>): void {
  if (turn.session.phase.kind === 'live') turn.session.phase = { ...turn.session.phase, ...changes }
}

/** 369 of what we send now. */
export const lastProcessed = (session: Session): number => session.nextIn - 1

/** Send a message under the next number. */
export function send(
  turn: Turn,
  msgType: string,
  body: readonly Field[],
  processed = lastProcessed(turn.session),
): void {
  const draft: Draft = { msgType, body, lastProcessed: processed }
  turn.effects.push({ type: 'transmit', seqNum: turn.session.nextOut, draft })
  turn.session.nextOut++
  turn.session.lastOutMs = turn.nowMs
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
  enter(turn, { kind: 'closing' })
}

/** Any byte of the peer proves that it lives. */
export function heard(turn: Turn): void {
  turn.session.lastInMs = turn.nowMs
  const { phase } = turn.session
  if (phase.kind === 'live' && (phase.testSentMs !== undefined || phase.rival)) {
    amend(turn, { testSentMs: undefined, rival: undefined })
  }
}

/** Logout(5): 789 first, as captured (spec §2.7). */
export function sendLogout(turn: Turn, text: string): void {
  const { config, nextIn } = turn.session
  const body: Field[] = []
  if (config.policy.nextExpectedInLogout && config.role === 'acceptor') body.push([Tag.NextExpectedMsgSeqNum, nextIn])
  if (text !== '') body.push([Tag.Text, text.slice(0, textLimit)])
  send(turn, MsgType.Logout, body)
}

/** Logout with a reason and close, not waiting for an answer. */
export function forceLogout(turn: Turn, text: string): void {
  sendLogout(turn, text)
  disconnect(turn, text)
}
