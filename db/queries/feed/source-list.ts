import { and, eq, exists, max, type SQL, sql } from 'drizzle-orm'
import type { ListAsked } from '#domain/list/ask.ts'
import type { PlacedPage, RowCount } from '#domain/list/page.ts'
import type { Environment, GatewayKind } from '#domain/reference/environment.ts'
import { type SourceFilter, type SourceSort, sourceList } from '#domain/reference/source-list.ts'
import type { Tx } from '../../client.ts'
import { covers } from '../../schema/columns.ts'
import { firms } from '../../schema/firms.ts'
import { observedSources } from '../../schema/observed.ts'
import { sourceGuarantors, sourceSessions } from '../../schema/sources.ts'
import { type Connectors, reportedBy } from '../connector/reported.ts'
import { contains, countRows, type ListOrder, readPage } from '../paging.ts'

/** Which sources are listed, by whom they are reported, and when. */
type SourcesOf = { environment: Environment; connectors: Connectors; now: Date }
type Asked = Pick<ListAsked<SourceSort, SourceFilter>, 'search' | 'filters' | 'sort' | 'from'>

type Row = {
  id: string
  name: string
  gatewayKind: GatewayKind
  feedId: string
  received: number | null
  highest: number | null
  lastReceivedAt: Date | null
  placeValue: string | null
  placeId: string
}

const name = sql<string>`(${sourceSessions.sessionCode} || ${sourceSessions.executionCode})`

/** Source sessions that the reader sees, by what is asked, with what was received of each this trading week. */
export function listSourcePage(tx: Tx, of: SourcesOf, asked: Asked, size: number): Promise<PlacedPage<Row>> {
  const seen = figuresOf(tx, of)
  const order: ListOrder<SourceSort> = {
    offer: sourceList([]),
    sorts: {
      name: { by: name },
      received: { by: sql`${seen.received}`, isNullable: true },
      heard: { by: sql`${seen.lastReceivedAt}`, isNullable: true },
    },
    id: sourceSessions.id,
  }
  return readPage(asked, order, size, ({ where, orderBy, limit, place }) =>
    tx
      .select({
        id: sourceSessions.id,
        name,
        gatewayKind: sourceSessions.gatewayKind,
        feedId: sourceSessions.feedId,
        received: seen.received,
        highest: seen.highest,
        lastReceivedAt: seen.lastReceivedAt,
        ...place,
      })
      .from(sourceSessions)
      .leftJoin(seen, eq(seen.sourceId, name))
      .where(and(matching(tx, of, asked), where))
      .orderBy(...orderBy)
      .limit(limit),
  )
}

export const countSources = (tx: Tx, of: SourcesOf, asked: Pick<Asked, 'search' | 'filters'>): Promise<RowCount> =>
  countRows(tx, sql`${sourceSessions}`, matching(tx, of, asked))

const figuresOf = (tx: Tx, { environment, connectors }: SourcesOf) =>
  tx
    .select({
      sourceId: observedSources.sourceId,
      received: sql<number>`sum(${observedSources.received})::bigint`.mapWith(Number).as('received'),
      highest: sql<number>`max(${observedSources.highest})`.mapWith(Number).as('highest'),
      lastReceivedAt: max(observedSources.lastReceivedAt).as('last_received_at'),
    })
    .from(observedSources)
    .where(reportedBy(observedSources, environment, connectors))
    .groupBy(observedSources.sourceId)
    .as('seen')

function matching(tx: Tx, of: SourcesOf, { search, filters }: Pick<Asked, 'search' | 'filters'>): SQL | undefined {
  const { state, feed, heard } = filters
  const received = tx
    .select({ id: observedSources.sourceId })
    .from(observedSources)
    .where(
      and(
        reportedBy(observedSources, of.environment, of.connectors),
        eq(observedSources.sourceId, name),
        sql`${observedSources.received} > 0`,
      ),
    )
  return and(
    eq(sourceSessions.environment, of.environment),
    state === undefined ? undefined : sql`${sourceSessions.state} = ${state}`,
    feed === undefined ? undefined : eq(sourceSessions.feedId, feed),
    heard === undefined ? undefined : heard === 'heard' ? exists(received) : sql`not ${exists(received)}`,
    search === '' ? undefined : sql`(${contains(name, search)} or ${isGuaranteedBy(tx, search, of.now)})`,
  )
}

/** Found by the name of a firm that guarantees it today. */
const isGuaranteedBy = (tx: Tx, search: string, now: Date): SQL =>
  exists(
    tx
      .select({ id: sourceGuarantors.id })
      .from(sourceGuarantors)
      .innerJoin(firms, eq(firms.id, sourceGuarantors.firmId))
      .where(
        and(
          eq(sourceGuarantors.sourceId, sourceSessions.id),
          covers(sourceGuarantors.during, now),
          contains(firms.name, search),
        ),
      ),
  )
