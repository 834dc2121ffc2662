import { asSystem } from '#db/client.ts'
import { setTargetState } from '#db/queries/targets.ts'
import type { TargetCommandInput } from '#domain/group/input.ts'
import type { Actor } from '#domain/people/permissions.ts'
import { ok, refuse } from '#domain/result.ts'
import { audit, type CommandAnswer, runCommand } from './command.ts'
import type { Deps } from './deps.ts'
import { mayRunTarget, publishAct, targetFor } from './target-act.ts'

/** Deliver on a paused target again: whoever paused it, or operations. */
export function resumeTarget(input: TargetCommandInput, actor: Actor, deps: Deps): CommandAnswer<{ version: number }> {
  const { sessionId, reason } = input
  const about = { action: 'target.resume', objectKind: 'target', objectId: sessionId, reason }
  return runCommand(deps, actor, input.commandId, about, async (tx, now): CommandAnswer<{ version: number }> => {
    const found = await targetFor(tx, sessionId)
    if (!found.ok) return found
    const { target, group } = found.value
    if (!mayRunTarget(actor, group)) return refuse({ code: 'not-allowed', needs: 'technical-contact' })
    if (target.state !== 'paused') return refuse({ code: 'not-paused' })
    if (target.pausedBy !== actor.userId && !actor.isExchange)
      return refuse({ code: 'not-allowed', needs: 'operations' })
    await asSystem(tx, () => setTargetState(tx, [target.id], 'open'))
    const by = { cause: 'emergency' as const, causeId: target.id, actor }
    const version = await publishAct(tx, found.value, by, now)
    if (!version.ok) return version
    const done = { objectKind: 'target', objectId: sessionId, forFirm: group.ownerId, reason }
    await audit(tx, actor, 'target.resume', now, { ...done, after: { version: version.value } })
    return ok({ version: version.value })
  })
}
