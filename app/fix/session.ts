import { encode } from './encode.ts'
import { isHeldToReadableFields } from './field-rules.ts'
import { abandon, restart } from './gap.ts'
import { headerFields } from './header.ts'
import { armRivalCheck, tick } from './heartbeat.ts'
import { hmacFields } from './hmac-logon.ts'
import { receiveBeforeLogon, receiveLogonAnswer, receiveVerdict, sendLogon } from './logon.ts'
import { requestLogout } from './logout.ts'
import type { Message } from './message.ts'
import { receiveLive, settle } from './receive.ts'
import { resendFinished } from './resend-request.ts'
import { receiveResetVerdict } from './reset.ts'
import type { Draft, Input, Live, Session, SessionConfig, Step } from './session-state.ts'
import { MsgType } from './tags.ts'
import { disconnect, enter, heard, note, type Turn, takeTurn } from './turn.ts'

export { acceptInSequence } from './fast-path.ts'
export { nextDeadlineMs } from './heartbeat.ts'

/*
 * How a session is driven. It reads no clock and owns no socket; whoever drives it keeps one reference to it and
 *   1. hands in one input (`step`), and carries out all its effects, in order, before the next one;
 *   2. puts what the effects want journaled into one batch, and lets frames leave when that batch is durable;
 *   3. hands in no message between `verify` and `verified`, nor after `disconnect`: bytes wait in the framer;
 *   4. says `disconnected` once the connection is gone, and ticks when `nextDeadlineMs` has come.
 * The two numbers live here and nowhere else: copies take theirs by `reserve`, and `acceptInSequence` spares the messages
 * that break no rule the way through `step`. Nothing else changes a session in place.
 */

/** A session that is not connected. Its numbers come from the journal: `nextIn` and `nextOut` are 1 in a new week. */
export function createSession(config: SessionConfig, numbers: { nextIn: number; nextOut: number }): Session {
  return {
    config,
    nextIn: numbers.nextIn,
    nextOut: numbers.nextOut,
    highestIn: numbers.nextIn - 1,
    lastInMs: 0,
    lastOutMs: 0,
    peerSubId: undefined,
    peerLocationId: undefined,
    adopted: false,
    resends: 0,
    phase: { kind: 'offline' },
  }
}

/** One input, then all its effects, then the next input. */
export function step(session: Session, input: Input): Step {
  return takeTurn(session, input, (turn) => {
    apply(turn, input)
    settle(turn, session.nextIn)
  })
}

function apply(turn: Turn, input: Input) {
  switch (input.type) {
    case 'connected':
      return connected(turn)
    case 'message':
      return received(turn, input.message)
    case 'garbled':
      return garbled(turn, input.reason)
    case 'tick':
      return tick(turn)
    case 'disconnected':
      return enter(turn, { kind: 'offline' })
    case 'verified':
      return verified(turn, input.ok, input.text ?? 'Invalid logon. Logout forced.', input.why)
    case 'logout':
      return requestLogout(turn, input.text ?? '', input.close === true)
    case 'abandon':
      return abandon(turn)
    case 'reset':
      return requestReset(turn)
    case 'resend-finished':
      return resendFinished(turn, input.id)
    case 'rival-logon':
      note(turn, 'rival', 'another connection logged on')
      return armRivalCheck(turn)
  }
}

function verified(turn: Turn, ok: boolean, text: string, why: string | undefined) {
  const { phase } = turn.session
  if (phase.kind !== 'verifying') return
  if (phase.live) return receiveResetVerdict(turn, phase.live, phase.logon, ok, text)
  receiveVerdict(turn, phase.logon, ok, text, why)
}

function connected(turn: Turn) {
  const { role, resetOnLogon } = turn.session.config
  if (turn.session.phase.kind !== 'offline') throw new Error('unreachable: connected twice')
  turn.session.lastInMs = turn.nowMs
  turn.session.lastOutMs = turn.nowMs
  if (role === 'acceptor') return enter(turn, { kind: 'awaiting-logon', sinceMs: turn.nowMs })
  if (resetOnLogon) restart(turn)
  sendLogon(turn, resetOnLogon === true)
}

/** Passed over, unless a Logon was due and the policy wants nothing else first. */
function garbled(turn: Turn, reason: string) {
  const { phase, config } = turn.session
  heard(turn)
  note(turn, 'garbled', reason)
  if (phase.kind === 'awaiting-logon' && config.policy.noLogonFirst === 'close')
    disconnect(turn, 'first message is no Logon')
}

function received(turn: Turn, message: Message) {
  if (isGarbled(turn, message)) return garbled(turn, 'fields')
  heard(turn)
  switch (turn.session.phase.kind) {
    case 'awaiting-logon':
      return receiveBeforeLogon(turn, message)
    case 'logon-sent':
      return receiveLogonAnswer(turn, message)
    case 'live':
      return receiveLive(turn, message)
    case 'verifying':
      throw new Error('unreachable: a message while credentials are checked')
    case 'offline':
    case 'closing':
      return
  }
}

/** An application message that is handed on as it came may hold bytes that are no field. */
const isGarbled = ({ session }: Turn, message: Message): boolean =>
  message.isHeadless || (message.hasUnreadableTag && isHeldToReadableFields(session.config, message.msgType))

/** The initiator starts both directions again while logged on. */
function requestReset(turn: Turn): void {
  if (turn.session.phase.kind !== 'live' || turn.session.config.role !== 'initiator') return
  restart(turn)
  sendLogon(turn, true)
}

/** Take `count` outbound numbers for a batch of copies; returns the first. Changes the session in place. */
export function reserve(session: Session, count: number, nowMs: number): number {
  const first = session.nextOut
  session.nextOut += count
  session.lastOutMs = nowMs
  return first
}

/** The same session under another configuration: its numbers and its connection stay. An outbound number may only grow. */
export function withNumbers(session: Session, numbers: { nextIn?: number; nextOut?: number }): Session {
  const { nextIn = session.nextIn, nextOut = session.nextOut } = numbers
  return {
    ...session,
    nextIn,
    nextOut: Math.max(nextOut, session.nextOut),
    highestIn: Math.max(session.highestIn, nextIn - 1),
  }
}

export const isLive = (session: Session): session is Session & { phase: Live } => session.phase.kind === 'live'

/** The bytes of a draft under its number. `sendingTimeMs` becomes 52. A Logon of ours with an access key is signed here. */
export function encodeDraft(session: Session, seqNum: number, draft: Draft, sendingTimeMs: number): Buffer {
  const header = headerFields(session.config.identity, draft.msgType, {
    seqNum,
    sendingTimeMs,
    lastProcessed: draft.lastProcessed,
    peerSubId: session.peerSubId,
    peerLocationId: session.peerLocationId,
    origSendingTimeMs: draft.origSendingTimeMs,
  })
  const fields = [...header, ...draft.body]
  const { role, credentials } = session.config
  const isSigned = role === 'initiator' && draft.msgType === MsgType.Logon && credentials?.kind === 'hmac'
  return encode(isSigned ? [...fields, ...hmacFields(credentials, fields)] : fields)
}
