import type { Tx } from '#db/client.ts'
import { countAlarms, listAlarms } from '#db/queries/connector/reported.ts'
import { listSparklines } from '#db/queries/rollup/sparklines.ts'
import { type GroupSums, type GroupsOf, listGroupSums } from '#db/queries/standing/group-list.ts'
import type { ListAsked } from '#domain/list/ask.ts'
import { type ListPage, listPage } from '#domain/list/page.ts'
import type { Environment } from '#domain/reference/environment.ts'
import { type GroupFilter, type GroupSort, groupList } from '#domain/status/delivery-list.ts'
import { addLedgers, deliveryWords, type Ledger, ledgerFrom } from '#domain/status/state.ts'
import { type GroupsInAll, verdict } from '#domain/status/verdict.ts'
import { findGroupsPage, groupsOf, listGroupRows, type Reader } from '#views/group/group-rows.ts'
import { type Connectors, loadConnectors } from './connectors.ts'
import { listPortalAlarms } from './portal-alarms.ts'
import type { GroupRow, StatusView } from './status-view.ts'

type Asked = ListAsked<GroupSort, GroupFilter>

/** Alarms that the page shows one by one; the others are counted. */
const shownAlarms = 10

/** What the status page shows to this reader: all groups in one sentence and in counts, and a page of them. */
export async function findStatus(
  tx: Tx,
  reader: Reader,
  environment: Environment,
  { asked, size, now }: { asked: Asked; size: number; now: Date },
): Promise<StatusView> {
  const connectors = await loadConnectors(tx, reader, environment, now)
  const of = groupsOf(reader, environment, connectors, now)
  const sums = await listGroupSums(tx, of)
  const groups = await groupsAsked(tx, of, connectors, sums, { asked, size })
  const alarms = await listAlarms(tx, environment, connectors.reporting, shownAlarms)
  const all = await inAll(tx, of, connectors, sums, worstIn(groups.rows, asked))
  const own = reader.isExchange ? await listPortalAlarms(tx, environment, chargedIn(sums), now) : []
  const more =
    alarms.length < shownAlarms ? 0 : (await countAlarms(tx, environment, connectors.reporting)) - shownAlarms
  const { shown } = connectors
  return {
    verdict: verdict(all, connectors.lost, connectors.heard),
    heardAt: shown?.heardAt ?? null,
    isStale: connectors.isStale,
    connector: shown && { name: shown.connector, state: shown.state, runningVersion: shown.runningVersion },
    alarms: [
      // two shards' connectors may have the same alarm
      ...alarms.map(({ code, kind, objectId, shard, says, since }) => {
        return { code, kind, objectId: objectId || shard, says, since }
      }),
      ...own,
    ],
    moreAlarms: more,
    ledger: totalOf(sums),
    groups: { ...groups, rows: await withLastHour(tx, environment, groups.rows, now) },
  }
}

/** The rows with what was delivered on each group's targets in the last hour, where the reader sees how it runs. */
async function withLastHour(
  tx: Tx,
  environment: Environment,
  rows: readonly GroupRow[],
  now: Date,
): Promise<GroupRow[]> {
  const ids = rows.flatMap(({ id, isLive, seesDelivery }) => (isLive && seesDelivery ? [id] : []))
  const lines = await listSparklines(tx, { environment, kind: 'group', ids }, now)
  return rows.map((row) => ({ ...row, lastHour: lines.get(row.id) }))
}

/** The page of groups; the number of live ones follows from the sums, so that it is not counted again. */
async function groupsAsked(
  tx: Tx,
  of: GroupsOf,
  connectors: Connectors,
  sums: readonly GroupSums[],
  { asked, size }: { asked: Asked; size: number },
): Promise<ListPage<GroupRow>> {
  const { state, level, owner } = asked.filters
  if (state !== 'live' || level !== undefined || owner !== undefined || asked.search !== '')
    return findGroupsPage(tx, of, connectors, asked, size)
  const rows = sums.reduce((sum, one) => sum + (one.state === 'live' ? one.groups : 0), 0)
  return listPage(asked, await listGroupRows(tx, of, connectors, asked, size), { rows, isMore: false })
}

/** The worst live group, where the page that was read begins with it; undefined: another query has to find it. */
function worstIn(rows: readonly GroupRow[], { search, filters, sort, from }: Asked) {
  const isWorstFirst = sort.key === 'state' && sort.dir === 'asc' && from === null && search === ''
  const isWhole = filters.level === undefined && filters.owner === undefined
  return isWorstFirst && isWhole && ['open', 'live'].includes(filters.state ?? 'open') ? rows[0] : undefined
}

async function inAll(
  tx: Tx,
  of: GroupsOf,
  connectors: Connectors,
  sums: readonly GroupSums[],
  known: GroupRow | undefined,
): Promise<GroupsInAll> {
  const counts = sums.flatMap(({ state, rank, groups: count }) => {
    const word = state === 'live' && rank !== null ? deliveryWords[rank] : undefined
    return word === undefined ? [] : [{ word, count }]
  })
  const isComplete = counts.every(({ word }) => word === 'Complete')
  const worst = isComplete ? undefined : (known ?? (await findWorst(tx, of, connectors)))
  return {
    counts,
    open: sums.reduce((sum, row) => sum + row.open, 0),
    worst: worst?.delivery && { name: worst.name, state: worst.delivery },
    hidden: sums.reduce((sum, { state, rank, groups }) => sum + (state === 'live' && rank === null ? groups : 0), 0),
  }
}

async function findWorst(tx: Tx, of: GroupsOf, connectors: Connectors): Promise<GroupRow | undefined> {
  const asked = { search: '', filters: { state: 'live' }, sort: groupList.sort, from: null }
  return (await listGroupRows(tx, of, connectors, asked, 1)).rows[0]
}

/** Groups that a fee is charged for. */
const chargedIn = (sums: readonly GroupSums[]): number =>
  sums.reduce((sum, { state, groups }) => sum + (state === 'live' || state === 'suspended' ? groups : 0), 0)

const totalOf = (sums: readonly GroupSums[]): Ledger =>
  addLedgers(sums.map(({ stopped, ...terms }) => ledgerFrom({ ...terms, filteredBy: stopped })))
