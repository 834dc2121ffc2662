import { writeCount } from '../figures.ts'
import { type DeliveryState, type FeedFacts, feedNeeds, type Heard, unfounded } from './state.ts'

/** What is wanted and what is observed of one source session. */
type SourceFacts = {
  isOpen: boolean
  /** groups that it feeds today, as far as the reader sees them */
  groups: number
  /** null: nothing has been heard of it in this trading week */
  lastReceivedAt: Date | null
  /** what the connector wants a person to see to, in its words */
  alarm: string | undefined
  /** undefined: the connector has not reported on its feed */
  feed: FeedFacts | undefined
}

/** The state of one source session. */
export function sourceState(source: SourceFacts, heard: Heard): DeliveryState {
  const say = (word: DeliveryState['word'], text: string, sentence: string): DeliveryState => ({ word, text, sentence })
  if (!source.isOpen) return say('Paused', 'Closed', 'It is closed: nothing is copied from it any more.')
  const first = unfounded(heard)
  if (first) return first
  if (source.alarm) return say('Needs you', 'Needs you', `${source.alarm}.`)
  const { feed } = source
  const bad = feed && feedNeeds(feed)
  if (bad) return bad
  if (feed && !feed.connected)
    return {
      ...say('Late', 'Late', `Its feed ${feed.id} is not connected; its messages come when it is back.`),
      feed: feed.id,
    }
  if (source.groups === 0)
    return say('Paused', 'In no group', `It feeds no group${heard.isFirm ? ' that you see' : ''}.`)
  if (source.lastReceivedAt === null)
    return say('Waiting for them', 'Silent', 'Nothing has been heard of it in this trading week.')
  if (feed && feed.gap > 0)
    return {
      ...say('Catching up', 'Catching up', `${writeCount(feed.gap)} messages of its feed are being asked for again.`),
      feed: feed.id,
    }
  const groups = source.groups === 1 ? '1 group' : `${writeCount(source.groups)} groups`
  return say('Complete', 'Heard', `It is heard, and feeds ${groups}${heard.isFirm ? ' that you see' : ''}.`)
}

/** What was received of a source this trading week, over its segments. */
export type SourceFigures = {
  received: number
  highest: number
  aside: number
  duplicates: number
  lastReceivedAt: Date | null
}

export const noFigures: SourceFigures = { received: 0, highest: 0, aside: 0, duplicates: 0, lastReceivedAt: null }
