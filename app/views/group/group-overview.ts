import type { Tx } from '#db/client.ts'
import { findAccount } from '#db/queries/billing/billing.ts'
import { listContacts } from '#db/queries/group/contacts.ts'
import { findTerms } from '#db/queries/group/groups.ts'
import { findBill } from '#db/queries/request/round-facts.ts'
import type { GroupBill } from '#domain/billing/fees.ts'
import { mayEndContact } from '#domain/group/contacts.ts'
import { clientAddressesOf } from '#domain/request/addresses.ts'
import type { TargetRow } from '#views/status/status-view.ts'
import { listTargetRowsOfGroup } from '#views/target/target-rows.ts'
import type { OpenedGroup } from './group-page.ts'
import type { GroupContact, GroupOverview, GroupTerms } from './group-view.ts'
import { listStopNotes } from './left-sources.ts'

/** What was agreed, what runs, who may change it, and which sources left lately. */
export async function findGroupOverview(tx: Tx, opened: OpenedGroup): Promise<GroupOverview> {
  const { head, group } = opened
  return {
    terms: await termsOf(tx, opened),
    targets: await listGroupTargets(tx, opened),
    contacts: await listGroupContacts(tx, opened),
    left: head.isOver ? [] : await listStopNotes(tx, group.id),
  }
}

/** The targets of the group, worst first. */
export const listGroupTargets = async (tx: Tx, { head, of, connectors }: OpenedGroup): Promise<TargetRow[]> =>
  head.seesAll ? listTargetRowsOfGroup(tx, of, connectors, head.id) : []

/** What the group costs, as far as the fee is known today, and who is billed; nothing for readers who do not see it. */
export async function findGroupBill(
  tx: Tx,
  opened: OpenedGroup,
): Promise<{ bill: GroupBill | null; terms: GroupTerms | null }> {
  const { head, group, now } = opened
  if (!head.seesAll) return { bill: null, terms: null }
  const owner = { id: head.ownerId, name: head.ownerName }
  return { bill: await findBill(tx, { ...group, isOver: head.isOver }, owner, now), terms: await termsOf(tx, opened) }
}

async function termsOf(tx: Tx, { group, head, now }: OpenedGroup): Promise<GroupTerms | null> {
  const terms = await findTerms(tx, group.id, now)
  if (!terms) return null
  const account = head.seesAll ? await findAccount(tx, terms.billingAccountId) : undefined
  const { level, filters, protocol, during } = terms
  const money = { billTo: account?.firmName ?? null, account: account?.number ?? null }
  const addresses = head.seesAll ? clientAddressesOf(terms.connection) : null
  return { level, rejects: filters.rejects, protocol, ...money, addresses, since: during.from ?? now }
}

/** The contacts of the group as this reader sees them, with whether they may end them. */
export async function listGroupContacts(tx: Tx, { group, reader, now }: OpenedGroup): Promise<GroupContact[]> {
  const contacts = await listContacts(tx, group.id, now)
  return contacts.map((contact) => ({
    id: contact.id,
    name: contact.name,
    title: contact.title,
    email: contact.email,
    phone: contact.phone,
    authorizedBy: contact.firmName,
    since: contact.during.from ?? now,
    mayEnd: mayEndContact(contact, reader, contacts),
  }))
}
