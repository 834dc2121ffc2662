import type { Tx } from '#db/client.ts'
import { countOpenGroups } from '#db/queries/group/groups.ts'
import type { RequestRecord } from '#db/queries/request/requests.ts'
import type { RoundFacts } from '#db/queries/request/round-facts.ts'
import { writeCount } from '#domain/figures.ts'
import { unauthorizable } from '#domain/request/contacts.ts'
import type { RequestDocument } from '#domain/request/document.ts'
import { sourceChanges } from '#domain/request/sheet.ts'
import type { Refused } from '#services/refused.ts'

/** What can be wrong with a complete document: unknown sources, accounts or clearing firms, and limits. */
export async function documentRefusal(
  tx: Tx,
  request: RequestRecord,
  document: RequestDocument,
  facts: RoundFacts,
): Promise<Refused | undefined> {
  const { added, removed, kept } = sourceChanges(document, facts.members)
  const unknown = [...added, ...removed].filter((name) => !facts.sources.has(name))
  if (unknown.length > 0) return { code: 'unknown-source', sources: unknown }
  if (document.kind === 'new-group') {
    if (facts.account?.ownerId !== request.ownerId) return { code: 'unknown-account' }
    if (facts.present.nameTaken) return { code: 'group-name-taken', name: document.groupName }
  } else if (facts.groupRow?.state !== 'live' && facts.groupRow?.state !== 'suspended') {
    return { code: 'group-not-open' }
  }
  const codes = unauthorizable(document, [...added, ...kept], facts.sources)
  if (codes.length > 0) return { code: 'incomplete', problems: codes }
  return overCapacity(tx, request, facts, added.length + kept.length)
}

async function overCapacity(
  tx: Tx,
  request: RequestRecord,
  { limits }: RoundFacts,
  sources: number,
): Promise<Refused | undefined> {
  const perGroup = limits.most['sources-per-group']
  if (perGroup !== undefined && sources > perGroup)
    return {
      code: 'over-capacity',
      sentence: `${writeCount(sources)} sources; a group may have ${writeCount(perGroup)}.`,
    }
  const perFirm = limits.most['groups-per-firm']
  if (perFirm === undefined || request.groupId) return undefined
  const groups = await countOpenGroups(tx, request.ownerId, request.environment)
  if (groups < perFirm) return undefined
  return { code: 'over-capacity', sentence: `${writeCount(groups)} groups; a firm may have ${writeCount(perFirm)}.` }
}
