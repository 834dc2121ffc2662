import type { Live, Phase, Session, SessionConfig } from './session-state.ts'

/*
 * The phases of a session. Phase x input -> phase; `-`: the phase stays; `bug`: the driver must not do this, it throws.
 * Where several are named, the rules decide by the session's role and policy, and by what the message or clock says.
 *
 *                   offline         awaiting-logon  verifying  logon-sent  live        closing
 * connected         awaiting-logon  bug             bug        bug         bug         bug
 *                   logon-sent
 * message           -               -               bug        -           -           -
 *                                   verifying                  live        verifying
 *                                   closing                    closing     closing
 * garbled           -               -               -          -           -           -
 *                                   closing
 * tick              -               -               -          -           -           -
 *                                   closing         closing    closing     closing
 * disconnected      -               offline         offline    offline     offline     offline
 * verified          -               -               live       -           -           -
 *                                                   closing
 * logout            -               closing         closing    closing     -           -
 *                                                                          closing
 * abandon           -               -               -          -           -           -
 * reset             -               -               -          -           -           -
 *                                                                          logon-sent
 * resend-finished   -               -               -          -           -           -
 * rival-logon       -               -               -          -           -           -
 *
 * connected: an acceptor waits for the Logon, an initiator sends it. message: a Logon is verified or refused; a Logout,
 * a number that is too low and other grave faults end the session. garbled: only what comes instead of the first Logon
 * may end it. tick: a Logon, an answer or a sign of life did not come in time. logout: a live session waits for the
 * answer, unless it is to close at once. reset: the initiator logs on again within the session.
 *
 * The numbers of a session (and all its other facts) are changed by the functions of this file and by nothing else.
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
    hasRaisedNextOut: false,
    resends: 0,
    phase: { kind: 'offline' },
  }
}

/** The same session under another configuration: its numbers and its connection stay. */
export const withConfig = (session: Session, config: SessionConfig): Session => ({ ...session, config })

/** The same session with other numbers. An outbound number may only grow. */
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

/** LastMsgSeqNumProcessed(369) of what we send now. */
export const lastProcessed = (session: Session): number => session.nextIn - 1

/** The functions below change a session in place: everybody else sees it as readonly. */
type Changing = { -readonly [K in keyof Session]: Session[K] }

/** Takes `count` outbound numbers; returns the first. */
export function reserve(session: Changing, count: number, nowMs: number): number {
  const first = session.nextOut
  session.nextOut += count
  session.lastOutMs = nowMs
  return first
}

/** The peer named a higher number as the next one of ours: it is taken over. */
export function raiseNextOut(session: Changing, nextOut: number): void {
  session.nextOut = nextOut
  session.hasRaisedNextOut = true
}

/** The message with the expected number is used up. */
export function countIn(session: Changing): void {
  session.nextIn++
}

/** The same for a message that breaks no rule, while nothing is missing (fast-path.ts). */
export function countInSequence(session: Changing, nowMs: number): void {
  session.nextIn++
  session.highestIn = session.nextIn - 1
  markHeard(session, nowMs)
}

/** A message with this number was seen. */
export function noteHighest(session: Changing, seqNum: number): void {
  if (seqNum > session.highestIn) session.highestIn = seqNum
}

/** Another number is expected: those below it were filled, handed over or lost. */
export function expectNext(session: Changing, nextIn: number): void {
  session.nextIn = nextIn
}

/** The peer numbers its messages from here on: nothing above was seen. */
export function expectFrom(session: Changing, nextIn: number): void {
  session.nextIn = nextIn
  session.highestIn = nextIn - 1
}

/** Both directions start at 1. */
export function startAtOne(session: Changing): void {
  expectFrom(session, 1)
  session.nextOut = 1
}

/** Any byte of the peer proves that it lives. */
export function markHeard(session: Changing, nowMs: number): void {
  session.lastInMs = nowMs
  const { phase } = session
  if (phase.kind === 'live' && (phase.testSentMs !== undefined || phase.rival))
    session.phase = { ...phase, testSentMs: undefined, rival: undefined }
}

/** The peer's silence counts from now: while we do not read, it is not the peer's. */
export function postponeSilence(session: Changing, nowMs: number): void {
  session.lastInMs = nowMs
}

/** A connection begins: both sides are silent from now on. */
export function markConnected(session: Changing, nowMs: number): void {
  session.lastInMs = nowMs
  session.lastOutMs = nowMs
}

/** 50 and 142 of the peer's Logon. */
export function learnPeer(session: Changing, subId: string | undefined, locationId: string | undefined): void {
  session.peerSubId = subId
  session.peerLocationId = locationId
}

/** The id of the next resend. */
export function nextResendId(session: Changing): number {
  session.resends++
  return session.resends
}

export function enterPhase(session: Changing, phase: Phase): void {
  session.phase = phase
}

/** Changes some facts of the live phase. */
export function changeLive(session: Changing, changes: Partial<Live>): void {
  if (session.phase.kind === 'live') session.phase = { ...session.phase, ...changes }
}

/** Logged on by a Logon with this number, which is counted when it is the expected one. */
export function logOn(session: Changing, heartbeatS: number, seqNum: number): void {
  session.phase = {
    kind: 'live',
    intervalMs: heartbeatS * 1000,
    testSentMs: undefined,
    gap: undefined,
    serving: undefined,
    logoutDueMs: undefined,
    logoutSentUntilMs: undefined,
    rival: undefined,
  }
  session.hasRaisedNextOut = false
  noteHighest(session, seqNum)
  if (seqNum === session.nextIn) countIn(session)
}
