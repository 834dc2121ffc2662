import type { Tx } from '#db/client.ts'
import { listAllStandingGroups } from '#db/queries/standing/standings.ts'
import { pageSize, readAsked } from '#domain/list/ask.ts'
import type { Actor } from '#domain/people/permissions.ts'
import { groupList, targetList } from '#domain/status/delivery-list.ts'
import { keepStandings } from '#services/standing/keep-standings.ts'
import { findFeedList } from '#views/feed/feed-list.ts'
import { listGroupHistory } from '#views/group/group-history.ts'
import { findGroupBill, findGroupOverview } from '#views/group/group-overview.ts'
import { openGroup } from '#views/group/group-page.ts'
import { findGroupRequests } from '#views/group/group-requests.ts'
import { listGroupSources, listWithdrawable } from '#views/group/group-sources.ts'
import { findSourceList } from '#views/source/source-list.ts'
import { findStatus } from '#views/status/status.ts'
import { findTargetList } from '#views/target/target-list.ts'
import type { FreshDb } from './fresh-db.ts'

const nothing = new URLSearchParams()

/** What the job would have kept by now, though a test wrote rows a moment ago. */
export const keepAll = (db: FreshDb): Promise<void> =>
  db.database.asJobs(async (tx) => keepStandings(tx, await listAllStandingGroups(tx), db.clock.now))

/** The status page and the lists that its counts lead to, as one person sees them. */
export async function statusPages(db: FreshDb, reader: Actor) {
  const { now } = db.clock
  await keepAll(db)
  return db.database.withActor(reader, async (tx) => {
    const asked = readAsked(nothing, groupList)
    const status = await findStatus(tx, reader, 'sandbox', { asked, size: pageSize, now })
    const targets = { asked: readAsked(nothing, targetList), size: pageSize, now }
    return {
      ...status,
      groups: status.groups.rows,
      targets: (await findTargetList(tx, reader, 'sandbox', targets)).targets.rows,
      sources: (await findSourceList(tx, reader, 'sandbox', { params: nothing, size: pageSize, now })).sources.rows,
      feeds: reader.isExchange ? (await findFeedList(tx, 'sandbox', now)).feeds : [],
    }
  })
}

/** Everything that the tabs of a group show to one person; undefined: the group is not theirs to see. */
export async function groupPages(db: FreshDb, reader: Actor, groupId: string) {
  await keepAll(db)
  return db.database.withActor(reader, (tx) => groupTabs(tx, reader, groupId, db.clock.now))
}

async function groupTabs(tx: Tx, reader: Actor, groupId: string, now: Date) {
  const opened = await openGroup(tx, reader, groupId, now)
  if (!opened) return undefined
  const overview = await findGroupOverview(tx, opened)
  const sources = await listGroupSources(tx, opened)
  return {
    ...opened.head,
    ...overview,
    ...sources,
    ...(await findGroupRequests(tx, opened)),
    bill: (await findGroupBill(tx, opened)).bill,
    withdrawable: await listWithdrawable(tx, opened),
  }
}

/** A page of a group's history; undefined: the group is not theirs to see. */
export const groupHistory = (db: FreshDb, reader: Actor, groupId: string, before?: number) =>
  db.database.withActor(reader, async (tx) => {
    const opened = await openGroup(tx, reader, groupId, db.clock.now)
    return opened && listGroupHistory(tx, opened, before)
  })
