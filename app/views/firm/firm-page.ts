import type { Tx } from '#db/client.ts'
import {
  findFirmCard,
  listFirmPeople,
  listGroupsOwned,
  listRequestsAsked,
  listRequestsOwned,
  listSourcesGuaranteed,
  listSourcesHeld,
} from '#db/queries/firm/firm-page.ts'
import { listDomains } from '#db/queries/people/firm-domains.ts'
import { listHolders } from '#db/queries/people/firms.ts'
import { groupStateWord } from '#domain/group/states.ts'
import { isFirstAdministrator } from '#domain/people/invite.ts'
import { type Actor, may } from '#domain/people/permissions.ts'
import type { Environment } from '#domain/reference/environment.ts'
import { requestStateWord } from '#domain/request/lifecycle.ts'

/** Rows that are shown of each list; the page says how many there are. */
const most = 10

export type FirmPage = NonNullable<Awaited<ReturnType<typeof findFirmPage>>>
export type FirmInside = NonNullable<FirmPage['inside']>

/** A firm: what the directory shows of it to everybody, and to its own people and the exchange what it has and does. */
export async function findFirmPage(tx: Tx, reader: Actor, environment: Environment, firmId: string, now: Date) {
  const card = await findFirmCard(tx, firmId, now)
  if (!card) return undefined
  const isOwn = reader.firmId === firmId
  return {
    ...card,
    agreement: card.agreement && { ...card.agreement, signedAt: new Date(card.agreement.signedAt) },
    isOwn,
    /** null: only the directory is for this reader */
    inside: isOwn || reader.isExchange ? await findInside(tx, reader, environment, firmId, now) : null,
    kept: may(reader, 'firm:read') ? await findKept(tx, reader, card, now) : null,
  }
}

async function findInside(tx: Tx, reader: Actor, environment: Environment, firmId: string, now: Date) {
  const groups = await listGroupsOwned(tx, environment, firmId, most)
  const owned = await listRequestsOwned(tx, environment, firmId, most)
  const asked = await listRequestsAsked(tx, environment, firmId, most)
  return {
    groups: shortList(groups.map((row) => ({ ...row, stateWord: groupStateWord(row.state) }))),
    held: shortList(await listSourcesHeld(tx, environment, firmId, now, most)),
    guaranteed: shortList(await listSourcesGuaranteed(tx, environment, firmId, now, most)),
    owned: shortList(owned.map(inWords)),
    asked: shortList(asked.map(inWords)),
    /** null: people are not for this reader */
    people: may(reader, 'people:read') ? shortList(await listFirmPeople(tx, firmId, now, most)) : null,
    domains: await listDomains(tx, firmId),
  }
}

const inWords = <Row extends { state: Parameters<typeof requestStateWord>[0] }>(row: Row) => ({
  ...row,
  stateWord: requestStateWord(row.state),
})

/** Some rows of a list, and how many it has. */
const shortList = <Row extends { total: number }>(rows: Row[]) => ({ rows, total: rows[0]?.total ?? 0 })

/** What the exchange's administrators must know to keep the firm. */
async function findKept(
  tx: Tx,
  reader: Actor,
  firm: { id: string; isExchange: boolean; isActive: boolean },
  now: Date,
) {
  const hasAdministrator = (await listHolders(tx, [firm.id], ['firm-admin'], now)).length > 0
  const mayWrite = may(reader, 'firm:write')
  const isFirst = isFirstAdministrator({ ...firm, hasAdministrator }, ['firm-admin'])
  return { hasAdministrator, mayWrite, mayInvite: mayWrite && firm.isActive && isFirst }
}
