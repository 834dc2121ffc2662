import { asSystem, type Tx } from '#db/client.ts'
import { findGroup } from '#db/queries/group/groups.ts'
import { findFirm } from '#db/queries/people/firms.ts'
import { hasEnvironment } from '#db/queries/publication/publications.ts'
import { insertDraft, insertRequest } from '#db/queries/request/requests.ts'
import type { Actor } from '#domain/people/permissions.ts'
import type { StartRequestInput } from '#domain/request/command-input.ts'
import { type DraftDocument, emptyChange, emptyClose, emptyNewGroup } from '#domain/request/document.ts'
import { canDraft } from '#domain/request/guards.ts'
import { ok, refuse } from '#domain/result.ts'
import { audit, type CommandAnswer, runCommand } from '#services/command.ts'
import type { Deps } from '#services/deps.ts'
import { submitterOf } from './request-people.ts'

const empty: Record<StartRequestInput['kind'], DraftDocument> = {
  'new-group': emptyNewGroup,
  change: emptyChange,
  close: emptyClose,
}

/** Open an empty draft: a new group, a change of one, or its end. A GAM names the firm on whose behalf they write. */
export function startRequest(input: StartRequestInput, actor: Actor, deps: Deps): CommandAnswer<{ number: number }> {
  const about = { action: 'request.start', objectKind: 'request', objectId: input.groupId ?? 'new' }
  return runCommand(deps, actor, input, about, async (tx, now): CommandAnswer<{ number: number }> => {
    const subject = await subjectOf(tx, input, actor)
    if (!subject.ok) return subject
    const { ownerId, groupId, environment } = subject.value
    const allowed = await mayStart(tx, input, actor, { ownerId, groupId }, now)
    if (!allowed.ok) return allowed
    const draft = { kind: input.kind, environment, ownerId, groupId, document: empty[input.kind] }
    return ok({ number: await openDraft(tx, actor, deps, draft, now) })
  })
}

async function subjectOf(tx: Tx, input: StartRequestInput, actor: Actor) {
  if (input.kind === 'new-group') {
    const ownerId = actor.isExchange ? input.ownerId : actor.firmId
    const owner = ownerId ? await findFirm(tx, ownerId) : undefined
    if (!ownerId || !owner || owner.isExchange || owner.state !== 'active') return refuse({ code: 'not-found' })
    if (!(await hasEnvironment(tx, input.environment))) return refuse({ code: 'not-found' })
    return ok({ ownerId, groupId: null, environment: input.environment })
  }
  const group = input.groupId ? await findGroup(tx, input.groupId) : undefined
  if (!group) return refuse({ code: 'not-found' })
  if (group.state !== 'live' && group.state !== 'suspended') return refuse({ code: 'group-not-open' })
  return ok({ ownerId: group.ownerId, groupId: group.id, environment: group.environment })
}

async function mayStart(
  tx: Tx,
  input: StartRequestInput,
  actor: Actor,
  subject: { ownerId: string; groupId: string | null },
  now: Date,
) {
  if (actor.isExchange) {
    return actor.standings.includes('gam') ? ok(null) : refuse({ code: 'not-allowed', needs: 'gam' })
  }
  const person = await asSystem(tx, () => submitterOf(tx, actor, subject.groupId, now))
  if (person.contactFor.length > 0) return ok(null)
  // a firm that only guarantees the group sees it, but writes no requests for it
  if (actor.firmId !== subject.ownerId) return refuse({ code: 'not-allowed', needs: 'authorized-contact' })
  return canDraft(actor.standings, input.kind) ? ok(null) : refuse({ code: 'not-allowed', needs: 'requester' })
}

/** Make the request and its draft. @returns its number */
export async function openDraft(
  tx: Tx,
  actor: Actor,
  deps: Deps,
  draft: {
    kind: StartRequestInput['kind']
    environment: StartRequestInput['environment']
    ownerId: string
    groupId: string | null
    document: DraftDocument
  },
  now: Date,
): Promise<number> {
  const { document, ...request } = draft
  const id = deps.newId()
  return asSystem(tx, async () => {
    const { number } = await insertRequest(tx, {
      id,
      ...request,
      state: 'draft',
      draftedBy: actor.userId,
      draftedAt: now,
      onBehalf: actor.isExchange,
      stateAt: now,
      stateBy: actor.userId,
    })
    await insertDraft(tx, { requestId: id, ownerId: draft.ownerId, document, savedBy: actor.userId, savedAt: now })
    await audit(tx, actor, 'request.start', now, {
      objectKind: 'request',
      objectId: id,
      forFirm: draft.ownerId,
      after: { number, kind: draft.kind },
    })
    return number
  })
}
