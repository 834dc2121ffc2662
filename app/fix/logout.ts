import { changeLive } from './session.ts'
import { disconnect, sendLogout, type Turn } from './turn.ts'

/** The peer's Logout, in its turn: confirm it (789 = its number + 1, spec §2.7) unless it answers ours; then close. */
export function receiveLogout(turn: Turn): void {
  const { phase } = turn.session
  const answersOurs = phase.kind === 'live' && phase.logoutSentUntilMs !== undefined
  if (!answersOurs) sendLogout(turn, 'Logout Confirmed')
  disconnect(turn, 'logged out')
}

/** The driver ends the session: Logout, then wait for the peer's (and take what it still sends), or close at once. */
export function requestLogout(turn: Turn, text: string, close: boolean): void {
  const { phase, config } = turn.session
  if (phase.kind === 'offline' || phase.kind === 'closing') return
  if (phase.kind !== 'live') {
    disconnect(turn, text)
    return
  }
  if (phase.logoutSentUntilMs === undefined) sendLogout(turn, text)
  if (close) disconnect(turn, text)
  else changeLive(turn.session, { logoutSentUntilMs: turn.nowMs + config.policy.logoutWaitS * 1000 })
}
