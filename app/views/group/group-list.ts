import type { Tx } from '#db/client.ts'
import { listGroupSums } from '#db/queries/standing/group-list.ts'
import { type GroupState, groupStateWord } from '#domain/group/states.ts'
import type { ListAsked } from '#domain/list/ask.ts'
import type { ListPage } from '#domain/list/page.ts'
import type { Environment } from '#domain/reference/environment.ts'
import type { GroupFilter, GroupSort } from '#domain/status/delivery-list.ts'
import { loadConnectors } from '#views/status/connectors.ts'
import type { GroupRow } from '#views/status/status-view.ts'
import { findGroupsPage, groupsOf, type Reader } from './group-rows.ts'

type GroupList = {
  groups: ListPage<GroupRow>
  /** groups by the state of their agreement; those that ended are not counted */
  counts: { state: GroupState; word: string; count: number }[]
  isStale: boolean
}

/** The list of groups, with how many are in each state. */
export async function findGroupList(
  tx: Tx,
  reader: Reader,
  environment: Environment,
  { asked, size, now }: { asked: ListAsked<GroupSort, GroupFilter>; size: number; now: Date },
): Promise<GroupList> {
  const connectors = await loadConnectors(tx, reader, environment, now)
  const of = groupsOf(reader, environment, connectors, now)
  const sums = await listGroupSums(tx, of)
  const counts = (['live', 'suspended', 'requested'] as const).map((state) => ({
    state,
    word: groupStateWord(state),
    count: sums.reduce((sum, row) => sum + (row.state === state ? row.groups : 0), 0),
  }))
  return {
    groups: await findGroupsPage(tx, of, connectors, asked, size),
    counts: counts.filter(({ state, count }) => state === 'live' || count > 0),
    isStale: connectors.isStale,
  }
}
