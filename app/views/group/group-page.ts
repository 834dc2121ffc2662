import type { Tx } from '#db/client.ts'
import { findGroup, type GroupRecord, listSights } from '#db/queries/group/groups.ts'
import type { GroupsOf } from '#db/queries/standing/group-list.ts'
import { groupStateSentences } from '#domain/group/states.ts'
import type { Actor } from '#domain/people/permissions.ts'
import { type Connectors, loadConnectors } from '#views/status/connectors.ts'
import { findGroupRow, groupsOf } from './group-rows.ts'
import type { GroupHead } from './group-view.ts'

/** What the tabs of a group read on: its row, whose eyes they are, and what is known of the connectors. */
export type OpenedGroup = {
  head: GroupHead
  group: GroupRecord
  reader: Actor
  of: GroupsOf
  connectors: Connectors
  now: Date
}

/** What a tab of a group reads. */
export type GroupTab<T> = (tx: Tx, opened: OpenedGroup) => Promise<T>

/** A group for its head and for the tab below it. Undefined: not there, or not this reader's to see. */
export async function openGroup(tx: Tx, reader: Actor, groupId: string, now: Date): Promise<OpenedGroup | undefined> {
  const group = await findGroup(tx, groupId)
  if (!group) return undefined
  const connectors = await loadConnectors(tx, reader, group.environment, now)
  const of = groupsOf(reader, group.environment, connectors, now)
  const row = await findGroupRow(tx, of, connectors, groupId)
  if (!row) return undefined
  const seesAll = reader.isExchange || reader.firmId === group.ownerId
  // a guarantor's own row; a payer has none
  const sight = seesAll ? undefined : (await listSights(tx, [groupId]))[0]
  const head: GroupHead = {
    ...row,
    purpose: seesAll || sight ? group.purpose : '',
    environment: group.environment,
    stateSentence: groupStateSentences[group.state],
    isOver: group.state === 'closed' || group.state === 'abandoned',
    seesAll,
    otherSources: seesAll ? null : Math.max(0, (sight?.sources ?? 0) - row.sources),
    mayRequestChange: reader.firmId === group.ownerId && (row.isLive || group.state === 'suspended'),
  }
  return { head, group, reader, of, connectors, now }
}

/** The head of a group's page. */
export const findGroupHead = async (
  tx: Tx,
  reader: Actor,
  groupId: string,
  now: Date,
): Promise<GroupHead | undefined> => (await openGroup(tx, reader, groupId, now))?.head
