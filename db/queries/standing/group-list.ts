import { and, eq, getTableColumns, inArray, or, type SQL, sql } from 'drizzle-orm'
import type { GroupState, Level } from '#domain/group/states.ts'
import type { ListAsked } from '#domain/list/ask.ts'
import type { PlacedPage, RowCount } from '#domain/list/page.ts'
import type { Environment } from '#domain/reference/environment.ts'
import { type GroupFilter, type GroupSort, groupList, idleStates, wordSlugs } from '#domain/status/delivery-list.ts'
import type { Tx } from '../../client.ts'
import { covers } from '../../schema/columns.ts'
import { firms } from '../../schema/firms.ts'
import { groups, groupTerms, visibleGroups } from '../../schema/groups.ts'
import { groupStandings } from '../../schema/standings.ts'
import { contains, countRows, type ListOrder, readPage } from '../paging.ts'
import { type Replacing, shownRank } from './shown-rank.ts'
import type { GroupStanding } from './standings.ts'

/** Whose groups are listed, of which environment, and under which connectors. */
export type GroupsOf = {
  environment: Environment
  reader: { firmId: string; isExchange: boolean }
  replacing: readonly Replacing[]
  now: Date
}

type Asked = Pick<ListAsked<GroupSort, GroupFilter>, 'search' | 'filters' | 'sort' | 'from'>

export type ListedGroup = {
  id: string
  name: string
  ownerId: string
  ownerName: string
  state: GroupState
  level: Level | null
  /** Null: the reader may not know how the group is delivered, or no pass has looked at it yet. */
  standing: GroupStanding | null
}
type Row = ListedGroup & { placeValue: string | null; placeId: string }

/** Groups that the reader may see, by what is asked. */
export const listGroupPage = (tx: Tx, of: GroupsOf, asked: Asked, size: number): Promise<PlacedPage<Row>> =>
  readPage(asked, orderOf(of), size, ({ where, orderBy, limit, place }) =>
    selectGroups(tx, of, place)
      .where(and(seen(of), matching(of, asked), where))
      .orderBy(...orderBy)
      .limit(limit),
  )

export const countGroups = (tx: Tx, of: GroupsOf, asked: Pick<Asked, 'search' | 'filters'>): Promise<RowCount> =>
  countRows(tx, joined(of), and(seen(of), matching(of, asked)))

/** One group as its lists show it; undefined: not there, or not the reader's to see. */
export async function findListedGroup(tx: Tx, of: GroupsOf, groupId: string): Promise<ListedGroup | undefined> {
  const [row] = await selectGroups(tx, of, {}).where(eq(groups.id, groupId))
  return row
}

const selectGroups = <Place extends Record<string, SQL<string | null>>>(tx: Tx, of: GroupsOf, place: Place) =>
  tx
    .select({
      id: groups.id,
      name: groups.name,
      ownerId: groups.ownerId,
      ownerName: firms.name,
      state: groups.state,
      level: groupTerms.level,
      standing: getTableColumns(groupStandings),
      ...place,
    })
    .from(groups)
    .innerJoin(firms, eq(firms.id, groups.ownerId))
    .leftJoin(groupTerms, termsOf(of))
    .leftJoin(groupStandings, standingFor(of))

const termsOf = ({ now }: GroupsOf) => and(eq(groupTerms.groupId, groups.id), covers(groupTerms.during, now))

/** The owner's row for the exchange, and its own for any other firm. */
const standingFor = ({ reader }: GroupsOf) =>
  and(
    eq(groupStandings.groupId, groups.id),
    eq(groupStandings.firmId, reader.isExchange ? groups.ownerId : sql`${reader.firmId}::uuid`),
  )

const joined = (of: GroupsOf): SQL => sql`${groups} join ${firms} on ${eq(firms.id, groups.ownerId)}
  left join ${groupTerms} on ${termsOf(of)} left join ${groupStandings} on ${standingFor(of)}`

