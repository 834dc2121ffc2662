import type { Violation } from './drafts.ts'
import { advanceGap, fillTo, gapOf, handOverKept, keepEarly, passFilled, takeEarly } from './gap.ts'
import { receiveLogout } from './logout.ts'
import type { Message } from './message.ts'
import { Reason } from './reasons.ts'
import { lowNumberText, reject } from './refuse.ts'
import { receiveResendRequest } from './resend-request.ts'
import { receiveInSessionLogon } from './reset.ts'
import { changeLive, countIn, expectFrom, noteHighest } from './session.ts'
import type { AsideReason } from './session-state.ts'
import { isSessionType, MsgType, maxSeqNum, Tag } from './tags.ts'
import { accept, disconnect, forceLogout, note, send, sendLogout, type Turn } from './turn.ts'
import { beginStringViolation, origTimeViolation, violationOf, withoutValue } from './validate.ts'

/**
 * A message on a live session: its version where that alone decides, who sent it, then its number, then its content.
 */
export function receiveLive(turn: Turn, message: Message): void {
  const { config } = turn.session
  const version = config.policy.wrongBeginString === 'logout' ? beginStringViolation(config, message) : undefined
  if (version) {
    receiveOtherVersion(turn, message, version.text)
    return
  }
  const sender = message.str(Tag.SenderCompID)
  if (sender !== config.identity.targetCompId && config.policy.wrongCompId === 'ignore') {
    note(turn, 'ignored', `SenderCompID(49) ${sender ?? 'absent'}`)
    return
  }
  if (isLenientReset(turn, message)) {
    resetLeniently(turn, message)
    return
  }
  const { msgType, seqNum } = message
  if (seqNum === 0) withoutNumber(turn)
  else if (msgType === MsgType.Logon && !message.possDup) receiveInSessionLogon(turn, message, seqNum)
  else receiveNumbered(turn, message, seqNum)
}

/**
 * The session ends, and the message is used up if it was the next one, so that it does not end the next session too.
 */
function receiveOtherVersion(turn: Turn, message: Message, text: string): void {
  if (message.seqNum === turn.session.nextIn) {
    countIn(turn.session)
    noteHighest(turn.session, message.seqNum)
    setAside(turn, message, 'rejected')
  }
  forceLogout(turn, text)
}

function withoutNumber(turn: Turn): void {
  if (turn.session.config.policy.noSeqNum === 'ignore') note(turn, 'ignored', 'MsgSeqNum(34) absent or no number')
  else forceLogout(turn, 'Required tag missing: MsgSeqNum (34)')
}

function receiveNumbered(turn: Turn, message: Message, seqNum: number): void {
  noteHighest(turn.session, seqNum)
  if (seqNum < turn.session.nextIn) tooLow(turn, message, seqNum)
  else if (seqNum > turn.session.nextIn) tooHigh(turn, message, seqNum)
  else inSequence(turn, message, seqNum, turn.clocksMs)
}

/** Already processed when it is flagged so; otherwise the peer has lost its numbers, and only a new Logon helps. */
function tooLow(turn: Turn, message: Message, seqNum: number): void {
  if (!message.possDup) {
    forceLogout(turn, lowNumberText(turn, seqNum))
    return
  }
  const violation = origTimeViolation(turn.session.config, message) ?? withoutOrigTime(turn, message)
  if (violation) refuse(turn, message, violation)
  else note(turn, 'duplicate', `${seqNum} again`)
}

function withoutOrigTime(turn: Turn, message: Message): Violation | undefined {
  if (turn.session.config.policy.possDupWithoutOrigTime === 'discard') return undefined
  const orig = message.str(Tag.OrigSendingTime)
  if (orig === '') return withoutValue(Tag.OrigSendingTime)
  if (orig !== undefined) return undefined
  return { text: 'Required tag missing: OrigSendingTime (122)', tag: Tag.OrigSendingTime, reason: Reason.missing }
}

/**
 * Source: FIX session layer, message gap. A Resend Request is served at once (both sides may have a gap, neither waits
 * for the other); a Logout by policy; the rest waits for its turn.
 */
function tooHigh(turn: Turn, message: Message, seqNum: number): void {
  const { msgType } = message
  if (msgType === MsgType.Logout && turn.session.config.policy.logoutAboveGap === 'answer') {
    answerLogoutAboveGap(turn)
    return
  }
  const known = gapOf(turn)?.early.has(seqNum) === true
  if (msgType === MsgType.ResendRequest && !known && !violationOf(turn.session.config, message, turn.clocksMs)) {
    receiveResendRequest(turn, message)
    keepEarly(turn, seqNum, null)
    return
  }
  keepEarly(turn, seqNum, message)
  if (msgType === MsgType.Logout) waitForFill(turn)
}

function answerLogoutAboveGap(turn: Turn): void {
  const { phase } = turn.session
  if (phase.kind === 'live' && phase.logoutSentUntilMs === undefined) sendLogout(turn, 'Logout Confirmed')
  disconnect(turn, 'logged out')
}

function waitForFill(turn: Turn): void {
  const { phase, config } = turn.session
  if (phase.kind !== 'live' || phase.logoutDueMs !== undefined) return
  changeLive(turn.session, { logoutDueMs: turn.nowMs + config.policy.logoutWaitS * 1000 })
}

function refuse(turn: Turn, message: Message, violation: Violation): void {
  reject(turn, message, violation)
  if (violation.fatal) forceLogout(turn, violation.text)
}

/**
 * The message with exactly the expected number: it is counted, then refused or acted upon. `clocksMs`: the clocks when
 * it came.
 */
