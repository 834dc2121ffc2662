import { and, eq, getTableColumns, or, type SQL, sql } from 'drizzle-orm'
import type { Protocol } from '#domain/group/states.ts'
import type { ListAsked } from '#domain/list/ask.ts'
import type { PlacedPage, RowCount } from '#domain/list/page.ts'
import { type TargetFilter, type TargetSort, targetList, wordSlugs } from '#domain/status/delivery-list.ts'
import type { Tx } from '../../client.ts'
import { covers } from '../../schema/columns.ts'
import { firms } from '../../schema/firms.ts'
import { groups, groupTerms } from '../../schema/groups.ts'
import { targetStandings } from '../../schema/standings.ts'
import { targets } from '../../schema/targets.ts'
import { contains, countRows, type ListOrder, readPage } from '../paging.ts'
import type { GroupsOf } from './group-list.ts'
import { shownRank } from './shown-rank.ts'
import type { TargetStanding } from './standings.ts'

type Asked = Pick<ListAsked<TargetSort, TargetFilter>, 'search' | 'filters' | 'sort' | 'from'>

export type ListedTarget = {
  sessionId: string
  groupId: string
  groupName: string
  ownerId: string
  ownerName: string
  protocol: Protocol | null
  standing: TargetStanding
}
type Row = ListedTarget & { placeValue: string | null; placeId: string }

/** Targets that are not closed and that the reader may see, by what is asked. */
export const listTargetPage = (tx: Tx, of: GroupsOf, asked: Asked, size: number): Promise<PlacedPage<Row>> =>
  readPage(asked, orderOf(of), size, ({ where, orderBy, limit, place }) =>
    selectTargets(tx, of, place)
      .where(and(seen(of), matching(of, asked), where))
      .orderBy(...orderBy)
      .limit(limit),
  )

export const countTargets = (tx: Tx, of: GroupsOf, asked: Pick<Asked, 'search' | 'filters'>): Promise<RowCount> =>
  countRows(tx, joined(of), and(seen(of), matching(of, asked)))

/** Targets of one group that are not closed, by session id. */
export const listTargetsOfGroup = (tx: Tx, of: GroupsOf, groupId: string): Promise<ListedTarget[]> =>
  selectTargets(tx, of, {}).where(eq(targets.groupId, groupId)).orderBy(targets.sessionId)

/** One target as its lists show it; undefined: closed, not there, or not the reader's to see. */
export async function findListedTarget(tx: Tx, of: GroupsOf, sessionId: string): Promise<ListedTarget | undefined> {
  const [row] = await selectTargets(tx, of, {}).where(eq(targets.sessionId, sessionId))
  return row
}

/** How many targets have each word, by its rank. */
export async function countTargetWords(tx: Tx, of: GroupsOf): Promise<{ rank: number; targets: number }[]> {
  return tx.execute<{ rank: number; targets: number }>(sql`
    select ${rankOf(of)} as rank, count(*)::int as targets from ${targetStandings} where ${seen(of)} group by 1 order by 1`)
}

const selectTargets = <Place extends Record<string, SQL<string | null>>>(tx: Tx, of: GroupsOf, place: Place) =>
  tx
    .select({
      sessionId: targets.sessionId,
      groupId: targets.groupId,
      groupName: groups.name,
      ownerId: groups.ownerId,
      ownerName: firms.name,
      protocol: groupTerms.protocol,
      standing: getTableColumns(targetStandings),
      ...place,
    })
    .from(targetStandings)
    .innerJoin(targets, eq(targets.id, targetStandings.targetId))
    .innerJoin(groups, eq(groups.id, targetStandings.groupId))
    .innerJoin(firms, eq(firms.id, targetStandings.ownerId))
    .leftJoin(groupTerms, termsOf(of))

const termsOf = ({ now }: GroupsOf) =>
  and(eq(groupTerms.groupId, targetStandings.groupId), covers(groupTerms.during, now))

const joined = (
  of: GroupsOf,
): SQL => sql`${targetStandings} join ${targets} on ${eq(targets.id, targetStandings.targetId)}
  join ${groups} on ${eq(groups.id, targetStandings.groupId)} join ${firms} on ${eq(firms.id, targetStandings.ownerId)}
  left join ${groupTerms} on ${termsOf(of)}`

/** Beside the policy, so that a firm's list looks at its own targets alone. */
const seen = ({ environment, reader: { firmId, isExchange } }: GroupsOf): SQL | undefined =>
  and(eq(targetStandings.environment, environment), isExchange ? undefined : eq(targetStandings.ownerId, firmId))

const rankOf = ({ replacing }: GroupsOf): SQL =>
  shownRank(targetStandings, sql`array[${targetStandings.shard}]`, replacing)

const orderOf = (of: GroupsOf): ListOrder<TargetSort> => ({
  offer: targetList,
  sorts: {
    state: { by: rankOf(of) },
    session: { by: targets.sessionId },
    group: { by: groups.name },
    owner: { by: firms.name },
    waiting: { by: sql`${targetStandings.waiting} + ${targetStandings.held}` },
    sent: { by: targetStandings.lastSentAt, isNullable: true },
  },
  id: targets.id,
})

function matching(of: GroupsOf, { search, filters }: Pick<Asked, 'search' | 'filters'>): SQL | undefined {
  const { state, protocol, owner } = filters
  return and(
    state === undefined ? undefined : sql`${rankOf(of)} = ${wordSlugs.indexOf(state)}`,
    protocol === undefined ? undefined : sql`${groupTerms.protocol} = ${protocol}`,
    owner === undefined ? undefined : eq(targetStandings.ownerId, owner),
    search === ''
      ? undefined
      : or(contains(targets.sessionId, search), contains(groups.name, search), contains(firms.name, search)),
  )
}
