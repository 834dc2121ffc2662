import type { Tx } from '#db/client.ts'
import { findAccount } from '#db/queries/billing/billing.ts'
import { listSourcesById } from '#db/queries/feed/sources.ts'
import { type ConsentRecord, listConsents } from '#db/queries/group/consents.ts'
import { listContacts } from '#db/queries/group/contacts.ts'
import {
  findGroup,
  findTerms,
  type GroupRecord,
  listMembers,
  listSights,
  type MemberRecord,
} from '#db/queries/group/groups.ts'
import { listOpenStops } from '#db/queries/group/stops.ts'
import { findFirm, listFirmRefs } from '#db/queries/people/firms.ts'
import { listApprovalsOfGroup } from '#db/queries/request/decisions.ts'
import { listNumbersOfGroup } from '#db/queries/request/requests.ts'
import { findBill } from '#db/queries/request/round-facts.ts'
import { mayEndContact } from '#domain/group/contacts.ts'
import { groupStateSentences, groupStateWord, levelCovers } from '#domain/group/states.ts'
import type { Actor } from '#domain/people/permissions.ts'
import { clientAddressesOf } from '#domain/request/addresses.ts'
import { isSilent } from '#domain/status/state.ts'
import { listAgreedInGroup, listAgreements } from '#views/request/agreements.ts'
import { listRequestsOfGroup } from '#views/request/request-list.ts'
import { signerIn } from '#views/request/request-names.ts'
import { type Delivery, ledgerFor, loadDelivery } from '#views/status/delivery.ts'
import { figuresOf } from '#views/status/status.ts'
import { listTargetRows, type TargetFull } from '#views/target/target-rows.ts'
import { listGivers } from './consent-givers.ts'
import { deliveryOf, heardFor, sessionsOf } from './group-rows.ts'
import type { GroupSource, GroupView } from './group-view.ts'
import { listLeftSources } from './left-sources.ts'

/** One group: what was agreed, who signed it, what runs. Undefined: not there, or not this reader's to see. */
export async function findGroupPage(tx: Tx, reader: Actor, groupId: string, now: Date): Promise<GroupView | undefined> {
  const group = await findGroup(tx, groupId)
  const owner = group && (await findFirm(tx, group.ownerId))
  if (!group || !owner) return undefined
  const seesAll = reader.isExchange || reader.firmId === group.ownerId
  // a guarantor's own row; a payer has none
  const sight = seesAll ? undefined : (await listSights(tx, [groupId]))[0]
  const delivery = await loadDelivery(tx, group.environment, now)
  const targets = await listTargetRows(tx, group.environment, delivery, now, groupId)
  const sessions = (await sessionsOf(tx, [groupId])).get(groupId) ?? []
  const members = await listMembers(tx, groupId, now)
  const live = await listConsents(tx, groupId, now)
  const ledger = ledgerFor(delivery, { sessionIds: sessions })
  const contacts = await listContacts(tx, groupId, now)
  const stops = (await listOpenStops(tx, [groupId])).get(groupId) ?? []
  const isLive = group.state === 'live'
  const isOver = group.state === 'closed' || group.state === 'abandoned'
  return {
    id: group.id,
    name: group.name,
    purpose: seesAll || sight ? group.purpose : '',
    environment: group.environment,
    ownerId: owner.id,
    ownerName: owner.name,
    stateWord: groupStateWord(group.state),
    stateSentence: groupStateSentences[group.state],
    isLive,
    isOver,
    delivery:
      isLive && (seesAll || sight)
        ? deliveryOf(delivery, targets, { ledger, stops, sources: members.length })
        : undefined,
    isStale: isSilent(heardFor(delivery, targets)),
    terms: await termsOf(tx, group, seesAll, now),
    sources: await sourcesOf(tx, { group, members, live, delivery, targets, sessions }, now),
    left: await listLeftSources(tx, group, { present: members.map((one) => one.name), delivery, sessions }),
    otherSources: seesAll ? null : Math.max(0, (sight?.sources ?? 0) - members.length),
    targets: targets.map((target) => target.row),
    contacts: contacts.map((contact) => ({
      id: contact.id,
      name: contact.name,
      title: contact.title,
      email: contact.email,
      phone: contact.phone,
      authorizedBy: contact.firmName,
      since: contact.during.from ?? now,
      mayEnd: mayEndContact(contact, reader, contacts),
    })),
    bill: seesAll ? await findBill(tx, { ...group, isOver }, owner, now) : null,
    requests: await listRequestsOfGroup(tx, reader, groupId),
    signed: await signedOf(tx, groupId, now),
    agreed: await listAgreements(tx, reader.firmId, groupId),
    ledger,
    withdrawable: reader.standings.includes('clearing-signatory')
      ? [...new Set(live.filter((one) => one.clearingFirmId === reader.firmId).map((one) => one.source))].sort()
      : [],
    mayRequestChange: reader.firmId === group.ownerId && (isLive || group.state === 'suspended'),
  }
}

