import { writeCount } from '../figures.ts'
import { type DeliveryState, type FeedFacts, feedNeeds, type Heard, unfounded } from './state.ts'

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
