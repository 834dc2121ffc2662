import type { Tx } from '#db/client.ts'
import { findInvitingFirm, listDomains, listDomainsToday } from '#db/queries/people/firm-domains.ts'
import { countFirms, listFirmNames, listFirmPage } from '#db/queries/people/firm-list.ts'
import { listCodesToday, listHolders } from '#db/queries/people/firms.ts'
import type { ListAsked } from '#domain/list/ask.ts'
import { type ListPage, listPage, type PlacedPage } from '#domain/list/page.ts'
import type { FirmFilter, FirmSort } from '#domain/people/firm-list.ts'
import type { InvitingFirm } from '#domain/people/invite.ts'
import type { Actor } from '#domain/people/permissions.ts'

export type FirmRow = { id: string; name: string; codes: string[]; domains: string[]; administrators: string[] }
type Asked = ListAsked<FirmSort, FirmFilter>
type KeptFirm = { firm: InvitingFirm; domains: Awaited<ReturnType<typeof listDomains>> }

/** Active firms with their codes, domains and administrators today, a page of them. */
export async function findFirmsPage(tx: Tx, asked: Asked, size: number, now: Date): Promise<ListPage<FirmRow>> {
  return listPage(asked, await listFirmRows(tx, asked, size, now), await countFirms(tx, asked, now))
}

/** The same rows without their number. */
export async function listFirmRows(tx: Tx, asked: Asked, size: number, now: Date): Promise<PlacedPage<FirmRow>> {
  const page = await listFirmPage(tx, asked, size, now)
  const ids = page.rows.map(({ id }) => id)
  const codes = await listCodesToday(tx, ids, now)
  const domains = await listDomainsToday(tx, ids, now)
  const administrators = await listHolders(tx, ids, ['firm-admin', 'administrator'], now)
  const rows = page.rows.map(({ id, name }) => ({
    ...{ id, name },
    codes: codes.filter((row) => row.firmId === id).map(({ code }) => code),
    domains: domains.filter((row) => row.firmId === id).map(({ domain }) => domain),
    administrators: administrators.filter((row) => row.firmId === id).map((row) => row.name),
  }))
  return { ...page, rows }
}

/** A firm as the exchange's administrators keep it, with every domain that it has or had. */
export async function findKeptFirm(tx: Tx, firmId: string, now: Date): Promise<KeptFirm | undefined> {
  const firm = await findInvitingFirm(tx, firmId, now)
  return firm && { firm, domains: await listDomains(tx, firmId) }
}

/**
 * The firm that a person is to be invited into: the reader's own, or any firm for a reader of the exchange. Undefined:
 * not theirs to invite into.
 */
export async function findFirmToInviteInto(
  tx: Tx,
  reader: Actor,
  firmId: string,
  now: Date,
): Promise<InvitingFirm | undefined> {
  const firm = await findInvitingFirm(tx, firmId, now)
  return firm && (firm.id === reader.firmId || reader.isExchange) ? firm : undefined
}

/** The firms on whose behalf somebody of the exchange may write a request. */
export const listFirmsToWriteFor = (tx: Tx): Promise<{ id: string; name: string }[]> => listFirmNames(tx)
