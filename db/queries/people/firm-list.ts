import { and, eq, exists, inArray, not, or, type SQL, sql } from 'drizzle-orm'
import type { ListAsked } from '#domain/list/ask.ts'
import type { PlacedPage, RowCount } from '#domain/list/page.ts'
import { type FirmFilter, type FirmSort, firmList } from '#domain/people/firm-list.ts'
import type { Tx } from '../../client.ts'
import { covers } from '../../schema/columns.ts'
import { firmCodes, firmDomains, firms } from '../../schema/firms.ts'
import { roleGrants, users } from '../../schema/users.ts'
import { contains, countRows, type ListOrder, readPage } from '../paging.ts'

type Asked = Pick<ListAsked<FirmSort, FirmFilter>, 'search' | 'filters' | 'sort' | 'from'>
type FirmRow = { id: string; name: string; placeValue: string | null; placeId: string }

const order: ListOrder<FirmSort> = { offer: firmList, sorts: { name: { by: firms.name } }, id: firms.id }

/** Active firms, by what is asked. */
export const listFirmPage = (tx: Tx, asked: Asked, size: number, now: Date): Promise<PlacedPage<FirmRow>> =>
  readPage(asked, order, size, ({ where, orderBy, limit, place }) =>
    tx
      .select({ id: firms.id, name: firms.name, ...place })
      .from(firms)
      .where(and(matching(tx, asked, now), where))
      .orderBy(...orderBy)
      .limit(limit),
  )

export const countFirms = (tx: Tx, asked: Pick<Asked, 'search' | 'filters'>, now: Date): Promise<RowCount> =>
  countRows(tx, sql`${firms}`, matching(tx, asked, now))

function matching(tx: Tx, { search, filters }: Pick<Asked, 'search' | 'filters'>, now: Date): SQL | undefined {
  const domains = tx
    .select({ id: firmDomains.firmId })
    .from(firmDomains)
    .where(and(eq(firmDomains.firmId, firms.id), covers(firmDomains.during, now)))
  const administrators = tx
    .select({ id: users.id })
    .from(users)
    .innerJoin(roleGrants, and(eq(roleGrants.userId, users.id), covers(roleGrants.during, now)))
    .where(
      and(
        eq(users.firmId, firms.id),
        eq(users.state, 'active'),
        inArray(roleGrants.role, ['firm-admin', 'administrator']),
      ),
    )
  const lacks = { domain: not(exists(domains)), administrator: not(exists(administrators)) }
  return and(
    eq(firms.state, 'active'),
    filters.lacks === 'domain' || filters.lacks === 'administrator' ? lacks[filters.lacks] : undefined,
    search === '' ? undefined : or(contains(firms.name, search), hasCode(tx, search, now), hasDomain(tx, search, now)),
  )
}

/** A firm is found by one of its codes today, whole. */
const hasCode = (tx: Tx, search: string, now: Date): SQL =>
  inArray(
    firms.id,
    tx
      .select({ id: firmCodes.firmId })
      .from(firmCodes)
      .where(and(eq(firmCodes.code, search.toUpperCase()), covers(firmCodes.during, now))),
  )

const hasDomain = (tx: Tx, search: string, now: Date): SQL =>
  inArray(
    firms.id,
    tx
      .select({ id: firmDomains.firmId })
      .from(firmDomains)
      .where(and(contains(firmDomains.domain, search), covers(firmDomains.during, now))),
  )

/** Firms on whose behalf a request may be entered: every active one but the exchange. */
export async function listFirmNames(tx: Tx): Promise<{ id: string; name: string }[]> {
  return tx
    .select({ id: firms.id, name: firms.name })
    .from(firms)
    .where(and(eq(firms.state, 'active'), eq(firms.isExchange, false)))
    .orderBy(sql`${firms.name} collate dc.as_read`)
}
