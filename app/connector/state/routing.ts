import { compileTerms, filterReasons, type MessageLevel } from '#dropcopy/eligible.ts'
import { type Row, revokedReason } from './ledger.ts'
import type { Terms } from './state.ts'

/** What a target's terms let through, per message class: -1, or the index of the reason why not. */
export const judgeTerms = (terms: Terms): Int8Array =>
  // the snapshot's schema checked the level when it was written; the journal keeps it as text
  compileTerms({ level: terms.level as MessageLevel, filters: terms.filters, protocol: terms.dc4 ? 'dc4' : 'classic' })

/** The name under which a filtered message is counted. */
const reasonName = (index: number): string =>
  index === revokedReason ? 'revoked' : (filterReasons[index] ?? 'unknown-type')

/** Filtered messages by the reason's name; reasons without messages are left out. */
export function filteredBy({ filtered, stopped }: Row): Record<string, number> {
  const by: Record<string, number> = {}
  for (let index = 0; index < filtered.length; index++) {
    const n = filtered[index] ?? 0
    if (n > 0) by[reasonName(index)] = n
  }
  return stopped ? { ...by, ...stopped } : by
}
