import { writeAge, writeCount } from '../figures.ts'
import { type DeliveryState, type DeliveryWord, type Heard, isSilent } from './state.ts'

export type StatusVerdict = {
  /** the first line of the page, true even for a reader who reads no further */
  sentence: string
  tone: 'good' | 'attention' | 'bad' | 'unknown'
  /** how many groups have each word, worst first; a word without groups is left out */
  counts: { word: DeliveryWord; count: number }[]
}

/** The live groups that a reader sees, in all. */
export type GroupsInAll = {
  /** how many groups have each word, worst first; a word without groups is left out */
  counts: StatusVerdict['counts']
  /** messages that are unaccounted for, or delivered too often, over all groups */
  open: number
  /** the first of the worst groups; undefined: there is none */
  worst: { name: string; state: DeliveryState } | undefined
  /** live groups whose delivery the reader may not know */
  hidden: number
}

/** The one sentence about all groups. `lost`: messages that feeds lost before they reached us. */
export const verdict = (groups: GroupsInAll, lost: number, heard: Heard): StatusVerdict => ({
  counts: groups.counts,
  ...judge(groups, lost, heard),
})

function judge(
  { counts, open, worst, hidden }: GroupsInAll,
  lost: number,
  heard: Heard,
): Pick<StatusVerdict, 'sentence' | 'tone'> {
  const { agoMs, refusal, doubt } = heard
  if (refusal) return { sentence: refusal.says, tone: 'bad' }
  if (isSilent(heard)) {
    const since =
      agoMs === undefined ? 'The connector has not reported yet' : `No word from the connector for ${writeAge(agoMs)}`
    return { sentence: `${since}: every number here is stale.`, tone: 'unknown' }
  }
  if (doubt !== undefined) return { sentence: doubt, tone: 'bad' }
  const all = counts.reduce((sum, { count }) => sum + count, 0)
  if (all === 0 && hidden > 0)
    return { sentence: 'No group that is live is yours to see the delivery of.', tone: 'attention' }
  if (all === 0) return { sentence: 'No group is live yet.', tone: 'attention' }
  const complete = counts.find(({ word }) => word === 'Complete')?.count ?? 0
  const accounted =
    open + lost === 0
      ? 'nothing unaccounted'
      : [open > 0 && `${writeCount(open)} unaccounted`, lost > 0 && `${writeCount(lost)} lost upstream`]
          .filter(Boolean)
          .join(', ')
  const head = `${writeCount(complete)} of ${writeCount(all)} ${all === 1 ? 'group' : 'groups'} complete, ${accounted}`
  if (!worst || worst.state.word === 'Complete')
    return { sentence: `${head}.`, tone: open + lost === 0 ? 'good' : 'bad' }
  const rest = `${head}. ${worst.name}: ${worst.state.sentence}`
  return { sentence: rest, tone: worst.state.word === 'Needs you' || open + lost > 0 ? 'bad' : 'attention' }
}
