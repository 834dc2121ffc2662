import { isHeldToReadableFields } from './field-rules.ts'
import { abandon, resetNumbers } from './gap.ts'
import { armRivalCheck, tick } from './heartbeat.ts'
import { receiveBeforeLogon, receiveLogonAnswer, receiveVerdict, sendLogon } from './logon.ts'
import { requestLogout } from './logout.ts'
import type { Message } from './message.ts'
import { actOnKept, receiveLive } from './receive.ts'
import { resendFinished } from './resend-request.ts'
import { receiveResetVerdict } from './reset.ts'
import { enterPhase, markConnected, markHeard } from './session.ts'
import type { Input, Session, Step } from './session-state.ts'
import { disconnect, note, type Turn, takeTurn } from './turn.ts'

/*
 * How a session is driven. It reads no clock and owns no socket. Its driver keeps one reference to it and
 *   1. hands in one input (`step`), and carries out all its effects, in order, before the next one;
 *   2. puts what the effects want journaled into one batch, and lets frames leave when that batch is durable;
 *   3. hands in no message between `verify` and `verified`, nor after `disconnect`: bytes wait in the framer;
 *   4. says `disconnected` once the connection is gone, and ticks when `nextDeadlineMs` has come.
 * Copies take their numbers by `reserve`. `acceptInSequence` takes messages that break no rule, so that they need no
 * `step`. `step` leaves the session it was given as it was; those two change it in place.
 */

/** One input, then all its effects, then the next input. Which phase follows: the table in session.ts. */
export function step(session: Session, input: Input): Step {
  return takeTurn(session, input, (turn) => {
    apply(turn, input)
    actOnKept(turn, session.nextIn)
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
      return enterPhase(turn.session, { kind: 'offline' })
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
  markConnected(turn.session, turn.nowMs)
  if (role === 'acceptor') return enterPhase(turn.session, { kind: 'awaiting-logon', sinceMs: turn.nowMs })
  if (resetOnLogon) resetNumbers(turn)
  sendLogon(turn, resetOnLogon === true)
}

/** Passed over, unless a Logon was due and the policy wants nothing else first. */
function garbled(turn: Turn, reason: string) {
  const { phase, config } = turn.session
  markHeard(turn.session, turn.nowMs)
  note(turn, 'garbled', reason)
  if (phase.kind === 'awaiting-logon' && config.policy.noLogonFirst === 'close')
    disconnect(turn, 'first message is no Logon')
}

function received(turn: Turn, message: Message) {
  if (isGarbled(turn, message)) return garbled(turn, 'fields')
  markHeard(turn.session, turn.nowMs)
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
  resetNumbers(turn)
  sendLogon(turn, true)
}
