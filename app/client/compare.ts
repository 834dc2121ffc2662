import { messageClasses } from '#dropcopy/classify.ts'
import { type Eligibility, type FilterReason, filterReasonOf } from '#dropcopy/eligible.ts'
import type { NumberTally } from '#peer/number-tally.ts'
import type { SourceReceipt } from './receipts.ts'

/** What one source sent, compared with what came. All counts are of source numbers. */
interface Comparison {
  sent: number
  /** Not copied under the target's terms, by reason. */
  filtered: Partial<Record<FilterReason, number>>
  eligible: number
  received: number
  /** Eligible numbers that never came. */
  lost: number[]
  /** Numbers that came more than once on the live chain. */
  doubled: number[]
  /** Numbers that came and were never sent, or are not eligible. */
  unexpected: number[]
  renumbered: number
}

/** `classes`: per source number sent its class as index in `messageClasses` + 1, as the simulated gateway counts. */
export function compare(classes: NumberTally, receipt: SourceReceipt, terms: Eligibility): Comparison {
  const filtered: Comparison['filtered'] = {}
  const lost: number[] = []
  let wanted = 0
  for (const [seqNum, value] of classes.entries()) {
    const reason = filterReasonOf(value - 1, terms)
    if (reason) {
      filtered[reason] = (filtered[reason] ?? 0) + 1
      continue
    }
    wanted++
    if (receipt.live.get(seqNum) === 0 && receipt.applResent.get(seqNum) === 0) lost.push(seqNum)
  }
  const doubled: number[] = []
  const unexpected: number[] = []
  for (const [seqNum, times] of receipt.live.entries()) {
    if (times > 1) doubled.push(seqNum)
    if (!isEligible(classes.get(seqNum), terms)) unexpected.push(seqNum)
  }
  return {
    sent: classes.size,
    filtered,
    eligible: wanted,
    received: receipt.live.size,
    lost,
    doubled,
    unexpected,
    renumbered: receipt.renumbered,
  }
}

const isEligible = (value: number, terms: Eligibility): boolean =>
  value > 0 && value <= messageClasses.length && filterReasonOf(value - 1, terms) === undefined
