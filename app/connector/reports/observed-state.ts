import type { Feed } from '#connector/feeds/feed.ts'
import type { Target } from '#connector/targets/target.ts'
import { lateAfterMs } from '#domain/status/late.ts'
import type { ReportedFeedState, ReportedTargetState } from '#domain/status/words.ts'

/** Milliseconds by which a logged-on client is late; 0: it is not. */
export function lateMsOf({ report, core }: Target): number {
  const behindMs = report.behindSinceMs === 0 ? 0 : core.clock.steadyMs() - report.behindSinceMs
  return behindMs > lateAfterMs ? Math.floor(behindMs) : 0
}

/** `isRefused`: its configuration could not be run. */
export function targetState(target: Target, isRefused: boolean): ReportedTargetState {
  if (target.config.paused) return 'paused'
  if (!target.isOnline) return isRefused ? 'refused' : 'no-logon'
  if (target.report.isCatchingUp) return 'catching-up'
  if (lateMsOf(target) > 0) return 'late'
  return target.isOnBackup ? 'on-backup' : 'logged-on'
}

/** `isFull`: the journal has no room, so no feed is read. */
export function feedState(feed: Feed, isFull: boolean, isRefused: boolean): ReportedFeedState {
  if (isFull) return 'paused'
  if (feed.peer.isLive) return feed.missing > 0 ? 'recovering' : 'logged-on'
  if (feed.isConnected) return 'connecting'
  return isRefused ? 'refused' : 'down'
}
