import type { Tx } from '#db/client.ts'
import { listFeedsOf } from '#db/queries/feed/feeds.ts'
import { countSources, listSourcePage } from '#db/queries/feed/source-list.ts'
import { listSourcesById } from '#db/queries/feed/sources.ts'
import { countGroupsOfSources } from '#db/queries/group/group-rows.ts'
import { type ListAsked, readAsked } from '#domain/list/ask.ts'
import { type ListPage, listPage, type PlacedPage } from '#domain/list/page.ts'
import type { Actor } from '#domain/people/permissions.ts'
import type { Environment } from '#domain/reference/environment.ts'
import { type SourceFilter, type SourceSort, sourceList } from '#domain/reference/source-list.ts'
import { type Connectors, loadConnectors } from '#views/status/connectors.ts'

export type SourceRow = {
  id: string
  name: string
  gateway: string
  feedId: string
  /** names of the guarantors, by the reader's sight */
  guarantors: string[]
  groups: number
  /** null: nothing was reported of it */
  received: number | null
  highest: number | null
  lastReceivedAt: Date | null
}

type SourceList = { sources: ListPage<SourceRow>; feeds: string[]; isStale: boolean }

type Asked = ListAsked<SourceSort, SourceFilter>
type Of = { environment: Environment; connectors: Pick<Connectors, 'reporting'>; now: Date }

/** The list of source sessions, as far as the reader sees them. */
export async function findSourceList(
  tx: Tx,
  reader: Actor,
  environment: Environment,
  { params, size, now }: { params: URLSearchParams; size: number; now: Date },
): Promise<SourceList> {
  const connectors = await loadConnectors(tx, reader, environment, now)
  const { asked, feeds } = await askOfSources(tx, reader, environment, params)
  const of = { environment, connectors, now }
  const page = await listSourceRows(tx, of, asked, size)
  const total = await countSources(tx, { environment, connectors: connectors.reporting, now }, asked)
  return { sources: listPage(asked, page, total), feeds, isStale: connectors.isStale }
}

/** What an address asks of the list; only people of the exchange name feeds. */
export async function askOfSources(tx: Tx, reader: Actor, environment: Environment, params: URLSearchParams) {
  const feeds = reader.isExchange ? (await listFeedsOf(tx, environment)).map(({ id }) => id) : []
  return { asked: readAsked(params, sourceList(feeds)), feeds }
}

/** A page of rows without their number. */
export async function listSourceRows(
  tx: Tx,
  { environment, connectors, now }: Of,
  asked: Pick<Asked, 'search' | 'filters' | 'sort' | 'from'>,
  size: number,
): Promise<PlacedPage<SourceRow>> {
  const page = await listSourcePage(tx, { environment, connectors: connectors.reporting, now }, asked, size)
  const ids = page.rows.map(({ id }) => id)
  const records = new Map((await listSourcesById(tx, ids, now)).map((record) => [record.id, record]))
  const groups = await countGroupsOfSources(tx, ids, now)
  return {
    ...page,
    rows: page.rows.map(({ id, name, gatewayKind, feedId, received, highest, lastReceivedAt }) => ({
      ...{ id, name, gateway: gatewayKind, feedId, received, highest, lastReceivedAt },
      guarantors: (records.get(id)?.guarantors ?? []).map((firm) => firm.name),
      groups: groups.get(id) ?? 0,
    })),
  }
}
