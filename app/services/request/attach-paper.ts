import { asSystem, type Tx } from '#db/client.ts'
import { deletePaper, insertPaper, saveDraftPaper } from '#db/queries/request/papers.ts'
import { type DraftRecord, findDraft, findRequest, type RequestRecord } from '#db/queries/request/requests.ts'
import type { Actor } from '#domain/people/permissions.ts'
import type { DraftCommandInput } from '#domain/request/command-input.ts'
import { requestCan } from '#domain/request/lifecycle.ts'
import { type Paper, readPaper } from '#domain/request/paper.ts'
import { ok, type Result, refuse } from '#domain/result.ts'
import { audit, type CommandAnswer, runCommand } from '#services/command.ts'
import { type Deps, sha256Bytes } from '#services/deps.ts'
import type { Refused } from '#services/refused.ts'
import { editRefusal } from './save-draft.ts'

type SentFile = { name: string; content: Uint8Array }

/** Attach the firm's paper to a request that is entered on its behalf; it replaces an earlier paper. */
export function attachPaper(
  input: DraftCommandInput,
  file: SentFile,
  actor: Actor,
  deps: Deps,
): CommandAnswer<{ number: number }> {
  const about = { action: 'request.attach-paper', objectKind: 'request', objectId: String(input.number) }
  const digest = sha256Bytes(file.content)
  const asked = { ...input, file: file.name, digest } // everything that is asked, with the content by its digest
  return runCommand(deps, actor, asked, about, async (tx, now) => {
    const found = await draftFor(tx, input, actor, now)
    if (!found.ok) return found
    const read = readPaper(file.name, file.content)
    if (!read.ok) return read
    const paper: Paper = { id: deps.newId(), ...read.value, bytes: file.content.length, digest }
    const { id: requestId, ownerId } = found.value.request
    const by = { attachedBy: actor.userId, attachedAt: now }
    await insertPaper(tx, { ...paper, requestId, ownerId, content: Buffer.from(file.content), ...by })
    return replacePaper(tx, { ...found.value, version: input.version, paper }, actor, now)
  })
}

/** Take the paper off a draft again. */
export function removePaper(input: DraftCommandInput, actor: Actor, deps: Deps): CommandAnswer<{ number: number }> {
  const about = { action: 'request.remove-paper', objectKind: 'request', objectId: String(input.number) }
  return runCommand(deps, actor, input, about, async (tx, now) => {
    const found = await draftFor(tx, input, actor, now)
    if (!found.ok) return found
    return replacePaper(tx, { ...found.value, version: input.version, paper: null }, actor, now)
  })
}

type Found = { request: RequestRecord; draft: DraftRecord }

/** A draft or returned request that this person of the exchange enters on behalf of its owner. */
async function draftFor(tx: Tx, input: DraftCommandInput, actor: Actor, now: Date): Promise<Result<Found, Refused>> {
  const request = await findRequest(tx, input.number)
  const draft = request && (await findDraft(tx, request.id))
  if (!request || !draft) return refuse({ code: 'not-found' })
  const barred = await editRefusal(tx, request, actor, now)
  if (barred) return refuse(barred)
  if (!actor.isExchange) return refuse({ code: 'not-allowed', needs: 'gam' })
  if (!requestCan('save', request.state)) return refuse({ code: 'wrong-state', state: request.state })
  return ok({ request, draft })
}

async function replacePaper(
  tx: Tx,
  what: Found & { version: number; paper: Paper | null },
  actor: Actor,
  now: Date,
): CommandAnswer<{ number: number }> {
  const { request, draft, version, paper } = what
  const before = draft.paper
  const row = { paperId: paper?.id ?? null, savedBy: actor.userId, savedAt: now }
  if (!(await saveDraftPaper(tx, request.id, version, row)))
    return refuse({ code: 'stale', by: draft.savedByName, at: draft.savedAt.toISOString() })
  if (before) await asSystem(tx, () => deletePaper(tx, before.id))
  await audit(tx, actor, paper ? 'request.attach-paper' : 'request.remove-paper', now, {
    objectKind: 'request',
    objectId: request.id,
    forFirm: request.ownerId,
    before: { paper: before },
    after: { paper },
  })
  return ok({ number: request.number })
}
