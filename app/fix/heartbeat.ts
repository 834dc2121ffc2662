import { askAgain, gapStallMs } from './gap.ts'
import { changeLive } from './session.ts'
import type { Live, Session } from './session-state.ts'
import { MsgType, Tag } from './tags.ts'
import { disconnect, forceLogout, send, type Turn } from './turn.ts'

/** What a live session gives a silent peer when there is no heartbeat interval to go by. */
const noIntervalMs = 30_000

type Timer = { atMs: number; run: (turn: Turn, live: Live) => void }

/** Everything a session waits for, each with what happens then. Deadline and tick both come from here. */
function timers(session: Session): Timer[] {
  const { phase, config } = session
  switch (phase.kind) {
    case 'offline':
    case 'closing':
      return []
    case 'awaiting-logon':
    case 'verifying':
    case 'logon-sent':
      return [
        {
          atMs: phase.sinceMs + config.policy.logonTimeoutS * 1000,
          run: (turn) => disconnect(turn, 'no Logon in time'),
        },
      ]
    case 'live':
      return [...endings(phase), ...liveness(session, phase), ...recovery(phase)]
  }
}

function endings(live: Live): Timer[] {
  const due: Timer[] = []
  const { logoutDueMs, logoutSentUntilMs, rival } = live
  if (logoutSentUntilMs !== undefined) {
    due.push({ atMs: logoutSentUntilMs, run: (turn) => disconnect(turn, 'Logout not answered in time') })
  }
  if (logoutDueMs !== undefined) due.push({ atMs: logoutDueMs, run: (turn) => forceLogout(turn, 'Logout Confirmed') })
  if (rival) {
    const patienceMs = live.intervalMs || noIntervalMs
    if (!rival.tested) due.push({ atMs: rival.sinceMs + patienceMs / 2, run: testForRival })
    due.push({
      atMs: rival.sinceMs + patienceMs,
      run: (turn) => disconnect(turn, 'half-open: silent while another connection logs on'),
    })
  }
  return due
}

function testForRival(turn: Turn, live: Live): void {
  if (!live.rival) return
  changeLive(turn.session, { rival: { ...live.rival, tested: true } })
  send(turn, MsgType.TestRequest, [[Tag.TestReqID, 'TEST']])
}

/**
 * Heartbeat after one interval without sending; Test Request after 1.5 intervals without hearing anything; closed after
 * one more (spec §2.5).
 */
function liveness({ config, lastInMs, lastOutMs }: Session, live: Live): Timer[] {
  const { intervalMs, testSentMs, logoutSentUntilMs } = live
  if (intervalMs === 0 || logoutSentUntilMs !== undefined) return []
  const { testRequestAfter, staleAfter } = config.policy
  const silence: Timer =
    testSentMs === undefined
      ? { atMs: lastInMs + intervalMs * testRequestAfter, run: testSilent }
      : {
          atMs: testSentMs + intervalMs * staleAfter,
          run: (turn) => disconnect(turn, 'stale: Test Request not answered'),
        }
  return [silence, { atMs: lastOutMs + intervalMs, run: (turn) => send(turn, MsgType.Heartbeat, []) }]
}

function testSilent(turn: Turn): void {
  changeLive(turn.session, { testSentMs: turn.nowMs })
  send(turn, MsgType.TestRequest, [[Tag.TestReqID, 'TEST']])
}

const recovery = (live: Live): Timer[] =>
  live.gap ? [{ atMs: live.gap.progressMs + gapStallMs(live), run: (turn) => askAgain(turn) }] : []

/** When `tick` is due, in the inputs' milliseconds; Infinity when nothing is waited for. */
export function nextDeadlineMs(session: Session): number {
  let next = Number.POSITIVE_INFINITY
  for (const { atMs } of timers(session)) if (atMs < next) next = atMs
  return next
}

/** Run what is due, the earliest first. A timer may clear another one, so they are read again each time. */
export function tick(turn: Turn): void {
  for (let runs = 0; runs < 100; runs++) {
    const due = timers(turn.session).filter((timer) => timer.atMs <= turn.nowMs)
    const first = due.sort((a, b) => a.atMs - b.atMs)[0]
    if (!first) return
    first.run(turn, turn.session.phase as Live) // the timers before a Logon do not look at it
  }
  throw new Error('unreachable: a timer that is due again as soon as it ran')
}

/** A valid Logon for this live identity came on another connection: it must show life, or it makes room. */
export function armRivalCheck(turn: Turn): void {
  const { phase } = turn.session
  if (phase.kind !== 'live' || phase.rival) return
  changeLive(turn.session, { rival: { sinceMs: turn.nowMs, tested: false } })
}
