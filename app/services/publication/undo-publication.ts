import { asSystem, type Tx } from '#db/client.ts'
import { findGroup } from '#db/queries/group/groups.ts'
import { listNewestParts } from '#db/queries/publication/publications.ts'
import { listSaidOf } from '#db/queries/publication/reports.ts'
import { findRequest, lockRequest, type RequestRecord, saveRequest } from '#db/queries/request/requests.ts'
import { listTargetsOf } from '#db/queries/target/targets.ts'
import { type Part, sourcePart, targetPart } from '#domain/configuration/parts.ts'
import type { Stopping } from '#domain/consent/stops.ts'
import type { Actor } from '#domain/people/permissions.ts'
import { runsOf } from '#domain/publication/runs.ts'
import type { WithReasonInput } from '#domain/request/command-input.ts'
import { requestCan } from '#domain/request/lifecycle.ts'
import { undoBarred } from '#domain/request/undo.ts'
import { ok, refuse } from '#domain/result.ts'
import { audit, type CommandAnswer, runCommand } from '#services/command.ts'
import type { Deps } from '#services/deps.ts'
import { recordStops, stoppingOf, stopUncovered } from '#services/group/stop-uncovered.ts'
import type { Refused } from '#services/refused.ts'
import { abandonGroup } from '#services/request/decide-request.ts'
import { publishGroup } from './publish-group.ts'
import { readSettings } from './publish-parts.ts'
import { type Undoing, undoItems } from './undo-items.ts'

/**
 * Undo a publication after a refusal or a minute of silence by publishing once more: no version is edited or
 * renumbered. The request has failed, and what it did is taken back item by item (`undoItems`); what people narrowed
 * meanwhile stays narrowed.
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
      const undoing = await undoingOf(tx, request, { by: actor.userId, reason: `undone: ${reason}`, now })
      await stopUncovered(tx, now, request.environment) // so that what is undone is judged by what may flow
      const missing = await undoItems(tx, undoing)
      const published = await publishUndone(tx, undoing, stoppingOf(missing), actor)
      if (!published.ok) return published
      await recordStops(tx, undoing.group, missing, published.value.number, now)
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
  const { parts, reports, gone } = await listSaidOf(tx, environment, publishedVersion)
  const sentence = undoBarred({ publishedAt, parts: runsOf(parts, reports, gone) }, now)
  return sentence === undefined ? undefined : { code: 'too-early', sentence }
}

async function undoingOf(tx: Tx, request: RequestRecord, ended: Undoing['ended']): Promise<Undoing> {
  const { groupId, publishedAt } = request
  const group = groupId ? await findGroup(tx, groupId) : undefined
  if (!group || !publishedAt) throw new Error(`request ${request.number} was never published`)
  return { request, group, publishedAt, ended }
}

/** Publishes the group as its rows are now, and sources and feeds unless another version has published them since. */
async function publishUndone(tx: Tx, { request, group, ended }: Undoing, stopping: readonly Stopping[], actor: Actor) {
  const { environment, ownerId, id } = request
  const also = await sharedPartsBefore(tx, request, group.id, ended.now)
  const settings = await readSettings(tx, environment)
  const cause = { cause: 'undo' as const, causeId: id, madeBy: actor.userId }
  const publication = { environment, settings, groupId: group.id, ownerId, ...cause, revoked: [], stopping, also }
  return publishGroup(tx, publication, ended.now)
}

/**
 * Sources and feeds that the version changed and no later version has changed, as they were before the version. Those
 * that did not exist before are removed, unless something outside the group names them.
 */
async function sharedPartsBefore(tx: Tx, request: RequestRecord, groupId: string, now: Date): Promise<Part[]> {
  const { environment, publishedVersion: version } = request
  if (version === null) return []
  const before = await listNewestParts(tx, environment, version - 1)
  const newest = await listNewestParts(tx, environment)
  const isShared = ({ kind }: Part) => kind === 'source' || kind === 'feed'
  const changed = newest.filter((part) => isShared(part) && part.number === version)
  const own = await listTargetsOf(tx, groupId, now)
  const remaining = new Set(own.flatMap((target) => target.sources.map((source) => source.name)))
  const others = newest.filter(
    (one) =>
      !changed.includes(one) && !own.some((target) => one.kind === 'target' && one.objectId === target.sessionId),
  )
  return changed
    .filter(({ objectId }) => !remaining.has(objectId) && !others.some((other) => needs(other, objectId)))
    .map(({ kind, objectId }): Part => {
      const old = before.find((part) => part.kind === kind && part.objectId === objectId)
      return { kind, objectId, document: old?.document ?? null }
    })
}

/** Whether a part names this source or feed. */
function needs(part: Part, objectId: string): boolean {
  if (part.document === null) return false
  if (part.kind === 'target') return targetPart.parse(part.document).sources.includes(objectId)
  return part.kind === 'source' && [sourcePart.parse(part.document).feed].flat().includes(objectId)
}
