import type { AlarmCode, Alarms } from '#connector/reports/alarms.ts'
import type { FeedState } from '#connector/state/state.ts'

/** Why a message was kept aside, for people. Everything else could not be read. */
const reasons: Record<string, string> = {
  'unknown-source': 'not configured for this feed',
  'too-old': 'numbered below anything kept',
  'unknown-type': 'of an unknown message type',
  rejected: 'rejected for its header',
}
const named = 5

/**
 * What a feed's state has of the present trading week to be alarmed about: it stands until the week ends, whatever restarts
 * meanwhile. `conflict`: a number came again with other bytes; `aside`: any other message that nobody gets; `lost`.
 */
export function showFeedAlarms(alarms: Alarms, feed: FeedState, week: string): void {
  const conflicts = feed.asides.filter(({ why }) => why === 'conflict')
  const others = feed.asides.filter(({ why }) => why !== 'conflict')
  const losses = feed.loss.filter((loss) => loss.week === week)
  const show = (code: AlarmCode, found: readonly { atMs?: number }[], says: string) => {
    if (found.length === 0) alarms.clear(code, 'feed', feed.name)
    else alarms.raise(code, 'feed', feed.name, says, found[0]?.atMs || undefined)
  }
  const whose = conflicts.map(({ name }) => name)
  show('conflict', conflicts, `messages of ${list(whose)} with a known number and other content were kept aside`)
  show('aside', others, list(others.map(({ name, why }) => `${name || 'no source'} (${reasons[why] ?? 'unreadable'})`)))
  const ranges = losses.map(({ from, to }) => (from === to ? `${from}` : `${from} to ${to}`))
  show('lost', losses, `${lostIn(feed, week)} messages will not come: numbers ${list(ranges)}`)
}

/** Messages of this trading week that were never received and cannot be recovered. */
export const lostIn = (feed: FeedState, week: string): number =>
  feed.loss.filter((loss) => loss.week === week).reduce((sum, { from, to }) => sum + to - from + 1, 0)

const list = (all: readonly string[]): string =>
  all.length > named ? `${all.slice(0, named).join(', ')} and ${all.length - named} more` : all.join(', ')