/** Beside the policy, so that a firm's list looks at its own groups alone. */
function seen({ environment, reader: { firmId, isExchange } }: GroupsOf): SQL | undefined {
  const shown = sql`${groups.id} in (select group_id from ${visibleGroups} where firm_id = ${firmId})`
  return and(eq(groups.environment, environment), isExchange ? undefined : or(eq(groups.ownerId, firmId), shown))
}

/** The place of a group in the order of states: live ones by the rank of their word, then those that are not live. */
function placeOf({ replacing }: GroupsOf): SQL {
  const idle = idleStates.map(
    (state, i) => sql`when ${sql.raw(`'${state}'`)} then ${sql.raw(String(wordSlugs.length + i))}`,
  )
  const rank = shownRank(groupStandings, sql`${groupStandings.shards}`, replacing)
  return sql`case ${groups.state} ${sql.join(idle, sql` `)} else coalesce(${rank}, ${sql.raw(String(wordSlugs.length - 1))}) end`
}

const orderOf = (of: GroupsOf): ListOrder<GroupSort> => ({
  offer: groupList,
  sorts: {
    state: { by: placeOf(of) },
    name: { by: groups.name },
    owner: { by: firms.name },
    sources: { by: groupStandings.sources, isNullable: true },
    waiting: { by: sql`${groupStandings.waiting} + ${groupStandings.held}`, isNullable: true },
    sent: { by: groupStandings.lastSentAt, isNullable: true },
  },
  id: groups.id,
})

function matching(of: GroupsOf, { search, filters }: Pick<Asked, 'search' | 'filters'>): SQL | undefined {
  const { state, level, owner } = filters
  return and(
    state === undefined ? undefined : inState(of, state),
    level === undefined ? undefined : sql`${groupTerms.level} = ${level}`,
    owner === undefined ? undefined : eq(groups.ownerId, owner),
    search === '' ? undefined : or(contains(groups.name, search), contains(firms.name, search)),
  )
}

function inState(of: GroupsOf, state: string): SQL {
  if (state === 'open') return sql`${groups.state} not in ('closed', 'abandoned')`
  const rank = wordSlugs.indexOf(state)
  if (rank < 0) return sql`${groups.state} = ${state}`
  return sql`${groups.state} = 'live' and ${shownRank(groupStandings, sql`${groupStandings.shards}`, of.replacing)} = ${rank}`
}

/** How many groups have each place, and the sums of their figures. `open`: messages unaccounted for, either way. */
export type GroupSums = {
  state: GroupState
  /** Null: not live, or not the reader's to know. */
  rank: number | null
  groups: number
  received: number
  delivered: number
  filtered: number
  stopped: Record<string, number>[] | null
  waiting: number
  held: number
  expired: number
  open: number
}

export async function listGroupSums(tx: Tx, of: GroupsOf): Promise<GroupSums[]> {
  const s = groupStandings
  const sum = (column: typeof s.received) => sql`coalesce(sum(${column}), 0)::float8`
  const unaccounted = sql`abs(${s.received} - ${s.delivered} - ${s.filtered} - ${s.waiting} - ${s.held} - ${s.expired})`
  return tx.execute<GroupSums>(sql`
    select ${groups.state} as state, ${shownRank(s, sql`${s.shards}`, of.replacing)} as rank, count(*)::int as groups,
      ${sum(s.received)} as received, ${sum(s.delivered)} as delivered, ${sum(s.filtered)} as filtered,
      jsonb_agg(${s.stopped}) filter (where ${s.stopped} is not null) as stopped, ${sum(s.waiting)} as waiting, ${sum(s.held)} as held,
      ${sum(s.expired)} as expired, coalesce(sum(${unaccounted}), 0)::float8 as open
    from ${groups} left join ${groupStandings} on ${standingFor(of)}
    where ${and(seen(of), inArray(groups.state, ['live', 'suspended', 'requested']))}
    group by 1, 2 order by 2`)
}
