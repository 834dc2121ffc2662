import type { Tx } from '#db/client.ts'
import type { GroupsOf } from '#db/queries/standing/group-list.ts'
import {
  countTargets,
  countTargetWords,
  type ListedTarget,
  listTargetPage,
  listTargetsOfGroup,
} from '#db/queries/standing/target-list.ts'
import type { ListAsked } from '#domain/list/ask.ts'
import { type ListPage, listPage, type PlacedPage } from '#domain/list/page.ts'
import type { TargetFilter, TargetSort } from '#domain/status/delivery-list.ts'
import { type DeliveryWord, deliveryWords, worstFirst } from '#domain/status/state.ts'
import { type Connectors, ledgerOfStanding, shownState } from '#views/status/connectors.ts'
import type { TargetRow } from '#views/status/status-view.ts'

type Asked = ListAsked<TargetSort, TargetFilter>

/** A page of targets that are not closed, with the number of all. */
export async function findTargetsPage(
  tx: Tx,
  of: GroupsOf,
  connectors: Connectors,
  asked: Asked,
  size: number,
): Promise<ListPage<TargetRow>> {
  return listPage(asked, await listTargetRows(tx, of, connectors, asked, size), await countTargets(tx, of, asked))
}

/** The same rows without their number. */
export async function listTargetRows(
  tx: Tx,
  of: GroupsOf,
  connectors: Connectors,
  asked: Pick<Asked, 'search' | 'filters' | 'sort' | 'from'>,
  size: number,
): Promise<PlacedPage<TargetRow>> {
  const page = await listTargetPage(tx, of, asked, size)
  return { ...page, rows: page.rows.map((row) => targetRow(row, connectors)) }
}

/** Targets of one group, worst first. */
export async function listTargetRowsOfGroup(
  tx: Tx,
  of: GroupsOf,
  connectors: Connectors,
  groupId: string,
): Promise<TargetRow[]> {
  const rows = await listTargetsOfGroup(tx, of, groupId)
  return rows.map((row) => targetRow(row, connectors)).sort((a, b) => worstFirst(a.delivery, b.delivery))
}

/** How many targets show each word, worst first. */
export async function countTargetsByWord(tx: Tx, of: GroupsOf): Promise<{ word: DeliveryWord; count: number }[]> {
  const rows = await countTargetWords(tx, of)
  return rows.flatMap(({ rank, targets: count }) => {
    const word = deliveryWords[rank]
    return word === undefined ? [] : [{ word, count }]
  })
}

const unknown = { word: 'Unknown', text: 'Unknown', sentence: 'Nothing is known of it yet.' } as const

/** A target as its lists show it. */
export function targetRow({ standing, protocol, ...row }: ListedTarget, connectors: Connectors): TargetRow {
  return {
    ...row,
    delivery: shownState(standing, connectors.heardOf([standing.shard])) ?? unknown,
    protocol: protocol ?? 'classic',
    sources: standing.sources,
    heard: standing.heard,
    ledger: ledgerOfStanding(standing),
    waitingSince: standing.waitingSince,
    lastSentAt: standing.lastSentAt,
  }
}
