import type { Tx } from '#db/client.ts'
import { listSourcesById, type SourceRecord } from '#db/queries/feed/sources.ts'
import {
  type ConsentRecord,
  endConsents,
  insertConsents,
  listConsents,
  listConsentsEndedAt,
} from '#db/queries/group/consents.ts'
import {
  type ContactRecord,
  endContacts,
  insertContact,
  listContacts,
  listContactsEndedAt,
  namedAnew,
} from '#db/queries/group/contacts.ts'
import {
  endMembers,
  findTerms,
  findTermsEndedAt,
  type GroupRecord,
  insertMembers,
  listMembers,
  listMembersEndedAt,
  setTerms,
} from '#db/queries/group/groups.ts'
import { liftStops, listStops, restoreStops, type StopRecord } from '#db/queries/group/stops.ts'
import { listNewestParts, listPartsOf } from '#db/queries/publication/publications.ts'
import { listStandingDecisions } from '#db/queries/request/decisions.ts'
import type { RequestRecord } from '#db/queries/request/requests.ts'
import {
  closeTargets,
  endPlacements,
  insertPlacements,
  listPlacementsEndedAt,
  listTargetsOf,
  reopenTargets,
} from '#db/queries/target/targets.ts'
import { covers } from '#domain/consent/covering.ts'
import type { Level } from '#domain/group/states.ts'
import type { Missing } from '#services/group/stop-uncovered.ts'
import { reasonOf } from '#services/request/apply-items.ts'

/** An undone publication: its request, its group, when it was made, and who undoes it. */
export type Undoing = {
  request: RequestRecord
  group: GroupRecord
  publishedAt: Date
  ended: { by: string; reason: string; now: Date }
}

/**
 * Take back what a publication did, item by item. Each item is checked for later changes: what somebody withdrew,
 * ended, paused, revoked or narrowed meanwhile stays so, even if it was otherwise before the publication.
 * @returns consents that are missing by now, so that their sources did not come back
 */
export async function undoItems(tx: Tx, undoing: Undoing): Promise<Missing[]> {
  const stops = await listStops(tx, undoing.group.id)
  await takeSourcesOut(tx, undoing)
  await takeConsentsBack(tx, undoing)
  await restoreStops(tx, undoing.request.id)
  await takeTermsBack(tx, undoing)
  const missing = await bringSourcesBack(tx, undoing, stops)
  await takeContactsBack(tx, undoing)
  await takeTargetsBack(tx, undoing)
  return missing
}

/** Sources that the publication added leave, unless they have left already. */
async function takeSourcesOut(tx: Tx, { request, group, ended }: Undoing): Promise<void> {
  const members = await listMembers(tx, group.id, ended.now)
  const added = members.filter((member) => member.viaId === request.id).map((member) => member.sourceId)
  await endMembers(tx, group.id, added, ended.now)
  await endPlacements(tx, group.id, added, ended.now)
  const live = await listConsents(tx, group.id, ended.now)
  await endAll(
    tx,
    live.filter((consent) => added.includes(consent.sourceId)),
    ended,
  )
}

/**
 * Each consent that the publication made is replaced by the one before it. A consent that has ended since stays ended.
 */
async function takeConsentsBack(tx: Tx, undoing: Undoing): Promise<void> {
  const { request, group, publishedAt, ended } = undoing
  const decisions = await listStandingDecisions(tx, request.id)
  const bases = new Set([request.id, ...decisions.map((decision) => decision.id)])
  const live = await listConsents(tx, group.id, ended.now)
  const own = live.filter((consent) => bases.has(consent.basisId))
  const before = await endedByRequest(tx, undoing, publishedAt)
  await endAll(tx, own, ended)
  const replaced = before.filter((old) =>
    own.some((one) => one.sourceId === old.sourceId && one.clearingFirmId === old.clearingFirmId),
  )
  await insertConsents(tx, replaced.map(asBefore), ended.now)
}

/**
 * Sources that the publication removed come back with the consents that they had. A source stays out if a firm has
 * stopped it since, if it is closed, or if a firm that guarantees it today was not among those consents.
 */
async function bringSourcesBack(tx: Tx, undoing: Undoing, stops: readonly StopRecord[]): Promise<Missing[]> {
  const { request, group, publishedAt, ended } = undoing
  const candidates = await removedSources(tx, undoing, stops)
  const consents = await endedByRequest(tx, undoing, publishedAt)
  const level = (await findTerms(tx, group.id, ended.now))?.level ?? 'all'
  const missing = candidates.flatMap(({ source }) => missingFor(source, level, consents))
  const back = candidates.filter(({ source }) => !missing.some((one) => one.sourceId === source.id))
  const isBack = ({ sourceId }: { sourceId: string }) => back.some(({ source }) => source.id === sourceId)
  for (const { member } of back) {
    const { sourceId, via, viaId } = member
    await insertMembers(tx, group, [sourceId], { via, viaId }, ended.now)
  }
  const placements = (await listPlacementsEndedAt(tx, group.id, publishedAt)).filter(isBack)
  const rows = placements.map((placement) => ({ ...placement, groupId: group.id }))
  await insertPlacements(tx, rows, ended.now)
  await insertConsents(tx, consents.filter(isBack).map(asBefore), ended.now)
  const own = stops.filter((stop) => stop.cause === 'removed' && stop.at.getTime() === publishedAt.getTime())
  const overcome = own.filter(isBack).map((stop) => stop.id)
  await liftStops(tx, overcome, request.id, ended.now)
  return missing
}

