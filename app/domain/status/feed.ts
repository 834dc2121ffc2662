import { canWait } from '../alarm/codes.ts'
import { writeCount } from '../figures.ts'
import { runOfSession } from '../publication/runs.ts'
import { type DeliveryState, type FeedFacts, feedNeeds, type Heard, unfounded } from './state.ts'
import { isFeedOnline, type ReportedFeedState } from './words.ts'

type FeedReport = { state: ReportedFeedState; lost: number; missing: number }
type FeedAlarm = { kind: string; objectId: string; code: string; says: string }

/**
 * Messages kept aside are counted and shown, but nobody has to act, since every group gets what it should. Lost
 * messages are shown as a figure.
 */
const isToldElsewhere = (code: string) => canWait(code) || code === 'lost'

/** What is known of a feed, with the alarm that calls somebody. `report` undefined: nothing was said of it. */
export function feedFacts(id: string, report: FeedReport | undefined, alarms: readonly FeedAlarm[]): FeedFacts {
  if (!report) return { id, part: 'unanswered', connected: false, gap: 0, lost: 0 }
  const { state, lost, missing: gap } = report
  const alarm = alarms.find((one) => one.kind === 'feed' && one.objectId === id && !isToldElsewhere(one.code))?.says
  const connected = isFeedOnline(state)
  return { id, part: runOfSession({ state }, 'running'), lost, gap, connected, ...(alarm !== undefined && { alarm }) }
}

/** The state of one feed, in the same words as the state of what is delivered from it. */
export function feedState(feed: FeedFacts, wanted: 'open' | 'closed', heard: Heard): DeliveryState {
  const say = (word: DeliveryState['word'], sentence: string): DeliveryState => ({ word, text: word, sentence })
  if (wanted === 'closed') return { ...say('Paused', 'Nothing is taken from it any more.'), text: 'Closed' }
  const first = unfounded(heard)
  if (first) return first
  const bad = feedNeeds(feed)
  if (bad) return bad
  if (!feed.connected) return say('Late', 'Not connected; its messages come when it is back.')
  if (feed.gap > 0) return say('Catching up', `${writeCount(feed.gap)} messages are being asked for again.`)
  return say('Complete', 'Connected, and nothing is missing.')
}
