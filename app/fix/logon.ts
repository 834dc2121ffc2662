import type { Field } from './encode.ts'
import { keepEarly, resetNumbers } from './gap.ts'
import { parseLogon } from './logon-request.ts'
import type { Message } from './message.ts'
import { lowNumberText } from './refuse.ts'
import { countIn, enterPhase, lastProcessed, learnPeer, logOn, raiseNextOut } from './session.ts'
import type { LogonRequest, SessionConfig } from './session-state.ts'
import { MsgType, Tag } from './tags.ts'
import { disconnect, forceLogout, note, send, type Turn } from './turn.ts'
import { beginStringViolation } from './validate.ts'

/** Acceptor: what comes before a valid Logon. */
export function receiveBeforeLogon(turn: Turn, message: Message) {
  const { policy } = turn.session.config
  const claim = claimOf(turn.session.config, message.str(Tag.SenderCompID) ?? '')
  if (claim === 'no') {
    const code = message.msgType === MsgType.Logon ? 'refused-logon' : 'ignored'
    const text = `SenderCompID (49) ${message.str(Tag.SenderCompID) ?? 'absent'} is not known here.`
    note(turn, code, text)
    if (policy.wrongCompId === 'logout') disconnect(turn, text)
    return
  }
  if (message.msgType !== MsgType.Logon) {
    if (policy.noLogonFirst === 'close') return disconnect(turn, 'first message is no Logon')
    return refuseLogon(turn, 'Non logon message received while not logged on.')
  }
  learnPeer(turn.session, message.str(Tag.SenderSubID), message.str(Tag.SenderLocationID))
  if (claim === 'indicator') {
    const indicator = (message.str(Tag.SenderCompID) ?? '').slice(-1)
    return refuseLogon(turn, `Received invalid fault tolerance indicator = ( ${indicator} ) Logout forced.`)
  }
  const parsed = parseLogon(turn.session.config, message, turn.clocksMs)
  if (parsed.ok) {
    enterPhase(turn.session, { kind: 'verifying', sinceMs: turn.nowMs, logon: parsed.logon })
    turn.effects.push({ type: 'verify', credentials: parsed.logon.credentials, logon: parsed.logon })
  } else if (!parsed.silent && policy.noLogonFirst !== 'close') refuseLogon(turn, parsed.text, parsed.why)
  else {
    note(turn, 'refused-logon', parsed.text)
    if (!parsed.silent) disconnect(turn, parsed.text)
  }
}

/**
 * Whether a SenderCompID(49) means this session. `exact`: yes. `indicator`: all but its last character, the fault
 * tolerance indicator; the answer is a Logout. `no`: the message is ignored (spec §2.10).
 */
function claimOf({ identity, policy }: SessionConfig, senderCompId: string): 'exact' | 'indicator' | 'no' {
  const ours = identity.targetCompId
  if (senderCompId === ours) return 'exact'
  if (policy.faultToleranceIndicator === '' || senderCompId.length !== ours.length) return 'no'
  return senderCompId.slice(0, -1) === ours.slice(0, -1) ? 'indicator' : 'no'
}

/** A refusal changes only our next number, which its Logout uses. `why` goes into our log, not to the peer. */
function refuseLogon(turn: Turn, text: string, why?: string): void {
  note(turn, 'refused-logon', why ? `${text} ${why}` : text)
  forceLogout(turn, text)
}

/** Acceptor: the driver has checked the credentials. */
export function receiveVerdict(turn: Turn, logon: LogonRequest, ok: boolean, text: string, why?: string) {
  const { config } = turn.session
  if (!ok) return refuseLogon(turn, text, why)
  if (logon.reset) {
    if (config.policy.resetAtLogon === 'refuse')
      return refuseLogon(turn, 'ResetSeqNumFlag (141) must be N on this logon. Logout forced.')
    if (logon.seqNum !== 1)
      return refuseLogon(turn, 'Logon with ResetSeqNumFlag (141) = Y must have 34=1. Logout forced.')
    resetNumbers(turn)
  }
  if (logon.seqNum < turn.session.nextIn) {
    refuseLogon(turn, lowNumberText(turn, logon.seqNum))
    return note(turn, 'low-logon', lowNumberText(turn, logon.seqNum))
  }
  const processed = lastProcessed(turn.session)
  logOn(turn.session, logon.heartbeatS, logon.seqNum)
  send(turn, MsgType.Logon, answerBody(config, logon), processed)
  askBelow(turn, logon.seqNum)
  afterLogon(turn)
  turn.effects.push({ type: 'logged-on', logon })
}

/** A Logon above the expected number is acted upon; the messages below it are asked for. */
function askBelow(turn: Turn, seqNum: number): void {
  if (seqNum > turn.session.nextIn) keepEarly(turn, seqNum, null)
}

