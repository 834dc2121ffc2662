import { restart } from './gap.ts'
import { afterLogon, answerBody } from './logon.ts'
import { parseLogon } from './logon-request.ts'
import type { Message } from './message.ts'
import { lowNumberText } from './refuse.ts'
import { Tag } from './tags.ts'
import { enter, forceLogout, send, type Turn } from './turn.ts'

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
  const parsed = parseLogon(turn.session.config, message, turn.nowMs)
  if (!parsed.ok) return forceLogout(turn, parsed.text)
  restart(turn)
  turn.session.nextIn = 2
  turn.session.highestIn = 1
  enter(turn, { ...phase, gap: undefined, serving: undefined, intervalMs: parsed.logon.heartbeatS * 1000 })
  send(turn, 'A', answerBody(config, parsed.logon), 0)
  afterLogon(turn)
}
