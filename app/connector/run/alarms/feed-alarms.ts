import type { FeedState } from '#connector/state/state.ts'
import type { AlarmCode } from '#domain/alarm/codes.ts'
import type { Alarms } from './alarms.ts'

/** Why a message was kept aside that nobody needs a copy of, or that was copied long ago. */
const foreign: Record<string, string> = {
  'unknown-source': 'not configured for this feed',
  'too-old': 'numbered below anything kept',
  'unknown-type': 'of an unknown message type',
}
/** Why no copy could be made of a message that somebody may miss. */
const unusable: Record<string, string> = {
  'bad-field': 'a header field has no value',
  'no-envelope': 'no source message in 213',
  'inner-broken': 'what is in 213 is no message',
  'inner-checksum': 'wrong CheckSum inside 213',
  'no-number': 'no number in 34',
  'no-sending-time': 'no time in 52',
  'too-long': 'too long',
  'several-messages': 'several messages in one',
  rejected: 'rejected for its header',
}
const named = 5
const remedy = 'Have the gateway send them again, corrected, under new numbers.'

/**
 * Raises the alarms of a feed for the present trading week; they last until the week ends, over restarts too.
 * `conflict`: a number came again with other bytes; `unusable`: no copy could be made; `aside`: of no known source;
 * `lost`. A source may have become known since: `isKnown` says so of a name on this feed.
 */
export function showFeedAlarms(
  alarms: Alarms,
  feed: FeedState,
  week: string,
  isKnown: (name: string) => boolean,
): void {
  const conflicts = feed.asides.filter(({ why }) => why === 'conflict')
  const foreigners = feed.asides.filter(
    ({ name, why }) => why in foreign && !(why === 'unknown-source' && isKnown(name)),
  )
  const broken = feed.asides.filter(({ why }) => why !== 'conflict' && !(why in foreign))
  const losses = feed.loss.filter((loss) => loss.week === week)
  const show = (code: AlarmCode, found: readonly { atMs?: number }[], says: string) => {
    if (found.length === 0) alarms.clear(code, 'feed', feed.name)
    else alarms.raise(code, 'feed', feed.name, says, found[0]?.atMs || undefined)
  }
  const whose = conflicts.map(({ name }) => name)
  show('conflict', conflicts, `messages of ${list(whose)} with a known number and other content were kept aside`)
  const because = (reasons: Record<string, string>, all: FeedState['asides']) =>
    list(all.map(({ name, why }) => `${name || 'no source'} (${reasons[why] ?? 'unreadable'})`))
  show('aside', foreigners, because(foreign, foreigners))
  show('unusable', broken, `nobody gets messages of ${because(unusable, broken)}. ${remedy}`)
  const ranges = losses.map(({ from, to }) => (from === to ? `${from}` : `${from} to ${to}`))
  show('lost', losses, `${lostIn(feed, week)} messages will not come: numbers ${list(ranges)}`)
}

/** Messages of this trading week that were never received and cannot be recovered. */
export const lostIn = (feed: FeedState, week: string): number =>
  feed.loss.filter((loss) => loss.week === week).reduce((sum, { from, to }) => sum + to - from + 1, 0)

const list = (all: readonly string[]): string =>
  all.length > named ? `${all.slice(0, named).join(', ')} and ${all.length - named} more` : all.join(', ')
