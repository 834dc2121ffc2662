import { and, asc, desc, eq, inArray, isNull } from 'drizzle-orm'
import { mayEndContact } from '#domain/group/contacts.ts'
import { groupStateSentences, groupStateWord, levelCovers } from '#domain/group/states.ts'
import type { Actor } from '#domain/people/permissions.ts'
import { clientAddressesOf } from '#domain/request/addresses.ts'
import { itemsInOne, type NamedFirm } from '#domain/request/items.ts'
import type { Sheet } from '#domain/request/round.ts'
import { isSilent } from '#domain/status/state.ts'
import type { Tx } from '../client.ts'
import { auditEvents } from '../schema/audit.ts'
import { decisions, requestRounds, requests } from '../schema/requests.ts'
import { listAgreements } from './agreements.ts'
import { findAccount } from './billing.ts'
import { type ConsentRecord, listConsents } from './consents.ts'
import { type Delivery, ledgerFor, loadDelivery } from './delivery.ts'
import { findFirm, listClearingFirms, listFirmRefs } from './firms.ts'
import { deliveryOf, sessionsOf } from './group-rows.ts'
import type { GroupSource, GroupView } from './group-view.ts'
import {
  findGroup,
  findTerms,
  type GroupRecord,
  listContacts,
  listMembers,
  listSights,
  type MemberRecord,
} from './groups.ts'
import { listUserNames } from './people.ts'
import { listRequestsOfGroup } from './request-list.ts'
import { signerIn } from './request-names.ts'
import { findBill } from './round-facts.ts'
import { listSourcesById } from './sources.ts'
import { figuresOf } from './status.ts'
import { listOpenStops } from './stops.ts'
import { listTargetRows, type TargetFull } from './target-rows.ts'

/** One group: what was agreed, who signed it, what runs. Undefined: not there, or not this reader's to see. */
export async function findGroupPage(tx: Tx, reader: Actor, groupId: string, now: Date): Promise<GroupView | undefined> {
  const group = await findGroup(tx, groupId)
  const owner = group && (await findFirm(tx, group.ownerId))
  if (!group || !owner) return undefined
  const seesAll = reader.isExchange || reader.firmId === group.ownerId
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
    purpose: seesAll ? group.purpose : '',
    environment: group.environment,
    ownerId: owner.id,
    ownerName: owner.name,
    stateWord: groupStateWord(group.state),
    stateSentence: groupStateSentences[group.state],
    isLive,
    delivery: isLive ? deliveryOf(delivery, targets, ledger, stops) : undefined,
    isStale: isSilent(delivery.heard),
    terms: await termsOf(tx, group, seesAll, now),
    sources: await sourcesOf(tx, { group, members, live, delivery, targets, sessions }, now),
    otherSources: seesAll ? null : await countOthers(tx, groupId, members.length),
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
    history: await historyOf(tx, group, now),
    requests: await listRequestsOfGroup(tx, reader, groupId),
    signed: await signedOf(tx, groupId, now),
    agreed: await listAgreements(tx, reader.firmId, { groupId }),
    ledger,
    withdrawable: reader.standings.includes('clearing-signatory')
      ? [...new Set(live.filter((one) => one.clearingFirmId === reader.firmId).map((one) => one.source))].sort()
      : [],
    mayRequestChange: reader.firmId === group.ownerId && (isLive || group.state === 'suspended'),
  }
}

/** For a guarantor: how many sources of others the group has, by its own row. A payer is told none. */
async function countOthers(tx: Tx, groupId: string, own: number): Promise<number> {
  const [sight] = await listSights(tx, [groupId])
  return Math.max(0, (sight?.sources ?? 0) - own)
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
  const numbers = await tx
    .select({ id: requests.id, number: requests.number })
    .from(requests)
    .where(eq(requests.groupId, group.id))
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
        by: null,
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

/** Who signed what: approvals of requests of this group that stand, newest first, in the signer's own words. */
async function signedOf(tx: Tx, groupId: string, now: Date): Promise<GroupView['signed']> {
  const rows = await tx
    .select({ decision: decisions, number: requests.number })
    .from(decisions)
    .innerJoin(requests, eq(requests.id, decisions.requestId))
    .where(and(eq(requests.groupId, groupId), eq(decisions.verdict, 'approve'), isNull(decisions.takenBackAt)))
    .orderBy(desc(decisions.decidedAt))
  const refs = await listFirmRefs(tx, [...new Set(rows.map((row) => row.decision.firmId))], now)
  return rows.map(({ decision, number }) => ({
    firmName: refs.get(decision.firmId)?.name ?? '',
    by: signerIn(decision.authority),
    at: decision.decidedAt,
    sentence: decision.authority,
    requestNumber: number,
  }))
}

const eventWords: Record<string, string> = {
  'request.publish': 'Published',
  'request.confirm': 'Applied by the connector',
  'request.undo': 'Publication undone',
  'consent.withdraw': 'Consent withdrawn',
  'source.stop': 'Source stopped',
  'contact.end': 'Contact ended',
  'target.pause': 'Target paused',
  'target.resume': 'Target resumed',
  'target.fail-over': 'Target failed over',
  'credential.create': 'Password created',
  'credential.revoke': 'Password revoked',
  'session.log-out': 'Client logged out',
  'session.set-number': 'Sequence numbers set',
  'session.reset': 'Sequence numbers reset',
}

/** What happened to the group, newest first: its requests as published, and the immediate acts. */
async function historyOf(tx: Tx, group: GroupRecord, now: Date): Promise<GroupView['history']> {
  const own = await tx
    .select({ id: requests.id, number: requests.number, round: requests.round, sheet: requestRounds.sheet })
    .from(requests)
    .leftJoin(requestRounds, and(eq(requestRounds.requestId, requests.id), eq(requestRounds.round, requests.round)))
    .where(eq(requests.groupId, group.id))
    .orderBy(asc(requests.number))
  const sessions = (await sessionsOf(tx, [group.id])).get(group.id) ?? []
  const ids = [group.id, ...own.map((request) => request.id), ...sessions]
  const events = await tx
    .select()
    .from(auditEvents)
    .where(
      and(
        inArray(auditEvents.objectId, ids),
        inArray(auditEvents.action, Object.keys(eventWords)),
        isNull(auditEvents.refused),
      ),
    )
    .orderBy(desc(auditEvents.seq))
    .limit(200)
  const names = await listUserNames(
    tx,
    events.map((event) => event.actorId),
  )
  const firms = await listClearingFirms(tx, now)
  return events.map((event) => {
    const request = own.find((one) => one.id === event.objectId)
    const word = eventWords[event.action] ?? event.action
    const where = event.objectKind === 'target' ? ` on ${event.objectId}` : ''
    const by = event.actorId ? (names.get(event.actorId) ?? 'another firm') : nobody(event.after)
    return {
      at: event.at,
      what: request && event.action === 'request.publish' ? publishedWords(request.sheet, firms) : `${word}${where}`,
      by,
      reason: event.reason,
      requestNumber: request?.number ?? null,
    }
  })
}

/** Events without a person: the operator's name their account on the machine. */
const nobody = (after: unknown): string =>
  typeof after === 'object' && after !== null && 'operator' in after ? 'the operator' : 'the portal'

/** The sheet is written with the round, from the domain's type; a reader without it reads the word alone. */
function publishedWords(sheet: unknown, firms: readonly NamedFirm[]): string {
  const items = (sheet as Sheet | null)?.items ?? []
  return items.length === 0 ? 'Published' : itemsInOne(items, firms)
}
