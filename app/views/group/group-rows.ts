import type { Tx } from '#db/client.ts'
import { listSights } from '#db/queries/group/groups.ts'
import {
  countGroups,
  findListedGroup,
  type GroupsOf,
  type ListedGroup,
  listGroupPage,
} from '#db/queries/standing/group-list.ts'
import { listSessionIds } from '#db/queries/target/targets.ts'
import { groupStateSentences, groupStateWord, levelNames } from '#domain/group/states.ts'
import type { ListAsked } from '#domain/list/ask.ts'
import { type ListPage, listPage, type PlacedPage } from '#domain/list/page.ts'
import type { Actor } from '#domain/people/permissions.ts'
import type { Environment } from '#domain/reference/environment.ts'
import type { GroupFilter, GroupSort } from '#domain/status/delivery-list.ts'
import { isSilent } from '#domain/status/state.ts'
import { type Connectors, ledgerOfStanding, shownState } from '#views/status/connectors.ts'
import type { GroupRow } from '#views/status/status-view.ts'

type Asked = ListAsked<GroupSort, GroupFilter>
export type Reader = Pick<Actor, 'firmId' | 'isExchange'>

/** What the queries of groups and targets need to know of the reader. */
export const groupsOf = (reader: Reader, environment: Environment, { replacing }: Connectors, now: Date): GroupsOf => ({
  environment,
  reader: { firmId: reader.firmId, isExchange: reader.isExchange },
  replacing,
  now,
})

/** A page of groups with the number of all. */
export async function findGroupsPage(
  tx: Tx,
  of: GroupsOf,
  connectors: Connectors,
  asked: Asked,
  size: number,
): Promise<ListPage<GroupRow>> {
  return listPage(asked, await listGroupRows(tx, of, connectors, asked, size), await countGroups(tx, of, asked))
}

/** The same rows without their number. */
export async function listGroupRows(
  tx: Tx,
  of: GroupsOf,
  connectors: Connectors,
  asked: Pick<Asked, 'search' | 'filters' | 'sort' | 'from'>,
  size: number,
): Promise<PlacedPage<GroupRow>> {
  const page = await listGroupPage(tx, of, asked, size)
  return { ...page, rows: page.rows.map((row) => groupRow(row, of.reader, connectors)) }
}

/** One group as lists show it; undefined: not there, or not this reader's to see. */
export async function findGroupRow(
  tx: Tx,
  of: GroupsOf,
  connectors: Connectors,
  groupId: string,
): Promise<GroupRow | undefined> {
  const row = await findListedGroup(tx, of, groupId)
  return row && groupRow(row, of.reader, connectors)
}

function groupRow(row: ListedGroup, reader: Reader, connectors: Connectors): GroupRow {
  const { id, name, ownerId, ownerName, state, level, standing } = row
  const isLive = state === 'live'
  const seesDelivery = reader.isExchange || ownerId === reader.firmId || standing !== null
  return {
    id,
    name,
    ownerId,
    ownerName,
    stateWord: groupStateWord(state),
    stateSentence: isLive && !seesDelivery ? notYours : groupStateSentences[state],
    isLive,
    seesDelivery,
    delivery: standing ? shownState(standing, connectors.heardOf(standing.shards)) : undefined,
    level: level ? levelNames[level] : '',
    sources: standing?.sources ?? 0,
    heard: standing?.heard ?? 0,
    targets: standing?.targets ?? 0,
    ledger: ledgerOfStanding(standing),
    isStale: isSilent(connectors.heardOf(standing?.shards ?? [])),
    waitingSince: standing?.waitingSince ?? null,
    lastSentAt: standing?.lastSentAt ?? null,
  }
}

const notYours = 'How it is delivered is for its owner to see.'

/**
 * The target sessions of groups, which tell the figures of one group from another's: those of the targets that the
 * reader sees, and for a guarantor those that its own row names.
 */
export async function sessionsOf(tx: Tx, groupIds: readonly string[]): Promise<Map<string, string[]>> {
  if (groupIds.length === 0) return new Map()
  const rows = await listSessionIds(tx, groupIds)
  const byGroup = new Map(groupIds.map((id) => [id, new Set<string>()]))
  for (const { groupId, sessionId } of rows) byGroup.get(groupId)?.add(sessionId)
  for (const { groupId, sessions } of await listSights(tx, groupIds))
    for (const sessionId of sessions) byGroup.get(groupId)?.add(sessionId)
  return new Map([...byGroup].map(([id, sessions]) => [id, [...sessions]]))
}
