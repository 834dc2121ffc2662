import { encode } from './encode.ts'
import { headerFields } from './header.ts'
import type { Message } from './message.ts'
import type { Draft, Input, Session, SessionConfig, Step } from './session-state.ts'

/** A session that is not connected. Its numbers come from the journal: `nextIn` and `nextOut` are 1 in a new week. */
export function createSession(config: SessionConfig, numbers: { nextIn: number; nextOut: number }): Session {
  return {
    config,
    nextIn: numbers.nextIn,
    nextOut: numbers.nextOut,
    lastInMs: 0,
    lastOutMs: 0,
    peerSubId: undefined,
    peerLocationId: undefined,
    adopted: false,
    phase: { kind: 'offline' },
  }
}

/** One input, then all its effects, then the next input. */
export function step(_session: Session, _input: Input): Step {
  throw new Error('unreachable: comes within minutes')
}

/** When `tick` is due, in the inputs' milliseconds; Infinity when nothing is waited for. */
export function nextDeadlineMs(_session: Session): number {
  throw new Error('unreachable: comes within minutes')
}

/**
 * The short way for the messages that are nearly all: a live session, an application message with exactly the expected
 * number, no fault, right CompIDs, nothing resent. True: it is counted (the session is changed in place) and the caller
 * keeps the message together with `session.nextIn`. False: nothing was done, hand it to `step`.
 */
export function acceptInSequence(_session: Session, _message: Message, _nowMs: number): boolean {
  throw new Error('unreachable: comes within minutes')
}

/** Take `count` outbound numbers for a batch of copies; returns the first. Changes the session in place. */
export function reserve(session: Session, count: number, nowMs: number): number {
  const first = session.nextOut
  session.nextOut += count
  session.lastOutMs = nowMs
  return first
}

/** The bytes of a draft under its number. `sendingTimeMs` becomes 52. */
export function encodeDraft(session: Session, seqNum: number, draft: Draft, sendingTimeMs: number): Buffer {
  const header = headerFields(session.config.identity, draft.msgType, {
    seqNum,
    sendingTimeMs,
    lastProcessed: draft.lastProcessed,
    peerSubId: session.peerSubId,
    peerLocationId: session.peerLocationId,
    origSendingTimeMs: draft.origSendingTimeMs,
  })
  return encode([...header, ...draft.body])
}
