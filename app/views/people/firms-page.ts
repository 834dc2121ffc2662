import type { Tx } from '#db/client.ts'
import { findInvitingFirm, listDomains, listFirms } from '#db/queries/people/firm-domains.ts'
import type { InvitingFirm } from '#domain/people/invite.ts'
import type { Actor } from '#domain/people/permissions.ts'

type FirmRow = Awaited<ReturnType<typeof listFirms>>[number]
type FirmPage = { firm: InvitingFirm; domains: Awaited<ReturnType<typeof listDomains>> }

/** Every active firm by name, with its domains and administrators today, as far as the reader sees them. */
export const findFirmsPage = (tx: Tx, now: Date): Promise<FirmRow[]> => listFirms(tx, now)

/** A firm as the exchange's administrators keep it, with every domain that it has or had. */
export async function findFirmPage(tx: Tx, firmId: string, now: Date): Promise<FirmPage | undefined> {
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
export async function listFirmsToWriteFor(tx: Tx, now: Date): Promise<{ id: string; name: string }[]> {
  const firms = await listFirms(tx, now)
  return firms.filter((firm) => !firm.isExchange).map(({ id, name }) => ({ id, name }))
}
