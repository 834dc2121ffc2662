import { asSystem } from '#db/client.ts'
import { findGroup } from '#db/queries/group/groups.ts'
import { findDraft, findRequest } from '#db/queries/request/requests.ts'
import type { Actor } from '#domain/people/permissions.ts'
import type { CopyAsNewInput } from '#domain/request/command-input.ts'
import { requestCan } from '#domain/request/lifecycle.ts'
import { ok, refuse } from '#domain/result.ts'
import { type CommandAnswer, runCommand } from '#services/command.ts'
import type { Deps } from '#services/deps.ts'
import { editRefusal } from './save-draft.ts'
import { openDraft } from './start-request.ts'

/** A new draft with the document of a request that came to nothing, but without its decisions. */
export function copyAsNew(input: CopyAsNewInput, actor: Actor, deps: Deps): CommandAnswer<{ number: number }> {
  const about = { action: 'request.copy', objectKind: 'request', objectId: String(input.number) }
  return runCommand(deps, actor, input, about, async (tx, now): CommandAnswer<{ number: number }> => {
    const request = await findRequest(tx, input.number)
    const draft = request && (await findDraft(tx, request.id))
    if (!request || !draft) return refuse({ code: 'not-found' })
    const barred = await editRefusal(tx, request, actor, now)
    if (barred) return refuse(barred)
    if (!requestCan('copy-as-new', request.state)) return refuse({ code: 'wrong-state', state: request.state })
    const { kind, environment, ownerId } = request
    const groupId = kind === 'new-group' ? null : request.groupId
    const group = groupId ? await asSystem(tx, () => findGroup(tx, groupId)) : undefined
    if (groupId && group?.state !== 'live' && group?.state !== 'suspended') return refuse({ code: 'group-not-open' })
    const { document } = draft
    return ok({ number: await openDraft(tx, actor, deps, { kind, environment, ownerId, groupId, document }, now) })
  })
}