function inSequence(turn: Turn, message: Message, seqNum: number, clocksMs: readonly number[]): void {
  const violation = violationOf(turn.session.config, message, clocksMs)
  if (violation) {
    countIn(turn.session)
    setAside(turn, message, violation.reason === Reason.msgType ? 'unknown-type' : 'rejected')
    refuse(turn, message, violation)
    // a faulty Logout is still a Logout
    if (message.msgType === MsgType.Logout && !violation.fatal) receiveLogout(turn)
    return
  }
  if (message.msgType === MsgType.SequenceReset) {
    receiveSequenceReset(turn, message, seqNum)
    return
  }
  countIn(turn.session)
  switch (message.msgType) {
    case MsgType.Heartbeat:
      break
    case MsgType.TestRequest:
      answerTestRequest(turn, message)
      break
    case MsgType.ResendRequest:
      receiveResendRequest(turn, message)
      break
    case MsgType.Reject:
      rejected(turn, message)
      break
    case MsgType.Logout:
      receiveLogout(turn)
      break
    case MsgType.Logon: // only one flagged as resent comes here, and Logons are never resent
      break
    default:
      accept(turn, message, seqNum)
  }
}

/** An application message that will not be acted upon: a driver that must lose nothing keeps it. */
function setAside(turn: Turn, message: Message, why: AsideReason): void {
  const { msgType, seqNum } = message
  if (!isSessionType(msgType)) turn.effects.push({ type: 'set-aside', message, seqNum, why })
}

function answerTestRequest(turn: Turn, message: Message): void {
  const id = message.str(Tag.TestReqID)
  if (id === undefined)
    reject(turn, message, { text: 'Required tag missing: TestReqID (112)', tag: Tag.TestReqID, reason: Reason.missing })
  else send(turn, MsgType.Heartbeat, [[Tag.TestReqID, id]])
}

function rejected(turn: Turn, message: Message): void {
  const refSeqNum = message.str(Tag.RefSeqNum)
  if (refSeqNum === undefined)
    reject(turn, message, { text: 'Required tag missing: RefSeqNum (45)', tag: Tag.RefSeqNum, reason: Reason.missing })
  else note(turn, 'reject-received', `of ${refSeqNum}: ${message.str(Tag.Text) ?? ''}`)
}

const isReset = (message: Message): boolean =>
  message.msgType === MsgType.SequenceReset && !message.is(Tag.GapFillFlag, 'Y')

/** Its own number must be a number, 0 too. If it breaks other rules, its number is checked like that of any message. */
const isLenientReset = ({ session, clocksMs }: Turn, message: Message): boolean =>
  isReset(message) &&
  session.config.policy.sequenceReset === 'lenient' &&
  message.int(Tag.MsgSeqNum) !== undefined &&
  !violationOf(session.config, message, clocksMs)

/** Gap Fill, or reset mode under the strict rules of spec §2.8: its own number is the expected one. */
function receiveSequenceReset(turn: Turn, message: Message, seqNum: number): void {
  const next = newSeqNoOf(message)
  if (next === undefined) {
    countIn(turn.session)
    reject(turn, message, newSeqNoViolation(message))
  } else if (!isReset(message)) gapFill(turn, message, seqNum, next)
  else if (next < turn.session.nextIn)
    forceLogout(turn, `NewSeqNo (36) ${next} is lower than expected ${seqNum}. Logout forced.`)
  else {
    if (next > seqNum) countIn(turn.session) // its own number is not lost
    adopt(turn, next)
  }
}

/** NewSeqNo(36), undefined when it is none. */
function newSeqNoOf(message: Message): number | undefined {
  const next = message.int(Tag.NewSeqNo)
  return next === undefined || next > maxSeqNum ? undefined : next
}

function newSeqNoViolation(message: Message): Violation {
  const there = message.has(Tag.NewSeqNo)
  if (!there) return { text: 'Required tag missing: NewSeqNo (36)', tag: Tag.NewSeqNo, reason: Reason.missing }
  return { text: 'Invalid NewSeqNo. Integer required', tag: Tag.NewSeqNo, reason: Reason.format }
}

function gapFill(turn: Turn, message: Message, seqNum: number, next: number): void {
  if (next <= seqNum) {
    countIn(turn.session)
    reject(turn, message, {
      text: `Attempt to lower sequence number, invalid value NewSeqNo (36) = ${next}`,
      tag: Tag.NewSeqNo,
      reason: Reason.incorrect,
    })
    return
  }
  fillTo(turn, next)
}

/** Reset mode: 36 becomes the expected number. Messages still missing below it are lost; those kept are handed over. */
function adopt(turn: Turn, next: number): void {
  handOverKept(turn, Math.min(next, turn.session.highestIn + 1))
  expectFrom(turn.session, next)
  note(turn, 'gap', `Sequence Reset to ${next}`)
}

/** Plain FIX: the number of a Sequence Reset-Reset itself means nothing, and it can only raise the expected one. */
function resetLeniently(turn: Turn, message: Message): void {
  const next = newSeqNoOf(message)
  if (next === undefined) reject(turn, message, newSeqNoViolation(message))
  else if (next < turn.session.nextIn) {
    reject(turn, message, {
      text: `Value is incorrect: NewSeqNo (36) = ${next}, expected ${turn.session.nextIn} or more`,
      tag: Tag.NewSeqNo,
      reason: Reason.incorrect,
    })
  } else adopt(turn, next)
}

/** After the expected number moved: act upon what was kept for it, in order; then close the gap or ask on. */
export function actOnKept(turn: Turn, before: number): void {
  while (turn.session.phase.kind === 'live') {
    passFilled(turn)
    const early = takeEarly(turn)
    if (early === undefined) break
    if (early) inSequence(turn, early.message, turn.session.nextIn, early.clocksMs)
    else countIn(turn.session)
  }
  if (turn.session.nextIn !== before) advanceGap(turn)
}