/** Sources that the publication took out and that nothing else has kept out since. */
async function removedSources(tx: Tx, { group, publishedAt, ended }: Undoing, stops: readonly StopRecord[]) {
  const stoppedSince = stops.filter((stop) => stop.cause !== 'removed' && stop.at >= publishedAt)
  const present = await listMembers(tx, group.id, ended.now)
  const gone = await listMembersEndedAt(tx, group.id, publishedAt)
  const ids = gone.map((member) => member.sourceId)
  const sources = (await listSourcesById(tx, ids, ended.now)).filter((source) => source.isOpen)
  return gone.flatMap((member) => {
    const source = sources.find((one) => one.id === member.sourceId)
    const isKeptOut = [...stoppedSince, ...present].some((one) => one.sourceId === member.sourceId)
    return source && !isKeptOut ? [{ member, source }] : []
  })
}

/**
 * Firms that guarantee the source today but have no consent that lets it flow at the level; one firm without a name
 * where nobody guarantees it.
 */
function missingFor(source: SourceRecord, level: Level, consents: readonly ConsentRecord[]): Missing[] {
  const { id: sourceId, name, guarantors } = source
  const of = (guarantorId: string | null, guarantorName: string | null): Missing => {
    return { sourceId, source: name, guarantorId, guarantorName }
  }
  if (guarantors.length === 0) return [of(null, null)]
  return guarantors
    .filter((firm) => !consents.some((consent) => covers(consent, name, firm.id, level)))
    .map((firm) => of(firm.id, firm.name))
}

/** The terms that the publication set are replaced by the terms before, unless others are in force by now. */
async function takeTermsBack(tx: Tx, { request, group, publishedAt, ended }: Undoing): Promise<void> {
  const present = await findTerms(tx, group.id, ended.now)
  const isOwn = present?.during.from?.getTime() === publishedAt.getTime()
  const endedThen = await findTermsEndedAt(tx, group.id, publishedAt)
  if (isOwn || (request.kind === 'close' && !present)) await setTerms(tx, group.id, endedThen, ended.now)
}

/**
 * People whom the publication named are contacts no more. Those whose authority it ended, by closing the group or by
 * naming them again, are contacts again, unless a person has ended their authority since.
 */
async function takeContactsBack(tx: Tx, { request, group, publishedAt, ended }: Undoing): Promise<void> {
  const live = await listContacts(tx, group.id, ended.now)
  const own = live.filter((contact) => contact.basisId === request.id)
  await endContacts(tx, { groupId: group.id, basisId: request.id }, ended)
  const endedThen = await listContactsEndedAt(tx, group.id, publishedAt)
  const back = endedThen.filter((contact) =>
    contact.endReason === namedAnew
      ? own.some((one) => isSamePerson(one, contact))
      : contact.endReason === reasonOf(request) && !live.some((one) => isSamePerson(one, contact)),
  )
  for (const { id: _id, endedBy: _by, endReason: _reason, ...contact } of back)
    await insertContact(tx, { ...contact, during: { from: ended.now, until: null } })
}

/**
 * Targets that the publication made are closed for good, and those that it closed are open again: as they were, so one
 * that was paused is paused by the same person and for the same reason. Credentials and addresses are not touched.
 */
async function takeTargetsBack(tx: Tx, { request, group, ended }: Undoing): Promise<void> {
  const { environment, publishedVersion } = request
  if (publishedVersion === null) return
  const parts = (await listPartsOf(tx, environment, publishedVersion)).filter((part) => part.kind === 'target')
  const before = await listNewestParts(tx, environment, publishedVersion - 1)
  const wasThere = (sessionId: string) => before.some((part) => part.objectId === sessionId && part.document !== null)
  const made = parts.filter((part) => part.document !== null && !wasThere(part.objectId))
  const closed = parts.filter((part) => part.document === null && wasThere(part.objectId))
  const targets = await listTargetsOf(tx, group.id, ended.now)
  const idsOf = (some: typeof parts) =>
    targets.filter((target) => some.some((part) => part.objectId === target.sessionId)).map((target) => target.id)
  await closeTargets(tx, idsOf(made))
  await reopenTargets(tx, idsOf(closed))
}

/** Consents that this request's publication ended. */
async function endedByRequest(tx: Tx, { request, group }: Undoing, publishedAt: Date): Promise<ConsentRecord[]> {
  const endedThen = await listConsentsEndedAt(tx, group.id, publishedAt)
  return endedThen.filter((consent) => consent.endReason === reasonOf(request))
}

const endAll = (tx: Tx, consents: readonly ConsentRecord[], ended: Undoing['ended']): Promise<void> =>
  endConsents(
    tx,
    consents.map((consent) => consent.id),
    ended,
  )

const asBefore = ({ groupId, ownerId, sourceId, clearingFirmId, upToLevel, basis, basisId }: ConsentRecord) => {
  return { groupId, ownerId, sourceId, clearingFirmId, upToLevel, basis, basisId }
}

const isSamePerson = (a: ContactRecord, b: ContactRecord): boolean =>
  a.email.toLowerCase() === b.email.toLowerCase() && a.authorizedBy === b.authorizedBy
