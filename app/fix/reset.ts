import { resetNumbers } from './gap.ts'
import { afterLogon, answerBody } from './logon.ts'
import { parseLogon } from './logon-request.ts'
import type { Message } from './message.ts'
import { lowNumberText } from './refuse.ts'
import { enterPhase, expectFrom } from './session.ts'
import type { Live, LogonRequest } from './session-state.ts'
import { MsgType, Tag } from './tags.ts'
import { forceLogout, send, type Turn } from './turn.ts'

/** A Logon while logged on resets the numbers: 34=1 and 141=Y, or the session ends (spec §2.4). */
export function receiveInSessionLogon(turn: Turn, message: Message, seqNum: number) {
  const { phase, config } = turn.session
  if (phase.kind !== 'live') return
  if (config.role === 'initiator') return forceLogout(turn, 'Logon received while logged on. Logout forced.')
  if (!message.is(Tag.ResetSeqNumFlag, 'Y')) {
    const low = seqNum < turn.session.nextIn
    return forceLogout(
      turn,
      low ? lowNumberText(turn, seqNum) : 'In session logon message must have 141=Y. Logout forced.',
    )
  }
  if (seqNum !== 1) return forceLogout(turn, 'In session logon message must have 34=1. Logout forced.')
  const parsed = parseLogon(turn.session.config, message, turn.clocksMs)
  if (!parsed.ok) return forceLogout(turn, parsed.text)
  const { logon } = parsed
  if (logon.credentials.kind === 'none') return resetInSession(turn, phase, logon)
  enterPhase(turn.session, { kind: 'verifying', sinceMs: turn.nowMs, logon, live: phase })
  turn.effects.push({ type: 'verify', credentials: logon.credentials, logon })
}

/**
 * The driver has checked what a Logon within the session came with. One that came with nothing is the session's own.
 */
export function receiveResetVerdict(turn: Turn, live: Live, logon: LogonRequest, ok: boolean, text: string) {
  if (ok) return resetInSession(turn, live, logon)
  enterPhase(turn.session, live)
  forceLogout(turn, text)
}

function resetInSession(turn: Turn, live: Live, logon: LogonRequest): void {
  enterPhase(turn.session, live)
  resetNumbers(turn)
  expectFrom(turn.session, 2)
  enterPhase(turn.session, { ...live, gap: undefined, serving: undefined, intervalMs: logon.heartbeatS * 1000 })
  send(turn, MsgType.Logon, answerBody(turn.session.config, logon), 0)
  afterLogon(turn)
}
