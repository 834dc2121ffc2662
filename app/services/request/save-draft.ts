import { asSystem, type Tx } from '#db/client.ts'
import { findDraft, findRequest, type RequestRecord, saveDraftDocument } from '#db/queries/request/requests.ts'
import type { Actor } from '#domain/people/permissions.ts'
import type { SaveDraftInput } from '#domain/request/command-input.ts'
import { mayEdit, type PersonRefusal } from '#domain/request/guards.ts'
import { readStep } from '#domain/request/input.ts'
import { requestCan } from '#domain/request/lifecycle.ts'
import { ok, refuse } from '#domain/result.ts'
import { audit, type CommandAnswer, runCommand } from '#services/command.ts'
import type { Deps } from '#services/deps.ts'
import { requestFactsOf, submitterOf } from './request-people.ts'

/**
 * Save one step of a draft or of a returned request, complete or not. `version` is the one the page was loaded with.
 */
export function saveDraft(
  input: SaveDraftInput,
  actor: Actor,
  deps: Deps,
): CommandAnswer<{ number: number; version: number }> {
  const about = { action: 'request.save', objectKind: 'request', objectId: String(input.number) }
  return runCommand(deps, actor, input, about, async (tx, now): CommandAnswer<{ number: number; version: number }> => {
    const request = await findRequest(tx, input.number)
    const draft = request && (await findDraft(tx, request.id))
    if (!request || !draft) return refuse({ code: 'not-found' })
    const barred = await editRefusal(tx, request, actor, now)
    if (barred) return refuse(barred)
    if (!requestCan('save', request.state)) return refuse({ code: 'wrong-state', state: request.state })
    const stale = { code: 'stale' as const, by: draft.savedByName, at: draft.savedAt.toISOString() }
    if (draft.version !== input.version) return refuse(stale)
    const read = readStep(draft.document, input.step, input.fields)
    if (!read.ok) return read
    const row = { document: read.value, savedBy: actor.userId, savedAt: now }
    if (!(await saveDraftDocument(tx, request.id, input.version, row))) return refuse(stale)
    const { id: objectId, ownerId: forFirm } = request
    await audit(tx, actor, 'request.save', now, {
      objectKind: 'request',
      objectId,
      forFirm,
      after: { step: input.step },
    })
    return ok({ number: request.number, version: input.version + 1 })
  })
}

/** Why this person may not write in the request; undefined when they may. */
export async function editRefusal(
  tx: Tx,
  request: RequestRecord,
  actor: Actor,
  now: Date,
): Promise<PersonRefusal | undefined> {
  const [facts, person] = await asSystem(tx, async () => [
    await requestFactsOf(tx, request, [], now),
    await submitterOf(tx, actor, request.groupId, now),
  ])
  return mayEdit(facts, person)
}