/**
 * Body of the Logon answer: 98 (not to a signed Logon), 108 and 141 echoed as spec §2.4 says, then the application's
 * name if the Logon had it.
 */
export function answerBody({ policy }: SessionConfig, logon: LogonRequest): Field[] {
  const body: Field[] = logon.credentials.kind === 'hmac' ? [] : [[Tag.EncryptMethod, 0]]
  body.push([Tag.HeartBtInt, logon.heartbeatS])
  if (logon.reset || policy.echoReset === 'always') body.push([Tag.ResetSeqNumFlag, logon.reset ? 'Y' : 'N'])
  return [...body, ...logon.app]
}

/**
 * Test Request right behind the Logon answer, its id the time in milliseconds (spec §2.4). Nothing waits for its
 * answer.
 */
export function afterLogon(turn: Turn): void {
  if (turn.session.config.policy.testRequestAfterLogon)
    send(turn, MsgType.TestRequest, [[Tag.TestReqID, `ID${turn.nowMs}`]])
}

/**
 * Initiator: log on at the start of a connection or, with `reset`, again within one. `encodeDraft` adds the signature,
 * when number and time are known.
 */
export function sendLogon(turn: Turn, reset: boolean): void {
  const { config } = turn.session
  const { credentials, policy, app } = config
  const body: Field[] = []
  if (credentials?.kind === 'password') {
    body.push(
      [Tag.RawDataLength, Buffer.byteLength(credentials.password, 'latin1')],
      [Tag.RawData, credentials.password],
    )
  }
  if (credentials?.kind !== 'hmac') body.push([Tag.EncryptMethod, 0])
  body.push([Tag.HeartBtInt, config.heartbeatS])
  if (reset || policy.echoReset === 'always') body.push([Tag.ResetSeqNumFlag, reset ? 'Y' : 'N'])
  if (app) {
    body.push([Tag.ApplicationSystemName, app.name])
    body.push([Tag.TradingSystemVersion, app.version], [Tag.ApplicationSystemVendor, app.vendor])
  }
  send(turn, MsgType.Logon, body)
  enterPhase(turn.session, { kind: 'logon-sent', sinceMs: turn.nowMs, reset })
}

/** Initiator: what comes before the answer to our Logon. */
export function receiveLogonAnswer(turn: Turn, message: Message) {
  const { phase, config, nextIn } = turn.session
  if (phase.kind !== 'logon-sent') return
  const seqNum = message.seqNum
  if (message.str(Tag.SenderCompID) !== config.identity.targetCompId || seqNum === 0) {
    return note(
      turn,
      'ignored',
      `SenderCompID(49) ${message.str(Tag.SenderCompID) ?? 'absent'}, MsgSeqNum(34) ${seqNum}`,
    )
  }
  if (message.msgType === MsgType.Logout) return refused(turn, message, seqNum)
  const version = beginStringViolation(config, message)
  if (version) return forceLogout(turn, version.text)
  if (message.msgType !== MsgType.Logon) {
    if (phase.reset) return note(turn, 'ignored', `${message.msgType} before the numbers were reset`)
    return disconnect(turn, `expected a Logon, received MsgType(35) ${message.msgType}`)
  }
  if (message.is(Tag.ResetSeqNumFlag, 'Y') !== phase.reset)
    return forceLogout(turn, 'ResetSeqNumFlag (141) does not answer ours.')
  if (seqNum < nextIn) {
    forceLogout(turn, lowNumberText(turn, seqNum))
    return note(turn, 'low-logon', lowNumberText(turn, seqNum))
  }
  const heartbeatS = message.int(Tag.HeartBtInt) ?? config.heartbeatS
  logOn(turn.session, heartbeatS, seqNum)
  askBelow(turn, seqNum)
  turn.effects.push({
    type: 'logged-on',
    logon: {
      seqNum,
      heartbeatS,
      reset: phase.reset,
      credentials: { kind: 'none' },
      subId: message.str(Tag.SenderSubID),
      locationId: undefined,
      app: [],
    },
  })
}

/**
 * The Logon was refused. A 789 above our next number teaches us the right one: taken once, then a Logon must succeed
 * before another is believed (spec §8.3, mid-week logon).
 */
function refused(turn: Turn, message: Message, seqNum: number): void {
  const { session } = turn
  const text = message.str(Tag.Text) ?? ''
  const nextExpected = message.int(Tag.NextExpectedMsgSeqNum)
  const retry = nextExpected !== undefined && nextExpected > session.nextOut && !session.hasRaisedNextOut
  if (seqNum === session.nextIn) countIn(session)
  if (retry) raiseNextOut(session, nextExpected)
  turn.effects.push({ type: 'refused', text, nextExpected, retry })
  disconnect(turn, text)
}
