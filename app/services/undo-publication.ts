import { asSystem, type Tx } from '#db/client.ts'
import { endConsents, insertConsents, listConsents, listConsentsEndedAt } from '#db/queries/consents.ts'
import {
  endContacts,
  endMembers,
  findGroup,
  findTermsEndedAt,
  insertMembers,
  listMembers,
  listMembersEndedAt,
  setTerms,
} from '#db/queries/groups.ts'
import { listNewestParts, listPartsOf, listReports } from '#db/queries/publications.ts'
import { findRequest, lockRequest, type RequestRecord, saveRequest } from '#db/queries/requests.ts'
import {
  endPlacements,
  insertPlacements,
  listPlacementsEndedAt,
  listTargetsOf,
  setTargetState,
} from '#db/queries/targets.ts'
import { type Part, sourcePart, targetPart } from '#domain/configuration/parts.ts'
import type { Actor } from '#domain/people/permissions.ts'
import type { WithReasonInput } from '#domain/request/command-input.ts'
import { requestCan } from '#domain/request/lifecycle.ts'
import { undoBarred } from '#domain/request/undo.ts'
import { ok, refuse } from '#domain/result.ts'
import { audit, type CommandAnswer, runCommand } from './command.ts'
import { abandonGroup } from './decide-request.ts'
import type { Deps } from './deps.ts'
import { publishGroup, readSettings } from './publish-parts.ts'
import type { Refused } from './refused.ts'

/**
 * Publish the previous parts again, after a refusal or a minute of silence: nothing is edited or renumbered. The request has
 * failed, its consents end, and the wanted tables say again what they said before it.
 */
export function undoPublication(input: WithReasonInput, actor: Actor, deps: Deps): CommandAnswer<{ number: number }> {
  const about = { action: 'request.undo', objectKind: 'request', objectId: String(input.number) }
  return runCommand(deps, actor, input, about, async (tx, now): CommandAnswer<{ number: number }> => {
    const seen = await findRequest(tx, input.number)
    if (!seen) return refuse({ code: 'not-found' })
    if (!actor.isExchange || !actor.standings.includes('gam')) return refuse({ code: 'not-allowed', needs: 'gam' })
    return asSystem(tx, async () => {
      const request = await lockRequest(tx, seen.id)
      if (!requestCan('undo', request.state)) return refuse({ code: 'wrong-state', state: request.state })
      const early = await tooEarly(tx, request, now)
      if (early) return refuse(early)
      const { reason } = input
      const groupId = await restoreRows(tx, request, { by: actor.userId, reason: `undone: ${reason}`, now })
      const published = await publishPrevious(tx, request, groupId, actor, now)
      if (!published.ok) return published
      const { id: objectId, ownerId: forFirm, number } = request
      await saveRequest(tx, objectId, { state: 'failed', stateAt: now, stateBy: actor.userId, stateReason: reason })
      await abandonGroup(tx, request, now)
      const after = { version: published.value.number }
      await audit(tx, actor, 'request.undo', now, { objectKind: 'request', objectId, forFirm, reason, after })
      return ok({ number })
    })
  })
}

async function tooEarly(tx: Tx, request: RequestRecord, now: Date): Promise<Refused | undefined> {
  const { environment, publishedVersion, publishedAt } = request
  if (publishedVersion === null) return undefined
  const parts = await listPartsOf(tx, environment, publishedVersion)
  const reports = await listReports(
    tx,
    environment,
    publishedVersion,
    parts.map((part) => part.objectId),
  )
  const refused = reports.filter((report) => report.state === 'refused')
  const sentence = undoBarred({ publishedAt, parts: refused.length > 0 ? refused : [{ state: 'unanswered' }] }, now)
  return sentence === undefined ? undefined : { code: 'too-early', sentence }
}

/**
 * The group's targets as the restored rows say; the sources and feeds that the version changed as they were before it, or gone
 * where they were not there and nobody else has come to need them.
 */
