import { writeAge, writeCount } from '../figures.ts'
import {
  type DeliveryState,
  type DeliveryWord,
  deliveryWords,
  type Heard,
  isSilent,
  type Ledger,
  unaccounted,
} from './state.ts'

export type StatusVerdict = {
  /** the first line of the page, true even for a reader who reads no further */
  sentence: string
  tone: 'good' | 'attention' | 'bad' | 'unknown'
  /** how many groups have each word, worst first; a word without groups is left out */
  counts: { word: DeliveryWord; count: number }[]
}

/** Sums up the groups that the reader sees. `hidden`: live groups whose delivery the reader may not know. */
export function verdict(
  groups: readonly { name: string; state: DeliveryState; ledger: Ledger }[],
  lost: number,
  heard: Heard,
  hidden = 0,
): StatusVerdict {
  const counts = deliveryWords
    .map((word) => ({ word, count: groups.filter((group) => group.state.word === word).length }))
    .filter(({ count }) => count > 0)
  return { counts, ...judge(groups, lost, heard, { counts, hidden }) }
}

function judge(
  groups: readonly { name: string; state: DeliveryState; ledger: Ledger }[],
  lost: number,
  heard: Heard,
  { counts, hidden }: Pick<StatusVerdict, 'counts'> & { hidden: number },
): Pick<StatusVerdict, 'sentence' | 'tone'> {
  const { agoMs, refusal, doubt } = heard
  if (refusal) return { sentence: refusal.says, tone: 'bad' }
  if (isSilent(heard)) {
    const since =
      agoMs === undefined ? 'The connector has not reported yet' : `No word from the connector for ${writeAge(agoMs)}`
    return { sentence: `${since}: every number here is stale.`, tone: 'unknown' }
  }
  if (doubt !== undefined) return { sentence: doubt, tone: 'bad' }
  if (groups.length === 0 && hidden > 0)
    return { sentence: 'No group that is live is yours to see the delivery of.', tone: 'attention' }
  if (groups.length === 0) return { sentence: 'No group is live yet.', tone: 'attention' }
  const complete = counts.find(({ word }) => word === 'Complete')?.count ?? 0
  const open = groups.reduce((sum, group) => sum + Math.abs(unaccounted(group.ledger)), 0)
  const accounted =
    open + lost === 0
      ? 'nothing unaccounted'
      : [open > 0 && `${writeCount(open)} unaccounted`, lost > 0 && `${writeCount(lost)} lost upstream`]
          .filter(Boolean)
          .join(', ')
  const head = `${complete} of ${groups.length} ${groups.length === 1 ? 'group' : 'groups'} complete, ${accounted}`
  const worst = [...groups].sort((a, b) => deliveryWords.indexOf(a.state.word) - deliveryWords.indexOf(b.state.word))[0]
  if (!worst || worst.state.word === 'Complete')
    return { sentence: `${head}.`, tone: open + lost === 0 ? 'good' : 'bad' }
  const rest = `${head}. ${worst.name}: ${worst.state.sentence}`
  return { sentence: rest, tone: worst.state.word === 'Needs you' || open + lost > 0 ? 'bad' : 'attention' }
}
