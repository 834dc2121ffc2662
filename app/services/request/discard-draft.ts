import { deleteRequest, findDraft, findRequest } from '#db/queries/request/requests.ts'
import type { Actor } from '#domain/people/permissions.ts'
import type { DraftCommandInput } from '#domain/request/command-input.ts'
import { requestCan } from '#domain/request/lifecycle.ts'
import { ok, refuse } from '#domain/result.ts'
import { audit, type CommandAnswer, runCommand } from '#services/command.ts'
import type { Deps } from '#services/deps.ts'

/** Throw away a draft that was never submitted. Only its drafter may. */
export function discardDraft(input: DraftCommandInput, actor: Actor, deps: Deps): CommandAnswer<{ number: number }> {
  const about = { action: 'request.discard', objectKind: 'request', objectId: String(input.number) }
  return runCommand(deps, actor, input, about, async (tx, now): CommandAnswer<{ number: number }> => {
    const request = await findRequest(tx, input.number)
    const draft = request && (await findDraft(tx, request.id))
    if (!request || !draft) return refuse({ code: 'not-found' })
    if (request.draftedBy !== actor.userId) return refuse({ code: 'not-allowed', needs: 'drafter' })
    if (!requestCan('discard', request.state) || request.round > 0)
      return refuse({ code: 'wrong-state', state: request.state })
    if (draft.version !== input.version)
      return refuse({ code: 'stale', by: draft.savedByName, at: draft.savedAt.toISOString() })
    await deleteRequest(tx, request.id)
    const { id: objectId, ownerId: forFirm, number } = request
    await audit(tx, actor, 'request.discard', now, { objectKind: 'request', objectId, forFirm, before: { number } })
    return ok({ number })
  })
}