async function publishPrevious(tx: Tx, request: RequestRecord, groupId: string, actor: Actor, now: Date) {
  const { environment, publishedVersion, ownerId, id } = request
  const version = publishedVersion ?? 0
  const changed = (await listPartsOf(tx, environment, version)).filter((part) => part.kind !== 'target')
  const before = await listNewestParts(tx, environment, version - 1)
  const newest = await listNewestParts(tx, environment)
  const others = newest.filter((one) => !changed.some((own) => own.kind === one.kind && own.objectId === one.objectId))
  const also = changed
    .filter((part) => !others.some((other) => needs(other, part.objectId)))
    .map(({ kind, objectId }): Part => {
      const old = before.find((part) => part.kind === kind && part.objectId === objectId)
      return { kind, objectId, document: old?.document ?? null }
    })
  const settings = await readSettings(tx, environment)
  const shared = { environment, settings, groupId, cause: 'undo' as const, causeId: id, ownerId, madeBy: actor.userId }
  return publishGroup(tx, { ...shared, revoked: [], also }, now)
}

/** Whether a part names this source or feed. */
function needs(part: Part, objectId: string): boolean {
  if (part.document === null) return false
  if (part.kind === 'target') return targetPart.parse(part.document).sources.includes(objectId)
  return part.kind === 'source' && [sourcePart.parse(part.document).feed].flat().includes(objectId)
}

async function restoreRows(
  tx: Tx,
  request: RequestRecord,
  ended: { by: string; reason: string; now: Date },
): Promise<string> {
  const { groupId, publishedAt, id } = request
  const { now } = ended
  if (!groupId || !publishedAt) throw new Error(`request ${request.number} was never published`)
  const group = await findGroup(tx, groupId)
  if (!group) throw new Error(`group ${groupId} is gone`)
  const added = (await listMembers(tx, groupId, now)).filter((member) => member.viaId === id)
  const addedIds = added.map((member) => member.sourceId)
  await endMembers(tx, groupId, addedIds, now)
  await endPlacements(tx, groupId, addedIds, now)
  await restoreConsents(tx, groupId, publishedAt, ended)
  const removed = await listMembersEndedAt(tx, groupId, publishedAt)
  for (const member of removed) await insertMembers(tx, group, [member.sourceId], member.viaId, now)
  const placements = await listPlacementsEndedAt(tx, groupId, publishedAt)
  await insertPlacements(
    tx,
    placements.map((placement) => ({ ...placement, groupId })),
    now,
  )
  const terms = await findTermsEndedAt(tx, groupId, publishedAt)
  if (terms || request.kind === 'new-group') await setTerms(tx, groupId, terms, now)
  await endContacts(tx, { groupId, basisId: id }, ended)
  await settleTargets(tx, request, groupId, now)
  return groupId
}

async function restoreConsents(
  tx: Tx,
  groupId: string,
  publishedAt: Date,
  ended: { by: string; reason: string; now: Date },
): Promise<void> {
  const live = await listConsents(tx, groupId, ended.now)
  const own = live.filter((consent) => consent.during.from?.getTime() === publishedAt.getTime())
  await endConsents(
    tx,
    own.map((consent) => consent.id),
    ended,
  )
  const before = await listConsentsEndedAt(tx, groupId, publishedAt)
  const rows = before.map(({ ownerId, sourceId, clearingFirmId, upToLevel, basis, basisId }) => {
    return { groupId, ownerId, sourceId, clearingFirmId, upToLevel, basis, basisId }
  })
  await insertConsents(tx, rows, ended.now)
}

/** Targets made by the publication close for good; those that a closing request shut open again. */
async function settleTargets(tx: Tx, request: RequestRecord, groupId: string, now: Date): Promise<void> {
  const targets = await listTargetsOf(tx, groupId, now)
  const ids = (some: typeof targets) => some.map((target) => target.id)
  if (request.kind === 'close')
    return setTargetState(tx, ids(targets.filter((target) => target.sources.length > 0)), 'open')
  const before = await listNewestParts(tx, request.environment, (request.publishedVersion ?? 0) - 1)
  const made = targets.filter((target) => !before.some((part) => part.objectId === target.sessionId))
  await setTargetState(tx, ids(made.filter((target) => target.state !== 'closed')), 'closed')
}