async function termsOf(tx: Tx, group: GroupRecord, seesAll: boolean, now: Date): Promise<GroupView['terms']> {
  const terms = await findTerms(tx, group.id, now)
  if (!terms) return null
  const account = seesAll ? await findAccount(tx, terms.billingAccountId) : undefined
  const { level, filters, protocol, during } = terms
  const money = { billTo: account?.firmName ?? null, account: account?.number ?? null }
  const addresses = seesAll ? clientAddressesOf(terms.connection) : null
  return { level, rejects: filters.rejects, protocol, ...money, addresses, since: during.from ?? now }
}

type Known = {
  group: GroupRecord
  members: MemberRecord[]
  live: ConsentRecord[]
  delivery: Delivery
  targets: TargetFull[]
  sessions: string[]
}

async function sourcesOf(tx: Tx, known: Known, now: Date): Promise<GroupSource[]> {
  const { group, members, live, delivery, targets, sessions } = known
  const terms = await findTerms(tx, group.id, now)
  const rows = await listSourcesById(
    tx,
    members.map((member) => member.sourceId),
    now,
  )
  const givers = await listGivers(tx, live)
  const numbers = await listNumbersOfGroup(tx, group.id)
  return members.map((member): GroupSource => {
    const row = rows.find((one) => one.id === member.sourceId)
    const guarantors = row?.guarantors ?? []
    const given = guarantors.map((firm) => {
      const consent = live.find((one) => one.sourceId === member.sourceId && one.clearingFirmId === firm.id)
      return {
        firmId: firm.id,
        firmName: firm.name,
        upToLevel: consent?.upToLevel ?? null,
        since: consent?.during.from ?? null,
        by: (consent && givers.get(consent.id)) ?? null,
        basis: consent?.basis ?? null,
      }
    })
    const request = numbers.find((one) => one.id === member.viaId)?.number
    const level = terms?.level
    return {
      name: member.name,
      gateway: row?.gatewayKind ?? 'cgw',
      sessionId:
        targets.find((target) => target.sources.some((one) => one.name === member.name))?.row.sessionId ?? null,
      since: member.since,
      via: member.via === 'request' ? (request ? `request ${request}` : 'a request') : 'a rule',
      consents: given,
      flows:
        level !== undefined &&
        given.length > 0 &&
        given.every((one) => one.upToLevel !== null && levelCovers(one.upToLevel, level)),
      received: figuresOf(delivery, member.name).received,
      ledger: ledgerFor(delivery, { sessionIds: sessions, sourceId: member.name }),
      lastReceivedAt: figuresOf(delivery, member.name).lastReceivedAt,
    }
  })
}

/**
 * Who agreed to what, in the signer's words, newest first: approvals of this group's requests that were not taken back,
 * and consents by submission.
 */
async function signedOf(tx: Tx, groupId: string, now: Date): Promise<GroupView['signed']> {
  const rows = await listApprovalsOfGroup(tx, groupId)
  const refs = await listFirmRefs(tx, [...new Set(rows.map((row) => row.decision.firmId))], now)
  const signed = rows.map(({ decision, requestNumber }) => ({
    firmName: refs.get(decision.firmId)?.name ?? '',
    by: signerIn(decision.authority),
    at: decision.decidedAt,
    sentence: decision.authority,
    requestNumber,
  }))
  const submitted = (await listAgreedInGroup(tx, groupId)).map(({ slice, by, at, sentence, requestNumber }) => {
    return { firmName: slice.firm.name, by, at, sentence, requestNumber }
  })
  return [...signed, ...submitted].sort((a, b) => b.at.getTime() - a.at.getTime())
}
