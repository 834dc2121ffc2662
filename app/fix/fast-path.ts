import type { Message } from './message.ts'
import { countInSequence } from './session.ts'
import type { Session } from './session-state.ts'
import { isKnownType, isSessionType, Tag } from './tags.ts'
import { parseUtc } from './time.ts'
import { isNear } from './validate.ts'

/**
 * The short way for the messages that are nearly all: a live session without a gap, an application message with exactly
 * the expected number, no fault, right CompIDs, nothing resent. True: it is counted (the session is changed in place)
 * and the caller keeps the message together with `session.nextIn`. False: nothing was done, hand it to `step`.
 */
export function acceptInSequence(
  session: Session,
  message: Message,
  nowMs: number,
  clocksMs?: readonly number[],
): boolean {
  const { phase } = session
  if (phase.kind !== 'live' || phase.gap || message.fault || message.isGarbled) return false
  if (!isPlain(session, message, clocksMs ?? [nowMs])) return false
  countInSequence(session, nowMs)
  return true
}

const all = 15

function isPlain({ config, nextIn }: Session, message: Message, clocksMs: readonly number[]): boolean {
  const { policy, identity, role } = config
  if (role === 'acceptor' && (policy.requiredHeader.length > 0 || policy.fieldRules === 'all')) return false
  const { msgType } = message
  if (msgType === '' || isSessionType(msgType)) return false
  if (policy.unknownTypes === 'reject' && !isKnownType(msgType)) return false
  if (!message.isAt(0, 'FIX.4.2')) return false
  let seen = 0
  for (let i = 3; i < message.count; i++) {
    switch (message.tagAt(i)) {
      case Tag.MsgSeqNum:
        if (message.intAt(i) !== nextIn) return false
        seen |= 1
        break
      case Tag.PossDupFlag:
        if (!message.isAt(i, 'N')) return false
        break
      case Tag.SenderCompID:
        if (!message.isAt(i, identity.targetCompId)) return false
        seen |= 2
        break
      case Tag.SendingTime:
        if (!inTime(message, i, policy.sendingTimeS, clocksMs)) return false
        seen |= 4
        break
      case Tag.TargetCompID:
        if (!message.isAt(i, identity.senderCompId)) return false
        seen |= 8
        break
    }
    // 43 may come behind 52 (spec §2.3): look for it until the header fields are surely over
    if (seen === all && i > 9) return true
  }
  return seen === all
}

function inTime(message: Message, index: number, toleranceS: number, clocksMs: readonly number[]): boolean {
  const sent = parseUtc(message.bytes, message.startAt(index), message.endAt(index))
  return !Number.isNaN(sent) && (toleranceS === 0 || isNear(sent, clocksMs, toleranceS))
}
